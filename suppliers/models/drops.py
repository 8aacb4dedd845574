"""The file for purchasing that a night lays down."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.states import ReportStatus
from suppliers.querysets import StaffOnlyQuerySet


class GateDrop(models.Model):
    """One file with the gate's answers of a day. `status` is that of the work, as with a report."""

    day = models.DateField(_("day"), unique=True)
    status = models.CharField(max_length=10, choices=ReportStatus.choices, default=ReportStatus.QUEUED)
    file_name = models.CharField(max_length=80, blank=True)
    rows = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=300, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="per cent")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("file for purchasing")
        verbose_name_plural = _("files for purchasing")
        ordering = ["-day"]

    def __str__(self) -> str:
        return self.file_name or str(self.day)
