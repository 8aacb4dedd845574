"""What self-inspections promise the others: a condition of the gate, and their part of the standing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import SelfInspection
from audits.states import EDITABLE, OPEN, InspectionStatus
from csr_portal.core.dates import day_text
from csr_portal.core.timezones import day_of
from suppliers.gates import Condition, Extent, Limit, by_supplier, condition, validity_state
from suppliers.models import Site, Supplier
from suppliers.states import ConditionState

# What a supplier's list column shows when its sites stand differently: the most urgent first.
URGENCY = ["overdue", "returned", "in_progress", "assigned", "submitted", "expired", "accepted"]


@dataclass(frozen=True)
class _Inspected:
    """A supplier's supplying sites, the newest accepted self-inspection of each, and what is not finished yet."""

    sites: list[Site]
    newest: dict[int, SelfInspection]
    waiting: list[SelfInspection]


def _inspected(suppliers: Sequence[Supplier]) -> dict[int, _Inspected]:
    sites = by_supplier(Site.objects.filter(supplier__in=suppliers, is_active=True, is_supplying=True).order_by("pk"))
    statuses = [*OPEN, InspectionStatus.ACCEPTED]
    rows = by_supplier(
        SelfInspection.objects.filter(supplier__in=suppliers, status__in=statuses)
        .order_by("submitted_at", "pk")
        .defer("result")
    )
    return {
        supplier.pk: _Inspected(
            sites[supplier.pk],
            {row.site_id: row for row in rows[supplier.pk] if row.status == InspectionStatus.ACCEPTED},
            sorted((row for row in rows[supplier.pk] if row.status in OPEN), key=lambda row: row.pk),
        )
        for supplier in suppliers
    }


def _at_sites(known: _Inspected, extent: Extent) -> _Inspected:
    return replace(known, sites=extent.of(known.sites))


@condition(
    _inspected,
    gettext_lazy("Self-inspection"),
    (Limit("min_score", gettext_lazy("Lowest score that counts"), 80),),
    narrow=_at_sites,
)
def self_inspection_accepted(
    supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date, known: _Inspected
) -> Condition:
    """Each supplying site has an accepted self-inspection that still counts, with enough points and no zero-tolerance
    “no” (R-GATE-2). Limits: `min_score`.
    """
    title = _("Self-inspection accepted, not older than 12 months")
    sites, rows = known.sites, known.newest
    if not sites:
        text = _("No supplying site is recorded.")
        return Condition("self_inspection", title, ConditionState.MISSING, text, "supplier")
    least = Decimal(str(limits.get("min_score", 80)))
    faults = [(site, _fault(rows.get(site.pk), least, day)) for site in sites]
    facts = {"sites": {str(site.pk): _facts_of(rows.get(site.pk)) for site in sites}, "min_score": str(least)}
    missing = [(site, fault) for site, fault in faults if fault]
    if missing:
        waiting = next((row for row in known.waiting if row.site_id == missing[0][0].pk), None)
        return Condition(
            "self_inspection",
            title,
            ConditionState.MISSING,
            "; ".join(_("%(site)s: %(fault)s") % {"site": site, "fault": fault} for site, fault in missing),
            waiting.turn if waiting else "csr",
            since=day_of(waiting.status_since) if waiting else None,
            url=reverse("staff:inspection-detail", args=[waiting.pk]) if waiting else reverse("staff:inspection-list"),
            portal_url=reverse("portal:inspection-detail", args=[waiting.pk]) if waiting else "",
            facts=facts,
            can_be_waived=not any(row.is_blocked for row in rows.values()),
        )
    counted = [rows[site.pk] for site in sites]
    until = min(row.valid_until for row in counted if row.valid_until)
    worst = min(counted, key=lambda row: row.score or Decimal(0))
    values = {"score": worst.score, "letter": worst.letter, "sites": len(sites)}
    return Condition(
        "self_inspection",
        title,
        validity_state(until, day),
        _("%(score)s points (%(letter)s) at the lowest of %(sites)s sites") % values
        if len(sites) > 1
        else _("%(score)s points (%(letter)s)") % values,
        until=until,
        url=reverse("staff:inspection-detail", args=[worst.pk]),
        portal_url=reverse("portal:inspection-detail", args=[worst.pk]),
        facts=facts,
    )


def _fault(row: SelfInspection | None, least: Decimal, day: dt.date) -> str:
    """Why this self-inspection does not count; empty if it does. Nothing is rounded up before the comparison."""
    if row is None:
        return _("no accepted self-inspection")
    if row.is_blocked:
        return _("a zero-tolerance question was answered “no”")
    if row.valid_until is None or row.valid_until < day:
        return _("the last one counted until %(date)s") % {"date": day_text(row.valid_until)}
    if row.score is None or row.score < least:
        return _("%(score)s points, at least %(least)s are needed") % {"score": row.score, "least": least}
    return ""


def _facts_of(row: SelfInspection | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "inspection": row.pk,
        "score": str(row.score),
        "letter": row.letter,
        "is_blocked": row.is_blocked,
        "valid_until": str(row.valid_until),
    }


def standing(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, dict[str, Any]]:
    """The most urgent state over the supplying sites; the lowest score and the first end of what counts."""
    rows = by_supplier(
        SelfInspection.objects.filter(supplier__in=suppliers, site__is_active=True, site__is_supplying=True)
        .order_by("submitted_at", "pk")
        .defer("result")
    )
    return {supplier.pk: _standing_of(rows[supplier.pk], day) for supplier in suppliers}


def _standing_of(rows: list[SelfInspection], day: dt.date) -> dict[str, Any]:
    newest = {row.site_id: row for row in rows if row.status == InspectionStatus.ACCEPTED}
    waiting = [row for row in rows if row.status in OPEN]
    states = {_state(row, day) for row in [*waiting, *newest.values()]}
    valid = [row for row in newest.values() if row.valid_until and row.valid_until >= day]
    return {
        "inspection_status": next((state for state in URGENCY if state in states), ""),
        "inspection_score": min((row.score for row in valid if row.score is not None), default=None),
        "inspection_until": min((row.valid_until for row in valid if row.valid_until), default=None),
        "turns": [(row.turn, row.due_on) for row in waiting],
    }


def _state(row: SelfInspection, day: dt.date) -> str:
    if row.status in EDITABLE and row.due_on and row.due_on < day:
        return "overdue"
    if row.status == InspectionStatus.ACCEPTED and (row.valid_until is None or row.valid_until < day):
        return "expired"
    return row.status
