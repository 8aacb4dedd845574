"""What clearances say: the worst of all for the headline, and what holds for a category and site that is asked for."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from csr_portal.core.dates import day_text
from csr_portal.core.timezones import day_of
from suppliers.gates import Condition, Extent, by_supplier
from suppliers.models import Category, Clearance, Site, Supplier
from suppliers.states import ClearanceStatus as C
from suppliers.states import ConditionState, Segment

HELD = (C.APPROVED, C.CONDITIONAL)
CLOSED = (C.SUSPENDED, C.REJECTED, C.ENDED)
# What was ended on purpose is no news for the headline.
WORST_FIRST = [C.SUSPENDED, C.REJECTED, C.CONDITIONAL, C.APPROVED]


def worst(statuses: Iterable[str]) -> str:
    """The status that the headline shows; nothing where no category or site has one of its own."""
    found = set(statuses)
    return next((status.value for status in WORST_FIRST if status in found), "")


def standing(suppliers: Sequence[Supplier]) -> dict[int, dict[str, str]]:
    statuses: dict[int, set[str]] = {supplier.pk: set() for supplier in suppliers}
    for supplier_id, status in Clearance.objects.filter(supplier__in=suppliers).values_list("supplier_id", "status"):
        statuses[supplier_id].add(status)
    return {pk: {"clearance_worst": worst(found)} for pk, found in statuses.items()}


def places_of(suppliers: Sequence[Supplier]) -> dict[int, list[Site]]:
    """The sites that supply us, with what each delivers, for many suppliers. Two queries."""
    rows = Site.objects.filter(supplier__in=suppliers, is_active=True, is_supplying=True)
    return by_supplier(rows.prefetch_related("categories").order_by("pk"))


def extent_of(places: Iterable[Site], categories: Collection[Category], sites: Collection[Site]) -> Extent:
    """What the gate is asked for: the sites themselves, or those that deliver the categories.

    A site with no category recorded may deliver any; where no site is left, all are asked. Without a category the
    supplier's own mark says whether it is key material.
    """
    key_material = any(category.is_key_material for category in categories) if categories else None
    if sites:
        return Extent(frozenset(site.pk for site in sites), key_material)
    wanted = {category.pk for category in categories}
    named = {site.pk: {category.pk for category in site.categories.all()} for site in places}
    delivering = frozenset(pk for pk, delivered in named.items() if not delivered or delivered & wanted)
    return Extent(delivering or None, key_material)


def extent_of_row(row: Clearance, places: Iterable[Site]) -> Extent:
    return extent_of(places, [row.category] if row.category else [], [row.site] if row.site else [])


class Tree:
    """All categories with their parents, read once: what stands above counts for those below."""

    def __init__(self) -> None:
        self._parents = dict(Category.objects.values_list("pk", "parent_id"))

    def above(self, pk: int | None) -> Iterator[int]:
        """The category itself, and each above it."""
        while pk is not None:
            yield pk
            pk = self._parents.get(pk)


@dataclass(frozen=True)
class Scope:
    """What purchasing asks about: a category, a site, both, or (empty) the supplier as a whole."""

    category: Category | None = None
    site: Site | None = None

    def rows(self, clearances: Iterable[Clearance], tree: Tree) -> list[Clearance]:
        """The clearances that hold here: those of the category or one above it, of the site, or of both."""
        above = set(tree.above(self.category.pk if self.category else None))
        return [
            row
            for row in clearances
            if (row.category_id is None or row.category_id in above)
            and (row.site_id is None or (self.site is not None and row.site_id == self.site.pk))
        ]


def bears_on(row: Clearance, segment: str) -> bool:
    """Whether it says anything about this segment. What a case for strategic gave, refused or lost is no word against
    ordering, unless it was suspended.
    """
    is_strategic_only = row.decision is not None and row.decision.segment == Segment.STRATEGIC
    return row.status == C.SUSPENDED or segment == Segment.STRATEGIC or not is_strategic_only


def limit(
    rows: Sequence[Clearance], answer: str, until: dt.date | None, day: dt.date
) -> tuple[str, dt.date | None, list[Condition]]:
    """The supplier's answer, made stricter by what holds for the category and site."""
    strict = [row for row in rows if row.status in CLOSED or is_over(row, day)]
    if strict:
        return "deny", None, [_reason(row) for row in strict]
    limits = [end for row in rows if (end := last_day(row))]
    if limits and answer != "deny":
        return "conditional", min([*limits, *([until] if until else [])]), []
    return answer, until, []


def last_day(row: Clearance) -> dt.date | None:
    """How long it holds: the day of its conditions, or the end of the grace period, whichever comes first."""
    return min((day for day in (row.due_on, row.grace_until) if day and row.status in HELD), default=None)


def is_over(row: Clearance, day: dt.date) -> bool:
    end = last_day(row)
    return end is not None and end < day


def carrier(rows: Iterable[Clearance], segment: str) -> Clearance | None:
    """The clearance by which a CSR review has given this segment for the category or site, while it holds."""
    held = (row for row in rows if row.status in HELD and row.decision and row.decision.segment == segment)
    return next(held, None)


def _reason(row: Clearance) -> Condition:
    text = _("%(scope)s: %(status)s since %(date)s") % {
        "scope": row,
        "status": row.get_status_display(),
        "date": day_text(row.status_since),
    }
    return Condition(
        "clearance", _("Category or site"), ConditionState.MISSING, text, row.turn, since=day_of(row.status_since)
    )
