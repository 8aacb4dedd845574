"""What auditors may do: qualifications with their days, ties to suppliers."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import StoredFile
from csr_portal.core.timezones import today
from suppliers.models import Supplier
from training.querysets import QualificationQuerySet, StaffRecordQuerySet
from training.states import EXPIRING_DAYS, CertificateState, Level, Scheme, Standing, TieKind

User = settings.AUTH_USER_MODEL


class AuditorQualification(models.Model):
    """A certificate that lets a person lead audits (R-AUD-1). A renewal is a new row that supersedes the old one."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="auditor_qualifications", verbose_name=_("person")
    )
    scheme = models.CharField(_("scheme"), max_length=10, choices=Scheme.choices)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    number = models.CharField(_("number"), max_length=80)
    issuer = models.CharField(_("issued by"), max_length=160)
    issued_on = models.DateField(_("issued"))
    expires_on = models.DateField(_("last valid day"))
    witnessed_audits = models.PositiveSmallIntegerField(
        _("witnessed audits"), default=0, help_text=_("Three are needed to lead (R-AUD-1).")
    )
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices, default=Standing.GOOD)
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("renews")
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("auditor qualification")
        verbose_name_plural = _("auditor qualifications")
        ordering = ["user__name", "-expires_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("issued_on")), name="qualification_dates_in_order"
            )
        ]
        indexes = [models.Index(fields=["expires_on", "id"], name="qualification_expiry")]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.number}"

    @property
    def history_thread(self) -> str:
        return f"person:{self.user_id}"

    def standing_on(self, day: dt.date) -> str:
        """The recorded standing; a certificate past its last day is expired, whatever was recorded."""
        return Standing.EXPIRED if self.expires_on < day else self.standing

    @property
    def state(self) -> str:
        """How it looks today: a standing other than good first, then the dates."""
        day = today()
        if self.standing_on(day) != Standing.GOOD:
            return self.standing_on(day)
        soon = (self.expires_on - day).days <= EXPIRING_DAYS
        return CertificateState.EXPIRING if soon else CertificateState.VALID


class AuditorTie(models.Model):
    """Why a person is not independent of a supplier, for the last 24 months (R-AUD-1)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="auditor_ties", verbose_name=_("person"))
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="auditor_ties")
    kind = models.CharField(_("kind"), max_length=12, choices=TieKind.choices)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True, help_text=_("Empty: it still holds."))
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = StaffRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("tie to a supplier")
        verbose_name_plural = _("ties to suppliers")
        ordering = ["-from_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on=None) | models.Q(to_on__gte=models.F("from_on")),
                name="auditor_tie_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.supplier}"

    @property
    def history_thread(self) -> str:
        return f"person:{self.user_id}"
