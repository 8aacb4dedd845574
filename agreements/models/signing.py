"""The way of a signatory to the text, and the evidence of what they did."""

import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement
from agreements.querysets import OfAgreementQuerySet
from agreements.states import CodeDelivery, EventKind, Method, Party
from csr_portal.core.models import StoredFile

User = settings.AUTH_USER_MODEL

MAX_ATTEMPTS = 5
MAX_CODES = 6


def new_nonce() -> str:
    return secrets.token_urlsafe(24)


class SigningLink(models.Model):
    """The way of one signatory to one agreement, without an account: a link and a code.

    Neither is stored: both are derived with the secret key, so that the contact person can show them again and a
    copy of the database alone opens nothing. `code_hash` pins the code that is valid now.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signing_links")
    name = models.CharField(_("name"), max_length=120, help_text=_("In the person's own script"))
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=120)
    email = models.EmailField(_("email"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    nonce = models.CharField(max_length=40, unique=True, default=new_nonce, editable=False)
    code_serial = models.PositiveSmallIntegerField(default=0, editable=False)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    code_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(_("valid to"))

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing link")
        verbose_name_plural = _("signing links")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> str:
        return Signer(salt="agreements.signing").sign(self.nonce)

    @staticmethod
    def nonce_of(token: str) -> str:
        """The nonce of a genuine link; empty for anything else."""
        try:
            return Signer(salt="agreements.signing").unsign(token)
        except BadSignature:
            return ""

    @property
    def code(self) -> str:
        """The six digits that are valid now."""
        digest = hmac.new(settings.SECRET_KEY.encode(), f"code:{self.nonce}:{self.code_serial}".encode(), "sha256")
        return f"{int(digest.hexdigest(), 16) % 1_000_000:06d}"

    @staticmethod
    def hash_of(nonce: str, code: str) -> str:
        return hashlib.sha256(f"{nonce}:{code}".encode()).hexdigest()

    @property
    def delivery(self) -> str:
        return CodeDelivery.MAIL if self.email else CodeDelivery.HANDED_OVER

    @property
    def masked_email(self) -> str:
        """Enough of the address to know which mailbox; whoever got the link by mistake does not learn it."""
        name, _at, domain = self.email.partition("@")
        return f"{name[:2]}•••@{domain}"

    def get_delivery_display(self) -> str:
        return str(CodeDelivery(self.delivery).label)


class SignatureEvent(models.Model):
    """One fact of the evidence record: who did what with the agreement, how, from where. Written once."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="events")
    link = models.ForeignKey(SigningLink, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    party = models.CharField(max_length=10, choices=Party.choices)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    actor_name = models.CharField(_("name"), max_length=120, blank=True)
    actor_name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    actor_title = models.CharField(_("title"), max_length=120, blank=True)
    authority = models.CharField(_("authority"), max_length=300, blank=True)
    method = models.CharField(max_length=10, choices=Method.choices, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    drawing = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature event")
        verbose_name_plural = _("signature events")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party"], condition=models.Q(kind=EventKind.SIGNED), name="signed_once_per_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.actor_name}".strip()

    @property
    def clauses_named(self) -> list[Any]:
        """The clauses of the text that a decline is about, in their order."""
        return self.agreement.clauses_named(self.data.get("clauses", []))

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValidationError(_("Evidence of a signature is never changed."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError(_("Evidence of a signature is never deleted."))
