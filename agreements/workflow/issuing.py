"""Texts to suppliers: who gets one and who does not, agreements to sign and guidelines to acknowledge."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import events
from agreements.models import Acknowledgement, Agreement, Campaign, Version
from agreements.permissions import can_issue
from agreements.states import READABLE
from agreements.states import AgreementStatus as A
from agreements.states import VersionStatus as V
from agreements.tasks import present
from agreements.workflow.guideline import issue_guideline
from agreements.workflow.links import revoke_links
from agreements.workflow.people import people_of
from agreements.workflow.steps import STEPS
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, Actor, WorkflowError, move
from suppliers.gates import ConditionState, validity_state
from suppliers.models import Supplier
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_changed, lock

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
    campaign: Campaign | None = None,
) -> Agreement | Acknowledgement:  # fmt: skip
    """Issue a published text to one supplier: an agreement to sign, or a guideline to acknowledge.

    A campaign has the files of its agreements drawn itself, several at a time.
    """
    supplier = lock(supplier.pk)
    if by != SYSTEM and not can_issue(by):
        raise WorkflowError(_("Only procurement may issue texts."))
    if version.status != V.PUBLISHED:
        raise WorkflowError(_("Only a published version can be issued."))
    if left_out := plan(version, [supplier]).left_out:
        raise WorkflowError(left_out[0][1])
    make = issue_guideline if version.document.is_guideline else _issue_agreement
    due_on = due_on or today() + dt.timedelta(days=DUE_DAYS)
    row = make(version, supplier, by, due_on, language or supplier.language, campaign)
    facts_changed(supplier, by=by)
    return row


def _issue_agreement(
    version: Version, supplier: Supplier, by: Actor, due_on: dt.date, language: str, campaign: Campaign | None
) -> Agreement:  # fmt: skip
    """A newer version takes the place of what nobody has signed yet; what is in force stays until its date."""
    for older in Agreement.objects.filter(supplier=supplier, document=version.document_id, status__in=READABLE):
        reason = _("A newer version was issued.")
        move(older, STEPS, "agreement.recall", by=SYSTEM, reason=reason, end_reason=reason, due_on=None)
        events.changed(older)
        revoke_links(older, by=by)
    row = Agreement.objects.create(
        supplier=supplier, version=version, document=version.document, campaign=campaign, language=language,
        issued_by=by if isinstance(by, User) else None, status=A.ISSUED, turn="supplier", due_on=due_on,
    )  # fmt: skip
    row.number = f"A-{timezone.localdate().year}-{row.pk:05d}"
    row.save(update_fields=["number"])
    data = {"number": row.number, "version": version.number, "document": version.document.code}
    history.record(row, "agreement.issue", by=by, data=data, to_status=A.ISSUED)
    events.changed(row)
    _answer_declined(row)
    if campaign is None:
        present.enqueue(row.pk, key=str(row.pk))
    url = reverse("portal:agreement-detail", args=[row.pk])
    tell(people_of(supplier), "agreements/issued", about=row, event="issued", url=url)
    return row


def _answer_declined(row: Agreement) -> None:
    """A refusal waits for the buyer's answer; issuing the text again is one."""
    declined = Agreement.objects.filter(supplier=row.supplier_id, document=row.document_id, status=A.DECLINED)
    for older in declined.exclude(turn=Turn.NOBODY):
        move(older, STEPS, "agreement.answer", by=SYSTEM, data={"by_number": row.number}, due_on=None)
