"""What can happen to texts, agreements and acknowledgements, in which order. Statuses change nowhere else.

One module per subject; everybody else imports from here. Every function that changes a supplier's facts locks the
supplier first, then takes the step, then calls facts_changed.
"""

from agreements.workflow.chop import CHOP_TYPES, confirm_chop, refuse_chop, upload_chop
from agreements.workflow.evidence import Trace, note_event
from agreements.workflow.force import come_into_force, expire, recall, seal_agreement, terminate
from agreements.workflow.guideline import ACKNOWLEDGEMENT_STEPS, acknowledge, view_guideline
from agreements.workflow.issuing import DUE_DAYS, Plan, issue, issued_before, plan
from agreements.workflow.links import enter_code, link_problem, send_code, share, view
from agreements.workflow.signing import decline, sign
from agreements.workflow.steps import STEPS
from agreements.workflow.versions import VERSION_STEPS, missing_in_text, publish

__all__ = [
    "ACKNOWLEDGEMENT_STEPS",
    "CHOP_TYPES",
    "DUE_DAYS",
    "Plan",
    "STEPS",
    "Trace",
    "VERSION_STEPS",
    "acknowledge",
    "come_into_force",
    "confirm_chop",
    "decline",
    "enter_code",
    "expire",
    "issue",
    "issued_before",
    "link_problem",
    "missing_in_text",
    "note_event",
    "plan",
    "publish",
    "recall",
    "refuse_chop",
    "seal_agreement",
    "send_code",
    "share",
    "sign",
    "terminate",
    "upload_chop",
    "view",
    "view_guideline",
]
