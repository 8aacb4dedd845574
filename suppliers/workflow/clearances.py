"""Clearances: a category or site approved, approved on condition, suspended; a condition not met in time suspends."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, Blocker, Step, WorkflowError, move
from suppliers import gates
from suppliers.models import Category, Clearance, Site, Supplier
from suppliers.permissions import can_decide, can_manage, is_system
from suppliers.recipients import company_side, people_of
from suppliers.states import ClearanceStatus as C
from suppliers.workflow.supplier import facts_changed, lock

ANY = tuple(C.values)
CLEARANCE_STEPS = {
    "clearance.approve": Step(ANY, C.APPROVED, can_decide),
    "clearance.limit": Step(ANY, C.CONDITIONAL, can_decide, Turn.SUPPLIER),
    "clearance.suspend": Step(ANY, C.SUSPENDED, can_manage, Turn.CSR),
    "clearance.lapse": Step((C.CONDITIONAL,), C.SUSPENDED, is_system, Turn.CSR),
}
STEP_TO = {C.APPROVED: "clearance.approve", C.CONDITIONAL: "clearance.limit", C.SUSPENDED: "clearance.suspend"}


@transaction.atomic
def set_clearance(
    supplier: Supplier,
    *,
    status: str,
    reason: str,
    by: User,
    category: Category | None = None,
    site: Site | None = None,
    until: dt.date | None = None,
    conditions: str = "",
    day: dt.date | None = None,
) -> Clearance:
    """Decide about a category, a site, or both together. Raises with everything that stands against it."""
    step = CLEARANCE_STEPS[STEP_TO[C(status)]]
    if not step.who(by, supplier):
        raise PermissionDenied
    supplier = lock(supplier.pk)
    if blockers := setting_blockers(supplier, status, reason, category, site, until, conditions, day or today()):
        raise WorkflowError(_("This is not possible now."), blockers)
    is_limited = status == C.CONDITIONAL
    changes: dict[str, Any] = {
        "due_on": until if is_limited else None,
        "grounds": reason,
        "conditions": conditions if is_limited else "",
        "decided_by": by,
        "decided_at": timezone.now(),
    }
    row = Clearance.objects.filter(supplier=supplier, category=category, site=site).first()
    if row is None:
        row = Clearance.objects.create(
            supplier=supplier, category=category, site=site, status=status, turn=step.turn, **changes
        )
        data = {"scope": str(row), "until": changes["due_on"]}
        history.record(row, STEP_TO[C(status)], by=by, reason=reason, to_status=status, data=data)
    else:
        data = {"scope": str(row), "until": changes["due_on"]}
        move(row, CLEARANCE_STEPS, STEP_TO[C(status)], by=by, reason=reason, data=data, **changes)
    facts_changed(supplier, by=by, day=day)
    _tell(row)
    return row


def setting_blockers(
    supplier: Supplier,
    status: str,
    reason: str,
    category: Category | None,
    site: Site | None,
    until: dt.date | None,
    conditions: str,
    day: dt.date,
) -> list[Blocker]:
    longest = gates.current_policy().conditional_days
    is_limited = status == C.CONDITIONAL
    tests = {
        _("Choose a category, a site, or both."): category is None and site is None,
        _("The supplier does not deliver this category."): bool(
            category and not supplier.categories.filter(pk=category.pk).exists()
        ),
        _("This is not a site of the supplier."): bool(site and site.supplier_id != supplier.pk),
        _("Give a reason: it stays in the history."): not reason.strip(),
        _("Give a day after today, at most %(days)s days from now.") % {"days": longest}: is_limited
        and (until is None or not day < until <= day + dt.timedelta(days=longest)),
        _("Write what the supplier must meet until then."): is_limited and not conditions.strip(),
    }
    return [Blocker("clearance", text) for text, holds in tests.items() if holds]


def end_conditions(day: dt.date) -> int:
    """Conditional clearances whose day is over are suspended, and both sides are told. Safe to run twice."""
    pks = list(Clearance.objects.filter(status=C.CONDITIONAL, due_on__lt=day).values_list("pk", "supplier_id"))
    for pk, supplier_id in pks:
        with transaction.atomic():
            supplier = lock(supplier_id)
            row = Clearance.objects.get(pk=pk)
            if row.status == C.CONDITIONAL and row.due_on and row.due_on < day:
                data = {"scope": str(row), "until": row.due_on}
                move(row, CLEARANCE_STEPS, "clearance.lapse", by=SYSTEM, data=data, due_on=None)
                facts_changed(supplier, day=day)
                _tell(row)
    return len(pks)


def _tell(row: Clearance) -> None:
    context = {"clearance": row, "supplier": row.supplier}
    event = row.status_since.isoformat()
    sides = (
        (people_of(row.supplier), reverse("portal:status")),
        (company_side(row.supplier), reverse("staff:clearance-list", args=[row.supplier_id])),
    )
    for readers, url in sides:
        tell(readers, "suppliers/clearance", about=row, event=event, url=url, context=context)
