"""The supplier itself: from invited to strategic, the ways out, and what a lost condition of the gate does."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.translated import in_every_language
from csr_portal.core.workflow import SYSTEM, Actor, Blocker, Step, WorkflowError, move
from suppliers import events, gates, standing
from suppliers.models import Contact, Supplier
from suppliers.permissions import can_manage, is_system
from suppliers.recipients import company_side, people_of
from suppliers.states import Outcome, Segment
from suppliers.states import SupplierStatus as S
from suppliers.workflow import clearance_steps


def cooperating_blockers(supplier: Supplier) -> list[Blocker]:
    return gates.check(supplier, Segment.COOPERATING).as_blockers()


def strategic_blockers(supplier: Supplier) -> list[Blocker]:
    return gates.check(supplier, Segment.STRATEGIC).as_blockers()


def orders_reviewed_blockers(supplier: Supplier) -> list[Blocker]:
    if supplier.turn == Turn.BUYER:
        return []
    return [Blocker("reviewed", _("The existing orders were reviewed already."))]


STEPS = {
    "supplier.invite_listed": Step((S.LISTED,), S.INVITED, can_manage, "supplier"),
    "supplier.register": Step((S.INVITED,), S.REGISTERED, is_system, "buyer"),
    "supplier.admit": Step((S.REGISTERED,), S.COOPERATING, can_manage, "", cooperating_blockers),
    "supplier.decline": Step((S.LISTED, S.INVITED, S.REGISTERED), S.DECLINED, can_manage),
    "supplier.make_strategic": Step((S.COOPERATING,), S.STRATEGIC, is_system),
    "supplier.end_strategic": Step((S.STRATEGIC,), S.COOPERATING, can_manage),
    "supplier.lapse": Step((S.COOPERATING,), S.SUSPENDED, is_system, "buyer"),
    "supplier.suspend": Step((S.COOPERATING, S.STRATEGIC), S.SUSPENDED, can_manage, "buyer"),
    "supplier.orders_reviewed": Step((S.SUSPENDED,), S.SUSPENDED, can_manage, "", orders_reviewed_blockers),
    "supplier.resume": Step((S.SUSPENDED,), S.COOPERATING, can_manage, "", cooperating_blockers),
    "supplier.end": Step((S.REGISTERED, S.COOPERATING, S.STRATEGIC, S.SUSPENDED), S.ENDED, can_manage),
}
NEEDS_REASON = {
    "supplier.decline",
    "supplier.end_strategic",
    "supplier.suspend",
    "supplier.orders_reviewed",
    "supplier.end",
}
CLEARED: dict[str, Any] = {"grace_until": None, "conditional_until": None}
ORDERS_REVIEWED_WITHIN = dt.timedelta(days=7)  # R-GATE-3


def admit(supplier: Supplier, *, by: Actor, reason: str = "") -> None:
    _take(supplier, "supplier.admit", by, reason)


def decline(supplier: Supplier, *, by: Actor, reason: str) -> None:
    _take(supplier, "supplier.decline", by, reason)


def suspend(supplier: Supplier, *, by: Actor, reason: str) -> None:
    """No new orders from today, the existing ones reviewed by the buyer within a week (R-GATE-3).

    The relation is not ended: the supplier is helped to put things right.
    """
    _take(supplier, "supplier.suspend", by, reason, due_on=today() + ORDERS_REVIEWED_WITHIN, **CLEARED)


@transaction.atomic
def orders_reviewed(supplier: Supplier, *, by: Actor, reason: str) -> None:
    """What the buyer found about the existing orders; the supplier stays suspended, since the same day."""
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    lock(supplier.pk)
    supplier.refresh_from_db()
    since = supplier.status_since
    move(supplier, STEPS, "supplier.orders_reviewed", by=by, reason=reason, due_on=None, status_since=since)


def resume(supplier: Supplier, *, by: Actor, reason: str = "") -> None:
    _take(supplier, "supplier.resume", by, reason, due_on=None)


def end(supplier: Supplier, *, by: Actor, reason: str) -> None:
    _take(supplier, "supplier.end", by, reason, due_on=None, **CLEARED)


def end_strategic(supplier: Supplier, *, by: Actor, reason: str) -> None:
    _take(supplier, "supplier.end_strategic", by, reason, **CLEARED)


def make_strategic(supplier: Supplier, *, until: dt.date | None = None, day: dt.date | None = None) -> None:
    """The consequence of a decision, in its transaction: the gate without the review itself must allow it.

    Open, or, with `until`, closed by nothing but what a conditional approval may leave open (R-GATE-2).
    """
    gate = gates.check(supplier, Segment.STRATEGIC, day=day, leaving_out=frozenset({"csr_review"}))
    if not (gate.is_open or (until and gate.outcome == Outcome.CONDITIONAL)):
        raise WorkflowError(_("This is not possible yet."), gate.as_blockers())
    _take(supplier, "supplier.make_strategic", SYSTEM, "", grace_until=None, conditional_until=until)


TAKE = {
    "admit": admit,
    "decline": decline,
    "suspend": suspend,
    "orders_reviewed": orders_reviewed,
    "resume": resume,
    "end": end,
    "end_strategic": end_strategic,
}


@transaction.atomic
def _take(
    supplier: Supplier, step: str, by: Actor, reason: str, *, kind: str = "suppliers/status", **changes: Any
) -> None:
    """Lock, move, count anew, tell the supplier's people."""
    if step in NEEDS_REASON and not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    lock(supplier.pk)
    move(supplier, STEPS, step, by=by, reason=reason, **changes)
    standing.refresh(supplier)
    events.status_changed(supplier)
    if supplier.status != S.DECLINED:
        _tell_supplier(supplier, kind, event=supplier.status_since.isoformat(), context={"reason": reason})


def facts_changed(supplier: Supplier, *, day: dt.date | None = None) -> None:
    """Call after any step that a standing or a gate depends on, in its transaction, with the supplier locked first.

    Looks at each clearance, refreshes the standing. A strategic supplier whose gate no longer opens gets the grace
    period of the policy, and loses the status when it is over (R-GATE-1); both sides are told, once per loss.
    """
    facts_of_all_changed([supplier], day=day)


@transaction.atomic
def facts_of_all_changed(suppliers: Sequence[Supplier], *, day: dt.date | None = None) -> None:
    """The same after a step of many suppliers, all of them locked; their clearances are asked for once."""
    day = day or today()
    clearance_steps.keep_or_end(suppliers, day)
    for supplier in suppliers:
        standing.refresh(supplier, day)
        if supplier.status == S.STRATEGIC:
            _keep_or_end(supplier, day, "supplier.end_strategic")
        elif supplier.status == S.COOPERATING and supplier.grace_until is not None:
            _keep_or_end(supplier, day, "supplier.lapse")


@transaction.atomic
def night_falls(supplier: Supplier, day: dt.date) -> None:
    """What time alone does: conditions run out, grace periods and conditional approvals end. Safe to run twice."""
    supplier = lock(supplier.pk)
    clearance_steps.keep_or_end([supplier], day)
    standing.refresh(supplier, day)
    if supplier.status == S.STRATEGIC:
        _keep_or_end(supplier, day, "supplier.end_strategic")
    elif supplier.status == S.COOPERATING:
        _keep_or_end(supplier, day, "supplier.lapse")


def _keep_or_end(supplier: Supplier, day: dt.date, ending: str) -> None:
    """Keep the status, begin the grace period, or end the status; R-GATE-1 for strategic, the same for cooperating."""
    if ending == "supplier.end_strategic" and supplier.conditional_until:
        if supplier.conditional_until < day:
            _end_by_itself(supplier, ending, gates.check(supplier, Segment.STRATEGIC, day=day), "condition_over")
            return
        leaving_out = frozenset({"csr_review"})
        gate = gates.check(supplier, Segment.STRATEGIC, day=day, leaving_out=leaving_out)
        holds = gate.holds_on_condition
    else:
        segment = Segment.STRATEGIC if ending == "supplier.end_strategic" else Segment.COOPERATING
        gate = gates.check(supplier, segment, day=day)
        holds = gate.is_open
    if holds:
        _set_grace(supplier, None)
    elif supplier.grace_until is None and gate.policy.grace_days:
        _begin_grace(supplier, gate, day)
    elif supplier.grace_until is None or supplier.grace_until < day:
        _end_by_itself(supplier, ending, gate, "grace_over")


def _set_grace(supplier: Supplier, until: dt.date | None) -> None:
    if supplier.grace_until != until:
        Supplier.objects.filter(pk=supplier.pk).update(grace_until=until)
        supplier.grace_until = until
        events.gate_changed(supplier)


def _begin_grace(supplier: Supplier, gate: gates.Gate, day: dt.date) -> None:
    """The first day of a loss: note it, and tell both sides until when the status still holds."""
    _set_grace(supplier, day + dt.timedelta(days=gate.policy.grace_days))
    missing = [condition.code for condition in gate.missing]
    titles = in_every_language(
        lambda: "; ".join(c.title for c in gates.check(supplier, gate.segment, day=day).missing if c.code in missing)
    )
    data = {"missing": missing, "titles": titles, "until": supplier.grace_until}
    entry = history.record(supplier, "supplier.gate_lost", by=SYSTEM, data=data)
    _tell_both(supplier, "suppliers/gate_lost", event=str(entry.pk), gate=gate)


def _end_by_itself(supplier: Supplier, ending: str, gate: gates.Gate, why: str) -> None:
    data = {"why": why, "missing": [condition.code for condition in gate.missing]}
    move(supplier, STEPS, ending, by=SYSTEM, data=data, **CLEARED)
    standing.refresh(supplier)
    events.status_changed(supplier)
    _tell_both(supplier, "suppliers/status_ended", event=supplier.status_since.isoformat(), gate=gate)


def _tell_both(supplier: Supplier, kind: str, *, event: str, gate: gates.Gate) -> None:
    # A function, because each recipient reads the conditions in another language.
    context = {"segment": gate.segment, "conditions": lambda: gates.check(supplier, gate.segment).missing}
    _tell_supplier(supplier, kind, event=event, context=context)
    url = reverse("staff:supplier-detail", args=[supplier.pk])
    tell(company_side(supplier), kind, about=supplier, event=event, url=url, context={"supplier": supplier, **context})


def _tell_supplier(supplier: Supplier, kind: str, *, event: str, context: dict[str, object]) -> None:
    context = {"supplier": supplier, **context}
    tell(people_of(supplier), kind, about=supplier, event=event, url=reverse("portal:status"), context=context)


# Reminding


def reminder_blockers(supplier: Supplier, day: dt.date | None = None) -> list[Blocker]:
    """Why the supplier is not reminded now: nothing is its turn, nobody to reach, or told today already (B31)."""
    day = day or today()
    blockers = []
    if not waits_for_supplier(supplier):
        blockers.append(Blocker("not_their_turn", _("Nothing waits for the supplier.")))
    if not Contact.objects.filter(supplier=supplier).current().exists():
        blockers.append(Blocker("unreachable", _("Nobody acts for the supplier. Appoint a contact."), Turn.BUYER))
    if was_reminded_on(supplier, day):
        blockers.append(Blocker("reminded_today", _("The supplier was reminded today already.")))
    return blockers


def waits_for_supplier(supplier: Supplier) -> list[gates.Condition]:
    """What of the gate is the supplier's turn: missing first, then what runs out."""
    gate = gates.check(supplier, supplier.segment_aimed_at)
    return [c for c in [*gate.missing, *gate.expiring] if c.turn in {Turn.SUPPLIER, Turn.SIGNATORY}]


def was_reminded_on(supplier: Supplier, day: dt.date) -> bool:
    entries = HistoryEntry.objects.about(supplier).filter(action="supplier.reminded")
    return entries.filter(data__day=day.isoformat()).exists()


@transaction.atomic
def remind(supplier: Supplier, *, by: User, day: dt.date | None = None) -> None:
    """Mail the supplier's people what waits for them, each in their language; never twice a day."""
    day = day or today()
    if not can_manage(by, supplier):
        raise WorkflowError(_("Only buyers and CSR managers remind suppliers."))
    lock(supplier.pk)
    if blockers := reminder_blockers(supplier, day):
        raise WorkflowError(_("No reminder was sent."), blockers)
    codes = [condition.code for condition in waits_for_supplier(supplier)]
    history.record(supplier, "supplier.reminded", by=by, data={"day": day, "conditions": codes})
    context = {"conditions": lambda: waits_for_supplier(supplier), "by": by}
    _tell_supplier(supplier, "suppliers/reminder", event=day.isoformat(), context=context)


def lock(supplier_id: int) -> Supplier:
    """The supplier's row, locked to the end of the transaction. Lock order: supplier first, then its children."""
    return Supplier.objects.select_for_update().get(pk=supplier_id)


def lock_all(supplier_ids: Iterable[int]) -> list[Supplier]:
    """The same for several, always in the order of their keys, so that two who lock the same ones wait in turn."""
    return list(Supplier.objects.select_for_update().filter(pk__in=supplier_ids).order_by("pk"))
