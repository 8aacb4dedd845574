"""The trial of a draft: what would change, supplier by supplier, if it were in force."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.states import ReportStatus
from suppliers.models.gate import GatePolicy
from suppliers.models.risk import RiskModel
from suppliers.models.suppliers import Supplier
from suppliers.models.versions import RuleVersion
from suppliers.querysets import StaffOnlyQuerySet, TrialLineQuerySet
from suppliers.states import Segment, TrialEffect

User = settings.AUTH_USER_MODEL


class Trial(models.Model):
    """A draft compared with the version in force for every supplier; `content_hash` says for which text it speaks."""

    policy = models.ForeignKey(GatePolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="trials")
    risk_model = models.ForeignKey(RiskModel, on_delete=models.PROTECT, null=True, blank=True, related_name="trials")
    compared_with = models.PositiveIntegerField(_("compared with version"))
    content_hash = models.CharField(max_length=64)
    day = models.DateField()
    status = models.CharField(max_length=10, choices=ReportStatus.choices, default=ReportStatus.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial of a rule")
        verbose_name_plural = _("trials of rules")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(policy=None) ^ models.Q(risk_model=None), name="trial_is_about_one_rule"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} ↔ v{self.compared_with}"

    @property
    def rule(self) -> RuleVersion:
        return self.policy or self.risk_model

    @property
    def is_ready(self) -> bool:
        return self.status == ReportStatus.READY


class TrialLine(models.Model):
    """What would become of one supplier. `before` and `after` are missing conditions, or a band and its points.

    `reasons` are the codes of what makes the difference, with a space on both sides of each, so that lists can filter.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="lines")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(max_length=20, choices=Segment.choices, blank=True)
    effect = models.CharField(max_length=10, choices=TrialEffect.choices)
    has_status = models.BooleanField(_("has the status now"), default=False)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10, blank=True)
    points_before = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    points_after = models.DecimalField(max_digits=6, decimal_places=1)
    reasons = models.TextField(blank=True)

    objects = TrialLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a trial")
        verbose_name_plural = _("lines of trials")
        constraints = [models.UniqueConstraint(fields=["trial", "supplier", "segment"], name="trial_line_once")]

    def __str__(self) -> str:
        return f"{self.supplier} {self.segment}: {self.get_effect_display()}"

    @property
    def codes(self) -> list[str]:
        return self.reasons.split()
