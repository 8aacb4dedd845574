"""What can happen to a questionnaire version and to a self-inspection, in which order. Statuses change nowhere else."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, JSONField, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audits import reports, scoring
from audits.models import (
    FACTS,
    Answer,
    AnswerChange,
    AnswerEvidence,
    Choice,
    InspectionCampaign,
    Question,
    QuestionnaireVersion,
    SelfInspection,
)
from audits.permissions import (
    can_answer_inspection,
    can_assign_inspections,
    can_publish_questionnaire,
    can_review_inspection,
)
from audits.states import EDITABLE, OPEN, AnswerVerdict, EvidenceVerdict, FileRefusal, VersionStatus
from audits.states import InspectionStatus as S
from csr_portal.core import files, history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import Role
from csr_portal.core.timezones import last_valid_day, today
from csr_portal.core.translated import missing_languages
from csr_portal.core.workflow import Actor, Blocker, Step, WorkflowError, blocked_message, move, not_now_message
from suppliers.models import Contact, Evidence, Site, Supplier
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_changed, lock

VALID_MONTHS = 12  # R-GATE-2: a self-inspection counts for twelve months
MINUTES_PER_QUESTION = 2
REVIEW_TIME = dt.timedelta(days=14)  # our time to review, and the supplier's to correct when nothing else is said


def publish_blockers(version: QuestionnaireVersion) -> list[Blocker]:
    """All that is missing before suppliers may be asked: texts in each language (B8), a sound scoring (B19)."""
    questions = list(version.questions.prefetch_related("choices"))
    blockers = [] if questions else [Blocker("no_questions", _("There are no questions."), "csr")]
    for section in version.sections.all():
        blockers += _untranslated(_("section %(title)s") % {"title": section}, section.title)
    for question in questions:
        blockers += _untranslated(_("question %(key)s") % {"key": question.key}, question.text)
        blockers += _untranslated(_("help of question %(key)s") % {"key": question.key}, question.help)
        for choice in question.choices.all():
            what = _("choice %(code)s of question %(key)s") % {"code": choice.code, "key": question.key}
            blockers += _untranslated(what, choice.label)
        if not any(choice.value for choice in question.choices.all()):
            text = _("Question %(key)s is not scored: none of its choices has a value.") % {"key": question.key}
            blockers.append(Blocker("not_scored", text, "csr"))
    for problem in scoring.scoring_problems(version.scoring, {q.criticality for q in questions}):
        text = _("The scoring is not usable: %(problem)s.") % {"problem": problem}
        blockers.append(Blocker("scoring", text, "csr"))
    return blockers


def _untranslated(what: str, texts: Mapping[str, str]) -> list[Blocker]:
    return [
        Blocker("translation", _("%(what)s: no text in %(language)s") % {"what": what, "language": code}, "csr")
        for code in missing_languages(dict(texts))
    ]


VERSION_STEPS = {
    "questionnaire.publish": Step(
        (VersionStatus.DRAFT,), VersionStatus.PUBLISHED, can_publish_questionnaire, "", publish_blockers
    ),
    "questionnaire.retire": Step((VersionStatus.PUBLISHED,), VersionStatus.RETIRED, can_publish_questionnaire),
}


@transaction.atomic
def publish(version: QuestionnaireVersion, *, by: Actor) -> None:
    """From now on suppliers may be asked. Drafts of an older version stay where they are (B30)."""
    move(version, VERSION_STEPS, "questionnaire.publish", by=by, published_at=timezone.now())


def retire(version: QuestionnaireVersion, *, by: Actor) -> None:
    move(version, VERSION_STEPS, "questionnaire.retire", by=by)


def submit_blockers(inspection: SelfInspection) -> list[Blocker]:
    """All that is missing, each with a link to its question."""
    blockers = []
    for row in reports.sheet_of(inspection).rows:
        url = reverse("portal:inspection-question", args=[inspection.pk, row.question.pk])
        values = {"number": row.number, "question": str(row.question)}
        if row.is_to_confirm:
            text = _("Question %(number)s is not confirmed: %(question)s")
            blockers.append(Blocker("to_confirm", text % values, "supplier", url))
        elif not row.is_answered:
            text = _("Question %(number)s is not answered: %(question)s")
            blockers.append(Blocker("unanswered", text % values, "supplier", url))
        elif row.lacks_na_reason:
            text = _("Question %(number)s is “not applicable” without a reason: %(question)s")
            blockers.append(Blocker("na_reason", text % values, "supplier", url))
        elif row.is_returned:
            text = _("Question %(number)s was returned and is unchanged: %(question)s")
            blockers.append(Blocker("returned", text % values, "supplier", url))
    return blockers


def return_blockers(inspection: SelfInspection) -> list[Blocker]:
    if inspection.answers.filter(verdict=AnswerVerdict.RETURNED).exists():
        return []
    return [Blocker("no_verdict", _("Mark at least one answer that is to be corrected."), "csr")]


def accept_blockers(inspection: SelfInspection) -> list[Blocker]:
    url = reverse("staff:inspection-detail", args=[inspection.pk])
    return [
        Blocker(
            "returned",
            _("Question %(number)s is marked to be corrected: %(question)s")
            % {"number": row.number, "question": str(row.question)},
            "csr",
            f"{url}#q{row.question.pk}",
        )
        for row in reports.sheet_of(inspection).returned
    ]


def reopen_blockers(inspection: SelfInspection) -> list[Blocker]:
    if open_inspection(inspection.site_id, inspection.version_id) is None:
        return []
    return [Blocker("open_inspection", _("The site already has an open self-inspection of this version."), "csr")]


STEPS = {
    "inspection.start": Step((S.ASSIGNED,), S.IN_PROGRESS, can_answer_inspection, "supplier"),
    "inspection.submit": Step(EDITABLE, S.SUBMITTED, can_answer_inspection, "csr", submit_blockers),
    "inspection.return": Step((S.SUBMITTED,), S.RETURNED, can_review_inspection, "supplier", return_blockers),
    "inspection.accept": Step((S.SUBMITTED,), S.ACCEPTED, can_review_inspection, "", accept_blockers),
    "inspection.reopen": Step((S.ACCEPTED,), S.IN_PROGRESS, can_review_inspection, "supplier", reopen_blockers),
}


# Asking for a self-inspection


def open_inspection(site_id: int, version_id: int) -> SelfInspection | None:
    return SelfInspection.objects.filter(site_id=site_id, version_id=version_id, status__in=OPEN).first()


def assign_blockers(site: Site, version: QuestionnaireVersion) -> list[Blocker]:
    blockers = []
    if version.status != VersionStatus.PUBLISHED:
        blockers.append(Blocker("not_published", _("This version of the questionnaire is not published."), "csr"))
    if not site.is_active:
        blockers.append(Blocker("site_inactive", _("The site is not active."), "buyer"))
    if site.supplier.status in {SupplierStatus.ENDED, SupplierStatus.DECLINED}:
        text = _("The supplier is “%(status)s”.") % {"status": site.supplier.get_status_display()}
        blockers.append(Blocker("supplier_left", text, "buyer"))
    if found := open_inspection(site.pk, version.pk):
        text = _("The site already has an open self-inspection of this version.")
        blockers.append(
            Blocker("open_inspection", text, found.turn, reverse("staff:inspection-detail", args=[found.pk]))
        )
    return blockers


@transaction.atomic
def assign(
    site: Site,
    version: QuestionnaireVersion,
    *,
    due_on: dt.date,
    by: Actor,
    campaign: InspectionCampaign | None = None,
    at: dt.datetime | None = None,
) -> SelfInspection:
    """Ask a site. Last time's answers come along, each to be confirmed; nothing counts before that (B5)."""
    supplier = lock(site.supplier_id)
    if isinstance(by, User) and not can_assign_inspections(by, supplier):
        raise PermissionDenied
    if blockers := assign_blockers(site, version):
        raise WorkflowError(blocked_message(), blockers)
    facts = {name: bool(getattr(site, name)) for name in FACTS}
    inspection = SelfInspection.objects.create(
        supplier=supplier,
        site=site,
        version=version,
        campaign=campaign,
        assigned_by=by if isinstance(by, User) else None,
        assigned_at=at or timezone.now(),
        status=S.ASSIGNED,
        turn="supplier",
        due_on=due_on,
        facts=facts,
    )
    carry_over(inspection)
    inspection.answered, inspection.total = reports.counts(inspection)
    inspection.save(update_fields=["answered", "total"])
    history.record(inspection, "inspection.assign", by=by, to_status=S.ASSIGNED, data={"due_on": due_on})
    _tell_supplier(inspection, "inspection_assigned", event="assign")
    facts_changed(supplier, by=by)
    return inspection


def carry_over(inspection: SelfInspection) -> int:
    """Copy the answers of the site's last accepted self-inspection of this questionnaire, unconfirmed; return how many.

    Files come along unless they have expired or were withdrawn.
    """
    last = (
        SelfInspection.objects.accepted()
        .filter(site=inspection.site, version__questionnaire=inspection.version.questionnaire)
        .order_by("-accepted_at")
        .first()
    )
    if last is None:
        return 0
    day = today(inspection.site.time_zone)
    questions = {
        q.key: q for q in Question.objects.filter(version_id=inspection.version_id).prefetch_related("choices")
    }
    attached = Prefetch("files", AnswerEvidence.objects.attached().select_related("evidence"))
    known = last.answers.answered().select_related("question").prefetch_related(attached)
    copied = 0
    for old in known:
        question = questions.get(old.question.key)
        if question is None or question.text != old.question.text:
            continue
        if old.choice not in {c.code for c in question.choices.all()}:
            continue
        answer = Answer.objects.create(
            inspection=inspection,
            question=question,
            choice=old.choice,
            note=old.note,
            na_reason=old.na_reason,
            confirmed=False,
            answered_by=old.answered_by,
            answered_at=old.answered_at,
        )
        fresh = [link.evidence for link in old.files.all() if _is_usable(link.evidence, day)]
        AnswerEvidence.objects.bulk_create([AnswerEvidence(answer=answer, evidence=evidence) for evidence in fresh])
        copied += 1
    return copied


def _is_usable(evidence: Evidence, day: dt.date) -> bool:
    return evidence.withdrawn_at is None and (evidence.expires_on is None or evidence.expires_on >= day)


@dataclass(frozen=True)
class Planned:
    """One line of a campaign's dry run: the site, and why it would be left out."""

    site: Site
    blockers: list[Blocker]


def campaign_plan(version: QuestionnaireVersion, suppliers: QuerySet[Supplier]) -> list[Planned]:
    """Who would be asked: every active supplying site of these suppliers; two queries. Nothing is written."""
    sites = (
        Site.objects.filter(supplier__in=suppliers, is_active=True, is_supplying=True)
        .select_related("supplier")
        .order_by("supplier__name", "name")
    )
    waiting = set(SelfInspection.objects.unfinished().filter(version=version).values_list("site_id", flat=True))
    text = _("The site already has an open self-inspection of this version.")
    return [Planned(s, [Blocker("open_inspection", text, "supplier")] if s.pk in waiting else []) for s in sites]


def send_campaign(campaign: InspectionCampaign, sites: Iterable[Site], *, by: User) -> int:
    """Ask every site of the plan that is not already asked; return how many. Safe to repeat."""
    sent = 0
    for site in sites:
        if not assign_blockers(site, campaign.version):
            assign(site, campaign.version, due_on=campaign.due_on, by=by, campaign=campaign)
            sent += 1
    return sent


# Answering


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
    facts_changed(supplier, by=by)


@transaction.atomic
def save_facts(inspection: SelfInspection, facts: Mapping[str, bool], *, by: User) -> None:
    """What the site says about itself decides which questions are asked (B26). Answers given before are kept."""
    _editable_by(inspection, by)
    known = {name: bool(facts.get(name)) for name in FACTS}
    answered, total = reports.counts(inspection, known)
    SelfInspection.objects.filter(pk=inspection.pk).update(
        facts=known, facts_confirmed=True, answered=answered, total=total
    )
    history.record(inspection, "inspection.facts", by=by, data={"facts": known})
    inspection.refresh_from_db()


@transaction.atomic
def attach_upload(
    inspection: SelfInspection,
    question: Question,
    upload: UploadedFile,
    *,
    by: User,
    client_id: uuid.UUID | None = None,
    effective_on: dt.date | None = None,
) -> AnswerEvidence:
    """Keep a file behind an answer. The same `client_id` gives the first link again (B2)."""
    _editable_by(inspection, by)
    if client_id and (known := _link_known(inspection, client_id)):
        return known
    stored = files.receive(upload, by=by, client_id=client_id)
    evidence = Evidence.objects.create(
        supplier_id=inspection.supplier_id,
        site_id=inspection.site_id,
        file=stored,
        added_by=by,
        effective_on=effective_on,
    )
    return _attach(inspection, question, evidence, by=by, client_id=client_id)


@transaction.atomic
def attach_known(inspection: SelfInspection, question: Question, evidence: Evidence, *, by: User) -> AnswerEvidence:
    """A file the supplier has given before, without sending it again (B17)."""
    _editable_by(inspection, by)
    if evidence.supplier_id != inspection.supplier_id or evidence.withdrawn_at:
        raise WorkflowError(_("This file cannot be used here."))
    return _attach(inspection, question, evidence, by=by, client_id=None)


@transaction.atomic
def detach(link: AnswerEvidence, *, by: User) -> None:
    """Take the file from the answer; the file itself stays."""
    _editable_by(link.answer.inspection, by)
    AnswerEvidence.objects.filter(pk=link.pk, removed_at=None).update(removed_at=timezone.now())
    history.record(link.answer.inspection, "inspection.detach", by=by, data={"evidence": link.evidence_id})


def _editable_by(inspection: SelfInspection, by: User) -> None:
    if not can_answer_inspection(by, inspection):
        raise PermissionDenied
    if not inspection.is_editable:
        raise WorkflowError(not_now_message(inspection))


def _link_known(inspection: SelfInspection, client_id: uuid.UUID) -> AnswerEvidence | None:
    return AnswerEvidence.objects.filter(client_id=client_id, answer__inspection=inspection).first()


def _attach(
    inspection: SelfInspection, question: Question, evidence: Evidence, *, by: User, client_id: uuid.UUID | None
) -> AnswerEvidence:
    if inspection.status == S.ASSIGNED:
        start(inspection, by=by)
    answer, _is_new = Answer.objects.get_or_create(
        inspection=inspection, question=question, defaults={"answered_by": by, "revision": 0}
    )
    Answer.objects.filter(pk=answer.pk, verdict=AnswerVerdict.RETURNED).update(verdict="")
    link, is_new = AnswerEvidence.objects.get_or_create(
        answer=answer,
        evidence=evidence,
        removed_at=None,
        defaults={"client_id": client_id or uuid.uuid4(), "added_by": by},
    )
    if is_new:
        history.record(
            inspection, "inspection.attach", by=by, data={"question": question.key, "sha256": evidence.file.sha256}
        )
    return link


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
    _tell_staff(inspection, "inspection_submitted")
    facts_changed(supplier, by=by)


# Reviewing


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
    _tell_supplier(inspection, "inspection_returned", event=inspection.status_since.isoformat(), reason=reason)
    facts_changed(supplier, by=by)


@transaction.atomic
def accept(inspection: SelfInspection, *, by: Actor) -> None:
    """Freeze the score. Counts for twelve months from the day it was submitted (R-GATE-2)."""
    supplier = lock(inspection.supplier_id)
    inspection.refresh_from_db()
    result = reports.sheet_of(inspection).result
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
    _tell_supplier(inspection, "inspection_accepted", event=inspection.status_since.isoformat())
    if result.is_blocked:
        _tell_staff(inspection, "inspection_blocked")
    facts_changed(supplier, by=by)


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
    _tell_supplier(inspection, "inspection_returned", event=inspection.status_since.isoformat(), reason=reason)
    facts_changed(supplier, by=by)


@transaction.atomic
def extend(inspection: SelfInspection, due_on: dt.date, *, by: Actor, reason: str = "") -> None:
    """Another date, before or after the deadline (B3)."""
    supplier = lock(inspection.supplier_id)
    if isinstance(by, User) and not can_assign_inspections(by, supplier):
        raise PermissionDenied
    inspection.refresh_from_db()
    if inspection.status not in EDITABLE:
        raise WorkflowError(not_now_message(inspection))
    if due_on < today(inspection.site.time_zone):
        raise ValidationError(_("The new date must not lie in the past."))
    data = {"from": inspection.due_on, "to": due_on}
    SelfInspection.objects.filter(pk=inspection.pk).update(due_on=due_on)
    inspection.due_on = due_on
    history.record(inspection, "inspection.extend", by=by, reason=reason, data=data)
    _tell_supplier(inspection, "inspection_extended", event=f"{due_on}")
    facts_changed(supplier, by=by)


def extend_many(inspections: Iterable[SelfInspection], due_on: dt.date, *, by: Actor, reason: str = "") -> int:
    """The same date for several; those that are no longer open are left out. Return how many were extended."""
    extended = 0
    for inspection in inspections:
        if inspection.is_editable:
            extend(inspection, due_on, by=by, reason=reason)
            extended += 1
    return extended


def _tell_supplier(inspection: SelfInspection, kind: str, *, event: str, reason: str = "") -> None:
    contacts = Contact.objects.current().filter(supplier_id=inspection.supplier_id).select_related("user")
    tell(
        [contact.user for contact in contacts],
        kind,
        about=inspection,
        event=event,
        url=reverse("portal:inspection-detail", args=[inspection.pk]),
        context={"inspection": inspection, "reason": reason},
    )


def _tell_staff(inspection: SelfInspection, kind: str) -> None:
    managers = User.objects.filter(groups__name=Role.CSR_MANAGER, is_active=True)
    tell(
        managers,
        kind,
        about=inspection,
        event=inspection.status_since.isoformat(),
        url=reverse("staff:inspection-detail", args=[inspection.pk]),
        context={"inspection": inspection},
    )
