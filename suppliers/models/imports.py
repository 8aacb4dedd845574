"""Suppliers that come in from a file: the import, what each line means, and which heading means which column."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import StoredFile, Tracked
from suppliers.querysets import ImportRowQuerySet, StaffOnlyQuerySet
from suppliers.states import ImportStatus, RowOutcome

User = settings.AUTH_USER_MODEL


class SupplierImport(Tracked):
    """One file of suppliers, from upload to undo (B32). `columns` says per position which field it is, or nothing."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sheet = models.CharField(max_length=100, blank=True)
    encoding = models.CharField(_("encoding"), max_length=12, blank=True)
    columns = models.JSONField(default=list)
    headings = models.JSONField(default=list)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("buyer in charge of new suppliers")
    )
    contact_is_optional = models.BooleanField(_("new suppliers may come without a contact"), default=False)
    lines_total = models.PositiveIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    trouble = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of suppliers")
        verbose_name_plural = _("imports of suppliers")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ImportStatus.values), name="supplier_import_status_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"IM-{self.pk:04}"

    def get_status_display(self) -> str:
        return str(ImportStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier-import:{self.pk}"

    @property
    def is_working(self) -> bool:
        """Whether a worker is at it."""
        return self.status in {ImportStatus.CHECKING, ImportStatus.APPLYING, ImportStatus.UNDOING}

    @property
    def percent(self) -> int:
        return min(99, 100 * self.lines_done // self.lines_total) if self.lines_total else 0

    def count(self, outcome: str) -> int:
        return int(self.counts.get(outcome, 0))


class ImportRow(models.Model):
    """One line of a file: what it would do, or what is wrong with it.

    `values` holds the fields of a supplier to create, or `[before, after]` of each field to change, which is also what
    an undo needs. `supplier_key` is the supplier's primary key; for one to create it is reserved by the check. `cells`
    is the line as received, kept where somebody may have to correct it.
    """

    imported = models.ForeignKey(SupplierImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=RowOutcome.choices)
    supplier_key = models.BigIntegerField(null=True)
    is_new = models.BooleanField(default=False)
    name = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=60, blank=True)
    values = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    cells = models.JSONField(default=list)
    accepted = models.CharField(max_length=300, blank=True, help_text="Why a doubtful line comes in all the same")

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of an import")
        constraints = [
            models.UniqueConstraint(fields=["imported", "outcome", "line"], name="import_row_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.outcome}"

    @property
    def changes(self) -> dict[str, list[Any]]:
        return {} if self.is_new else self.values


class ImportHeading(models.Model):
    """A heading that somebody has matched to a field before: the next file with it needs no matching."""

    heading = models.CharField(max_length=100, unique=True)
    field = models.CharField(max_length=30)

    class Meta:
        verbose_name = _("known heading")
        verbose_name_plural = _("known headings")

    def __str__(self) -> str:
        return f"{self.heading} → {self.field}"
