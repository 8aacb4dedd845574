"""A condition set aside for a time: asked with a reason, approved by a second person, with an end date (B20)."""

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import add_months, today
from csr_portal.core.workflow import SYSTEM, Actor, Blocker, Step, WorkflowError, move
from suppliers import gates
from suppliers.models import Supplier, Waiver
from suppliers.permissions import can_decide, can_decide_waiver, can_manage
from suppliers.recipients import company_side
from suppliers.states import WaiverStatus
from suppliers.workflow.supplier import facts_changed, lock

WAIVER_STEPS = {
    "waiver.approve": Step((WaiverStatus.REQUESTED,), WaiverStatus.APPROVED, can_decide_waiver),
    "waiver.refuse": Step((WaiverStatus.REQUESTED,), WaiverStatus.REFUSED, can_decide_waiver),
    "waiver.end": Step((WaiverStatus.APPROVED,), WaiverStatus.ENDED, can_decide),
}
LONGEST_MONTHS = 12


@transaction.atomic
def ask_for_waiver(
    supplier: Supplier, *, condition: str, reason: str, valid_until: dt.date, by: User, day: dt.date | None = None
) -> Waiver:
    day = day or today()
    if not can_manage(by, supplier):
        raise WorkflowError(_("Only buyers and CSR managers ask for a waiver."))
    supplier = lock(supplier.pk)
    if blockers := asking_blockers(supplier, condition, reason, valid_until, day):
        raise WorkflowError(_("This waiver cannot be asked for."), blockers)
    waiver = Waiver.objects.create(
        supplier=supplier,
        condition=condition,
        reason=reason,
        valid_until=valid_until,
        requested_by=by,
        status=WaiverStatus.REQUESTED,
        turn=Turn.CSR,
    )
    data = {"condition": condition, "until": valid_until}
    history.record(waiver, "waiver.ask", by=by, reason=reason, to_status=WaiverStatus.REQUESTED, data=data)
    _tell(waiver, "asked", but=by)
    return waiver


def asking_blockers(supplier: Supplier, code: str, reason: str, valid_until: dt.date, day: dt.date) -> list[Blocker]:
    gate = gates.check(supplier, supplier.segment_aimed_at, day=day)
    condition = next((c for c in gate.conditions if c.code == code), None)
    tests = {
        _("This condition does not belong to the gate of this supplier."): condition is None,
        _("Zero tolerance cannot be waived."): condition is not None and not condition.can_be_waived,
        _("Give a reason: it stays in the history."): not reason.strip(),
        _("Give an end after today, at most 12 months from now."): not (
            day < valid_until <= add_months(day, LONGEST_MONTHS)
        ),
    }
    return [Blocker("waiver", text) for text, holds in tests.items() if holds]


def approving_blockers(waiver: Waiver, supplier: Supplier, day: dt.date) -> list[Blocker]:
    """What may have happened since it was asked for: the end has come, or it is zero tolerance now."""
    gate = gates.check(supplier, supplier.segment_aimed_at, day=day)
    is_zero_tolerance = any(c.code == waiver.condition and not c.can_be_waived for c in gate.conditions)
    tests = {
        _("Zero tolerance cannot be waived."): is_zero_tolerance,
        _("Its end is over: ask again."): waiver.valid_until < day,
    }
    return [Blocker("waiver", text) for text, holds in tests.items() if holds]


@transaction.atomic
def approve_waiver(waiver: Waiver, *, by: User, reason: str = "") -> None:
    """A second person lets the condition rest. The gate asks again at once: zero tolerance is never waived."""
    supplier = lock(waiver.supplier_id)
    if blockers := approving_blockers(waiver, supplier, today()):
        raise WorkflowError(_("This waiver cannot be approved."), blockers)
    move(waiver, WAIVER_STEPS, "waiver.approve", by=by, reason=reason, approved_by=by, due_on=waiver.valid_until)
    facts_changed(supplier)
    _tell(waiver, "approved", but=by)


@transaction.atomic
def refuse_waiver(waiver: Waiver, *, by: User, reason: str) -> None:
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    move(waiver, WAIVER_STEPS, "waiver.refuse", by=by, reason=reason)
    _tell(waiver, "refused", but=by)


@transaction.atomic
def end_waiver(waiver: Waiver, *, by: Actor = SYSTEM, reason: str = "", day: dt.date | None = None) -> None:
    supplier = lock(waiver.supplier_id)
    move(waiver, WAIVER_STEPS, "waiver.end", by=by, reason=reason)
    facts_changed(supplier, day=day)


def _tell(waiver: Waiver, event: str, *, but: User) -> None:
    readers = dict.fromkeys([*company_side(waiver.supplier), waiver.owner])
    tell(
        [person for person in readers if person != but],
        "suppliers/waiver",
        about=waiver,
        event=event,
        url=reverse("staff:supplier-detail", args=[waiver.supplier_id]),
        context={"waiver": waiver, "supplier": waiver.supplier, "by": but},
    )
