"""Another date for the plan or the correction of a finding (R-CAP-1 sets the first one)."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from audits.models import Finding
from audits.permissions import can_judge_finding
from audits.states import FindingStatus, Grade
from csr_portal.core import history
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Blocker, WorkflowError, not_now_message
from suppliers.workflow import facts_changed, lock
from suppliers.workflow.extension import date_blockers, tell_extended

F = FindingStatus
# Which of its days a finding waits for while it lies with the supplier.
DAY_OF = {
    F.OPEN: "plan_due_on",
    F.REOPENED: "plan_due_on",
    F.PLAN_REJECTED: "approval_due_on",
    F.PLAN_APPROVED: "close_due_on",
    F.EVIDENCE_REJECTED: "close_due_on",
}
NEVER = (Grade.ZERO_TOLERANCE, Grade.CRITICAL)
LONGEST_DAYS = 30


def extension_blockers(finding: Finding, due_on: dt.date, reason: str, day: dt.date | None = None) -> list[Blocker]:
    """Never for zero tolerance and critical findings; once, by at most 30 days; no plan later than the correction."""
    if finding.status not in DAY_OF:
        return [Blocker("status", not_now_message(finding))]
    if finding.grade in NEVER:
        return [Blocker("grade", _("The dates of zero-tolerance and critical findings stay as they are."))]
    if HistoryEntry.objects.about(finding).filter(action="finding.extend").exists():
        return [Blocker("once", _("The date of this finding was changed once already."))]
    limits = [finding.due_on + dt.timedelta(days=LONGEST_DAYS)] if finding.due_on else []
    if DAY_OF[F(finding.status)] != "close_due_on" and finding.close_due_on:
        limits.append(finding.close_due_on)
    return date_blockers(finding.due_on, due_on, reason, day or today(), min(limits, default=None))


@transaction.atomic
def extend(finding: Finding, due_on: dt.date, *, by: User, reason: str, day: dt.date | None = None) -> None:
    if not can_judge_finding(by, finding):
        raise PermissionDenied
    supplier = lock(finding.supplier_id)
    finding.refresh_from_db()
    if blockers := extension_blockers(finding, due_on, reason, day):
        raise WorkflowError(_("The date was not changed."), blockers)
    before, field = finding.due_on, DAY_OF[F(finding.status)]
    Finding.objects.filter(pk=finding.pk).update(**{"due_on": due_on, field: due_on})
    finding.refresh_from_db()
    history.record(finding, "finding.extend", by=by, reason=reason, data={"from": before, "to": due_on})
    url = reverse("portal:finding-detail", args=[finding.pk])
    tell_extended(supplier, finding, url=url, before=before, reason=reason)
    facts_changed(supplier)
