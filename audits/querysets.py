"""Which rows of the audits app, and who may see them."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Q

from audits.states import (
    EDITABLE,
    OPEN,
    REVIEW_AHEAD,
    REVIEW_DATED,
    REVIEW_OPEN,
    REVIEW_SHOWN,
    FindingStatus,
    InspectionStatus,
    SiteReviewStatus,
    VersionStatus,
)
from csr_portal.core.roles import has_role
from suppliers.querysets import READERS, OwnedBySupplierQuerySet, supplier_ids_of


class ReferenceQuerySet(models.QuerySet):
    """Standards, clauses and kinds of evidence: the same for everybody who is logged in."""

    def visible_to(self, user: Any) -> Self:
        return self if getattr(user, "is_authenticated", False) and user.is_active else self.none()


class QuestionnaireVersionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for staff; for a supplier's person the versions it was asked to answer."""
        if has_role(user, *READERS):
            return self
        return self.filter(inspections__supplier__in=supplier_ids_of(user)).distinct()

    def published(self) -> Self:
        return self.filter(status=VersionStatus.PUBLISHED)


class SelfInspectionQuerySet(OwnedBySupplierQuerySet):
    def editable(self) -> Self:
        """The supplier may still answer; a passed deadline changes nothing about that (B3)."""
        return self.filter(status__in=EDITABLE)

    def unfinished(self) -> Self:
        return self.filter(status__in=OPEN)

    def accepted(self) -> Self:
        return self.filter(status=InspectionStatus.ACCEPTED)

    def overdue(self, day: dt.date) -> Self:
        return self.filter(overdue_condition(day))


def overdue_condition(day: dt.date) -> Q:
    return Q(status__in=EDITABLE, due_on__lt=day)


class AnswerQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "inspection__supplier"

    def answered(self) -> Self:
        """Given by the supplier, and confirmed where it came from last year (B5)."""
        return self.exclude(choice="").filter(confirmed=True)


class AnswerEvidenceQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "answer__inspection__supplier"

    def attached(self) -> Self:
        return self.filter(removed_at=None)


class InspectionCampaignQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff only: a supplier sees its own self-inspection, not who else was asked."""
        return self if has_role(user, *READERS) else self.none()


class InspectionReportQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "inspection__supplier"


def review_progress(day: dt.date) -> dict[str, Q]:
    """How far the reviews of a plan are on that day: each review has exactly one of these."""
    return {
        "done": Q(status=SiteReviewStatus.REPORTED),
        "under_way": Q(status__in=[SiteReviewStatus.IN_PROGRESS, SiteReviewStatus.CLOSED]),
        "late": Q(status__in=REVIEW_DATED, planned_to__lt=day),
        "ahead": Q(status__in=REVIEW_DATED, planned_to__gte=day),
        "postponed": Q(status=SiteReviewStatus.POSTPONED),
        "cancelled": Q(status=SiteReviewStatus.CANCELLED),
    }


class SiteReviewPlanQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff only: no supplier sees whom else we visit."""
        return self if has_role(user, *READERS) else self.none()


class SiteReviewQuerySet(OwnedBySupplierQuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for staff; for a supplier its own from the announcement on, an unannounced one only once it has begun."""
        if has_role(user, *READERS):
            return self
        own = self.filter(supplier__in=supplier_ids_of(user), status__in=REVIEW_SHOWN)
        return own | self.filter(supplier__in=supplier_ids_of(user), status="postponed", announced_at__isnull=False)

    def ahead(self) -> Self:
        return self.filter(status__in=REVIEW_AHEAD)

    def unfinished(self) -> Self:
        return self.filter(status__in=REVIEW_OPEN)

    def reported(self) -> Self:
        return self.filter(status=SiteReviewStatus.REPORTED)


class ReviewPartQuerySet(models.QuerySet):
    """Team, checkpoint results and interviews of a review: what the auditors note is for staff (B27)."""

    def visible_to(self, user: Any) -> Self:
        return self if has_role(user, *READERS) else self.none()


class SiteReviewReportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """A supplier sees the reports of its reviews once the closing meeting was held."""
        if has_role(user, *READERS):
            return self
        return self.filter(
            review__supplier__in=supplier_ids_of(user),
            review__status__in=[SiteReviewStatus.CLOSED, SiteReviewStatus.REPORTED],
        )


class FindingQuerySet(OwnedBySupplierQuerySet):
    def unclosed(self) -> Self:
        return self.exclude(status=FindingStatus.VERIFIED_CLOSED)

    def overdue(self, day: dt.date) -> Self:
        return self.filter(overdue_finding(day))


def overdue_finding(day: dt.date) -> Q:
    """Past the day by which it must be closed, or past the day of the step that the supplier owes."""
    late_step = Q(turn="supplier", due_on__lt=day)
    return ~Q(status=FindingStatus.VERIFIED_CLOSED) & (Q(close_due_on__lt=day) | late_step)


class OfFindingQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "finding__supplier"
