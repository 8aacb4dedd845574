"""What can happen to a self-inspection, in which order. Statuses change nowhere else.

One module per subject; everybody else imports from here.
"""

from audits.workflow.inspections.answering import (
    MINUTES_PER_QUESTION,
    AnswerConflict,
    Saved,
    save_answer,
    save_facts,
    start,
    submit,
)
from audits.workflow.inspections.asking import (
    Planned,
    assign,
    assign_blockers,
    campaign_plan,
    carry_over,
    open_inspection,
    send_campaign,
)
from audits.workflow.inspections.dates import extend, extend_many
from audits.workflow.inspections.evidence import attach_known, attach_upload, detach
from audits.workflow.inspections.judging import VALID_MONTHS, accept, judge, judge_file, reopen, return_to_supplier
from audits.workflow.inspections.steps import (
    REVIEW_TIME,
    STEPS,
    accept_blockers,
    reopen_blockers,
    return_blockers,
    submit_blockers,
)

__all__ = [
    "AnswerConflict",
    "MINUTES_PER_QUESTION",
    "Planned",
    "REVIEW_TIME",
    "STEPS",
    "Saved",
    "VALID_MONTHS",
    "accept",
    "accept_blockers",
    "assign",
    "assign_blockers",
    "attach_known",
    "attach_upload",
    "campaign_plan",
    "carry_over",
    "detach",
    "extend",
    "extend_many",
    "judge",
    "judge_file",
    "open_inspection",
    "reopen",
    "reopen_blockers",
    "return_blockers",
    "return_to_supplier",
    "save_answer",
    "save_facts",
    "send_campaign",
    "start",
    "submit",
    "submit_blockers",
]
