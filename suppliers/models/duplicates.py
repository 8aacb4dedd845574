"""Suppliers that may be the same company: the keys under which they meet, suspected pairs, merges."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import Tracked
from suppliers.likeness import LIKELY_FROM
from suppliers.models.suppliers import Supplier
from suppliers.querysets import StaffOnlyQuerySet
from suppliers.states import DuplicateStatus

User = settings.AUTH_USER_MODEL


class MatchKey(models.Model):
    """Under which values a supplier can be met by another (suppliers/likeness.py). Written by the search only."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="match_keys")
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["value", "supplier"], name="match_key_once")]

    def __str__(self) -> str:
        return self.value


class DuplicatePair(Tracked):
    """Two suppliers that look like the same company, and why. What somebody said about them is remembered (B13)."""

    first = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("likeness"))
    reasons = models.JSONField(default=list, help_text="[{code, points, left, right}, …]")
    found_at = models.DateTimeField(_("found"), default=timezone.now)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspected duplicate")
        verbose_name_plural = _("suspected duplicates")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=DuplicateStatus.values), name="duplicate_status_is_known"
            ),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="duplicate_pair_in_order"),
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
        ]
        indexes = [models.Index(fields=["status", "-score", "id"], name="duplicate_status_score")]

    def __str__(self) -> str:
        return f"{self.first.number} / {self.second.number}"

    def get_status_display(self) -> str:
        return str(DuplicateStatus(self.status).label)

    @property
    def supplier(self) -> Supplier:
        return self.first

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY_FROM

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.first_id}"


class Merge(models.Model):
    """One supplier was merged into another: what moved and which values changed, so that it can be undone."""

    survivor = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="merges_away")
    status_before = models.CharField(max_length=30)
    values = models.JSONField(default=dict, help_text="{field: [before, after]} of the survivor")
    moved = models.JSONField(default=dict, help_text="{model: [ids]}")
    before = models.JSONField(default=dict, help_text="What an undo gives back besides: turn, dates, categories, names")
    let_in = models.JSONField(default=list, help_text="[ids of the contacts that the survivor got]")
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undo_until = models.DateField(_("can be undone until"))
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=models.Q(undone_at=None), name="supplier_merged_away_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(survivor=models.F("merged")), name="supplier_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged.number} → {self.survivor.number}"

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.survivor_id}"

    def moved_ids(self, model: str) -> list[Any]:
        return self.moved.get(model, [])
