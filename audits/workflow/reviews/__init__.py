"""What can happen to a site review, in which order. Statuses change nowhere else.

One module per subject; everybody else imports from here. Every function that touches a review locks its supplier
first, then takes the step, then refreshes the standing.
"""

from audits.workflow.reviews.dates import announce, ask_date, cancel, confirm, postpone
from audits.workflow.reviews.fieldwork import add_interview, add_photos, close, headcount, save_checkpoint, start
from audits.workflow.reviews.planning import LEAD_WEEKS, effort_for, next_workday, plan_review, usual_checklist
from audits.workflow.reviews.reporting import report
from audits.workflow.reviews.steps import STEPS, announce_blockers, closing_blockers, report_blockers, start_blockers
from audits.workflow.reviews.team import (
    ROTATE_AFTER,
    declare_no_conflict,
    lead_blockers,
    name_member,
    qualification_of,
    remove_member,
)

__all__ = [
    "LEAD_WEEKS",
    "ROTATE_AFTER",
    "STEPS",
    "add_interview",
    "add_photos",
    "announce",
    "announce_blockers",
    "ask_date",
    "cancel",
    "close",
    "closing_blockers",
    "confirm",
    "declare_no_conflict",
    "effort_for",
    "headcount",
    "lead_blockers",
    "name_member",
    "next_workday",
    "plan_review",
    "postpone",
    "qualification_of",
    "remove_member",
    "report",
    "report_blockers",
    "save_checkpoint",
    "start",
    "start_blockers",
    "usual_checklist",
]
