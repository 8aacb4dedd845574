"""What is printed about suppliers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import AbstractReport
from suppliers.models.gate import Decision
from suppliers.models.suppliers import Supplier
from suppliers.querysets import StaffOnlyQuerySet


class SupplierReport(AbstractReport):
    """The supplier dossier as PDF: for staff only, because it shows risk inputs and who decided (B27)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="dossiers")
    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier dossier")
        constraints = [
            models.UniqueConstraint(fields=["supplier", "language", "fingerprint"], name="one_dossier_per_content")
        ]


class DecisionReport(AbstractReport):
    """The record of a CSR review decision as PDF."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="documents")
    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision record")
        constraints = [
            models.UniqueConstraint(fields=["decision", "language", "fingerprint"], name="one_record_per_content")
        ]


class YearlyReport(AbstractReport):
    """The company's yearly CSR report as PDF."""

    year = models.PositiveSmallIntegerField()
    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly CSR report")
        constraints = [
            models.UniqueConstraint(fields=["year", "language", "fingerprint"], name="one_yearly_report_per_content")
        ]
