"""One text to many suppliers."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.documents import Version
from agreements.querysets import CampaignQuerySet, CampaignTargetQuerySet
from agreements.states import CampaignStatus
from csr_portal.core.models import Tracked
from suppliers.models import Supplier

User = settings.AUTH_USER_MODEL


class Campaign(Tracked):
    """One issue of a version to many suppliers."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(pgettext_lazy("not of a person", "name"), max_length=120)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    starts_on = models.DateField(_("begins on"), null=True, blank=True)
    end_reason = models.TextField(_("reason"), blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=CampaignStatus.values), name="agreement_campaign_status_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_status_display(self) -> str:
        return str(CampaignStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"document:{self.version.document_id}"


class CampaignTarget(models.Model):
    """One supplier of a campaign: waits, has got the text, or was left out (`note` says why)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="targets")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("left out because"), max_length=300, blank=True)

    objects = CampaignTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier of a campaign")
        verbose_name_plural = _("suppliers of a campaign")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "supplier"], name="campaign_target_once")]

    def __str__(self) -> str:
        return f"{self.campaign} – {self.supplier}"
