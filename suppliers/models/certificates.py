"""What others have found and what proves it: evidence, certificates, recognition rules."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import StoredFile, Tracked
from suppliers.models.suppliers import Site, Supplier
from suppliers.querysets import OwnedBySupplierQuerySet, StaffOnlyQuerySet
from suppliers.states import CertificateStandard, CertificateStatus, RiskBand

User = settings.AUTH_USER_MODEL


class Evidence(models.Model):
    """A file that proves something, for several questions and findings. Never deleted; withdrawn with a reason."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="evidence")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(_("title"), max_length=200, blank=True)
    effective_on = models.DateField(_("date of the document"), null=True, blank=True)
    expires_on = models.DateField(_("valid to"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title or self.file.original_name

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class Certificate(Tracked):
    """A certificate or audit by somebody else, with what R-VAL-2 asks for. It covers the sites that its scope names."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="certificates")
    sites = models.ManyToManyField(Site, related_name="certificates", verbose_name=_("sites"))
    standard = models.CharField(_("standard"), max_length=12, choices=CertificateStandard.choices)
    edition = models.CharField(_("edition"), max_length=20, blank=True)
    number = models.CharField(_("number"), max_length=80)
    holder = models.CharField(_("holder"), max_length=200)
    scope = models.TextField(_("scope"), max_length=1000)
    body = models.CharField(_("certification body"), max_length=160)
    accreditation = models.CharField(_("accreditation"), max_length=160, blank=True)
    result = models.CharField(
        _("result"), max_length=20, blank=True, help_text=_("Letter or level, where there is one")
    )
    headcount = models.PositiveIntegerField(_("workers covered"), null=True, blank=True)
    issued_on = models.DateField(_("issued"))
    first_issued_on = models.DateField(_("first issued"), null=True, blank=True)
    expires_on = models.DateField(_("last valid day"))
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_how = models.CharField(_("how it was verified"), max_length=300, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_on = models.DateField(null=True, blank=True)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-expires_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=CertificateStatus.values), name="certificate_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("issued_on")), name="certificate_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_standard_display()} {self.number}"

    def get_status_display(self) -> str:
        return str(CertificateStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class RecognitionRule(models.Model):
    """Which certificate spares which review of the site that it names (M10)."""

    standard = models.CharField(_("standard"), max_length=12, choices=CertificateStandard.choices)
    spares = models.CharField(max_length=20, choices=[("site_review", _("Site review"))], default="site_review")
    accepted_results = models.JSONField(default=list, blank=True, help_text="Empty: any result")
    highest_risk = models.CharField(max_length=10, choices=RiskBand.choices, default=RiskBand.MEDIUM)
    is_active = models.BooleanField(_("active"), default=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("recognition rule")
        verbose_name_plural = _("recognition rules")
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "spares"], condition=models.Q(is_active=True), name="one_rule_per_standard"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_standard_display()} → {self.get_spares_display()}"
