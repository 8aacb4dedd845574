"""What waits for whom, across the apps: a person's work, a supplier's tasks, and the numbers above them.

Every kind of object that can wait is one row of `SOURCES`; a further app adds a row. Plain functions, a constant
number of queries.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Acknowledgement, Agreement
from audits.models import Finding, SelfInspection, SiteReview
from csr_portal.core.models import Notice, User
from csr_portal.core.roles import Role
from csr_portal.core.states import MailStatus, Turn
from csr_portal.core.timezones import today
from suppliers.lists import in_care_of, work_views_of
from suppliers.models import Certificate, DuplicatePair, JoinRequest, Review, Supplier, Waiver

LIMIT = 200
SHOWN = 5


@dataclass(frozen=True)
class Wording:
    """What is to be done with an object in a status, and the verb of the button."""

    what: Any
    verb: Any


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


SOURCES = (
    Source(
        Supplier,
        "user-round-check",
        "staff:supplier-detail",
        {
            "registered": Wording(_("Check and admit the new supplier"), _("Check")),
            "suspended": Wording(_("Suspended: review the existing orders"), _("Open")),
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
            "declined": Wording(_("Answer: the agreement was declined"), _("Answer")),
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
        },
        related=("supplier", "document"),
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
            "planned": Wording(_("Announce the site review"), _("Open")),
            "postponed": Wording(_("Find a new date for the site review"), _("Open")),
            "confirmed": Wording(_("Carry out the site review"), _("Open")),
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
            "disputed": Wording(_("Answer: a finding is disputed"), _("Answer")),
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


@dataclass(frozen=True)
class Task:
    """One thing to do: a row on the desk, a card on the phone."""

    icon: str
    what: str
    verb: str
    url: str
    obj: Supplier
    site: Any
    since: dt.datetime
    due: dt.date | None
    done: int = 0
    total: int = 0
    note: str = ""

    @property
    def tone(self) -> str:
        return "bad" if self.due and self.due < today() else "brand"

    @property
    def urgency(self) -> tuple[dt.date, dt.datetime]:
        return self.due or dt.date.max, self.since


ROLE_TURNS = {
    Role.BUYER: Turn.BUYER,
    Role.CSR_MANAGER: Turn.CSR,
    Role.AUDITOR: Turn.AUDITOR,
    Role.TRAINING_COORDINATOR: Turn.TRAINER,
}


def waits_for(person: User) -> list[Task]:
    """Everything that waits for this person of the company, the latest first."""
    tasks = [
        _staff_task(source, obj)
        for source in SOURCES
        if source.staff
        for obj in _waiting_rows(source, person).select_related(*source.related).order_by("due_on", "pk")[:LIMIT]
    ]
    return sorted(tasks, key=lambda task: task.urgency)


def _waiting_rows(source: Source, person: User) -> QuerySet:
    """Rows whose turn is this person's: a buyer's own suppliers, an auditor's own reviews, all for CSR managers."""
    turns = {turn for role, turn in ROLE_TURNS.items() if role in person.roles}
    rows = source.model.objects.visible_to(person).filter(status__in=source.staff)
    owner = f"{source.supplier_path}__owner" if source.supplier_path else "owner"
    mine = Q(turn__in=turns - {Turn.BUYER, Turn.AUDITOR})
    if Turn.BUYER in turns:
        mine |= Q(turn=Turn.BUYER, **{owner: person})
    if Turn.AUDITOR in turns:
        mine |= Q(turn=Turn.AUDITOR, pk__in=_led_by(source.model, person))
    return rows.filter(mine)


def _led_by(model: Any, person: User) -> QuerySet | list[int]:
    """Site reviews this auditor is in the team of, and the findings of those."""
    if model is SiteReview:
        return SiteReview.objects.filter(team__user=person).values("pk")
    if model is Finding:
        return Finding.objects.filter(site_review__team__user=person).values("pk")
    return []


def _staff_task(source: Source, obj: Any) -> Task:
    wording = source.staff[obj.status]
    return Task(
        icon=source.icon,
        what=str(wording.what),
        verb=str(wording.verb),
        url=reverse(source.staff_url, args=[getattr(obj, source.opened_by)]),
        obj=obj if isinstance(obj, Supplier) else obj.supplier,
        site=getattr(obj, "site", None),
        since=obj.status_since,
        due=obj.due_on,
        note=getattr(obj, "number", ""),
    )


def tasks_of(supplier: Supplier) -> list[Task]:
    """What the supplier has to do now, the latest first."""
    tasks = [
        Task(
            icon=source.icon,
            what=str(source.portal[obj.status].what),
            verb=str(source.portal[obj.status].verb),
            url=reverse(source.portal_url, args=[obj.pk]),
            obj=supplier,
            site=getattr(obj, "site", None),
            since=obj.status_since,
            due=obj.due_on,
            done=getattr(obj, "answered", 0),
            total=getattr(obj, "total", 0),
            note=(obj.title_local or obj.title) if isinstance(obj, Finding) else "",
        )
        for source in SOURCES
        if source.portal
        for obj in source.model.objects.filter(supplier=supplier, status__in=source.portal).select_related(
            *source.related
        )[:LIMIT]
    ]
    return sorted(tasks, key=lambda task: task.urgency)


@dataclass(frozen=True)
class Waiting:
    """Something that lies with the company: the supplier sees with whom and since when."""

    icon: str
    what: str
    turn: str
    since: dt.datetime
    due: dt.date | None
    url: str
    site: Any


def lies_with_company(supplier: Supplier) -> list[Waiting]:
    rows = [
        Waiting(
            source.icon,
            str(source.waiting[obj.status]),
            obj.turn,
            obj.status_since,
            obj.due_on,
            reverse(source.portal_url, args=[obj.pk]) if source.portal_url else "",
            getattr(obj, "site", None),
        )
        for source in SOURCES
        if source.waiting
        for obj in source.model.objects.filter(supplier=supplier, status__in=source.waiting).select_related(
            *source.related
        )[:LIMIT]
    ]
    return sorted(rows, key=lambda row: row.since)


def in_care(person: User) -> QuerySet:
    """A buyer's own suppliers; for everybody else of the company all that are in relation."""
    return Supplier.objects.visible_to(person).filter(in_care_of(person))


def numbers(person: User, tasks: list[Task]) -> dict[str, int]:
    """The counts above the lists, in one query for suppliers and one for mails."""
    views = work_views_of(person)
    counts = in_care(person).aggregate(
        in_care=Count("pk"),
        overdue=Count("pk", filter=views["overdue"][1]),
        blocked=Count("pk", filter=views["stopped"][1]),
        expiring=Count("pk", filter=views["expiring"][1]),
    )
    undelivered = Notice.objects.filter(mail_status=MailStatus.FAILED)
    return counts | {"waiting": len(tasks), "undelivered": undelivered.count()}


def blocked(person: User) -> list[Supplier]:
    return list(in_care(person).filter(work_views_of(person)["stopped"][1]).order_by("next_due_on", "pk")[:SHOWN])


def overdue(person: User) -> list[Supplier]:
    late = in_care(person).filter(work_views_of(person)["overdue"][1])
    return list(late.order_by("next_due_on", "pk")[:SHOWN])


@dataclass(frozen=True)
class Coverage:
    """How many suppliers have the CSR agreement in force, and how the others stand."""

    total: int
    by_status: dict[str, int]

    @property
    def in_force(self) -> int:
        return self.by_status.get("in_force", 0)

    @property
    def per_cent(self) -> float:
        """Rounded down, so that 100 % is only said when it is."""
        return int(1000 * self.in_force / self.total) / 10 if self.total else 0.0


def agreement_coverage(person: User) -> Coverage:
    rows = in_care(person).values_list("agreement_status").annotate(number=Count("pk")).order_by()
    by_status = dict(rows)
    return Coverage(sum(by_status.values()), by_status)


def next_site_reviews(person: User) -> list[SiteReview]:
    rows = SiteReview.objects.visible_to(person).filter(
        planned_from__gte=today(), status__in=["planned", "announced", "confirmed"]
    )
    if person.roles == {Role.AUDITOR}:
        rows = rows.filter(team__user=person)
    return list(rows.select_related("supplier", "site").order_by(F("planned_from"), "pk")[:SHOWN])


def undelivered_notices() -> list[Notice]:
    return list(Notice.objects.filter(mail_status=MailStatus.FAILED).select_related("recipient")[:SHOWN])
