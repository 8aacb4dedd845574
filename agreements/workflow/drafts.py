"""A text while it is written: documents, drafts, clauses and check questions. Every change is in the history."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from agreements.models import CheckQuestion, Clause, Document, Version
from agreements.permissions import can_publish
from agreements.states import VersionStatus
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.workflow import WorkflowError

BEYOND = 10_000  # positions while clauses change places


@transaction.atomic
def create_document(*, code: str, kind: str, title: Mapping[str, str], number: str, by: User) -> Version:
    """A text of one's own (an OHS agreement, say) with an empty first draft."""
    if not can_publish(by):
        raise PermissionDenied
    document = Document.objects.create(code=code, kind=kind, title=dict(title))
    history.record(document, "document.create", by=by, data={"code": code})
    return _draft(document, number, None, by)


@transaction.atomic
def create_draft(document: Document, *, number: str, by: User) -> Version:
    """A new draft with everything the current version says; one draft at a time."""
    if not can_publish(by):
        raise PermissionDenied
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.versions.filter(status=VersionStatus.DRAFT).exists():
        raise WorkflowError(_("There is a draft already. Publish it, or go on with it."))
    if document.versions.filter(number=number).exists():
        raise WorkflowError(_("Version %(number)s exists already.") % {"number": number})
    return _draft(document, number, document.versions.exclude(published_at=None).order_by("-published_at").first(), by)


def _draft(document: Document, number: str, source: Version | None, by: User) -> Version:
    fields = ("prevailing_language", "validity_months", "notice_days", "intro", "staff_note")
    copied = {name: getattr(source, name) for name in fields} if source else {}
    version = Version.objects.create(document=document, number=number, status=VersionStatus.DRAFT, turn="csr", **copied)
    if source:
        _copy_parts(source, version)
    data = {"number": number, "from": source.number if source else "–"}
    history.record(version, "version.create", by=by, data=data, to_status=VersionStatus.DRAFT)
    return version


def _copy_parts(source: Version, version: Version) -> None:
    clauses = {
        clause.pk: Clause.objects.create(
            version=version, position=clause.position, key=clause.key, title=clause.title, text=clause.text
        )
        for clause in source.clauses.all()
    }
    for question in source.check_questions.all():
        CheckQuestion.objects.create(
            version=version, position=question.position, clause=clauses[question.clause_id], text=question.text,
            choices=question.choices, right=question.right,
        )  # fmt: skip


def _locked(version: Version, by: User) -> Version:
    """The draft, locked; refused for a text that is published."""
    if not can_publish(by):
        raise PermissionDenied
    version = Version.objects.select_for_update().get(pk=version.pk)
    if version.is_frozen:
        raise WorkflowError(_("A published text is never changed. Make a new version."))
    return version


@transaction.atomic
def edit_version(version: Version, *, by: User, **changes: Any) -> None:
    """Number, term, preamble, prevailing language and note of a draft."""
    version = _locked(version, by)
    for name, value in changes.items():
        setattr(version, name, value)
    version.full_clean()
    version.save(update_fields=list(changes))
    history.record(version, "version.edit", by=by, data={"number": version.number})


@transaction.atomic
def save_clause(
    version: Version, *, by: User, key: str, title: Mapping[str, str], text: Mapping[str, str],
    clause: Clause | None = None,
) -> Clause:  # fmt: skip
    """A new clause at the end, or other words for one that is there."""
    version = _locked(version, by)
    others = version.clauses.exclude(pk=clause.pk) if clause else version.clauses.all()
    if others.filter(key=key).exists():
        raise WorkflowError(_("The text has a clause with this key already: %(key)s.") % {"key": key})
    row = clause or Clause(version=version, position=version.clauses.count() + 1)
    row.key, row.title, row.text = key, dict(title), dict(text)
    row.save()
    action = "clause.edit" if clause else "clause.add"
    history.record(version, action, by=by, data={"clause": key, "number": version.number})
    return row


@transaction.atomic
def move_clause(clause: Clause, *, by: User, to: int) -> None:
    """Give a clause another place; the others close up."""
    version = _locked(clause.version, by)
    order = list(version.clauses.all())
    row = next(other for other in order if other.pk == clause.pk)
    order.remove(row)
    order.insert(max(0, min(to, len(order) + 1) - 1), row)
    _number(version, order)
    history.record(version, "clause.move", by=by, data={"clause": row.key, "number": version.number})


@transaction.atomic
def delete_clause(clause: Clause, *, by: User) -> None:
    """Leave a clause out of the draft; refused while a check question asks about it."""
    version = _locked(clause.version, by)
    if version.check_questions.filter(clause=clause).exists():
        raise WorkflowError(_("A check question asks about this clause. Change the question first."))
    key = clause.key
    clause.delete()
    _number(version, list(version.clauses.all()))
    history.record(version, "clause.delete", by=by, data={"clause": key, "number": version.number})


def _number(version: Version, order: list[Clause]) -> None:
    """1, 2, 3 … in two steps, because no two clauses may have one place at any moment."""
    version.clauses.update(position=F("position") + BEYOND)
    for position, row in enumerate(order, 1):
        version.clauses.filter(pk=row.pk).update(position=position)


@transaction.atomic
def save_question(
    version: Version, *, by: User, clause: Clause, text: Mapping[str, str], choices: list[dict[str, str]], right: int,
    question: CheckQuestion | None = None,
) -> CheckQuestion:  # fmt: skip
    version = _locked(version, by)
    last = version.check_questions.last()
    row = question or CheckQuestion(version=version, position=last.position + 1 if last else 1)
    row.clause, row.text, row.choices, row.right = clause, dict(text), choices, right
    row.save()
    history.record(version, "question.save", by=by, data={"position": row.position, "number": version.number})
    return row


@transaction.atomic
def delete_question(question: CheckQuestion, *, by: User) -> None:
    version = _locked(question.version, by)
    history.record(version, "question.delete", by=by, data={"position": question.position, "number": version.number})
    question.delete()
