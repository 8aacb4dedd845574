"""CSR managers judge answers and files; return, accept, open again."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import Answer, AnswerEvidence, SelfInspection
from audits.permissions import can_review_inspection
from audits.reports.inspections import sheet_of
from audits.states import AnswerVerdict, EvidenceVerdict, FileRefusal
from audits.states import InspectionStatus as S
from audits.workflow.inspections.people import tell_staff, tell_supplier
from audits.workflow.inspections.steps import REVIEW_TIME, STEPS
from csr_portal.core.models import User
from csr_portal.core.timezones import last_valid_day, today
from csr_portal.core.workflow import Actor, WorkflowError, move, not_now_message
from suppliers.workflow import facts_changed, lock

VALID_MONTHS = 12  # R-GATE-2: a self-inspection counts for twelve months


@transaction.atomic
def judge(answer: Answer, verdict: str, *, by: User, note: str = "") -> None:
    """One answer is in order, or to be corrected (which needs to say what)."""
    inspection = answer.inspection
    if not can_review_inspection(by, inspection):
        raise PermissionDenied
    if inspection.status != S.SUBMITTED:
        raise WorkflowError(not_now_message(inspection))
    note = note.strip()
    if verdict == AnswerVerdict.RETURNED and not note:
        raise ValidationError(_("Say what is to be corrected."))
    answer.verdict, answer.verdict_by = verdict, by
    answer.verdict_note = note if verdict == AnswerVerdict.RETURNED else ""
    answer.clean_fields(exclude={"na_reason", "note"})
    answer.save(update_fields=["verdict", "verdict_by", "verdict_note"])


@transaction.atomic
def judge_file(link: AnswerEvidence, verdict: str, *, by: User, reason: str = "", note: str = "") -> None:
    """One file proves the answer, or does not: then with a reason from the list, and a note (B17)."""
    inspection = link.answer.inspection
    if not can_review_inspection(by, inspection):
        raise PermissionDenied
    if inspection.status != S.SUBMITTED:
        raise WorkflowError(not_now_message(inspection))
    is_refused, note = verdict == EvidenceVerdict.REFUSED, note.strip()
    if is_refused and not reason:
        raise ValidationError(_("Choose why the file is not accepted."))
    if is_refused and reason == FileRefusal.OTHER and not note:
        raise ValidationError(_("Say in the note what the other reason is."))
    link.verdict, link.verdict_by = verdict, by
    link.refusal, link.verdict_note = (reason, note) if is_refused else ("", "")
    link.clean_fields()
    link.save(update_fields=["verdict", "refusal", "verdict_note", "verdict_by"])


@transaction.atomic
def return_to_supplier(inspection: SelfInspection, *, by: Actor, reason: str, due_on: dt.date | None = None) -> None:
    """Back to the supplier with what is to be corrected; everything else stays answered."""
    if not reason.strip():
        raise ValidationError(_("Give a reason."))
    supplier = lock(inspection.supplier_id)
    returned = list(inspection.answers.filter(verdict=AnswerVerdict.RETURNED).values_list("question__key", flat=True))
    due_on = due_on or today(inspection.site.time_zone) + REVIEW_TIME
    data = {"questions": returned, "due_on": due_on}
    move(inspection, STEPS, "inspection.return", by=by, reason=reason, data=data, due_on=due_on)
    tell_supplier(inspection, "inspection_returned", event=inspection.status_since.isoformat(), reason=reason)
    facts_changed(supplier)


@transaction.atomic
def accept(inspection: SelfInspection, *, by: Actor) -> None:
    """Freeze the score. Counts for twelve months from the day it was submitted (R-GATE-2)."""
    supplier = lock(inspection.supplier_id)
    inspection.refresh_from_db()
    result = sheet_of(inspection).result
    submitted = timezone.localdate(inspection.submitted_at or timezone.now())
    move(
        inspection,
        STEPS,
        "inspection.accept",
        by=by,
        data={"score": result.score, "letter": result.letter, "is_blocked": result.is_blocked},
        accepted_at=timezone.now(),
        accepted_by=by if isinstance(by, User) else None,
        score=result.score,
        letter=result.letter,
        is_blocked=result.is_blocked,
        due_on=None,
        valid_until=last_valid_day(submitted, months=VALID_MONTHS),
        result=result.as_data(),
    )
    tell_supplier(inspection, "inspection_accepted", event=inspection.status_since.isoformat())
    if result.is_blocked:
        tell_staff(inspection, "inspection_blocked")
    facts_changed(supplier)


@transaction.atomic
def reopen(inspection: SelfInspection, *, by: Actor, reason: str) -> None:
    """An accepted self-inspection may be answered again; all answers are there as they were (B3)."""
    if not reason.strip():
        raise ValidationError(_("Give a reason."))
    supplier = lock(inspection.supplier_id)
    before = {"score": inspection.score, "letter": inspection.letter, "valid_until": inspection.valid_until}
    move(
        inspection,
        STEPS,
        "inspection.reopen",
        by=by,
        reason=reason,
        data=before,
        score=None,
        letter="",
        is_blocked=False,
        valid_until=None,
        due_on=today(inspection.site.time_zone) + REVIEW_TIME,
        result={},
    )
    tell_supplier(inspection, "inspection_returned", event=inspection.status_since.isoformat(), reason=reason)
    facts_changed(supplier)
