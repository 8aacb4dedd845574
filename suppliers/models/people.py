"""Who acts for a supplier and how they come in: contacts, invitations, requests to join."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import Tracked
from suppliers.models.suppliers import Supplier
from suppliers.querysets import ContactQuerySet, InvitationQuerySet, OwnedBySupplierQuerySet
from suppliers.states import ContactRole, InvitationStatus, JoinStatus

User = settings.AUTH_USER_MODEL


class Contact(models.Model):
    """A person who acts for a supplier. One person may act for several; access ends when the row is ended."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="contacts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contacts")
    role = models.CharField(_("role"), max_length=20, choices=ContactRole.choices, default=ContactRole.MEMBER)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "user"], condition=models.Q(ended_at=None), name="contact_once_per_supplier"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.supplier}"

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


class Invitation(Tracked):
    """A link by which a supplier's first person registers: works until used, revoked or past its day (B12)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("email"))
    person = models.CharField(_("name of the person"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    role = models.CharField(_("role"), max_length=20, choices=ContactRole.choices, default=ContactRole.ADMIN)
    message = models.TextField(_("message"), blank=True, max_length=1000)
    draft = models.JSONField(default=dict, blank=True, editable=False, help_text="What was typed so far; no password")
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    expires_on = models.DateField(_("valid to"))
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=InvitationStatus.values), name="invitation_status_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_status_display(self) -> str:
        return str(InvitationStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class JoinRequest(Tracked):
    """Somebody registers with the number of a company we know: a colleague or the buyer lets them in (B13)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="join_requests")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="join_requests")
    note = models.TextField(_("note"), blank=True, max_length=500)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=JoinStatus.values), name="join_status_is_known")
        ]

    def get_status_display(self) -> str:
        return str(JoinStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"
