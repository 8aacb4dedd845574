"""The supplier's clerks answer and submit."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, JSONField, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import FACTS, Answer, AnswerChange, Choice, Question, SelfInspection
from audits.permissions import can_answer_inspection
from audits.reports.inspections import counts
from audits.states import EDITABLE
from audits.states import InspectionStatus as S
from audits.workflow.inspections.people import tell_staff
from audits.workflow.inspections.steps import REVIEW_TIME, STEPS
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Actor, WorkflowError, move, not_now_message
from suppliers.models import Supplier
from suppliers.workflow import facts_changed, lock

MINUTES_PER_QUESTION = 2


@dataclass(frozen=True)
class Saved:
    """What the server holds now, as confirmation to the device."""

    answer_id: int
    revision: int
    answered: int
    total: int
    at: dt.datetime
    is_repeat: bool = False


class AnswerConflict(WorkflowError):
    """Somebody else has changed the same answer; `theirs` is what the server holds (B29)."""

    def __init__(self, theirs: Answer) -> None:
        super().__init__(_("%(person)s has changed this answer in the meantime.") % {"person": theirs.answered_by})
        self.theirs = theirs


def save_answer(
    inspection_id: int,
    question_id: int,
    *,
    supplier: Supplier,
    by: User,
    choice: str,
    note: str = "",
    na_reason: str = "",
    base_revision: int = 0,
    client_id: uuid.UUID | None = None,
) -> Saved:
    """Keep one answer: four queries. `supplier` is the one `by` acts for; another one's inspection does not exist.

    `base_revision` is what the person saw; another one raises AnswerConflict. The same `client_id` never saves twice.
    """
    client_id = client_id or uuid.uuid4()
    question = _question_with_answer(inspection_id, question_id, supplier, choice, client_id)
    if question.is_known:
        return _as_saved(question, is_repeat=True)
    if choice and not question.has_choice:
        raise ValidationError(_("“%(choice)s” is not a choice of this question.") % {"choice": choice})
    if question.inspection_status not in EDITABLE:
        raise WorkflowError(not_now_message(SelfInspection(status=question.inspection_status)))
    if (question.revision or 0) != base_revision:
        raise AnswerConflict(Answer.objects.select_related("answered_by").get(pk=question.answer_id))
    if question.inspection_status == S.ASSIGNED:
        start(SelfInspection.objects.get(pk=inspection_id), by=by)
    return _write_answer(question, inspection_id, by, choice, note.strip(), na_reason.strip(), client_id)


def _question_with_answer(
    inspection_id: int, question_id: int, supplier: Supplier, choice: str, client_id: uuid.UUID
) -> Any:
    """The question with everything that decides about the save, in one query."""
    inspection = SelfInspection.objects.filter(pk=inspection_id, supplier=supplier)
    answer = Answer.objects.filter(inspection_id=inspection_id, question_id=OuterRef("pk"))
    known = AnswerChange.objects.filter(client_id=client_id, answer__inspection_id=inspection_id)
    return (
        Question.objects.filter(pk=question_id, version__in=inspection.values("version"))
        .annotate(
            inspection_status=Subquery(inspection.values("status")[:1]),
            facts=Subquery(inspection.values("facts")[:1], output_field=JSONField()),
            answered_count=Subquery(inspection.values("answered")[:1]),
            total_count=Subquery(inspection.values("total")[:1]),
            answer_id=Subquery(answer.values("pk")[:1]),
            revision=Subquery(answer.values("revision")[:1]),
            old_choice=Subquery(answer.values("choice")[:1]),
            old_confirmed=Subquery(answer.values("confirmed")[:1]),
            is_known=Exists(known),
            has_choice=Exists(Choice.objects.filter(question_id=OuterRef("pk"), code=choice)),
        )
        .get()
    )


def _as_saved(question: Any, *, is_repeat: bool) -> Saved:
    return Saved(
        question.answer_id,
        question.revision,
        question.answered_count,
        question.total_count,
        timezone.now(),
        is_repeat,
    )


@transaction.atomic
def _write_answer(
    question: Any, inspection_id: int, by: User, choice: str, note: str, na_reason: str, client_id: uuid.UUID
) -> Saved:
    """The inspection's row first (it is locked and counted), then the answer, then its history."""
    was_answered = bool(question.old_choice) and question.old_confirmed
    difference = (int(bool(choice)) - int(was_answered)) if question.applies_to(question.facts) else 0
    rows = SelfInspection.objects.filter(pk=inspection_id, status__in=EDITABLE)
    if rows.update(answered=F("answered") + difference) != 1:
        raise WorkflowError(not_now_message(SelfInspection.objects.get(pk=inspection_id)))
    now, revision = timezone.now(), (question.revision or 0) + 1
    values = {
        "choice": choice,
        "note": note,
        "na_reason": na_reason,
        "confirmed": True,
        "revision": revision,
        "client_id": client_id,
        "answered_by": by,
        "answered_at": now,
        "verdict": "",
    }
    answer_id = question.answer_id
    if answer_id is None:
        answer_id = _insert_answer(inspection_id, question.pk, values)
    elif Answer.objects.filter(pk=answer_id, revision=question.revision).update(**values) != 1:
        raise AnswerConflict(Answer.objects.select_related("answered_by").get(pk=answer_id))
    AnswerChange.objects.create(
        answer_id=answer_id,
        choice=choice,
        note=note,
        na_reason=na_reason,
        revision=revision,
        client_id=client_id,
        by=by,
    )
    return Saved(answer_id, revision, question.answered_count + difference, question.total_count, now)


def _insert_answer(inspection_id: int, question_id: int, values: dict[str, Any]) -> int:
    try:
        with transaction.atomic():
            return Answer.objects.create(inspection_id=inspection_id, question_id=question_id, **values).pk
    except IntegrityError:
        theirs = Answer.objects.select_related("answered_by").get(inspection_id=inspection_id, question_id=question_id)
        raise AnswerConflict(theirs) from None


@transaction.atomic
def start(inspection: SelfInspection, *, by: Actor) -> None:
    """The first answer begins the work; if a colleague's was first, nothing happens."""
    supplier = lock(inspection.supplier_id)
    inspection.refresh_from_db(fields=["status"])
    if inspection.status != S.ASSIGNED:
        return
    move(inspection, STEPS, "inspection.start", by=by)
    facts_changed(supplier)


@transaction.atomic
def save_facts(inspection: SelfInspection, facts: Mapping[str, bool], *, by: User) -> None:
    """What the site says about itself decides which questions are asked (B26). Answers given before are kept."""
    require_editable(inspection, by)
    known = {name: bool(facts.get(name)) for name in FACTS}
    answered, total = counts(inspection, known)
    SelfInspection.objects.filter(pk=inspection.pk).update(
        facts=known, facts_confirmed=True, answered=answered, total=total
    )
    history.record(inspection, "inspection.facts", by=by, data={"facts": known})
    inspection.refresh_from_db()


def require_editable(inspection: SelfInspection, by: User) -> None:
    if not can_answer_inspection(by, inspection):
        raise PermissionDenied
    if not inspection.is_editable:
        raise WorkflowError(not_now_message(inspection))


@transaction.atomic
def submit(inspection: SelfInspection, *, by: Actor) -> None:
    supplier = lock(inspection.supplier_id)
    person = by if isinstance(by, User) else None
    move(
        inspection,
        STEPS,
        "inspection.submit",
        by=by,
        data={"due_on": inspection.due_on},
        submitted_at=timezone.now(),
        submitted_by=person,
        due_on=today() + REVIEW_TIME,
    )
    tell_staff(inspection, "inspection_submitted")
    facts_changed(supplier)
