"""The steps of a clearance, and what time and the gate do to it: what a case has given ends when its conditions do."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from csr_portal.core import history
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.translated import in_every_language
from csr_portal.core.workflow import SYSTEM, Step, move
from suppliers import events, gates
from suppliers.clearances import HELD, extent_of_row, places_of
from suppliers.gates import Gate
from suppliers.models import Clearance, Supplier
from suppliers.permissions import can_decide, can_manage, is_system
from suppliers.recipients import company_side, people_of
from suppliers.snapshots import LEFT_OUT
from suppliers.states import ClearanceStatus as C
from suppliers.states import Segment

ANY = tuple(C.values)
CLEARANCE_STEPS = {
    "clearance.approve": Step(ANY, C.APPROVED, can_decide),
    "clearance.limit": Step(ANY, C.CONDITIONAL, can_decide, Turn.SUPPLIER),
    "clearance.reject": Step(ANY, C.REJECTED, can_decide),
    "clearance.suspend": Step(ANY, C.SUSPENDED, can_manage, Turn.CSR),
    "clearance.end": Step(ANY, C.ENDED, can_manage),
    "clearance.lapse": Step(HELD, C.SUSPENDED, is_system, Turn.CSR),
    "clearance.fall_back": Step(HELD, C.ENDED, is_system),
}
STEP_TO = {
    C.APPROVED: "clearance.approve",
    C.CONDITIONAL: "clearance.limit",
    C.REJECTED: "clearance.reject",
    C.SUSPENDED: "clearance.suspend",
    C.ENDED: "clearance.end",
}


def scope_in_words(row: Clearance) -> dict[str, str]:
    """For the history, which people of every language read."""
    return in_every_language(lambda: str(row))


def keep_or_end(suppliers: Iterable[Supplier], day: dt.date) -> None:
    """Each clearance for itself: keep it, begin the grace period, or end it (R-GATE-1). The suppliers are locked."""
    locked = {supplier.pk: supplier for supplier in suppliers}
    rows = Clearance.objects.filter(supplier__among=list(locked), status__in=HELD)
    for row in rows.select_related("category", "site", "decision", "supplier__owner"):
        if row.due_on and row.due_on < day:
            _lapse(row, "condition_over", None)
        elif row.decision:
            _keep_or_end(row, locked[row.supplier_id], day)


def _keep_or_end(row: Clearance, supplier: Supplier, day: dt.date) -> None:
    gate = gate_of(row, supplier, day)
    if gate.holds_on_condition if row.status == C.CONDITIONAL else gate.is_open:
        if row.grace_until:
            _set_grace(row, None)
    elif row.grace_until is None and gate.policy.grace_days:
        _begin_grace(row, gate, day)
    elif row.grace_until is None or row.grace_until < day:
        _lapse(row, "grace_over", gate)


def gate_of(row: Clearance, supplier: Supplier, day: dt.date | None = None) -> Gate:
    """The conditions of the segment for this category and site; the case itself was decided."""
    segment = row.decision.segment if row.decision else Segment.COOPERATING
    extent = extent_of_row(row, places_of([supplier])[supplier.pk])
    return gates.check(supplier, segment, day=day, leaving_out=LEFT_OUT, extent=extent)


def _set_grace(row: Clearance, until: dt.date | None) -> None:
    Clearance.objects.filter(pk=row.pk).update(grace_until=until)
    row.grace_until = until
    events.clearance_changed(row)


def _begin_grace(row: Clearance, gate: Gate, day: dt.date) -> None:
    """The first day of a loss: note it, and tell both sides until when the clearance still holds."""
    _set_grace(row, day + dt.timedelta(days=gate.policy.grace_days))
    missing = {condition.code for condition in gate.missing}
    titles = in_every_language(
        lambda: "; ".join(c.title for c in gate_of(row, row.supplier, day).missing if c.code in missing)
    )
    data = {"scope": scope_in_words(row), "titles": titles, "until": row.grace_until}
    entry = history.record(row, "clearance.gate_lost", by=SYSTEM, data=data)
    # A function, because each recipient reads the conditions in another language.
    more = {"conditions": lambda: gate_of(row, row.supplier, day).missing}
    tell_both(row, "suppliers/clearance_lost", event=str(entry.pk), **more)


def _lapse(row: Clearance, why: str, gate: Gate | None) -> None:
    """What was given for strategic ends, and orders go on; otherwise nothing is ordered until a new case."""
    is_strategic = row.decision is not None and row.decision.segment == Segment.STRATEGIC
    step = "clearance.fall_back" if is_strategic else "clearance.lapse"
    data: dict[str, Any] = {"scope": scope_in_words(row), "until": row.due_on or row.grace_until, "why": why}
    data |= {"missing": [condition.code for condition in gate.missing]} if gate else {}
    move(row, CLEARANCE_STEPS, step, by=SYSTEM, data=data, due_on=None, grace_until=None)
    events.clearance_changed(row)
    tell_both(row, "suppliers/clearance", event=row.status_since.isoformat())


def tell_both(row: Clearance, kind: str, *, event: str, **more: Any) -> None:
    """The supplier's people, the buyer in charge and the CSR managers, each in their language."""
    context = {"clearance": row, "supplier": row.supplier, **more}
    sides = (
        (people_of(row.supplier), reverse("portal:status")),
        (company_side(row.supplier), reverse("staff:clearance-list", args=[row.supplier_id])),
    )
    for readers, url in sides:
        tell(readers, kind, about=row, event=event, url=url, context=context)
