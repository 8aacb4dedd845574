"""Self-inspections as the company sees them: list, review, dates, reports."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from audits.forms.inspections import ExtendForm, ReasonForm, ReturnForm
from audits.models import Answer, AnswerEvidence, SelfInspection, SelfInspectionReport
from audits.permissions import can_raise_finding, can_review_inspection
from audits.querysets import overdue_condition
from audits.reports.inspections import Row, sheet_of
from audits.states import FileRefusal, InspectionStatus
from audits.views import files
from audits.workflow import inspections as workflow
from audits.workflow.findings import open_from_answers
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.querysets import search_condition

READERS = (Role.BUYER, Role.CSR_MANAGER, Role.AUDITOR)
PROCUREMENT = (Role.BUYER, Role.CSR_MANAGER)
MAY_HAVE_FINDINGS = (InspectionStatus.SUBMITTED, InspectionStatus.ACCEPTED)


LISTING = Listing(
    columns=[
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda row: row.supplier.name),
        Column("site", gettext_lazy("Site"), "site__name", lambda row: row.site.name),
        Column("questionnaire", gettext_lazy("Questionnaire"), "", lambda row: str(row.version)),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column(
            "answered", gettext_lazy("Answered"), "answered", lambda row: f"{row.answered}/{row.total}", is_number=True
        ),
        Column("score", gettext_lazy("Score"), "score", "score", is_number=True),
        Column("due_on", gettext_lazy("Turn"), "due_on", "due_on"),
    ],
    filters=[
        Filter(
            "status",
            gettext_lazy("Status"),
            [*InspectionStatus.choices, ("overdue", gettext_lazy("Overdue"))],
            apply=lambda code: overdue_condition(today()) if code == "overdue" else Q(status=code),
        ),
        Filter(
            "blocked",
            gettext_lazy("Zero tolerance"),
            [("yes", gettext_lazy("Answered “no”"))],
            apply=lambda code: Q(is_blocked=True),
        ),
        Filter("letter", gettext_lazy("Letter"), [(letter, letter) for letter in "ABCDE"]),
    ],
    search=lambda words: search_condition(words, "supplier__"),
    default_order="due_on",
    file_name="self-inspections",
)


def visible(request: HttpRequest) -> Any:
    rows = SelfInspection.objects.visible_to(request.user)
    return rows.select_related("supplier", "site", "version__questionnaire", "submitted_by", "accepted_by")


@staff_page(*READERS)
@require_GET
def inspection_list(request: HttpRequest) -> HttpResponse:
    rows = visible(request).defer("result")
    if request.GET.get("export"):
        return export_response(request, rows, LISTING)
    context = {"page": page_of(request, rows, LISTING), "day": today(), "extend_form": ExtendForm()}
    return render(request, "staff/audits/inspection_list.html", context)


@staff_page(*READERS)
@require_GET
def inspection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(visible(request), pk=pk)
    sheet = sheet_of(inspection)
    for row in sheet.rows:
        row.thumbs = files.thumbs(row, "staff")
    findings = {finding.question_id: finding for finding in inspection.findings.exclude(question=None)}
    for row in sheet.refused:
        row.finding = findings.get(row.question.pk)
    is_reviewing = inspection.status == InspectionStatus.SUBMITTED and can_review_inspection(request.user, inspection)
    return render(
        request,
        "staff/audits/inspection_detail.html",
        {
            "inspection": inspection,
            "sheet": sheet,
            "is_reviewing": is_reviewing,
            "refusals": FileRefusal.choices,
            "without_finding": [row for row in sheet.refused if not row.finding],
            "may_raise": inspection.status in MAY_HAVE_FINDINGS and can_raise_finding(request.user),
            "blockers": workflow.accept_blockers(inspection) if is_reviewing else [],
            "is_overdue": inspection.is_overdue(),
            "history": HistoryEntry.objects.about(inspection)[:12],
            "return_form": ReturnForm(),
            "extend_form": ExtendForm(),
            "reason_form": ReasonForm(auto_id="id_reopen_%s"),
            "reports": SelfInspectionReport.objects.filter(inspection=inspection).order_by("-pk")[:3],
        },
    )


@staff_page(Role.CSR_MANAGER)
@require_POST
def inspection_verdict(request: HttpRequest, pk: int) -> HttpResponse:
    """In order, or to be corrected: in place with htmx, otherwise back to the question."""
    answer = get_object_or_404(Answer.objects.visible_to(request.user).select_related("inspection", "question"), pk=pk)
    error = ""
    try:
        workflow.judge(answer, request.POST.get("verdict", ""), by=request.user, note=request.POST.get("note", ""))
    except (WorkflowError, ValidationError) as problem:
        error = " ".join(getattr(problem, "messages", [str(problem)]))
    if request.htmx:
        answer.refresh_from_db()
        row = Row(0, answer.question, [], answer)
        context = {"row": row, "answer": answer, "is_reviewing": True, "error": error}
        return render(request, "staff/audits/inspection_verdict.html", context)
    if error:
        messages.error(request, error)
    return _to_detail(answer.inspection_id, f"#q{answer.question_id}")


def _to_detail(pk: int, anchor: str = "") -> HttpResponse:
    response = redirect("staff:inspection-detail", pk=pk)
    response["Location"] += anchor
    return response


@staff_page(Role.CSR_MANAGER)
@require_POST
def inspection_file_verdict(request: HttpRequest, pk: int) -> HttpResponse:
    links = AnswerEvidence.objects.visible_to(request.user).select_related("answer__inspection")
    link = get_object_or_404(links, pk=pk)
    try:
        said = {name: request.POST.get(name, "") for name in ("reason", "note")}
        workflow.judge_file(link, request.POST.get("verdict", ""), by=request.user, **said)
    except (WorkflowError, ValidationError) as problem:
        messages.error(request, " ".join(getattr(problem, "messages", [str(problem)])))
    return _to_detail(link.answer.inspection_id, f"#q{link.answer.question_id}")


@staff_page(Role.CSR_MANAGER, Role.AUDITOR)
@require_POST
def inspection_findings(request: HttpRequest, pk: int) -> HttpResponse:
    """A finding for each chosen answer “no”."""
    inspection = get_object_or_404(visible(request), pk=pk)
    chosen = {int(value) for value in request.POST.getlist("question") if value.isdecimal()}
    try:
        number = len(open_from_answers(inspection, chosen, by=request.user))
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        said = ngettext("%(number)s finding was raised.", "%(number)s findings were raised.", number)
        messages.success(request, said % {"number": number})
    return redirect("staff:inspection-detail", pk=pk)


@staff_page(Role.CSR_MANAGER)
@require_POST
def inspection_return(request: HttpRequest, pk: int) -> HttpResponse:
    inspection, form = get_object_or_404(visible(request), pk=pk), ReturnForm(request.POST)
    if form.is_valid():
        said = _("The self-inspection is returned to the supplier.")
        _take(request, said, workflow.return_to_supplier, inspection, by=request.user, **form.cleaned_data)
    else:
        _tell_errors(request, form)
    return redirect("staff:inspection-detail", pk=pk)


@staff_page(Role.CSR_MANAGER)
@require_POST
def inspection_accept(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(visible(request), pk=pk)
    _take(request, _("The self-inspection is accepted."), workflow.accept, inspection, by=request.user)
    return redirect("staff:inspection-detail", pk=pk)


@staff_page(Role.CSR_MANAGER)
@require_POST
def inspection_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(visible(request), pk=pk)
    reason, said = request.POST.get("reason", ""), _("The self-inspection is open again.")
    _take(request, said, workflow.reopen, inspection, by=request.user, reason=reason)
    return redirect("staff:inspection-detail", pk=pk)


@staff_page(*PROCUREMENT)
@require_POST
def inspection_extend(request: HttpRequest, pk: int) -> HttpResponse:
    inspection, form = get_object_or_404(visible(request), pk=pk), ExtendForm(request.POST)
    if form.is_valid():
        _take(request, _("The date is changed."), workflow.extend, inspection, by=request.user, **form.cleaned_data)
    else:
        _tell_errors(request, form)
    return redirect("staff:inspection-detail", pk=pk)


@staff_page(*PROCUREMENT)
@require_POST
def inspection_extend_many(request: HttpRequest) -> HttpResponse:
    """The selected ones get one date; those that are not open are left out."""
    form = ExtendForm(request.POST)
    chosen = [pk for pk in request.POST.getlist("pk") if pk.isdecimal()]
    if form.is_valid():
        rows = list(visible(request).filter(pk__in=chosen))
        number = workflow.extend_many(rows, form.cleaned_data["due_on"], by=request.user)
        said = _("%(number)s of %(chosen)s self-inspections have the new date.")
        messages.success(request, said % {"number": number, "chosen": len(rows)})
    else:
        _tell_errors(request, form)
    return redirect("staff:inspection-list")


def _take(request: HttpRequest, said: str, step: Any, *arguments: Any, **options: Any) -> None:
    """Take a step; say that it was taken, or everything that is missing."""
    try:
        step(*arguments, **options)
    except WorkflowError as error:
        messages.error(request, " ".join([error.message, *(blocker.text for blocker in error.blockers)]))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)


def _tell_errors(request: HttpRequest, form: Any) -> None:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(errors)}")


@staff_page(*READERS)
@require_GET
def inspection_file(request: HttpRequest, pk: int) -> HttpResponse:
    links = AnswerEvidence.objects.visible_to(request.user).select_related("evidence__file")
    return files.evidence_response(request, get_object_or_404(links, pk=pk))


@staff_page(*READERS)
@require_POST
def inspection_report_request(request: HttpRequest, pk: int) -> HttpResponse:
    report = files.requested_report(request, get_object_or_404(visible(request), pk=pk))
    return redirect("staff:inspection-report", pk=report.pk)


def _report_of(request: HttpRequest, pk: int) -> SelfInspectionReport:
    return get_object_or_404(SelfInspectionReport.objects.visible_to(request.user).select_related("inspection"), pk=pk)


@staff_page(*READERS)
@require_GET
def inspection_report(request: HttpRequest, pk: int) -> HttpResponse:
    return files.report_status(request, _report_of(request, pk), "staff")


@staff_page(*READERS)
@require_GET
def inspection_report_file(request: HttpRequest, pk: int) -> HttpResponse:
    return files.report_response(_report_of(request, pk))
