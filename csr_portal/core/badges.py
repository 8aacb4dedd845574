"""How a state looks: one tone, one icon, one word for each code of each domain. The only place that says so."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Badge(NamedTuple):
    """`tone` is a class of theme.css, `icon` a Lucide name, `label` the word."""

    tone: str
    icon: str
    label: Any


BADGES: dict[str, dict[str, Badge]] = {
    "supplier": {
        "listed": Badge("neutral", "circle-dashed", _("Not invited yet")),
        "invited": Badge("info", "mail", _("Invited")),
        "registered": Badge("info", "user-round-check", _("Registered")),
        "cooperating": Badge("neutral", "link", _("Cooperating")),
        "strategic": Badge("brand", "star", _("Strategic")),
        "suspended": Badge("bad", "octagon-pause", _("Suspended")),
        "ended": Badge("neutral", "archive", _("Ended")),
        "declined": Badge("neutral", "circle-slash", _("Declined")),
    },
    "supplier_import": {
        "uploaded": Badge("warn", "columns-3", _("Columns to be matched")),
        "checking": Badge("info", "loader", _("Being checked")),
        "planned": Badge("warn", "list-checks", _("Waiting for your word")),
        "applying": Badge("info", "loader", _("Being imported")),
        "applied": Badge("ok", "circle-check", _("Imported")),
        "undoing": Badge("info", "loader", _("Being undone")),
        "undone": Badge("neutral", "undo-2", _("Undone")),
        "discarded": Badge("neutral", "archive", _("Discarded")),
    },
    "import_row": {
        "create": Badge("ok", "plus", _("New")),
        "update": Badge("info", "pencil-line", _("Changed")),
        "question": Badge("warn", "circle-question-mark", _("Doubtful")),
        "unchanged": Badge("neutral", "equal", _("Unchanged")),
        "duplicate": Badge("neutral", "copy", _("Twice in the file")),
        "error": Badge("bad", "circle-x", _("Wrong")),
    },
    "segment": {
        "cooperating": Badge("neutral", "link", _("Cooperating")),
        "strategic": Badge("brand", "star", _("Strategic")),
    },
    "decision": {
        "approved": Badge("ok", "circle-check", _("Approved")),
        "conditional": Badge("special", "calendar-check", _("Conditional")),
        "rejected": Badge("bad", "circle-x", _("Rejected")),
        "waiver": Badge("special", "shield-half", _("Waived")),
    },
    "gate": {
        "met": Badge("ok", "circle-check", _("Met")),
        "expiring": Badge("warn", "clock-alert", _("Expiring")),
        "missing": Badge("bad", "circle-x", _("Missing")),
        "waived": Badge("special", "shield-half", _("Waived")),
        "not_required": Badge("neutral", "minus", _("Not required")),
    },
    "review": {
        "opened": Badge("neutral", "folder-open", _("In preparation")),
        "prepared": Badge("info", "hourglass", _("Waiting for decision")),
        "decided": Badge("ok", "gavel", _("Decided")),
        "withdrawn": Badge("neutral", "undo-2", _("Withdrawn")),
    },
    "waiver": {
        "requested": Badge("info", "hourglass", _("Requested")),
        "approved": Badge("special", "shield-half", _("Waived")),
        "refused": Badge("bad", "circle-x", _("Refused")),
        "ended": Badge("neutral", "archive", _("Ended")),
    },
    "invitation": {
        "sent": Badge("info", "send", _("Sent")),
        "opened": Badge("info", "mail-open", _("Opened")),
        "bounced": Badge("bad", "mail-x", _("Did not arrive")),
        "registered": Badge("ok", "user-round-check", _("Registered")),
        "expired": Badge("warn", "calendar-x", _("Expired")),
        "revoked": Badge("neutral", "ban", _("Revoked")),
    },
    "duplicate": {
        "suspected": Badge("warn", "copy", _("Suspected")),
        "dismissed": Badge("neutral", "circle-slash", _("Not a duplicate")),
        "merged": Badge("ok", "merge", _("Merged")),
        "cleared": Badge("neutral", "minus", _("No longer alike")),
    },
    "join": {
        "requested": Badge("info", "hourglass", _("Requested")),
        "approved": Badge("ok", "circle-check", _("Approved")),
        "declined": Badge("neutral", "circle-slash", _("Declined")),
    },
    "agreement": {
        "issued": Badge("info", "send", pgettext_lazy("agreement", "Issued")),
        "viewed": Badge("info", "eye", _("Viewed")),
        "chop_pending": Badge("warn", "stamp", _("Chop pending")),
        "reserved": Badge("warn", "message-square-warning", _("Signed with reservation")),
        "own_code": Badge("warn", "file-check", _("Own code offered")),
        "signed": Badge("info", "signature", _("Signed")),
        "in_force": Badge("ok", "circle-check", _("In force")),
        "expiring": Badge("warn", "clock-alert", _("Expires soon")),
        "declined": Badge("bad", "circle-slash", pgettext_lazy("agreement", "Declined")),
        "recalled": Badge("neutral", "undo-2", _("Recalled")),
        "superseded": Badge("neutral", "layers", _("Superseded")),
        "expired": Badge("bad", "calendar-x", _("Expired")),
        "terminated": Badge("neutral", "file-x", _("Terminated")),
        "": Badge("neutral", "minus", _("None yet")),
    },
    "guideline": {
        "issued": Badge("info", "send", pgettext_lazy("agreement", "Issued")),
        "viewed": Badge("info", "eye", _("Viewed")),
        "acknowledged": Badge("ok", "circle-check", _("Acknowledged")),
        "superseded": Badge("neutral", "layers", _("Superseded")),
        "overdue": Badge("bad", "alarm-clock", _("Overdue")),
        "": Badge("neutral", "minus", _("None yet")),
    },
    "version": {
        "draft": Badge("neutral", "pencil-line", _("Draft")),
        "published": Badge("ok", "circle-check", _("Published")),
        "retired": Badge("neutral", "archive", _("Retired")),
        "withdrawn": Badge("neutral", "archive", _("Withdrawn")),
    },
    "campaign": {
        "draft": Badge("neutral", "pencil-line", _("Draft")),
        "planned": Badge("neutral", "calendar", _("Planned")),
        "running": Badge("info", "play", _("Under way")),
        "paused": Badge("warn", "hourglass", _("Paused")),
        "closed": Badge("ok", "circle-check", _("Closed")),
        "cancelled": Badge("neutral", "ban", _("Cancelled")),
    },
    "self_inspection": {
        "assigned": Badge("neutral", "circle-dashed", _("Assigned")),
        "in_progress": Badge("info", "pencil-line", _("In progress")),
        "submitted": Badge("info", "inbox", _("Submitted")),
        "returned": Badge("warn", "undo-2", _("Returned")),
        "accepted": Badge("ok", "circle-check", _("Accepted")),
        "overdue": Badge("bad", "alarm-clock", _("Overdue")),
        "expired": Badge("bad", "calendar-x", _("Expired")),
        "cancelled": Badge("neutral", "ban", _("Cancelled")),
        "": Badge("neutral", "minus", _("None yet")),
    },
    "plan": {
        "draft": Badge("neutral", "pencil-line", _("Draft")),
        "proposed": Badge("info", "hourglass", _("Waiting for decision")),
        "approved": Badge("ok", "circle-check", _("Approved")),
        "closed": Badge("neutral", "archive", _("Closed")),
    },
    "site_review": {
        "planned": Badge("neutral", "calendar", _("Planned")),
        "announced": Badge("info", "megaphone", _("Announced")),
        "confirmed": Badge("info", "calendar-check", _("Confirmed")),
        "in_progress": Badge("info", "clipboard-pen-line", _("On site")),
        "closed": Badge("info", "door-closed", _("Closed on site")),
        "reported": Badge("ok", "file-check", _("Reported")),
        "postponed": Badge("warn", "calendar-clock", _("Postponed")),
        "cancelled": Badge("neutral", "ban", _("Cancelled")),
        "recognised": Badge("ok", "badge-check", _("Recognised")),
        "lapsed": Badge("bad", "calendar-x", _("Lapsed")),
        "": Badge("neutral", "minus", _("None yet")),
    },
    "finding": {
        "open": Badge("bad", "flag", _("Open")),
        "plan_submitted": Badge("info", "clipboard-check", _("Plan submitted")),
        "plan_rejected": Badge("warn", "undo-2", _("Plan not accepted")),
        "plan_approved": Badge("info", "list-checks", _("Plan approved")),
        "evidence_submitted": Badge("info", "inbox", _("Evidence submitted")),
        "evidence_rejected": Badge("warn", "circle-dot", _("Progress made")),
        "verified_closed": Badge("ok", "circle-check", _("Verified, closed")),
        "disputed": Badge("special", "message-square-warning", _("Disputed")),
        "reopened": Badge("bad", "rotate-ccw", _("Reopened")),
        "overdue": Badge("bad", "alarm-clock", _("Overdue")),
    },
    "grade": {
        "zero_tolerance": Badge("zero", "octagon-alert", _("Zero tolerance")),
        "critical": Badge("bad", "siren", _("Critical")),
        "major": Badge("bad", "triangle-alert", _("Major")),
        "minor": Badge("warn", "circle-alert", _("Minor")),
    },
    "checkpoint": {
        "not_checked": Badge("neutral", "circle-dashed", _("Not checked")),
        "conform": Badge("ok", "circle-check", _("Conform")),
        "partly": Badge("warn", "circle-dot", _("Partly")),
        "not_conform": Badge("bad", "circle-x", _("Not conform")),
        "na": Badge("neutral", "circle-slash", _("Not applicable")),
        "to_confirm": Badge("special", "history", _("To confirm")),
    },
    "answer": {
        "yes": Badge("ok", "circle-check", _("Yes")),
        "partly": Badge("warn", "circle-dot", _("Partly")),
        "no": Badge("bad", "circle-x", _("No")),
        "na": Badge("neutral", "circle-slash", _("Not applicable")),
        "to_confirm": Badge("special", "history", _("To confirm")),
        "returned": Badge("warn", "undo-2", _("Returned")),
        "": Badge("neutral", "circle-dashed", _("Not answered")),
    },
    "evidence": {
        "received": Badge("info", "inbox", _("Received")),
        "accepted": Badge("ok", "circle-check", _("Accepted")),
        "not_accepted": Badge("warn", "undo-2", _("Not accepted")),
        "expired": Badge("bad", "calendar-x", _("Expired")),
        "withdrawn": Badge("neutral", "archive", _("Withdrawn")),
    },
    "saving": {
        "saved": Badge("ok", "cloud-check", _("Saved")),
        "waiting": Badge("warn", "cloud-upload", _("Waiting to send")),
        "failed": Badge("bad", "cloud-off", _("Could not send, retry")),
    },
    "mail": {
        "queued": Badge("neutral", "hourglass", _("Queued")),
        "sent": Badge("info", "send", _("Sent")),
        "opened": Badge("info", "mail-open", _("Opened")),
        "bounced": Badge("bad", "mail-x", _("Did not arrive")),
        "failed": Badge("bad", "mail-x", _("Did not arrive")),
        "revoked": Badge("neutral", "ban", _("Revoked")),
    },
    "webhook": {
        "active": Badge("ok", "circle-check", _("Active")),
        "failing": Badge("bad", "cloud-off", _("Nothing arrives")),
        "paused": Badge("neutral", "circle-pause", _("Paused")),
    },
    "delivery": {
        "queued": Badge("info", "hourglass", _("Queued")),
        "delivered": Badge("ok", "circle-check", _("Delivered")),
        "failed": Badge("bad", "cloud-off", _("Given up")),
    },
    "session": {
        "planned": Badge("neutral", "calendar", _("Planned")),
        "open": Badge("info", "door-open", _("Open for enrolment")),
        "held": Badge("info", "users-round", _("Held")),
        "closed": Badge("ok", "circle-check", _("Closed")),
        "cancelled": Badge("neutral", "ban", _("Cancelled")),
    },
    "training": {
        "enrolled": Badge("neutral", "user-round-plus", _("Enrolled")),
        "attended": Badge("info", "user-round-check", _("Attended")),
        "passed": Badge("ok", "graduation-cap", _("Passed")),
        "failed": Badge("bad", "circle-x", _("Not passed")),
        "absent": Badge("neutral", "user-round-x", _("Absent")),
        "withdrawn": Badge("neutral", "user-round-minus", _("Withdrawn")),
        "cancelled": Badge("neutral", "ban", _("Cancelled")),
    },
    "certificate": {
        "submitted": Badge("info", "inbox", _("To be checked")),
        "verified": Badge("ok", "badge-check", _("Verified")),
        "valid": Badge("ok", "badge-check", _("Valid")),
        "expiring": Badge("warn", "clock-alert", _("Expires soon")),
        "expired": Badge("bad", "calendar-x", _("Expired")),
        "rejected": Badge("bad", "circle-x", _("Not accepted")),
        "withdrawn": Badge("neutral", "archive", _("Withdrawn")),
        "suspended": Badge("bad", "octagon-pause", _("Suspended")),
        "revoked": Badge("bad", "ban", _("Revoked")),
        "lapsed": Badge("bad", "calendar-x", _("Lapsed")),
    },
    "report": {
        "queued": Badge("neutral", "hourglass", _("Queued")),
        "running": Badge("info", "loader-circle", _("Running")),
        "ready": Badge("ok", "file-check", _("Ready")),
        "failed": Badge("bad", "file-x", _("Failed")),
    },
    "risk": {
        "low": Badge("neutral", "chevron-down", _("Low")),
        "medium": Badge("neutral", "equal", _("Medium")),
        "high": Badge("warn", "chevrons-up", _("High")),
        "": Badge("neutral", "circle-dashed", _("Not rated")),
    },
    "rule_version": {
        "draft": Badge("neutral", "pencil-line", _("Draft")),
        "current": Badge("ok", "circle-check", _("In force")),
        "retired": Badge("neutral", "archive", _("Retired")),
    },
    "trial": {
        "loses": Badge("bad", "circle-minus", _("would lose it")),
        "gains": Badge("ok", "circle-plus", _("would gain it")),
        "keeps": Badge("neutral", "circle-check", _("keeps it")),
        "stays_out": Badge("neutral", "circle-dashed", _("still not ready")),
        "higher": Badge("warn", "trending-up", _("higher band")),
        "lower": Badge("ok", "trending-down", _("lower band")),
        "same": Badge("neutral", "equal", _("same band")),
    },
    "turn": {
        "you": Badge("brand", "user-round", _("You")),
        "buyer": Badge("neutral", "shopping-cart", _("Buyer")),
        "supplier": Badge("neutral", "factory", _("Supplier")),
        "csr": Badge("neutral", "shield-user", _("CSR manager")),
        "auditor": Badge("neutral", "hard-hat", _("Auditor")),
        "trainer": Badge("neutral", "graduation-cap", _("Training coordinator")),
        "signatory": Badge("neutral", "signature", _("Signatory")),
        "company": Badge("neutral", "signature", _("Signatory of the company")),
        "system": Badge("neutral", "cog", _("System")),
        "": Badge("neutral", "minus", _("Nobody")),
    },
}


def badge(domain: str, code: str) -> Badge:
    """The look of a code. A code that the table does not know is shown as it is, in grey, rather than not at all."""
    known = BADGES[domain].get(code)
    return known or Badge("neutral", "circle", str(code).replace("_", " ") or "–")
