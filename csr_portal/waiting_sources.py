"""Every kind of object that can wait for somebody, and how its work is worded: a further app adds a row."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models import Acknowledgement, Agreement
from agreements.record import each_sent_back
from agreements.states import EventKind
from audits.models import Finding, SelfInspection, SiteReview
from csr_portal.core.models import User
from suppliers.models import Certificate, Clearance, DuplicatePair, JoinRequest, Review, Supplier, Waiver

OPEN_IT, ANSWER_IT = pgettext_lazy("verb on a button", "Open"), pgettext_lazy("verb on a button", "Answer")


@dataclass(frozen=True)
class Wording:
    """What is to be done with an object in a status, and the verb of the button."""

    what: Any
    verb: Any


@dataclass(frozen=True)
class SentBack:
    """What the supplier did was not accepted: what is to be done now, why, and where on the page."""

    wording: Wording
    reason: str
    anchor: str = ""


@dataclass(frozen=True)
class Source:
    """A kind of object that can wait: where it is opened, and how its work is worded per status."""

    model: Any
    icon: str
    staff_url: str
    staff: Mapping[str, Wording]
    portal_url: str = ""
    portal: Mapping[str, Wording] | None = None
    waiting: Mapping[str, Any] | None = None
    related: tuple[str, ...] = ("supplier",)
    supplier_path: str = "supplier"
    opened_by: str = "pk"  # the attribute whose value the staff page is opened with
    named: Callable[[User, dt.date], QuerySet] | None = None  # rows that wait for a person by name, not for a role
    sent_back: Callable[[Iterable[Any]], Mapping[int, SentBack]] | None = None  # rows that the supplier has to do again


NOT_ACCEPTED = {
    EventKind.CHOP_REFUSED: Wording(
        _("Your upload was not accepted: send the CSR agreement with the company chop again"), _("Upload again")
    ),
    EventKind.RESERVATION_REFUSED: Wording(
        _("Your reservation was not accepted: have the CSR agreement signed without it, or with another one"),
        _("Read and forward"),
    ),
    EventKind.OWN_CODE_REFUSED: Wording(
        _("Your own code of conduct was not accepted: have the CSR agreement signed"), _("Read and forward")
    ),
}


def agreements_sent_back(rows: Iterable[Agreement]) -> dict[int, SentBack]:
    """A refused upload leads to the place where paper is uploaded."""
    return {
        pk: SentBack(
            NOT_ACCEPTED[EventKind(event.kind)],
            event.data.get("reason", ""),
            "#chop" if event.kind == EventKind.CHOP_REFUSED else "",
        )
        for pk, event in each_sent_back(rows).items()
    }


SOURCES = (
    Source(
        Supplier,
        "user-round-check",
        "staff:supplier-detail",
        {
            "registered": Wording(_("Check and admit the new supplier"), _("Check")),
            "suspended": Wording(_("Suspended: review the existing orders"), OPEN_IT),
        },
        related=(),
        supplier_path="",
    ),
    Source(
        DuplicatePair,
        "copy",
        "staff:duplicate-detail",
        {"suspected": Wording(_("Perhaps the same company twice: compare"), _("Compare"))},
        related=("first", "second"),
        supplier_path="first",
    ),
    Source(
        JoinRequest,
        "user-round-plus",
        "staff:supplier-people",
        {"requested": Wording(_("Somebody asks to join as a contact"), _("Decide"))},
        opened_by="supplier_id",
    ),
    Source(
        Certificate,
        "badge-check",
        "staff:certificate-detail",
        {"submitted": Wording(_("Verify a certificate"), _("Verify"))},
        waiting={"submitted": _("Certificate is being verified")},
    ),
    Source(
        Review,
        "gavel",
        "staff:review-detail",
        {
            "opened": Wording(_("Prepare the CSR review"), _("Prepare")),
            "prepared": Wording(_("Decide the CSR review"), _("Decide")),
        },
    ),
    Source(
        Clearance,
        "layers",
        "staff:clearance-list",
        {"suspended": Wording(_("A category or site is suspended: open a CSR review, or end it"), OPEN_IT)},
        related=("supplier", "category", "site"),
        opened_by="supplier_id",
    ),
    Source(
        Waiver,
        "shield-half",
        "staff:waiver-detail",
        {"requested": Wording(_("Decide about a waiver"), _("Decide"))},
    ),
    Source(
        Agreement,
        "signature",
        "staff:agreement-detail",
        {
            "chop_pending": Wording(_("Confirm the company chop on the agreement"), _("Confirm")),
            "reserved": Wording(_("Decide about the reservation to the agreement"), _("Decide")),
            "own_code": Wording(_("Check the supplier's own code of conduct"), _("Check")),
            "declined": Wording(_("Answer: the agreement was declined"), ANSWER_IT),
            "signed": Wording(_("Sign the agreement for the company"), _("Read and sign")),
        },
        "portal:agreement-detail",
        {
            "issued": Wording(_("Have the CSR agreement signed by your legal representative"), _("Read and forward")),
            "viewed": Wording(_("Have the CSR agreement signed by your legal representative"), _("Read and forward")),
        },
        {
            "chop_pending": _("The company chop on the CSR agreement is being checked"),
            "reserved": _("Your reservation to the CSR agreement is being decided"),
            "own_code": _("Your own code of conduct is being checked"),
            "declined": _("Your objection to the CSR agreement is being answered"),
            "signed": _("You have signed the CSR agreement; the company completes it"),
        },
        related=("supplier", "document"),
        named=Agreement.objects.to_sign_for_company,
        sent_back=agreements_sent_back,
    ),
    Source(
        Acknowledgement,
        "book-open-check",
        "",
        {},
        "portal:guideline-detail",
        {
            "issued": Wording(_("Read and acknowledge the purchasing guideline"), _("Read the guideline")),
            "viewed": Wording(_("Read and acknowledge the purchasing guideline"), _("Continue reading")),
        },
    ),
    Source(
        SelfInspection,
        "clipboard-list",
        "staff:inspection-detail",
        {"submitted": Wording(_("Review the self-inspection"), _("Review"))},
        "portal:inspection-detail",
        {
            "assigned": Wording(_("Fill in the self-inspection"), _("Begin")),
            "in_progress": Wording(_("Fill in the self-inspection"), _("Continue")),
            "returned": Wording(_("Answer the returned questions of the self-inspection"), _("Open the questions")),
        },
        {"submitted": _("Your self-inspection is being reviewed")},
        related=("supplier", "site"),
    ),
    Source(
        SiteReview,
        "map-pinned",
        "staff:site-review-detail",
        {
            "planned": Wording(_("Announce the site review"), OPEN_IT),
            "postponed": Wording(_("Find a new date for the site review"), OPEN_IT),
            "confirmed": Wording(_("Carry out the site review"), OPEN_IT),
            "in_progress": Wording(_("Finish the site review"), _("Continue")),
            "closed": Wording(_("Write the report of the site review"), _("Report")),
        },
        "portal:site-review-detail",
        {"announced": Wording(_("Confirm the date of the site review"), _("See the date"))},
        {
            "confirmed": _("A site review is coming"),
            "in_progress": _("The site review is going on"),
            "closed": _("The report of the site review is being written"),
        },
        related=("supplier", "site"),
    ),
    Source(
        Finding,
        "flag",
        "staff:finding-detail",
        {
            "plan_submitted": Wording(_("Check the corrective action plan"), _("Read the plan")),
            "evidence_submitted": Wording(_("Verify the evidence of a finding"), _("Verify")),
            "disputed": Wording(_("Answer: a finding is disputed"), ANSWER_IT),
        },
        "portal:finding-detail",
        {
            "open": Wording(_("Send a corrective action plan"), _("Write the plan")),
            "reopened": Wording(_("Send a new corrective action plan"), _("Write the plan")),
            "plan_rejected": Wording(_("Improve the corrective action plan"), _("Improve the plan")),
            "plan_approved": Wording(_("Send evidence of the corrective action"), _("Send evidence")),
            "evidence_rejected": Wording(_("Send further evidence"), _("Send evidence")),
        },
        {
            "plan_submitted": _("Your corrective action plan is being checked"),
            "evidence_submitted": _("Your evidence is being verified"),
            "disputed": _("Your objection to a finding is being answered"),
        },
        related=("supplier", "site"),
    ),
)
