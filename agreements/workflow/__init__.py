"""What can happen to texts, agreements and acknowledgements, in which order. Statuses change nowhere else.

One module per subject; everybody else imports from here. Every function that changes a supplier's facts locks the
supplier first, then takes the step, then calls facts_changed.
"""

from agreements.workflow.chop import CHOP_TYPES, confirm_chop, refuse_chop, upload_chop
from agreements.workflow.company import countersign, set_company_signers
from agreements.workflow.delegation import delegate, revoke_delegation
from agreements.workflow.drafts import (
    create_document,
    create_draft,
    delete_clause,
    delete_question,
    edit_version,
    move_clause,
    save_clause,
    save_question,
)
from agreements.workflow.endings import expire, give_notice, set_frame_contract, terminate, withdraw_notice
from agreements.workflow.evidence import Trace, note_event
from agreements.workflow.force import come_into_force, recall, renew_archive_stamp, seal_agreement
from agreements.workflow.guideline import ACKNOWLEDGEMENT_STEPS, acknowledge, view_guideline
from agreements.workflow.issuing import DUE_DAYS, Plan, issue, issue_to_all, plan
from agreements.workflow.links import (
    ask_for_new_link,
    contact_of,
    enter_code,
    link_problem,
    send_code,
    share,
    view,
    wants_new_link,
)
from agreements.workflow.order import IssueOrder
from agreements.workflow.own_code import accept_own_code, compare_clause, offer_own_code, refuse_own_code
from agreements.workflow.reservation import accept_reservation, refuse_reservation
from agreements.workflow.signing import decline, sign
from agreements.workflow.steps import STEPS
from agreements.workflow.versions import VERSION_STEPS, missing_in_text, publish

__all__ = [
    "ACKNOWLEDGEMENT_STEPS",
    "CHOP_TYPES",
    "DUE_DAYS",
    "IssueOrder",
    "Plan",
    "STEPS",
    "Trace",
    "VERSION_STEPS",
    "accept_own_code",
    "accept_reservation",
    "acknowledge",
    "ask_for_new_link",
    "come_into_force",
    "compare_clause",
    "contact_of",
    "confirm_chop",
    "countersign",
    "create_document",
    "create_draft",
    "decline",
    "delegate",
    "delete_clause",
    "delete_question",
    "edit_version",
    "enter_code",
    "expire",
    "give_notice",
    "issue",
    "issue_to_all",
    "link_problem",
    "missing_in_text",
    "move_clause",
    "note_event",
    "offer_own_code",
    "plan",
    "publish",
    "recall",
    "refuse_chop",
    "renew_archive_stamp",
    "refuse_own_code",
    "refuse_reservation",
    "revoke_delegation",
    "save_clause",
    "save_question",
    "seal_agreement",
    "send_code",
    "set_company_signers",
    "set_frame_contract",
    "share",
    "sign",
    "terminate",
    "upload_chop",
    "view",
    "view_guideline",
    "wants_new_link",
    "withdraw_notice",
]
