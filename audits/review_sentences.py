"""How the history of plans, site reviews and findings reads."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "sitereviewplan.create": (_("Plan proposed"), "neutral", "calendar-plus"),
    "sitereviewplan.approve": (_("Plan approved by a second person"), "ok", "circle-check"),
    "sitereviewplan.close": (_("Plan of the year closed"), "neutral", "archive"),
    "sitereview.plan": (_("Site review planned"), "neutral", "calendar"),
    "sitereview.name": (_("%(person)s named for the team"), "info", "user-round-plus"),
    "sitereview.unname": (_("%(person)s taken out of the team"), "neutral", "user-round-minus"),
    "sitereview.declare": (_("Conflict of interest declared"), "neutral", "signature"),
    "sitereview.announce": (_("Announced to the supplier, from %(from)s"), "info", "megaphone"),
    "sitereview.confirm": (_("Date confirmed by the supplier"), "info", "calendar-check"),
    "sitereview.ask_date": (_("The supplier asked for %(wished_from)s"), "warn", "calendar-clock"),
    "sitereview.start": (_("Review started on site"), "info", "clipboard-pen-line"),
    "sitereview.close": (_("Closing meeting held"), "info", "door-closed"),
    "sitereview.report": (_("Reported: %(letter)s, %(score)s"), "ok", "file-check"),
    "sitereview.postpone": (_("Postponed"), "warn", "calendar-clock"),
    "sitereview.cancel": (_("Cancelled"), "neutral", "ban"),
    "finding.open": (_("Finding raised"), "bad", "flag"),
    "finding.submit_plan": (_("Plan sent"), "info", "clipboard-check"),
    "finding.approve_plan": (_("Plan approved"), "info", "list-checks"),
    "finding.reject_plan": (_("Plan not accepted"), "warn", "undo-2"),
    "finding.accept_no_action": (_("Accepted that nothing is done, closed"), "ok", "circle-check"),
    "finding.submit_evidence": (_("Evidence sent"), "info", "inbox"),
    "finding.verify": (_("Verified and closed"), "ok", "circle-check"),
    "finding.reject_evidence": (_("Evidence not enough yet"), "warn", "circle-dot"),
    "finding.dispute": (_("Disputed by the supplier"), "special", "message-square-warning"),
    "finding.uphold": (_("The finding stands"), "neutral", "flag"),
    "finding.drop": (_("Closed: the supplier was right"), "ok", "circle-check"),
    "finding.reopen": (_("Opened again"), "bad", "rotate-ccw"),
    "supplier.zero_tolerance": (
        _("Zero-tolerance finding %(number)s: no new orders, existing ones reviewed by %(orders_reviewed_by)s"),
        "bad",
        "octagon-alert",
    ),
}
