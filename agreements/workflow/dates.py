"""Another date to sign or acknowledge by."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Acknowledgement, Agreement
from agreements.permissions import can_issue
from agreements.states import READABLE, AcknowledgementStatus
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Blocker, WorkflowError, not_now_message
from suppliers.workflow import facts_changed, lock
from suppliers.workflow.extension import date_blockers, tell_extended

Paper = Agreement | Acknowledgement
WAITING = {Agreement: READABLE, Acknowledgement: (AcknowledgementStatus.ISSUED, AcknowledgementStatus.VIEWED)}


def extension_blockers(row: Paper, due_on: dt.date, reason: str, day: dt.date | None = None) -> list[Blocker]:
    """While it lies with the supplier; the limits of every task."""
    if row.status not in WAITING[type(row)]:
        return [Blocker("status", not_now_message(row))]
    return date_blockers(row.due_on, due_on, reason, day or today())


@transaction.atomic
def extend(row: Paper, due_on: dt.date, *, by: User, reason: str, day: dt.date | None = None) -> None:
    """The status stays as it is; the agreement's own term is not touched."""
    if not can_issue(by, row):
        raise PermissionDenied
    supplier = lock(row.supplier_id)
    row.refresh_from_db()
    if blockers := extension_blockers(row, due_on, reason, day):
        raise WorkflowError(_("The date was not changed."), blockers)
    before, kind = row.due_on, "agreement" if isinstance(row, Agreement) else "guideline"
    type(row).objects.filter(pk=row.pk).update(due_on=due_on)
    row.due_on = due_on
    action = "agreement.extend" if kind == "agreement" else "acknowledgement.extend"
    history.record(row, action, by=by, reason=reason, data={"from": before, "to": due_on})
    url = reverse(f"portal:{kind}-detail", args=[row.pk])
    tell_extended(supplier, row, url=url, before=before, reason=reason)
    facts_changed(supplier)
