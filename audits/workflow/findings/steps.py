"""The table of a finding's steps (R-CAP-2), and what must be there before each."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from audits.models import EvidenceSubmission, Finding, FindingPlan
from audits.permissions import can_answer_finding, can_judge_finding, can_settle_dispute, can_verify_finding
from audits.states import ActionKind, Grade, PlanVerdict
from audits.states import FindingStatus as S
from csr_portal.core.states import Turn
from csr_portal.core.timezones import add_months, today
from csr_portal.core.workflow import Blocker, Step

# R-CAP-2: findings about wages and hours are not closed before C + 60 and need records of two months.
TWO_MONTH_TOPICS = {"working_hours", "remuneration"}
EARLIEST_CLOSE_DAYS = 60
RECORD_MONTHS = 2


def evidence_blockers(finding: Finding) -> list[Blocker]:
    """What must be there before evidence may be sent (R-CAP-2): everything that is missing."""
    url = reverse("portal:finding-detail", args=[finding.pk])
    plan = current_plan(finding)
    if plan is None or plan.verdict != PlanVerdict.APPROVED:
        return [Blocker("plan", _("There is no approved plan."), Turn.SUPPLIER, url)]
    return plan_blockers(plan.root_cause, plan.no_action_reason, list(plan.actions.all()), url)


def plan_blockers(root_cause: str, no_action_reason: str, actions: Sequence[Any], url: str) -> list[Blocker]:
    """What a plan must say: root cause, correction, prevention, each with owner and date; or why nothing is done."""
    if no_action_reason.strip():
        return []
    kinds = {action.kind for action in actions}
    tests = [
        ("root_cause", bool(root_cause.strip()), _("The root cause is missing.")),
        (
            "correction",
            bool(kinds & {ActionKind.IMMEDIATE, ActionKind.CORRECTIVE}),
            _("What puts it right is missing: an immediate or a corrective action."),
        ),
        ("prevention", ActionKind.PREVENTIVE in kinds, _("What keeps it from happening again is missing.")),
        ("owner", all(action.owner.strip() for action in actions), _("An action has nobody who does it.")),
        ("due_on", all(action.due_on for action in actions), _("An action has no date.")),
    ]
    return [Blocker(code, text, Turn.SUPPLIER, url) for code, is_there, text in tests if not is_there]


def closing_blockers(finding: Finding, day: dt.date | None = None) -> list[Blocker]:
    """What keeps it from being closed: evidence that proves it, and for wages and hours time and records (R-CAP-2)."""
    day = day or today()
    url = reverse("staff:finding-detail", args=[finding.pk])
    blockers = evidence_blockers(finding)
    last = finding.submissions.first()
    if last is None or not last.evidence.filter(withdrawn_at=None).exists():
        blockers.append(Blocker("evidence", _("No file proves it."), Turn.SUPPLIER, url))
    if finding.needs_two_months:
        earliest = finding.discovered_on + dt.timedelta(days=EARLIEST_CLOSE_DAYS)
        if day < earliest:
            text = _("A finding about wages or hours is not closed before %(date)s.") % {"date": f"{earliest:%Y-%m-%d}"}
            blockers.append(Blocker("too_early", text, Turn.AUDITOR, url))
        if last is None or not _covers_two_months(last):
            text = _("The records must cover two months after the finding.")
            blockers.append(Blocker("two_months", text, Turn.SUPPLIER, url))
    return blockers


def _covers_two_months(submission: EvidenceSubmission) -> bool:
    first, last = submission.records_from, submission.records_to
    if first is None or last is None or first < submission.finding.discovered_on:
        return False
    return last >= add_months(first, RECORD_MONTHS) - dt.timedelta(days=1)


def no_action_blockers(finding: Finding) -> list[Blocker]:
    """Doing nothing is no answer to what is zero tolerance or critical."""
    plan = current_plan(finding)
    url = reverse("staff:finding-detail", args=[finding.pk])
    blockers = []
    if plan is None or not plan.no_action_reason.strip():
        blockers.append(Blocker("no_action", _("The plan names actions; approve the plan."), Turn.CSR, url))
    if finding.grade in {Grade.ZERO_TOLERANCE, Grade.CRITICAL}:
        text = _("A zero-tolerance or critical finding needs action.")
        blockers.append(Blocker("grade", text, Turn.SUPPLIER, url))
    return blockers


def approve_blockers(finding: Finding) -> list[Blocker]:
    plan = current_plan(finding)
    if plan is not None and plan.no_action_reason.strip():
        url = reverse("staff:finding-detail", args=[finding.pk])
        return [Blocker("no_action", _("The plan says that nothing will be done: accept or refuse that."), "", url)]
    return []


PLAN_FROM = (S.OPEN, S.PLAN_REJECTED, S.REOPENED)
EVIDENCE_FROM = (S.PLAN_APPROVED, S.EVIDENCE_REJECTED)
STEPS = {
    "submit_plan": Step(PLAN_FROM, S.PLAN_SUBMITTED, can_answer_finding, Turn.CSR),
    "approve_plan": Step((S.PLAN_SUBMITTED,), S.PLAN_APPROVED, can_judge_finding, Turn.SUPPLIER, approve_blockers),
    "reject_plan": Step((S.PLAN_SUBMITTED,), S.PLAN_REJECTED, can_judge_finding, Turn.SUPPLIER),
    "accept_no_action": Step((S.PLAN_SUBMITTED,), S.VERIFIED_CLOSED, can_judge_finding, "", no_action_blockers),
    "submit_evidence": Step(EVIDENCE_FROM, S.EVIDENCE_SUBMITTED, can_answer_finding, Turn.CSR, evidence_blockers),
    "verify": Step((S.EVIDENCE_SUBMITTED,), S.VERIFIED_CLOSED, can_verify_finding, "", closing_blockers),
    "reject_evidence": Step((S.EVIDENCE_SUBMITTED,), S.EVIDENCE_REJECTED, can_verify_finding, Turn.SUPPLIER),
    "dispute": Step((S.OPEN, S.PLAN_REJECTED, S.REOPENED), S.DISPUTED, can_answer_finding, Turn.CSR),
    "uphold": Step((S.DISPUTED,), S.OPEN, can_settle_dispute, Turn.SUPPLIER),
    "drop": Step((S.DISPUTED,), S.VERIFIED_CLOSED, can_settle_dispute),
    "reopen": Step((S.VERIFIED_CLOSED,), S.REOPENED, can_judge_finding, Turn.SUPPLIER),
}


def current_plan(finding: Finding) -> FindingPlan | None:
    return finding.plans.first()
