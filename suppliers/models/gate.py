"""The gate: its conditions, the CSR review and its decision, waivers."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import Tracked
from suppliers.models.suppliers import Category, Site, Supplier
from suppliers.models.versions import RuleVersion
from suppliers.querysets import StaffOnlyQuerySet
from suppliers.states import Outcome, ReviewStatus, Segment, WaiverStatus

User = settings.AUTH_USER_MODEL


class GatePolicy(RuleVersion):
    """Which conditions a segment needs, with their limits: versioned; one version is current.

    `conditions`: {"strategic": [{"condition": "self_inspection", "limits": {"min_score": 80}}, …], …};
    the condition codes are the keys of settings.GATE_CONDITIONS.
    """

    CONTENT = ("conditions", "grace_days", "conditional_days")

    conditions = models.JSONField(_("conditions"))
    grace_days = models.PositiveSmallIntegerField(
        _("grace period in days"), default=14, validators=[MaxValueValidator(365)]
    )
    conditional_days = models.PositiveSmallIntegerField(
        _("longest conditional approval in days"), default=90, validators=[MaxValueValidator(365)]
    )

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate policy")
        verbose_name_plural = _("gate policies")
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_current_gate_policy"
            )
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def history_thread(self) -> str:
        return "gate policy"


def units_of(categories: list[Category], sites: list[Site]) -> list[tuple[Category | None, Site | None]]:
    return list(product([*categories] or [None], [*sites] or [None]))


def scope_text(categories: Iterable[Category], sites: Iterable[Site]) -> str:
    """“Printed circuit boards, wire harness · Plant 2” in the active language."""
    parts = (gettext(", ").join(str(item) for item in items) for items in (categories, sites))
    return " · ".join(part for part in parts if part)


class Review(Tracked):
    """The CSR review case: opened by a buyer, prepared by a CSR manager, decided by a second person (M1).

    About the whole supplier, or about some of its categories or sites; `scope_key` is them as a text, empty for the
    whole, and stays as it was when the case was opened.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="reviews")
    segment = models.CharField(_("segment"), max_length=20, choices=Segment.choices, default=Segment.STRATEGIC)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    successor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    request = models.TextField(_("why"), max_length=2000)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recommendation = models.TextField(_("recommendation"), blank=True, max_length=4000)
    categories = models.ManyToManyField(Category, blank=True, related_name="+", verbose_name=_("categories"))
    sites = models.ManyToManyField(Site, blank=True, related_name="+", verbose_name=_("sites"))
    scope_key = models.CharField(max_length=1000, blank=True, editable=False)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("CSR review")
        verbose_name_plural = _("CSR reviews")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=ReviewStatus.values), name="review_status_is_known"),
            models.UniqueConstraint(
                fields=["supplier", "segment", "scope_key"],
                condition=models.Q(status__in=["opened", "prepared"]),
                name="one_open_review_per_segment",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def owner(self) -> Any:
        """Who follows the case: who opened it, or took it over. Who opened it stays on record."""
        return self.successor or self.opened_by

    @property
    def is_partial(self) -> bool:
        """Whether the case is about some categories or sites only."""
        return bool(self.scope_key)

    @property
    def scope_text(self) -> str:
        """Its categories and sites in words; nothing for the whole supplier."""
        return scope_text(self.categories.all(), self.sites.all())

    @property
    def units(self) -> list[tuple[Category | None, Site | None]]:
        """Each category, each site, or each category from each site: one clearance for each."""
        return units_of(list(self.categories.all()), list(self.sites.all()))

    def get_status_display(self) -> str:
        return str(ReviewStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class Decision(models.Model):
    """The outcome of a CSR review, with a frozen snapshot of all inputs and the rule version. Never changed.

    Only `conditions_met_on` is set later, once, when somebody confirms that the conditions were met in time.
    """

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="decision")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="decisions")
    segment = models.CharField(max_length=20, choices=Segment.choices)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    reason = models.TextField(_("reason"), max_length=4000)
    conditions = models.TextField(_("conditions"), blank=True, max_length=4000)
    conditions_owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    until = models.DateField(_("until"), null=True, blank=True)
    conditions_met_on = models.DateField(_("conditions met on"), null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    policy = models.ForeignKey(GatePolicy, on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField()
    snapshot_hash = models.CharField(max_length=64)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="conditional") | models.Q(until__isnull=False),
                name="conditional_decision_has_a_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.review} {self.get_outcome_display()}"

    @property
    def is_limited(self) -> bool:
        """Whether the decision holds only until a date, its conditions not yet being met."""
        return self.outcome == Outcome.CONDITIONAL and self.conditions_met_on is None

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class Waiver(Tracked):
    """A condition set aside for a time: reason, second approver, end date. Zero tolerance cannot be waived (B20)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="waivers")
    condition = models.CharField(_("condition"), max_length=30)
    reason = models.TextField(_("reason"), max_length=2000)
    valid_until = models.DateField(_("valid to"))
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=WaiverStatus.values), name="waiver_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("requested_by")),
                name="waiver_needs_a_second_person",
            ),
        ]

    def get_status_display(self) -> str:
        return str(WaiverStatus(self.status).label)

    @property
    def owner(self) -> Any:
        """Who sees to it that the condition is met when the waiver ends: who asked for it, or took it over."""
        return self.successor or self.requested_by

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"
