"""Pages of staff: writing a text. Drafts, clauses and check questions, and what a version changes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import workflow
from agreements.changes import compare
from agreements.forms.texts import ClauseForm, DocumentForm, DraftForm, QuestionForm, VersionForm
from agreements.models import CheckQuestion, Clause, Document, Version
from agreements.placeholders import PLACEHOLDERS
from agreements.reports import PDF_LANGUAGES
from csr_portal.core.access import PersonRequest, staff_page
from csr_portal.core.roles import Role
from csr_portal.core.workflow import WorkflowError


def _version(request: HttpRequest, pk: int) -> Version:
    return get_object_or_404(Version.objects.visible_to(request.user).select_related("document"), pk=pk)


def _clause(request: HttpRequest, pk: int) -> Clause:
    versions = Version.objects.visible_to(request.user)
    return get_object_or_404(Clause.objects.filter(version__in=versions).select_related("version__document"), pk=pk)


def _question(request: HttpRequest, pk: int) -> CheckQuestion:
    versions = Version.objects.visible_to(request.user)
    rows = CheckQuestion.objects.filter(version__in=versions).select_related("version__document")
    return get_object_or_404(rows, pk=pk)


def _form_page(
    request: PersonRequest, form: Any, save: Callable[[], Any], *, title: str, version: Version | None = None
) -> HttpResponse:
    """Show the form; take it, or say beside it why not."""
    if request.method == "POST" and form.is_valid():
        try:
            saved = save()
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            version = saved if isinstance(saved, Version) else version
            return redirect("staff:version-detail", version.pk) if version else redirect("staff:document-list")
    context = {"form": form, "title": title, "version": version, "placeholders": PLACEHOLDERS}
    return render(request, "staff/agreements/text_form.html", context)


def _do(request: PersonRequest, version: Version, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("staff:version-detail", version.pk)


@staff_page(Role.CSR_MANAGER)
def document_create(request: PersonRequest) -> HttpResponse:
    form = DocumentForm(request.POST or None)
    save = lambda: workflow.create_document(by=request.user, **form.values())  # noqa: E731
    return _form_page(request, form, save, title=_("New text"))


@staff_page(Role.CSR_MANAGER)
def draft_create(request: PersonRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    form = DraftForm(request.POST or None)
    save = lambda: workflow.create_draft(document, by=request.user, **form.cleaned_data)  # noqa: E731
    return _form_page(request, form, save, title=_("New draft of “%(document)s”") % {"document": document})


@staff_page(Role.CSR_MANAGER)
def version_edit(request: PersonRequest, pk: int) -> HttpResponse:
    version = _version(request, pk)
    form = VersionForm(request.POST or None, version=version)
    save = lambda: workflow.edit_version(version, by=request.user, **form.values())  # noqa: E731
    return _form_page(request, form, save, title=str(version), version=version)


@staff_page(Role.CSR_MANAGER)
def clause_add(request: PersonRequest, pk: int) -> HttpResponse:
    version = _version(request, pk)
    form = ClauseForm(request.POST or None, version=version)
    save = lambda: workflow.save_clause(version, by=request.user, **form.values())  # noqa: E731
    return _form_page(request, form, save, title=_("New clause"), version=version)


@staff_page(Role.CSR_MANAGER)
def clause_edit(request: PersonRequest, pk: int) -> HttpResponse:
    clause = _clause(request, pk)
    form = ClauseForm(request.POST or None, version=clause.version, clause=clause)
    save = lambda: workflow.save_clause(clause.version, by=request.user, clause=clause, **form.values())  # noqa: E731
    return _form_page(request, form, save, title=str(clause), version=clause.version)


@staff_page(Role.CSR_MANAGER)
@require_POST
def clause_move(request: PersonRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    clause = _clause(request, pk)
    to = clause.position + (1 if "down" in request.POST else -1)
    return _do(request, clause.version, lambda: workflow.move_clause(clause, by=request.user, to=max(1, to)))


@staff_page(Role.CSR_MANAGER)
@require_POST
def clause_delete(request: PersonRequest, pk: int) -> HttpResponse:
    clause = _clause(request, pk)
    return _do(request, clause.version, lambda: workflow.delete_clause(clause, by=request.user))


@staff_page(Role.CSR_MANAGER)
def question_add(request: PersonRequest, pk: int) -> HttpResponse:
    version = _version(request, pk)
    form = QuestionForm(request.POST or None, version=version)
    save = lambda: workflow.save_question(version, by=request.user, **form.values())  # noqa: E731
    return _form_page(request, form, save, title=_("New check question"), version=version)


@staff_page(Role.CSR_MANAGER)
def question_edit(request: PersonRequest, pk: int) -> HttpResponse:
    question = _question(request, pk)
    version = question.version
    form = QuestionForm(request.POST or None, version=version, question=question)
    save = lambda: workflow.save_question(version, by=request.user, question=question, **form.values())  # noqa: E731
    return _form_page(request, form, save, title=_("Check question"), version=version)


@staff_page(Role.CSR_MANAGER)
@require_POST
def question_delete(request: PersonRequest, pk: int) -> HttpResponse:
    question = _question(request, pk)
    return _do(request, question.version, lambda: workflow.delete_question(question, by=request.user))


@staff_page()
def version_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version changes against another one of the same document (`with`; otherwise the one before)."""
    version = _version(request, pk)
    others = version.document.versions.exclude(pk=version.pk).order_by("-pk")
    chosen = request.GET.get("with", "")
    other = get_object_or_404(others, pk=chosen) if chosen.isdecimal() else others.filter(pk__lt=version.pk).first()
    language = request.GET.get("text", "")
    language = language if language in dict(PDF_LANGUAGES) else get_language() or "en"
    context = {
        "version": version,
        "other": other,
        "others": others,
        "language": language,
        "languages": PDF_LANGUAGES,
        "changes": compare(other, version, language) if other else [],
    }
    return render(request, "staff/agreements/version_compare.html", context)
