"""Findings are raised, with their deadlines; zero tolerance stops orders the same day."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from audits.deadlines import deadlines
from audits.models import CheckpointResult, Clause, DeadlineRule, Finding, SelfInspection, SiteReview
from audits.numbers import create_numbered
from audits.permissions import can_raise_finding
from audits.recipients import company_side
from audits.reports.inspections import Row, sheet_of
from audits.states import FindingStatus as S
from audits.states import Grade, InspectionStatus, Origin, Verification
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


@transaction.atomic
def open_finding(
    supplier: Supplier,
    site: Site | None,
    *,
    by: Actor,
    grade: str,
    title: str,
    facts: str,
    origin: str,
    clause: Clause | None = None,
    site_review: SiteReview | None = None,
    checkpoint: CheckpointResult | None = None,
    self_inspection: SelfInspection | None = None,
    wanted_evidence: str = "",
    verification: str = Verification.DESK,
    discovered_on: dt.date | None = None,
    photos: Iterable[Evidence] = (),
    **more: Any,
) -> Finding:
    """Raise a finding with its deadlines. The same clause closed at the site within 12 months makes it a repeat.

    Zero tolerance: CSR managers are told at once and the supplier is suspended the same day (R-GATE-3).
    """
    if by != SYSTEM and not can_raise_finding(by, supplier):
        raise PermissionDenied
    supplier = lock(supplier.pk)
    discovered_on = discovered_on or today(site.time_zone if site else None)
    previous = previous_finding(site, clause, discovered_on)
    if previous:
        grade = NEXT_WORSE[Grade(grade)]
    days = due_days(grade, discovered_on)
    finding = create_numbered(
        Finding,
        "F",
        discovered_on.year,
        supplier=supplier,
        site=site,
        origin=origin,
        site_review=site_review,
        checkpoint=checkpoint,
        self_inspection=self_inspection,
        clause=clause,
        grade=grade,
        title=title,
        facts=facts,
        wanted_evidence=wanted_evidence,
        verification=verification,
        needs_two_months=needs_two_months(clause),
        discovered_on=discovered_on,
        is_repeat=previous is not None,
        previous=previous,
        raised_by=by if isinstance(by, User) else None,
        status=S.OPEN,
        turn=Turn.SUPPLIER,
        due_on=days["plan_due_on"],
        **days,
        **more,
    )
    finding.photos.set(photos)
    data = {"number": finding.number, "grade": grade, "origin": origin}
    history.record(finding, "open", by=by, data=data, to_status=S.OPEN)
    tell_supplier(finding, "finding_opened", "opened")
    if grade == Grade.ZERO_TOLERANCE:
        stop_orders(finding, supplier, by)
    facts_changed(supplier, by=by)
    return finding


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
