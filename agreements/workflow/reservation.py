"""Signed with a reservation on clauses: the CSR manager accepts it, or the text goes back to the supplier."""

from typing import Any

from django.db import transaction
from django.urls import reverse

from agreements import events
from agreements.models import Agreement, SignatureEvent
from agreements.states import EventKind, Party
from agreements.workflow.company import ask_company, turn_after_supplier
from agreements.workflow.evidence import Trace, keep_event
from agreements.workflow.people import people_of, tell_colleagues, tell_outside, tell_people
from agreements.workflow.steps import STEPS
from csr_portal.core.models import User
from csr_portal.core.workflow import move
from suppliers.workflow import facts_changed, lock


@transaction.atomic
def accept_reservation(agreement: Agreement, *, by: User, reason: str = "", trace: Trace | None = None) -> None:
    """The reservation becomes part of the agreement; it is named in the sealed PDF, on both pages and by the gate."""
    supplier = lock(agreement.supplier_id)
    turn = turn_after_supplier(agreement)
    data = reserved_clauses(agreement.reservations)
    move(agreement, STEPS, "agreement.accept_reservation", by=by, reason=reason, data=data, due_on=None, turn=turn)
    events.changed(agreement)
    _decided(
        agreement, EventKind.RESERVATION_ACCEPTED, "agreements/reservation_accepted", by=by, reason=reason, trace=trace
    )
    ask_company(agreement)
    facts_changed(supplier)


@transaction.atomic
def refuse_reservation(agreement: Agreement, *, by: User, reason: str, trace: Trace | None = None) -> None:
    """The text goes back: the supplier signs without the reservation, with another one, or declines."""
    supplier = lock(agreement.supplier_id)
    data = reserved_clauses(agreement.reservations)
    move(agreement, STEPS, "agreement.refuse_reservation", by=by, reason=reason, data=data, reservations=[])
    events.returned(agreement)
    event = _decided(
        agreement, EventKind.RESERVATION_REFUSED, "agreements/reservation_refused", by=by, reason=reason, trace=trace
    )
    context = {"reason": reason, "who": by}
    tell_colleagues(agreement, "agreements/reservation_refused", str(event.pk), by=by, context=context)
    facts_changed(supplier)


def reserved_clauses(reservations: list[dict[str, Any]]) -> dict[str, Any]:
    """For the history: the numbers of the clauses, which read the same in every language."""
    return {"clauses": ", ".join(str(item["position"]) for item in reservations)}


def _decided(
    agreement: Agreement, kind: str, mail: str, *, by: User, reason: str, trace: Trace | None
) -> SignatureEvent:  # fmt: skip
    event = keep_event(
        agreement, kind, party=Party.COMPANY, name=by.name, name_latin=by.name_latin, title=by.job_title,
        trace=trace, data={"reason": reason},
    )  # fmt: skip
    url = reverse("portal:agreement-detail", args=[agreement.pk])
    context = {"reason": reason, "who": by}
    tell_people(people_of(agreement.supplier), agreement, mail, str(event.pk), url=url, context=context)
    tell_outside(agreement, mail, str(event.pk), context=context)
    return event
