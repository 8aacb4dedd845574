"""A guideline, issued to one supplier and acknowledged."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.campaigns import Campaign
from agreements.models.documents import Document, Version
from agreements.querysets import AcknowledgementQuerySet
from agreements.states import AcknowledgementStatus
from csr_portal.core.models import Tracked
from suppliers.models import Supplier

User = settings.AUTH_USER_MODEL


class Acknowledgement(Tracked):
    """One version of a guideline, issued to one supplier and acknowledged by one of its people."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="acknowledgements")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="acknowledgements")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="acknowledgements")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="acknowledgements"
    )
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=AcknowledgementStatus.values), name="acknowledgement_status_is_known"
            ),
            models.UniqueConstraint(fields=["supplier", "version"], name="acknowledgement_once_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.version} – {self.supplier}"

    def get_status_display(self) -> str:
        return str(AcknowledgementStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"
