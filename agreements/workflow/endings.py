"""Every way an agreement in force ends: by notice, at once, with the frame contract, by its date (R-VAL-1)."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import events
from agreements.models import Agreement, FrameContract
from agreements.permissions import can_issue
from agreements.states import DocumentKind
from agreements.terms import end_of, notice_end
from agreements.workflow.people import tell_both
from agreements.workflow.steps import STEPS
from csr_portal.core import history
from csr_portal.core.dates import day_text
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, Actor, WorkflowError, move
from suppliers.models import Supplier
from suppliers.workflow import facts_changed, lock


@transaction.atomic
def give_notice(agreement: Agreement, *, by: Actor, reason: str, moment: dt.datetime | None = None) -> None:
    """Terminate with the notice period of the text; it holds to the supplier's own day on which that ends.

    An agreement that ends before the notice does keeps its end.
    """
    supplier = lock(agreement.supplier_id)
    agreement.refresh_from_db()
    agreement.notice_until = notice_end(agreement, moment or timezone.now())
    last = min(agreement.notice_until, agreement.valid_until or agreement.notice_until)
    days = agreement.version.notice_days
    move(
        agreement, STEPS, "agreement.give_notice", by=by, reason=reason, end_reason=reason, valid_until=last,
        notice_until=agreement.notice_until, data={"until": last, "days": days},
        status_since=agreement.status_since,
    )  # fmt: skip
    tell_both(agreement, "agreements/noticed", f"noticed:{last}", {"reason": reason, "until": last, "days": days})
    facts_changed(supplier)


@transaction.atomic
def withdraw_notice(agreement: Agreement, *, by: Actor, reason: str) -> None:
    """The agreement goes on to the end it had; both sides are told."""
    supplier = lock(agreement.supplier_id)
    agreement.refresh_from_db()
    withdrawn, agreement.notice_until = agreement.notice_until, None
    last = end_of(agreement) if agreement.valid_from else agreement.valid_until
    move(
        agreement, STEPS, "agreement.withdraw_notice", by=by, reason=reason, end_reason="", valid_until=last,
        notice_until=None, data={"until": last}, status_since=agreement.status_since,
    )  # fmt: skip
    context = {"reason": reason, "until": last}
    tell_both(agreement, "agreements/notice_withdrawn", f"notice_withdrawn:{withdrawn}", context)
    facts_changed(supplier)


@transaction.atomic
def terminate(agreement: Agreement, *, by: Actor, reason: str) -> None:
    """End it at once, without notice."""
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.terminate", by=by, reason=reason, end_reason=reason)
    events.changed(agreement)
    tell_both(agreement, "agreements/terminated", "terminated", {"reason": reason})
    facts_changed(supplier)


@transaction.atomic
def expire(agreement: Agreement, *, day: dt.date | None = None) -> None:
    """Its last valid day is over. What ended by notice is terminated, everything else has expired."""
    supplier = lock(agreement.supplier_id)
    agreement.refresh_from_db()
    by_notice = agreement.notice_until is not None and agreement.notice_until == agreement.valid_until
    ending = "terminated" if by_notice else "expired"
    move(agreement, STEPS, "agreement.end_by_notice" if by_notice else "agreement.expire", by=SYSTEM)
    events.changed(agreement)
    tell_both(agreement, f"agreements/{ending}", ending, {"reason": agreement.end_reason} if by_notice else None)
    facts_changed(supplier, day=day)


@transaction.atomic
def set_frame_contract(supplier: Supplier, *, by: User, number: str, ends_on: dt.date | None) -> FrameContract:
    """When we stop buying under contract. A CSR agreement in force ends then; a later end gives back what was cut.

    Never later than the sealed file says: for longer, it is signed again.
    """
    if not can_issue(by):
        raise PermissionDenied
    supplier = lock(supplier.pk)
    if ends_on and ends_on < today():
        raise WorkflowError(_("The last day is over."))
    row, _is_new = FrameContract.objects.update_or_create(
        supplier=supplier, defaults={"number": number, "ends_on": ends_on}
    )
    history.record(row, "frame_contract.set", by=by, data={"number": number or "–", "until": ends_on or "–"})
    held = Agreement.objects.in_force().filter(supplier=supplier, document__kind=DocumentKind.CSR_AGREEMENT)
    for agreement in held.exclude(valid_from=None).select_for_update(of=("self",)):
        _adjust(agreement, by)
    facts_changed(supplier)
    return row


def _adjust(agreement: Agreement, by: User) -> None:
    """Another last day, if the frame contract makes it one; both sides are told."""
    before, last = agreement.valid_until, end_of(agreement)
    if before == last:
        return
    agreement.valid_until = last
    agreement.save(update_fields=["valid_until"])
    data = {"from": day_text(before), "to": day_text(last)}
    history.record(agreement, "agreement.limit", by=by, data=data)
    tell_both(agreement, "agreements/limited", f"limited:{last}", {"before": before, "until": last})
