"""What can happen to sessions, to those who take part, to certificates and auditors. Statuses change nowhere else."""

from training.workflow.auditors import change_standing, record_qualification, record_tie
from training.workflow.certificates import (
    ask_for_certificate,
    certificate_content,
    language_of,
    revoke_certificate,
)
from training.workflow.enrolments import (
    ENROLMENT_STEPS,
    Result,
    enrol,
    enrolment_blockers,
    record_all,
    record_results,
    rule_blockers,
    withdraw,
)
from training.workflow.sessions import (
    SESSION_STEPS,
    cancel_session,
    change_session,
    close_blockers,
    close_session,
    default_title,
    hold_blockers,
    hold_session,
    invite,
    open_session,
    plan_session,
)

__all__ = [
    "ENROLMENT_STEPS",
    "SESSION_STEPS",
    "Result",
    "ask_for_certificate",
    "cancel_session",
    "certificate_content",
    "change_session",
    "change_standing",
    "close_blockers",
    "close_session",
    "default_title",
    "enrol",
    "enrolment_blockers",
    "hold_blockers",
    "hold_session",
    "invite",
    "language_of",
    "open_session",
    "plan_session",
    "record_all",
    "record_qualification",
    "record_results",
    "record_tie",
    "revoke_certificate",
    "rule_blockers",
    "withdraw",
]
