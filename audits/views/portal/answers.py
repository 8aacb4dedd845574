"""One question of a self-inspection at a time: answering, saving by itself, files."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audits.forms.inspections import AnswerForm
from audits.models import Answer, AnswerEvidence, Question, SelfInspection
from audits.reports.inspections import Row, Sheet, sheet_of
from audits.states import InspectionStatus
from audits.views import files
from audits.views.portal.inspections import own
from audits.workflow import inspections as workflow
from csr_portal.core.files import EVIDENCE_TYPES, type_names
from csr_portal.core.workflow import WorkflowError
from suppliers.access import portal_page

ACCEPT = ",".join(sorted(EVIDENCE_TYPES)) + ",.heic,.docx,.xlsx"


@portal_page
def inspection_question(request: HttpRequest, pk: int, question_pk: int) -> HttpResponse:
    """One question. A plain POST saves and goes on, so that everything works without JavaScript."""
    inspection = get_object_or_404(own(request), pk=pk)
    if request.method == "POST":
        return _save_and_go_on(request, inspection, question_pk)
    sheet = sheet_of(inspection)
    row = sheet.row(question_pk)
    if row is None:
        return redirect("portal:inspection-detail", pk=pk)
    return render(request, "portal/audits/inspection_question.html", _question_context(request, sheet, row))


def _question_context(request: HttpRequest, sheet: Sheet, row: Row, **more: Any) -> dict[str, Any]:
    inspection, rows = sheet.inspection, sheet.rows
    place = rows.index(row)
    return {
        "inspection": inspection,
        "sheet": sheet,
        "row": row,
        "answer": row.answer,
        "section": next(s for s in sheet.sections if row in s.rows),
        "previous": rows[place - 1] if place else None,
        "next": rows[place + 1] if place + 1 < len(rows) else None,
        "is_editable": inspection.is_editable,
        "shows_verdicts": inspection.status == InspectionStatus.RETURNED,
        "last": _last_answer(inspection, row.question),
        "accept": ACCEPT,
        "types": type_names(),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "max_mb": settings.EVIDENCE_MAX_BYTES // 1024**2,
        "known_files": _known_files(request, row),
        "thumbs": files.thumbs(row, "portal", shows_verdicts=_may_see_verdicts(inspection, row)),
    } | more


def _may_see_verdicts(inspection: SelfInspection, row: Row) -> bool:
    """What the reviewer thinks of a file is told with the answer: not while the review is going on."""
    is_told = inspection.is_editable and bool(row.is_returned)
    return is_told or inspection.status == InspectionStatus.ACCEPTED


def _last_answer(inspection: SelfInspection, question: Question) -> Answer | None:
    """What the same site answered the last time."""
    return (
        Answer.objects.answered()
        .filter(
            inspection__site_id=inspection.site_id,
            inspection__status=InspectionStatus.ACCEPTED,
            question__key=question.key,
        )
        .exclude(inspection=inspection)
        .select_related("inspection")
        .order_by("-inspection__accepted_at")
        .first()
    )


def _known_files(request: HttpRequest, row: Row) -> Any:
    """Files the supplier has given before and that may be used here again, each once, the newest first (B17)."""
    used = [link.evidence.file.sha256 for link in row.files]
    rows = request.supplier.evidence.filter(withdrawn_at=None).exclude(file__sha256__in=used).order_by()
    newest = rows.values("file__sha256").annotate(newest=Max("pk")).values("newest")
    return request.supplier.evidence.filter(pk__in=newest).select_related("file")[:30]


def _save_and_go_on(request: HttpRequest, inspection: SelfInspection, question_pk: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    sheet = sheet_of(inspection)
    row = sheet.row(question_pk)
    if row is None or not form.is_valid():
        return redirect("portal:inspection-question", pk=inspection.pk, question_pk=question_pk)
    try:
        for upload in request.FILES.getlist("file"):
            workflow.attach_upload(inspection, row.question, upload, by=request.user)
        if reused := request.POST.get("evidence"):
            evidence = get_object_or_404(request.supplier.evidence, pk=reused if reused.isdecimal() else None)
            workflow.attach_known(inspection, row.question, evidence, by=request.user)
        if _is_changed(row.answer, form.cleaned_data):
            _save(request, inspection.pk, question_pk, form.cleaned_data)
    except workflow.AnswerConflict as conflict:
        context = _question_context(request, sheet_of(inspection), row, theirs=conflict.theirs, mine=form.cleaned_data)
        return render(request, "portal/audits/inspection_question.html", context, status=409)
    except (WorkflowError, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect("portal:inspection-question", pk=inspection.pk, question_pk=question_pk)
    return _go_on(request, inspection, sheet, row)


def _is_changed(answer: Answer | None, data: dict[str, Any]) -> bool:
    """Saving the same again adds nothing, except that it confirms what came from last year (B5)."""
    if answer is None:
        return bool(data["choice"] or data["note"])
    same = (answer.choice, answer.note, answer.na_reason) == (data["choice"], data["note"], data["na_reason"])
    return not same or not answer.confirmed


def _save(request: HttpRequest, pk: int, question_pk: int, data: dict[str, Any]) -> workflow.Saved:
    return workflow.save_answer(
        pk,
        question_pk,
        supplier=request.supplier,
        by=request.user,
        choice=data["choice"],
        note=data["note"],
        na_reason=data["na_reason"],
        base_revision=data["base_revision"] or 0,
        client_id=data["client_id"],
    )


def _go_on(request: HttpRequest, inspection: SelfInspection, sheet: Sheet, row: Row) -> HttpResponse:
    rows, place = sheet.rows, sheet.rows.index(row)
    if "stay" in request.POST:
        target = row
    elif "back" in request.POST:
        target = rows[place - 1] if place else row
    elif place + 1 < len(rows):
        target = rows[place + 1]
    else:
        return redirect("portal:inspection-submit", pk=inspection.pk)
    return redirect("portal:inspection-question", pk=inspection.pk, question_pk=target.question.pk)


@portal_page
@require_POST
def inspection_answer(request: HttpRequest, pk: int, question_pk: int) -> JsonResponse:
    """The autosave: one answer as JSON. 409 gives both values when somebody else was faster (B29)."""
    body = _json_object(request)
    if body is None:
        return JsonResponse({"code": "malformed", "message": _("This is not an answer.")}, status=400)
    form = AnswerForm(body)
    if not form.is_valid():
        return JsonResponse({"code": "invalid", "message": str(form.errors.as_text())}, status=400)
    try:
        saved = _save(request, pk, question_pk, form.cleaned_data)
    except Question.DoesNotExist:
        return JsonResponse({"code": "gone", "message": _("This question is not there.")}, status=404)
    except workflow.AnswerConflict as conflict:
        return JsonResponse(_conflict(conflict, request, form.cleaned_data), status=409)
    except (WorkflowError, ValidationError) as error:
        return _refusal("not_now", error)
    return JsonResponse(
        {
            "client_id": form.cleaned_data["client_id"],
            "revision": saved.revision,
            "answered": saved.answered,
            "total": saved.total,
            "at": f"{timezone.localtime(saved.at):%H:%M}",
        }
    )


def _json_object(request: HttpRequest) -> dict[str, Any] | None:
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _refusal(code: str, error: Exception) -> JsonResponse:
    message = " ".join(getattr(error, "messages", [str(error)]))
    return JsonResponse({"code": code, "message": message}, status=422)


def _conflict(conflict: workflow.AnswerConflict, request: HttpRequest, mine: dict[str, Any]) -> dict[str, Any]:
    theirs = conflict.theirs
    return {
        "code": "conflict",
        "message": conflict.message,
        "theirs": {
            "choice": theirs.choice,
            "note": theirs.note,
            "na_reason": theirs.na_reason,
            "revision": theirs.revision,
            "by": str(theirs.answered_by or ""),
            "at": f"{timezone.localtime(theirs.answered_at):%Y-%m-%d %H:%M}",
        },
        "mine": {
            "choice": mine["choice"],
            "note": mine["note"],
            "na_reason": mine["na_reason"],
            "by": str(request.user),
            "at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        },
    }


@portal_page
@require_POST
def inspection_upload(request: HttpRequest, pk: int, question_pk: int) -> HttpResponse:
    """One file from the device's queue: confirmed by its id and SHA-256 (B2)."""
    inspection = get_object_or_404(own(request), pk=pk)
    question = get_object_or_404(Question.objects.filter(version_id=inspection.version_id), pk=question_pk)
    form = AnswerForm(request.POST)
    upload = request.FILES.get("file")
    if upload is None or not form.is_valid():
        return JsonResponse({"code": "no_file", "message": _("Choose a file.")}, status=400)
    client_id = form.cleaned_data["client_id"]
    try:
        link = workflow.attach_upload(inspection, question, upload, by=request.user, client_id=client_id)
    except (WorkflowError, ValidationError) as error:
        return _refusal("refused", error)
    return JsonResponse({"client_id": link.client_id, "sha256": link.evidence.file.sha256, "id": link.pk})


@portal_page
@require_GET
def inspection_file(request: HttpRequest, pk: int) -> HttpResponse:
    rows = AnswerEvidence.objects.visible_to(request.user).select_related("evidence__file")
    link = get_object_or_404(rows.filter(evidence__supplier=request.supplier), pk=pk)
    return files.evidence_response(request, link)


@portal_page
@require_POST
def inspection_detach(request: HttpRequest, pk: int) -> HttpResponse:
    rows = AnswerEvidence.objects.visible_to(request.user).select_related("answer__inspection__site")
    link = get_object_or_404(rows.filter(evidence__supplier=request.supplier), pk=pk)
    try:
        workflow.detach(link, by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("portal:inspection-question", pk=link.answer.inspection_id, question_pk=link.answer.question_id)
