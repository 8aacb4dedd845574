"""Texts to suppliers: who gets one and who does not, agreements to sign and guidelines to acknowledge."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import events
from agreements.models import Acknowledgement, Agreement, Version
from agreements.permissions import can_issue
from agreements.states import READABLE
from agreements.states import AgreementStatus as A
from agreements.states import VersionStatus as V
from agreements.tasks import present
from agreements.workflow.evidence import Trace
from agreements.workflow.guideline import issue_guideline
from agreements.workflow.links import revoke_links
from agreements.workflow.order import IssueOrder
from agreements.workflow.people import tell_first
from agreements.workflow.steps import STEPS
from csr_portal.core import history
from csr_portal.core.bulk import reserve_keys
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, Actor, WorkflowError, move
from suppliers.gates import ConditionState, validity_state
from suppliers.models import Supplier
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_of_all_changed, lock

OUTSIDE = (SupplierStatus.LISTED, SupplierStatus.INVITED, SupplierStatus.DECLINED, SupplierStatus.ENDED)
DUE_DAYS = 21


@dataclass
class Plan:
    """What an issue would do: who gets it, and who does not and why."""

    issued: list[Supplier] = field(default_factory=list)
    left_out: list[tuple[Supplier, str]] = field(default_factory=list)


def plan(version: Version, suppliers: Iterable[Supplier]) -> Plan:
    """The dry run of an issue: three queries, whatever the number of suppliers."""
    result, suppliers = Plan(), list(suppliers)
    keys = [supplier.pk for supplier in suppliers]
    model = Acknowledgement if version.document.is_guideline else Agreement
    rows = model.objects.filter(document=version.document_id, supplier_id__among=keys)
    if version.document.is_guideline:
        taken = set(rows.filter(version=version).values_list("supplier_id", flat=True))
        reason, holding = _("Already has this version"), set()
    else:
        waiting = rows.open().filter(Q(version=version) | ~Q(status__in=READABLE))
        taken = set(waiting.values_list("supplier_id", flat=True))
        in_force = Agreement.objects.in_force().filter(version=version, supplier_id__among=keys)
        held = in_force.values_list("supplier_id", "valid_until")
        holding = {pk for pk, until in held if validity_state(until, today()) == ConditionState.MET}
        reason = _("An agreement already waits for a signature")
    for supplier in suppliers:
        if supplier.status in OUTSIDE:
            result.left_out.append((supplier, supplier.get_status_display()))
        elif supplier.pk in taken:
            result.left_out.append((supplier, reason))
        elif supplier.pk in holding:
            result.left_out.append((supplier, _("This version is in force")))
        else:
            result.issued.append(supplier)
    return result


@transaction.atomic
def issue(
    version: Version, supplier: Supplier, *, by: Actor, due_on: dt.date | None = None, language: str = "",
    trace: Trace | None = None,
) -> Agreement | Acknowledgement:  # fmt: skip
    """Issue a published text to one supplier: an agreement to sign, or a guideline to acknowledge."""
    order = IssueOrder(version, by, due_on or today() + dt.timedelta(days=DUE_DAYS), language, trace=trace)
    rows, left_out = issue_to_all(order, [lock(supplier.pk)])
    if left_out:
        raise WorkflowError(left_out[0][1])
    if isinstance(rows[0], Agreement):
        present.enqueue(rows[0].pk, key=str(rows[0].pk))
    return rows[0]


@transaction.atomic
def issue_to_all(
    order: IssueOrder, suppliers: Iterable[Supplier]
) -> tuple[list[Agreement] | list[Acknowledgement], list[tuple[Supplier, str]]]:
    """Issue to suppliers that the caller has locked. Returns what they got, and who got nothing with the reason.

    The caller has the files of agreements drawn.
    """
    if order.by != SYSTEM and not can_issue(order.by):
        raise WorkflowError(_("Only procurement may issue texts."))
    if order.version.status != V.PUBLISHED:
        raise WorkflowError(_("Only a published version can be issued."))
    planned = plan(order.version, suppliers)
    make = issue_guideline if order.version.document.is_guideline else _issue_agreements
    rows = make(order, planned.issued)
    facts_of_all_changed(planned.issued)
    return rows, planned.left_out


def _issue_agreements(order: IssueOrder, suppliers: list[Supplier]) -> list[Agreement]:
    """A newer version takes the place of what nobody has signed yet; what is in force stays until its date."""
    of_document = Agreement.objects.filter(document=order.version.document_id, supplier__in=suppliers)
    _recall_unsigned(of_document, order)
    year = timezone.localdate().year
    rows = [
        Agreement(pk=key, number=f"A-{year}-{key:05d}", supplier=supplier, status=A.ISSUED, **order.values(supplier))
        for key, supplier in zip(reserve_keys(Agreement, len(suppliers)), suppliers, strict=True)
    ]
    Agreement.objects.bulk_create(rows)
    text = {"version": order.version.number, "document": order.version.document.code}
    told = [(row, {"number": row.number, **text}) for row in rows]
    history.record_each(told, "agreement.issue", by=order.by, to_status=A.ISSUED)
    events.issued(rows)
    _answer_declined(of_document, rows)
    tell_first(rows, "agreements/issued", event="issued", page="portal:agreement-detail")
    return rows


def _recall_unsigned(of_document: QuerySet[Agreement], order: IssueOrder) -> None:
    for older in of_document.filter(status__in=READABLE).order_by("pk"):  # as whoever keeps their files locks them
        reason = _("A newer version was issued.")
        move(older, STEPS, "agreement.recall", by=SYSTEM, reason=reason, end_reason=reason, due_on=None)
        events.changed(older)
        revoke_links(older, by=order.by, trace=order.trace)


def _answer_declined(of_document: QuerySet[Agreement], rows: list[Agreement]) -> None:
    """A refusal waits for the buyer's answer; issuing the text again is one."""
    numbers = {row.supplier_id: row.number for row in rows}
    for older in of_document.filter(status=A.DECLINED).exclude(turn=Turn.NOBODY):
        if older.supplier_id in numbers:
            move(
                older, STEPS, "agreement.answer", by=SYSTEM, data={"by_number": numbers[older.supplier_id]}, due_on=None
            )
