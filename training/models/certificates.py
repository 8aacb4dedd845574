"""Certificates of those who passed, and their PDFs."""

import datetime as dt
import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import AbstractReport
from csr_portal.core.timezones import today
from training.models.enrolments import Enrolment
from training.querysets import CertificateQuerySet, ReportQuerySet
from training.states import EXPIRING_DAYS, CertificateState

User = settings.AUTH_USER_MODEL
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U, so that it can be read aloud


def new_code() -> str:
    """80 random bits as `CSR-7K2M-…`: what opens the public verification of a certificate."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _i in range(16))
    return "CSR-" + "-".join(letters[i : i + 4] for i in range(0, 16, 4))


class TrainingCertificate(models.Model):
    """Proof that a person met the rule of a course. `content` is what stands on it, frozen; revoked, never deleted."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(_("number"), max_length=20, unique=True)
    code = models.CharField(_("verification code"), max_length=30, unique=True, default=new_code, editable=False)
    trained_on = models.DateField(_("trained"))
    issued_on = models.DateField(_("issued"))
    valid_until = models.DateField(_("last valid day"))
    content = models.JSONField(editable=False)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    revoked_reason = models.CharField(max_length=300, blank=True, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("training certificate")
        verbose_name_plural = _("training certificates")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("trained_on")), name="training_certificate_dates_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | ~models.Q(revoked_reason=""),
                name="training_certificate_revoked_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["valid_until", "id"], name="training_certificate_until")]

    def __str__(self) -> str:
        return self.number

    @property
    def history_thread(self) -> str:
        return self.enrolment.history_thread

    def state_on(self, day: dt.date) -> str:
        if self.revoked_at:
            return CertificateState.REVOKED
        if self.valid_until < day:
            return CertificateState.EXPIRED
        soon = (self.valid_until - day).days <= EXPIRING_DAYS
        return CertificateState.EXPIRING if soon else CertificateState.VALID

    @property
    def state(self) -> str:
        return self.state_on(today())

    @property
    def state_label(self) -> str:
        return str(CertificateState(self.state).label)


class CertificateReport(AbstractReport):
    """The training certificate as PDF."""

    certificate = models.ForeignKey(TrainingCertificate, on_delete=models.PROTECT, related_name="documents")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("training certificate as PDF")
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "language", "fingerprint"], name="one_training_certificate_per_content"
            )
        ]
