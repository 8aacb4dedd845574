"""Findings are raised, with their deadlines; zero tolerance stops orders the same day."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, Required, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from audits.deadlines import deadlines
from audits.models import CheckpointResult, Clause, DeadlineRule, Finding, Question, SelfInspection, SiteReview
from audits.numbers import create_numbered
from audits.permissions import can_raise_finding
from audits.recipients import company_side
from audits.reports.inspections import Row, sheet_of
from audits.states import FindingStatus as S
from audits.states import Grade, InspectionStatus, Origin
from audits.workflow.findings.people import tell_supplier
from audits.workflow.findings.steps import TWO_MONTH_TOPICS
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import add_months, today
from csr_portal.core.translated import in_language
from csr_portal.core.workflow import SYSTEM, Actor, WorkflowError, not_now_message
from suppliers.models import Evidence, Site, Supplier
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_changed, lock, suspend

SCHEME = "own"
TITLE_LENGTH = 200
REPEAT_MONTHS = 12
NEXT_WORSE = {
    Grade.OBSERVATION: Grade.MINOR,
    Grade.MINOR: Grade.MAJOR,
    Grade.MAJOR: Grade.CRITICAL,
    Grade.CRITICAL: Grade.ZERO_TOLERANCE,
    Grade.ZERO_TOLERANCE: Grade.ZERO_TOLERANCE,
}


def due_days(
    grade: str, discovered_on: dt.date, report_received_on: dt.date | None = None
) -> dict[str, dt.date | None]:
    """The fields of a finding that R-CAP-1 gives, from the current rules."""
    rules = DeadlineRule.objects.filter(is_current=True, scheme=SCHEME)
    days = deadlines(rules, scheme=SCHEME, grade=grade, closing=discovered_on, report=report_received_on)
    return {
        "containment_due_on": days.get("containment"),
        "plan_due_on": days.get("plan"),
        "approval_due_on": days.get("approval"),
        "close_due_on": days.get("closed"),
    }


def needs_two_months(clause: Clause | None) -> bool:
    topic = clause.topic or clause.section.topic if clause else None
    return bool(topic and topic.code in TWO_MONTH_TOPICS)


class Told(TypedDict, total=False):
    """What is found, where it comes from, and what would close it: kept as it is given."""

    title: Required[str]
    facts: Required[str]
    origin: Required[str]
    title_local: str
    facts_local: str
    site_review: SiteReview | None
    checkpoint: CheckpointResult | None
    self_inspection: SelfInspection | None
    question: Question | None
    wanted_evidence: str
    verification: str
    affected: int | None
    looked_at: int | None


@transaction.atomic
def open_finding(
    supplier: Supplier,
    site: Site | None,
    *,
    by: Actor,
    grade: str,
    clause: Clause | None = None,
    discovered_on: dt.date | None = None,
    photos: Iterable[Evidence] = (),
    **told: Unpack[Told],
) -> Finding:
    """Raise a finding with its deadlines. The same clause closed at the site within 12 months makes it a repeat.

    Zero tolerance: CSR managers are told at once and the supplier is suspended the same day (R-GATE-3).
    """
    if by != SYSTEM and not can_raise_finding(by, supplier):
        raise PermissionDenied
    supplier = lock(supplier.pk)
    day = discovered_on or today(site.time_zone if site else None)
    previous = previous_finding(site, clause, day)
    if previous:
        grade = NEXT_WORSE[Grade(grade)]
    about: dict[str, Any] = {"supplier": supplier, "site": site, "clause": clause, "previous": previous, **told}
    finding = _create(by, grade, day, about)
    finding.photos.set(photos)
    _tell_of(finding, by)
    if grade == Grade.ZERO_TOLERANCE:
        stop_orders(finding, supplier, by)
    facts_changed(supplier)
    return finding


def _create(by: Actor, grade: str, discovered_on: dt.date, about: dict[str, Any]) -> Finding:
    """The row, with its number and the dates that follow from grade and day."""
    days = due_days(grade, discovered_on)
    finding: Finding = create_numbered(
        Finding,
        "F",
        discovered_on.year,
        grade=grade,
        needs_two_months=needs_two_months(about["clause"]),
        discovered_on=discovered_on,
        is_repeat=about["previous"] is not None,
        raised_by=by if isinstance(by, User) else None,
        status=S.OPEN,
        turn=Turn.SUPPLIER,
        due_on=days["plan_due_on"],
        **days,
        **about,
    )
    return finding


def _tell_of(finding: Finding, by: Actor) -> None:
    """Its first entry in the history, and the supplier's people."""
    data = {"number": finding.number, "grade": finding.grade, "origin": finding.origin}
    history.record(finding, "open", by=by, data=data, to_status=S.OPEN)
    tell_supplier(finding, "finding_opened", "opened")


@transaction.atomic
def open_from_answers(inspection: SelfInspection, question_ids: Collection[int], *, by: User) -> list[Finding]:
    """A finding for each of these questions that was answered “no” and has none yet; graded by its criticality."""
    lock(inspection.supplier_id)
    inspection.refresh_from_db(fields=["status"])
    if inspection.status not in {InspectionStatus.SUBMITTED, InspectionStatus.ACCEPTED}:
        raise WorkflowError(not_now_message(inspection))
    known = set(inspection.findings.values_list("question_id", flat=True))
    rows = [row for row in sheet_of(inspection).refused if row.question.pk in set(question_ids) - known]
    return [_open_from_answer(inspection, row, by) for row in rows]


def _open_from_answer(inspection: SelfInspection, row: Row, by: User) -> Finding:
    question, theirs = row.question, inspection.supplier.language
    title, title_local = in_language(question.text), in_language(question.text, theirs)
    words = {"number": inspection.number, "row": row.number, "note": row.answer.note if row.answer else ""}
    text = _("Answered “no” in the self-inspection %(number)s, question %(row)s. %(note)s")
    facts = (text % words).strip()
    with override(theirs):
        facts_local = (_("Answered “no” in the self-inspection %(number)s, question %(row)s. %(note)s") % words).strip()
    return open_finding(
        inspection.supplier,
        inspection.site,
        by=by,
        grade=question.criticality.replace("-", "_"),
        title=Truncator(title).chars(TITLE_LENGTH),
        facts=facts,
        title_local="" if title_local == title else Truncator(title_local).chars(TITLE_LENGTH),
        facts_local="" if facts_local == facts else facts_local,
        origin=Origin.SELF_INSPECTION,
        clause=question.clause,
        self_inspection=inspection,
        question=question,
    )


def previous_finding(site: Site | None, clause: Clause | None, day: dt.date) -> Finding | None:
    """A finding about the same clause here that was closed less than twelve months ago."""
    if site is None or clause is None:
        return None
    since = add_months(day, -REPEAT_MONTHS)
    closed = Finding.objects.filter(site=site, clause=clause, status=S.VERIFIED_CLOSED, closed_on__gte=since)
    return closed.order_by("-closed_on").first()


def stop_orders(finding: Finding, supplier: Supplier, by: Actor) -> None:
    """No new orders the same day; existing ones reviewed in 7 days; no termination without a failed remedy plan.

    Who was bought from is suspended by the system, whoever raised the finding: the rule leaves no choice.
    """
    review_by = finding.discovered_on + dt.timedelta(days=7)
    history.record(supplier, "zero_tolerance", by=by, data={"number": finding.number, "orders_reviewed_by": review_by})
    if supplier.status in {SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC}:
        reason = _("Zero-tolerance finding %(number)s: %(title)s")
        suspend(supplier, by=SYSTEM, reason=reason % {"number": finding.number, "title": finding.title})
    url = reverse("staff:finding-detail", args=[finding.pk])
    context = {"finding": finding, "review_by": review_by}
    tell(
        company_side(supplier),
        "finding_zero_tolerance",
        about=finding,
        event="opened",
        url=url,
        context=context,
    )
