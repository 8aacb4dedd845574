"""Self-inspections as the company sees them: list, review, assigning, campaigns, questionnaires."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from audits import campaigns
from audits.forms.inspections import AssignForm, CampaignForm, ExtendForm, ReasonForm, ReturnForm
from audits.models import (
    Answer,
    AnswerEvidence,
    InspectionCampaign,
    Questionnaire,
    QuestionnaireVersion,
    SelfInspection,
    SelfInspectionReport,
)
from audits.permissions import can_raise_finding, can_review_inspection
from audits.querysets import overdue_condition
from audits.reports.inspections import Row, sheet_of
from audits.states import EDITABLE, AnswerVerdict, FileRefusal, InspectionStatus
from audits.views import files
from audits.views.portal.inspections import thumbs
from audits.workflow import inspections as workflow
from audits.workflow import questionnaires
from audits.workflow.findings import open_from_answers
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier
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
        row.thumbs = thumbs(row, "staff")
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
    chosen = {int(value) for value in request.POST.getlist("question") if value.isdigit()}
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
    chosen = [pk for pk in request.POST.getlist("row") if pk.isdigit()]
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


@staff_page(*PROCUREMENT)
def inspection_assign(request: HttpRequest) -> HttpResponse:
    form = AssignForm(request.POST or None, user=request.user, supplier=request.GET.get("supplier", ""))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            inspection = workflow.assign(data["site"], data["version"], due_on=data["due_on"], by=request.user)
        except WorkflowError as error:
            for blocker in error.blockers:
                form.add_error(None, blocker.text)
        else:
            messages.success(request, _("The supplier has been asked."))
            return redirect("staff:inspection-detail", pk=inspection.pk)
    return render(request, "staff/audits/inspection_assign.html", {"form": form})


@staff_page(*READERS)
@require_GET
def campaign_list(request: HttpRequest) -> HttpResponse:
    rows = InspectionCampaign.objects.visible_to(request.user).select_related("version__questionnaire", "created_by")
    accepted = Count("inspections", filter=Q(inspections__status=InspectionStatus.ACCEPTED))
    rows = rows.annotate(asked=Count("inspections"), accepted=accepted)
    return render(request, "staff/audits/inspection_campaign_list.html", {"campaigns": rows})


@staff_page(*PROCUREMENT)
def campaign_create(request: HttpRequest) -> HttpResponse:
    """First who would be asked, then the one action that asks them (B22)."""
    form = CampaignForm(request.POST or None, user=request.user)
    plan = None
    if request.method == "POST" and form.is_valid():
        plan = workflow.campaign_plan(form.cleaned_data["version"], _chosen_suppliers(request, form.cleaned_data))
        if "send" in request.POST:
            campaign = form.save(commit=False)
            campaign.created_by = request.user
            campaign.save()
            campaigns.launch(campaign, [p.site for p in plan if not p.blockers])
            if campaign.sent_at:
                number = campaign.inspections.count()
                messages.success(request, _("%(number)s sites have been asked.") % {"number": number})
            return redirect("staff:inspection-campaign-detail", pk=campaign.pk)
    asked = [p for p in plan or [] if not p.blockers]
    left_out = [p for p in plan or [] if p.blockers]
    context = {"form": form, "plan": plan, "asked": asked, "left_out": left_out}
    return render(request, "staff/audits/inspection_campaign_form.html", context)


def _chosen_suppliers(request: HttpRequest, data: dict[str, Any]) -> Any:
    rows = Supplier.objects.visible_to(request.user).active()
    if data["status"] != "active":
        rows = rows.filter(status=data["status"])
    if data["category"]:
        rows = rows.filter(categories=data["category"])
    return rows.filter(risk_band=data["risk"]) if data["risk"] else rows


@staff_page(*READERS)
@require_GET
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the campaign is: a number per state, and every site."""
    rows_of_campaigns = InspectionCampaign.objects.visible_to(request.user).select_related("version__questionnaire")
    campaign = get_object_or_404(rows_of_campaigns, pk=pk)
    if request.htmx:
        return _progress(request, campaign)
    rows = list(visible(request).filter(campaign=campaign).defer("result").order_by("supplier__name", "pk"))
    day = today()
    counts = [(code, sum(row.status == code for row in rows)) for code in InspectionStatus.values]
    late = sum(row.status in EDITABLE and row.due_on is not None and row.due_on < day for row in rows)
    context = {
        "campaign": campaign,
        "asked": len(rows),
        "rows": rows,
        "counts": [*counts, ("overdue", late)],
        "accepted": dict(counts)["accepted"],
        "suppliers": len({row.supplier_id for row in rows}),
    }
    return render(request, "staff/audits/inspection_campaign_detail.html", context)


def _progress(request: HttpRequest, campaign: InspectionCampaign) -> HttpResponse:
    """How many sites have been asked so far; when all are, the page shows itself anew."""
    context = {"campaign": campaign, "asked": campaign.inspections.count()}
    response = render(request, "staff/audits/inspection_campaign_progress.html", context)
    if not campaign.is_sending:
        response["HX-Refresh"] = "true"
    return response


@staff_page(*READERS)
@require_GET
def questionnaire_list(request: HttpRequest) -> HttpResponse:
    versions = QuestionnaireVersion.objects.visible_to(request.user).select_related("questionnaire")
    versions = versions.annotate(asked=Count("questions")).order_by("questionnaire__pk", "-number")
    return render(request, "staff/audits/questionnaire_list.html", {"versions": versions})


@staff_page(*READERS)
@require_GET
def questionnaire_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A version as it is asked, three languages side by side."""
    versions = QuestionnaireVersion.objects.visible_to(request.user).select_related("questionnaire")
    version = get_object_or_404(versions, pk=pk)
    questions = version.questions.select_related("section", "clause").prefetch_related("expected_evidence", "choices")
    others = Questionnaire.objects.get(pk=version.questionnaire_id).versions.exclude(pk=pk)
    context = {
        "version": version,
        "questions": questions,
        "others": others,
        "blockers": questionnaires.publish_blockers(version) if version.status == "draft" else [],
        "verdicts": AnswerVerdict.choices,
    }
    return render(request, "staff/audits/questionnaire_detail.html", context)
