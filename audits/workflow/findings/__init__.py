"""What can happen to a finding, in which order (R-CAP-2). Statuses change nowhere else.

One module per subject; everybody else imports from here. Every function locks the supplier first, then takes the
step, then has the supplier's standing refreshed.
"""

from audits.workflow.findings.disputes import dispute, drop, reopen, uphold
from audits.workflow.findings.evidence import reject_evidence, submit_evidence, verify
from audits.workflow.findings.plans import PlannedAction, accept_no_action, approve_plan, reject_plan, submit_plan
from audits.workflow.findings.raising import (
    NEXT_WORSE,
    due_days,
    needs_two_months,
    open_finding,
    open_from_answers,
    previous_finding,
)
from audits.workflow.findings.steps import (
    STEPS,
    approve_blockers,
    closing_blockers,
    current_plan,
    evidence_blockers,
    no_action_blockers,
    plan_blockers,
)

__all__ = [
    "NEXT_WORSE",
    "PlannedAction",
    "STEPS",
    "accept_no_action",
    "approve_blockers",
    "approve_plan",
    "closing_blockers",
    "current_plan",
    "dispute",
    "drop",
    "due_days",
    "evidence_blockers",
    "needs_two_months",
    "no_action_blockers",
    "open_finding",
    "open_from_answers",
    "plan_blockers",
    "previous_finding",
    "reject_evidence",
    "reject_plan",
    "reopen",
    "submit_evidence",
    "submit_plan",
    "uphold",
    "verify",
]
