"""What clearances say: the worst of all for the headline, and what holds for a category and site that is asked for."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from csr_portal.core.dates import day_text
from suppliers.gates import Condition
from suppliers.models import Category, Clearance, Site, Supplier
from suppliers.states import ClearanceStatus as C
from suppliers.states import ConditionState

WORST_FIRST = [C.SUSPENDED, C.CONDITIONAL, C.APPROVED]


def worst(statuses: Iterable[str]) -> str:
    """The status that the headline shows; nothing where no category or site has one of its own."""
    found = set(statuses)
    return next((status.value for status in WORST_FIRST if status in found), "")


def standing(supplier: Supplier, day: dt.date) -> dict[str, str]:
    return {"clearance_worst": worst(supplier.clearances.values_list("status", flat=True)) if supplier.pk else ""}


@dataclass(frozen=True)
class Scope:
    """What purchasing asks about: a category, a site, both, or (empty) the supplier as a whole."""

    category: Category | None = None
    site: Site | None = None

    def rows(self, supplier: Supplier) -> list[Clearance]:
        """The clearances that hold here: those of the category or one above it, of the site, or of both."""
        above = set(_with_parents(self.category))
        return [
            row
            for row in supplier.clearances.select_related("category", "site")
            if (row.category_id is None or row.category_id in above)
            and (row.site_id is None or (self.site is not None and row.site_id == self.site.pk))
        ]


def _with_parents(category: Category | None) -> Iterable[int]:
    while category is not None:
        yield category.pk
        category = category.parent


def limit(
    rows: list[Clearance], answer: str, until: dt.date | None, day: dt.date
) -> tuple[str, dt.date | None, list[Condition]]:
    """The supplier's answer, made stricter by what holds for the category and site. Never made milder."""
    strict = [row for row in rows if row.status == C.SUSPENDED or is_over(row, day)]
    if strict:
        return "deny", None, [_reason(row) for row in strict]
    limits = [row.due_on for row in rows if row.status == C.CONDITIONAL and row.due_on]
    if limits and answer != "deny":
        return "conditional", min([*limits, *([until] if until else [])]), []
    return answer, until, []


def is_over(row: Clearance, day: dt.date) -> bool:
    return row.status == C.CONDITIONAL and row.due_on is not None and row.due_on < day


def _reason(row: Clearance) -> Condition:
    text = _("%(scope)s: %(status)s since %(date)s") % {
        "scope": row,
        "status": row.get_status_display(),
        "date": day_text(row.status_since),
    }
    return Condition(
        "clearance", _("Category or site"), ConditionState.MISSING, text, row.turn, since=row.status_since.date()
    )
