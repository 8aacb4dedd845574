"""What can happen to a finding, in which order (R-CAP-2). Statuses change nowhere else.

Every function locks the supplier first, then takes the step, then has the supplier's standing refreshed.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from audits import reports
from audits.deadlines import deadlines
from audits.models import (
    CheckpointResult,
    Clause,
    CorrectiveAction,
    DeadlineRule,
    EvidenceSubmission,
    Finding,
    FindingPlan,
    SelfInspection,
    SiteReview,
)
from audits.numbers import create_numbered
from audits.permissions import (
    can_answer_finding,
    can_judge_finding,
    can_raise_finding,
    can_settle_dispute,
    can_verify_finding,
)
from audits.recipients import company_side, judges_of, people_of
from audits.states import ActionKind, Grade, InspectionStatus, Origin, PlanVerdict, SubmissionVerdict, Verification
from audits.states import FindingStatus as S
from csr_portal.core import files, history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import add_months, today
from csr_portal.core.translated import in_language
from csr_portal.core.workflow import SYSTEM, Actor, Blocker, Step, WorkflowError, blocked_message, move, not_now_message
from suppliers.models import Evidence, Site, Supplier
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_changed, lock, suspend

SCHEME = "own"
TITLE_LENGTH = 200
# R-CAP-2: findings about wages and hours are not closed before C + 60 and need records of two months.
TWO_MONTH_TOPICS = {"working_hours", "remuneration"}
EARLIEST_CLOSE_DAYS = 60
RECORD_MONTHS = 2
REPEAT_MONTHS = 12
NEXT_WORSE = {
    Grade.OBSERVATION: Grade.MINOR,
    Grade.MINOR: Grade.MAJOR,
    Grade.MAJOR: Grade.CRITICAL,
    Grade.CRITICAL: Grade.ZERO_TOLERANCE,
    Grade.ZERO_TOLERANCE: Grade.ZERO_TOLERANCE,
}


def evidence_blockers(finding: Finding) -> list[Blocker]:
    """What must be there before evidence may be sent (R-CAP-2): everything that is missing."""
    url = reverse("portal:finding-detail", args=[finding.pk])
    plan = current_plan(finding)
    if plan is None or plan.verdict != PlanVerdict.APPROVED:
        return [Blocker("plan", _("There is no approved plan."), Turn.SUPPLIER, url)]
    return plan_blockers(plan.root_cause, plan.no_action_reason, list(plan.actions.all()), url)


def plan_blockers(root_cause: str, no_action_reason: str, actions: Sequence[Any], url: str) -> list[Blocker]:
    """What a plan must say: root cause, correction, prevention, each with owner and date; or why nothing is done."""
    if no_action_reason.strip():
        return []
    kinds = {action.kind for action in actions}
    tests = [
        ("root_cause", bool(root_cause.strip()), _("The root cause is missing.")),
        (
            "correction",
            bool(kinds & {ActionKind.IMMEDIATE, ActionKind.CORRECTIVE}),
            _("What puts it right is missing: an immediate or a corrective action."),
        ),
        ("prevention", ActionKind.PREVENTIVE in kinds, _("What keeps it from happening again is missing.")),
        ("owner", all(action.owner.strip() for action in actions), _("An action has nobody who does it.")),
        ("due_on", all(action.due_on for action in actions), _("An action has no date.")),
    ]
    return [Blocker(code, text, Turn.SUPPLIER, url) for code, is_there, text in tests if not is_there]


def closing_blockers(finding: Finding, day: dt.date | None = None) -> list[Blocker]:
    """What keeps it from being closed: evidence that proves it, and for wages and hours time and records (R-CAP-2)."""
    day = day or today()
    url = reverse("staff:finding-detail", args=[finding.pk])
    blockers = evidence_blockers(finding)
    last = finding.submissions.first()
    if last is None or not last.evidence.filter(withdrawn_at=None).exists():
        blockers.append(Blocker("evidence", _("No file proves it."), Turn.SUPPLIER, url))
    if finding.needs_two_months:
        earliest = finding.discovered_on + dt.timedelta(days=EARLIEST_CLOSE_DAYS)
        if day < earliest:
            text = _("A finding about wages or hours is not closed before %(date)s.") % {"date": f"{earliest:%Y-%m-%d}"}
            blockers.append(Blocker("too_early", text, Turn.AUDITOR, url))
        if last is None or not _covers_two_months(last):
            text = _("The records must cover two months after the finding.")
            blockers.append(Blocker("two_months", text, Turn.SUPPLIER, url))
    return blockers


def _covers_two_months(submission: EvidenceSubmission) -> bool:
    first, last = submission.records_from, submission.records_to
    if first is None or last is None or first < submission.finding.discovered_on:
        return False
    return last >= add_months(first, RECORD_MONTHS) - dt.timedelta(days=1)


def no_action_blockers(finding: Finding) -> list[Blocker]:
    """Doing nothing is no answer to what is zero tolerance or critical."""
    plan = current_plan(finding)
    url = reverse("staff:finding-detail", args=[finding.pk])
    blockers = []
    if plan is None or not plan.no_action_reason.strip():
        blockers.append(Blocker("no_action", _("The plan names actions; approve the plan."), Turn.CSR, url))
    if finding.grade in {Grade.ZERO_TOLERANCE, Grade.CRITICAL}:
        text = _("A zero-tolerance or critical finding needs action.")
        blockers.append(Blocker("grade", text, Turn.SUPPLIER, url))
    return blockers


def approve_blockers(finding: Finding) -> list[Blocker]:
    plan = current_plan(finding)
    if plan is not None and plan.no_action_reason.strip():
        url = reverse("staff:finding-detail", args=[finding.pk])
        return [Blocker("no_action", _("The plan says that nothing will be done: accept or refuse that."), "", url)]
    return []


PLAN_FROM = (S.OPEN, S.PLAN_REJECTED, S.REOPENED)
EVIDENCE_FROM = (S.PLAN_APPROVED, S.EVIDENCE_REJECTED)

STEPS = {
    "submit_plan": Step(PLAN_FROM, S.PLAN_SUBMITTED, can_answer_finding, Turn.CSR),
    "approve_plan": Step((S.PLAN_SUBMITTED,), S.PLAN_APPROVED, can_judge_finding, Turn.SUPPLIER, approve_blockers),
    "reject_plan": Step((S.PLAN_SUBMITTED,), S.PLAN_REJECTED, can_judge_finding, Turn.SUPPLIER),
    "accept_no_action": Step((S.PLAN_SUBMITTED,), S.VERIFIED_CLOSED, can_judge_finding, "", no_action_blockers),
    "submit_evidence": Step(EVIDENCE_FROM, S.EVIDENCE_SUBMITTED, can_answer_finding, Turn.CSR, evidence_blockers),
    "verify": Step((S.EVIDENCE_SUBMITTED,), S.VERIFIED_CLOSED, can_verify_finding, "", closing_blockers),
    "reject_evidence": Step((S.EVIDENCE_SUBMITTED,), S.EVIDENCE_REJECTED, can_verify_finding, Turn.SUPPLIER),
    "dispute": Step((S.OPEN, S.PLAN_REJECTED, S.REOPENED), S.DISPUTED, can_answer_finding, Turn.CSR),
    "uphold": Step((S.DISPUTED,), S.OPEN, can_settle_dispute, Turn.SUPPLIER),
    "drop": Step((S.DISPUTED,), S.VERIFIED_CLOSED, can_settle_dispute),
    "reopen": Step((S.VERIFIED_CLOSED,), S.REOPENED, can_judge_finding, Turn.SUPPLIER),
}


@dataclass(frozen=True)
class PlannedAction:
    """One line of the supplier's plan, before it is stored."""

    kind: str
    text: str
    owner: str
    due_on: dt.date | None


def current_plan(finding: Finding) -> FindingPlan | None:
    return finding.plans.first()


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
    _tell_supplier(finding, "finding_opened", "opened")
    if grade == Grade.ZERO_TOLERANCE:
        _stop_orders(finding, supplier, by)
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
    rows = [row for row in reports.sheet_of(inspection).refused if row.question.pk in set(question_ids) - known]
    return [_open_from_answer(inspection, row, by) for row in rows]


def _open_from_answer(inspection: SelfInspection, row: reports.Row, by: User) -> Finding:
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


def _stop_orders(finding: Finding, supplier: Supplier, by: Actor) -> None:
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


@transaction.atomic
def submit_plan(
    finding: Finding,
    *,
    by: User,
    root_cause: str = "",
    actions: Sequence[PlannedAction] = (),
    no_action_reason: str = "",
) -> FindingPlan:
    """The supplier's plan as a new version; or why nothing will be done. Lists everything that it lacks."""
    supplier = lock(finding.supplier_id)
    url = reverse("portal:finding-detail", args=[finding.pk])
    if blockers := plan_blockers(root_cause, no_action_reason, actions, url):
        raise WorkflowError(blocked_message(), blockers)
    move(finding, STEPS, "submit_plan", by=by, due_on=finding.approval_due_on)
    last = current_plan(finding)
    plan = FindingPlan.objects.create(
        finding=finding,
        number=last.number + 1 if last else 1,
        root_cause=root_cause,
        no_action_reason=no_action_reason,
        submitted_by=by,
    )
    CorrectiveAction.objects.bulk_create(
        CorrectiveAction(plan=plan, kind=a.kind, text=a.text, owner=a.owner, due_on=a.due_on) for a in actions
    )
    _tell_judges(finding, "finding_plan_submitted", f"plan{plan.number}")
    facts_changed(supplier, by=by)
    return plan


@transaction.atomic
def approve_plan(finding: Finding, *, by: User, note: str = "") -> None:
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "approve_plan", by=by, reason=note, due_on=finding.close_due_on)
    plan = _judge_plan(finding, PlanVerdict.APPROVED, note, by)
    _tell_supplier(finding, "finding_plan_approved", f"plan{plan.number}")
    facts_changed(supplier, by=by)


@transaction.atomic
def reject_plan(finding: Finding, *, by: User, note: str) -> None:
    """Back to the supplier with the reason; the day until which the plan must be approved stays."""
    require_reason(note)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "reject_plan", by=by, reason=note, due_on=finding.approval_due_on)
    plan = _judge_plan(finding, PlanVerdict.REJECTED, note, by)
    _tell_supplier(finding, "finding_plan_rejected", f"plan{plan.number}", note=note)
    facts_changed(supplier, by=by)


@transaction.atomic
def accept_no_action(finding: Finding, *, by: User, note: str, day: dt.date | None = None) -> None:
    """“No action, because …” is accepted with a reason: the finding is closed."""
    require_reason(note)
    supplier = lock(finding.supplier_id)
    closing = {"due_on": None, "closed_on": day or today(), "verified_by": by}
    move(finding, STEPS, "accept_no_action", by=by, reason=note, **closing)
    plan = _judge_plan(finding, PlanVerdict.APPROVED, note, by)
    _tell_supplier(finding, "finding_closed", f"plan{plan.number}", note=note)
    facts_changed(supplier, by=by)


def _judge_plan(finding: Finding, verdict: str, note: str, by: User) -> FindingPlan:
    plan = finding.plans.get(number=finding.plans.first().number)
    plan.verdict, plan.verdict_note, plan.verdict_by, plan.verdict_at = verdict, note, by, timezone.now()
    plan.save(update_fields=["verdict", "verdict_note", "verdict_by", "verdict_at"])
    return plan


@transaction.atomic
def submit_evidence(
    finding: Finding,
    *,
    by: User,
    note: str = "",
    evidence: Iterable[Evidence] = (),
    uploads: Iterable[UploadedFile] = (),
    records_from: dt.date | None = None,
    records_to: dt.date | None = None,
) -> EvidenceSubmission:
    """Files that are there already and new ones. At least one file; the supplier's own only."""
    supplier = lock(finding.supplier_id)
    own = [item for item in evidence if item.supplier_id == finding.supplier_id and item.withdrawn_at is None]
    own += [keep_file(finding.supplier, finding.site, upload, by=by) for upload in uploads]
    if not own:
        url = reverse("portal:finding-detail", args=[finding.pk])
        missing = Blocker("evidence", _("Add at least one file that proves it."), Turn.SUPPLIER, url)
        raise WorkflowError(blocked_message(), [missing, *evidence_blockers(finding)])
    move(finding, STEPS, "submit_evidence", by=by)
    last = finding.submissions.first()
    submission = EvidenceSubmission.objects.create(
        finding=finding,
        number=last.number + 1 if last else 1,
        note=note,
        submitted_by=by,
        records_from=records_from,
        records_to=records_to,
    )
    submission.evidence.set(own)
    _tell_judges(finding, "finding_evidence_submitted", f"evidence{submission.number}")
    facts_changed(supplier, by=by)
    return submission


def keep_file(supplier: Supplier, site: Site | None, upload: UploadedFile, *, by: User) -> Evidence:
    """The file as received, as evidence of this supplier and site."""
    return Evidence.objects.create(supplier=supplier, site=site, file=files.receive(upload, by=by), added_by=by)


@transaction.atomic
def verify(finding: Finding, *, by: User, note: str = "", day: dt.date | None = None) -> None:
    """Close it: the evidence proves that it is put right. Never by who sent it, nor by the supplier."""
    supplier = lock(finding.supplier_id)
    closing = {"due_on": None, "closed_on": day or today(), "verified_by": by}
    move(finding, STEPS, "verify", by=by, reason=note, **closing)
    submission = _judge_evidence(finding, SubmissionVerdict.ACCEPTED, note, by)
    _tell_supplier(finding, "finding_closed", f"evidence{submission.number}", note=note)
    facts_changed(supplier, by=by)


@transaction.atomic
def reject_evidence(finding: Finding, *, by: User, note: str, verdict: str = SubmissionVerdict.PROGRESS) -> None:
    """Progress made, or not accepted; with the reason. The day of closure stays."""
    require_reason(note)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "reject_evidence", by=by, reason=note, data={"verdict": verdict}, due_on=finding.close_due_on)
    submission = _judge_evidence(finding, verdict, note, by)
    _tell_supplier(finding, "finding_evidence_rejected", f"evidence{submission.number}", note=note)
    facts_changed(supplier, by=by)


def _judge_evidence(finding: Finding, verdict: str, note: str, by: User) -> EvidenceSubmission:
    last = finding.submissions.first()
    if last is None:
        raise WorkflowError(_("No evidence was sent."))
    last.verdict, last.verdict_note, last.verdict_by, last.verdict_at = verdict, note, by, timezone.now()
    last.save(update_fields=["verdict", "verdict_note", "verdict_by", "verdict_at"])
    return last


@transaction.atomic
def dispute(finding: Finding, *, by: User, reason: str) -> None:
    """The supplier says that it is not so. The dates go on counting."""
    require_reason(reason)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "dispute", by=by, reason=reason, dispute_reason=reason)
    _tell_judges(finding, "finding_disputed", f"dispute{timezone.now():%Y%m%d%H%M%S}")
    facts_changed(supplier, by=by)


@transaction.atomic
def uphold(finding: Finding, *, by: User, reason: str) -> None:
    """The finding stands; the supplier's plan is due as before."""
    require_reason(reason)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "uphold", by=by, reason=reason, due_on=finding.plan_due_on)
    _tell_supplier(finding, "finding_upheld", f"{timezone.now():%Y%m%d%H%M%S}", note=reason)
    facts_changed(supplier, by=by)


@transaction.atomic
def drop(finding: Finding, *, by: User, reason: str, day: dt.date | None = None) -> None:
    """The supplier was right: the finding is closed with the reason."""
    require_reason(reason)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "drop", by=by, reason=reason, due_on=None, closed_on=day or today(), verified_by=by)
    _tell_supplier(finding, "finding_closed", f"{timezone.now():%Y%m%d%H%M%S}", note=reason)
    facts_changed(supplier, by=by)


@transaction.atomic
def reopen(finding: Finding, *, by: User, reason: str, day: dt.date | None = None) -> None:
    """It is there again. Within 12 months of closing: one grade higher and marked as repeated; new dates from today."""
    require_reason(reason)
    day = day or today()
    supplier = lock(finding.supplier_id)
    finding.refresh_from_db()
    is_repeat = finding.closed_on is not None and day <= add_months(finding.closed_on, REPEAT_MONTHS)
    grade = NEXT_WORSE[Grade(finding.grade)] if is_repeat else finding.grade
    days = due_days(grade, day)
    changes = {"grade": grade, "is_repeat": finding.is_repeat or is_repeat, "closed_on": None, "verified_by": None}
    changes |= days | {"due_on": days["plan_due_on"], "discovered_on": day}
    move(finding, STEPS, "reopen", by=by, reason=reason, data={"grade": grade}, **changes)
    _tell_supplier(finding, "finding_reopened", f"{timezone.now():%Y%m%d%H%M%S}", note=reason)
    if grade == Grade.ZERO_TOLERANCE:
        _stop_orders(finding, supplier, by)
    facts_changed(supplier, by=by)


def require_reason(text: str) -> None:
    if not text.strip():
        raise WorkflowError(_("Give a reason."))


def _tell_supplier(finding: Finding, kind: str, event: str, note: str = "") -> None:
    url = reverse("portal:finding-detail", args=[finding.pk])
    context = {"finding": finding, "note": note}
    tell(people_of(finding.supplier), kind, about=finding, event=event, url=url, context=context)


def _tell_judges(finding: Finding, kind: str, event: str) -> None:
    url = reverse("staff:finding-detail", args=[finding.pk])
    tell(judges_of(finding), kind, about=finding, event=event, url=url, context={"finding": finding})
