"""Another date, for one or for many."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audits.models import SelfInspection
from audits.permissions import can_assign_inspections
from audits.states import EDITABLE
from audits.workflow.inspections.people import tell_supplier
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Actor, Blocker, WorkflowError, not_now_message
from suppliers.workflow import facts_changed, lock
from suppliers.workflow.extension import date_blockers


def extension_blockers(
    inspection: SelfInspection, due_on: dt.date, reason: str, day: dt.date | None = None
) -> list[Blocker]:
    """For many at once: while it can be filled in, and within the limits of every task."""
    if inspection.status not in EDITABLE:
        return [Blocker("status", not_now_message(inspection))]
    return date_blockers(inspection.due_on, due_on, reason, day or today())


@transaction.atomic
def extend(inspection: SelfInspection, due_on: dt.date, *, by: Actor, reason: str = "") -> None:
    """Another date, before or after the deadline (B3)."""
    supplier = lock(inspection.supplier_id)
    if isinstance(by, User) and not can_assign_inspections(by, supplier):
        raise PermissionDenied
    inspection.refresh_from_db()
    if inspection.status not in EDITABLE:
        raise WorkflowError(not_now_message(inspection))
    if due_on < today(inspection.site.time_zone):
        raise ValidationError(_("The new date must not lie in the past."))
    data = {"from": inspection.due_on, "to": due_on}
    SelfInspection.objects.filter(pk=inspection.pk).update(due_on=due_on)
    inspection.due_on = due_on
    history.record(inspection, "inspection.extend", by=by, reason=reason, data=data)
    tell_supplier(inspection, "inspection_extended", event=f"{due_on}", reason=reason)
    facts_changed(supplier)


def extend_many(inspections: Iterable[SelfInspection], due_on: dt.date, *, by: Actor, reason: str = "") -> int:
    """The same date for several; those that are no longer open are left out. Return how many were extended."""
    extended = 0
    for inspection in inspections:
        if inspection.is_editable:
            extend(inspection, due_on, by=by, reason=reason)
            extended += 1
    return extended
