"""What audits tells the risk model: what was checked, how well, when and by whom, for each supplying site."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.urls import reverse

from audits.models import SelfInspection, SiteReview
from audits.states import InspectionStatus, SiteReviewStatus
from csr_portal.core.timezones import day_of
from suppliers.models import Supplier
from suppliers.risk_facts import Control


def self_inspections(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, list[Control]]:
    """The newest accepted self-inspection of each supplying site. One with a zero-tolerance “no” is worth nothing."""
    rows = (
        SelfInspection.objects.filter(supplier__in=suppliers, status=InspectionStatus.ACCEPTED, score__isnull=False)
        .filter(site__is_active=True, site__is_supplying=True, accepted_at__isnull=False, valid_until__isnull=False)
        .select_related("accepted_by")
        .order_by("submitted_at", "pk")
        .defer("result")
    )
    found: dict[int, list[Control]] = defaultdict(list)
    for row in {row.site_id: row for row in rows}.values():
        found[row.supplier_id].append(
            Control(
                "self_inspection",
                0.0 if row.is_blocked else float(row.score) / 100,
                day_of(row.accepted_at),
                row.valid_until,
                row.number,
                row.accepted_by.name if row.accepted_by else "",
                reverse("staff:inspection-detail", args=[row.pk]),
            )
        )
    return found


def site_reviews(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, list[Control]]:
    """The newest reported review of each supplying site, with its lead auditor."""
    rows = (
        SiteReview.objects.filter(supplier__in=suppliers, status=SiteReviewStatus.REPORTED, score__isnull=False)
        .filter(site__is_active=True, site__is_supplying=True, closing_at__isnull=False, valid_until__isnull=False)
        .prefetch_related("team__user")
        .order_by("closing_at", "pk")
    )
    found: dict[int, list[Control]] = defaultdict(list)
    for row in {row.site_id: row for row in rows}.values():
        leads = [member.user.name for member in row.team.all() if member.part == "lead"]
        found[row.supplier_id].append(
            Control(
                "site_review",
                float(row.score) / 100,
                day_of(row.closing_at),
                row.valid_until,
                row.number,
                ", ".join(leads),
                reverse("staff:site-review-detail", args=[row.pk]),
            )
        )
    return found
