"""Clearances: what a CSR review gives for categories and sites, and what procurement suspends or ends by hand.

Approving needs a case, which a second person decides on the conditions of the gate (suppliers/workflow/reviews.py).
"""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.workflow import Blocker, WorkflowError, move
from suppliers import events
from suppliers.clearances import CLOSED
from suppliers.models import Category, Clearance, Decision, Site, Supplier
from suppliers.states import ClearanceStatus as C
from suppliers.workflow.clearance_steps import CLEARANCE_STEPS, STEP_TO, scope_in_words, tell_both
from suppliers.workflow.supplier import facts_changed, lock

BY_HAND = (C.SUSPENDED, C.ENDED)


@transaction.atomic
def close_clearance(
    supplier: Supplier,
    *,
    status: str,
    reason: str,
    by: User,
    category: Category | None = None,
    site: Site | None = None,
    day: dt.date | None = None,
) -> Clearance:
    """Suspend or end a category, a site, or both together, at once. Raises with everything that stands against it."""
    if status not in BY_HAND or not CLEARANCE_STEPS[STEP_TO[C(status)]].who(by, supplier):
        raise PermissionDenied
    supplier = lock(supplier.pk)
    if blockers := closing_blockers(supplier, reason, category, site):
        raise WorkflowError(_("This is not possible now."), blockers)
    row = _set(supplier, category, site, C(status), reason, by)
    facts_changed(supplier, day=day)
    tell_both(row, "suppliers/clearance", event=row.status_since.isoformat())
    return row


def closing_blockers(supplier: Supplier, reason: str, category: Category | None, site: Site | None) -> list[Blocker]:
    tests = {
        _("Choose a category, a site, or both."): category is None and site is None,
        _("Give a reason: it stays in the history."): not reason.strip(),
    }
    found = [Blocker("clearance", text) for text, holds in tests.items() if holds]
    return [*scope_blockers(supplier, [category] if category else [], [site] if site else []), *found]


def scope_blockers(supplier: Supplier, categories: list[Category], sites: list[Site]) -> list[Blocker]:
    """Categories that the supplier does not deliver, sites that are not its own."""
    delivered = set(supplier.categories.values_list("pk", flat=True)) if categories else set()
    foreign_category = any(category.pk not in delivered for category in categories)
    tests = {
        _("The supplier does not deliver this category."): foreign_category,
        _("This is not a site of the supplier."): any(site.supplier_id != supplier.pk for site in sites),
    }
    return [Blocker("clearance", text) for text, holds in tests.items() if holds]


def carry_out(decision: Decision, supplier: Supplier, by: User) -> None:
    """The outcome of a case becomes the status of each of its categories and sites. The decision tells both sides."""
    for category, site in decision.review.units:
        limits = {"due_on": decision.until, "conditions": decision.conditions}
        _set(supplier, category, site, C(decision.outcome), decision.reason, by, decision=decision, **limits)


def confirm(decision: Decision, by: User) -> None:
    """The conditions were met in time: what was limited by this decision holds without a date."""
    for row in decision.clearances.filter(status=C.CONDITIONAL).select_related("category", "site", "supplier"):
        _set(row.supplier, row.category, row.site, C.APPROVED, row.grounds, by, decision=decision)


def _set(
    supplier: Supplier, category: Category | None, site: Site | None, status: C, reason: str, by: User, **changes: Any
) -> Clearance:
    values: dict[str, Any] = {
        "due_on": None,
        "conditions": "",
        "decision": None,
        "grace_until": None,
        "grounds": reason,
    }
    values |= {"decided_by": by, "decided_at": timezone.now(), **changes}
    step = STEP_TO[status]
    row = Clearance.objects.filter(supplier=supplier, category=category, site=site).first()
    if row is None:
        turn = CLEARANCE_STEPS[step].turn
        row = Clearance(supplier=supplier, category=category, site=site, status=status, turn=turn, **values)
        row.save()
        data = {"scope": scope_in_words(row), "until": values["due_on"]}
        history.record(row, step, by=by, reason=reason, to_status=status, data=data)
    else:
        data = {"scope": scope_in_words(row), "until": values["due_on"]}
        move(row, CLEARANCE_STEPS, step, by=by, reason=reason, data=data, **values)
    events.clearance_changed(row)
    return row


def end_conditions(day: dt.date) -> int:
    """Whoever holds something whose day is over is looked at, whatever their own status. Safe to run twice."""
    over = Clearance.objects.exclude(status__in=CLOSED).filter(due_on__lt=day)
    pks = list(over.order_by("supplier_id").values_list("supplier_id", flat=True).distinct())
    for pk in pks:
        with transaction.atomic():
            facts_changed(lock(pk), day=day)
    return len(pks)
