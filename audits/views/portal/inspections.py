"""Self-inspections as the supplier sees them: overview, the site's facts, all that is missing, the result."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from audits.forms.inspections import FactsForm
from audits.models import SelfInspection, SelfInspectionReport
from audits.reports.inspections import sheet_of
from audits.states import EDITABLE, InspectionStatus
from audits.views import files
from audits.workflow import inspections as workflow
from csr_portal.core.lists import (
    Column,
    Filter,
    Listing,
    View,
    export_response,
    page_of,
    sets_behind,
    tabs_of,
    view_of,
)
from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import WorkflowError
from suppliers.access import portal_page

OPEN = Listing(
    columns=(
        Column("number", gettext_lazy("Number"), "pk", "number"),
        Column("questionnaire", gettext_lazy("Questionnaire"), value=lambda row: str(row.version.questionnaire)),
        Column("site", gettext_lazy("Site"), "site__name"),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column("due_on", gettext_lazy("Until"), "due_on"),
    ),
    search=lambda words: Q(site__name__icontains=words) | Q(site__name_latin__icontains=words),
    default_order="due_on",
    file_name="self-inspections",
)
DONE = replace(
    OPEN,
    columns=(
        *OPEN.columns[:-1],
        Column("score", gettext_lazy("Score"), "score", is_number=True),
        Column("valid_until", gettext_lazy("Valid to"), "valid_until"),
    ),
    filters=(
        Filter(
            "status",
            gettext_lazy("Status"),
            [(code.value, code.label) for code in (InspectionStatus.SUBMITTED, InspectionStatus.ACCEPTED)],
        ),
    ),
    default_order="-pk",
)
VIEWS = {
    "open": View(gettext_lazy("Wait for you"), Q(status__in=EDITABLE), OPEN),
    "done": View(gettext_lazy("Submitted and accepted"), ~Q(status__in=EDITABLE), DONE),
}


def own(request: HttpRequest) -> Any:
    """The self-inspections of the supplier the person acts for now."""
    rows = SelfInspection.objects.visible_to(request.user).filter(supplier=request.supplier)
    return rows.select_related("site", "version__questionnaire", "supplier", "campaign")


@portal_page
@require_GET
def inspection_list(request: HttpRequest) -> HttpResponseBase:
    """What waits for the supplier, as cards; what was submitted, as lines."""
    sets, view = sets_behind(VIEWS, own(request).defer("result")), view_of(request, VIEWS)
    if "export" in request.GET:
        return export_response(request, sets[view], VIEWS[view].listing)
    page = page_of(request, sets[view], VIEWS[view].listing, sets)
    waiting = [_task(row) for row in page.rows] if view == "open" else []
    context = {"page": page, "view": view, "tabs": tabs_of(VIEWS, page, view), "waiting": waiting}
    return render(request, "portal/audits/inspection_list.html", context)


def _task(row: SelfInspection) -> dict[str, Any]:
    is_begun = row.status != InspectionStatus.ASSIGNED
    return {
        "row": row,
        "tone": "warn" if row.status == InspectionStatus.RETURNED else "info",
        "icon": "undo-2",
        "badge": row.get_status_display() if row.status == InspectionStatus.RETURNED else "",
        "site": row.site,
        "title": str(row.version.questionnaire),
        "due": row.due_on,
        "note": _("You can still submit after the date; nothing gets lost.") if row.is_overdue() else "",
        "url": "",
        "verb": _("Go on") if is_begun else _("Begin"),
        "done": row.answered,
        "total": row.total,
    }


@portal_page
@require_GET
def inspection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(own(request), pk=pk)
    if inspection.is_editable and not inspection.facts_confirmed:
        return redirect("portal:inspection-facts", pk=pk)
    sheet = sheet_of(inspection)
    wanted = {kind for row in sheet.open_rows for kind in row.question.expected_evidence.all()}
    return render(
        request,
        "portal/audits/inspection_detail.html",
        {
            "inspection": inspection,
            "sheet": sheet,
            "first": next(iter(sheet.returned or sheet.open_rows), None),
            "minutes": workflow.MINUTES_PER_QUESTION * len(sheet.open_rows),
            "wanted": sorted(map(str, wanted)),
            "shows_verdicts": inspection.status == InspectionStatus.RETURNED,
            "reason": _last_reason(inspection),
            "reports": _reports(request, inspection),
        },
    )


def _last_reason(inspection: SelfInspection) -> str:
    if inspection.status not in {InspectionStatus.RETURNED, InspectionStatus.IN_PROGRESS}:
        return ""
    entry = HistoryEntry.objects.about(inspection).filter(action__in=["inspection.return", "inspection.reopen"]).first()
    return entry.reason if entry else ""


def _reports(request: HttpRequest, inspection: SelfInspection) -> Any:
    return SelfInspectionReport.objects.visible_to(request.user).filter(inspection=inspection).order_by("-pk")[:3]


@portal_page
def inspection_facts(request: HttpRequest, pk: int) -> HttpResponse:
    """Applicability first: the rest shrinks (B26)."""
    inspection = get_object_or_404(own(request), pk=pk)
    form = FactsForm(request.POST or None, initial=inspection.facts)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.save_facts(inspection, form.cleaned_data, by=request.user)
        except WorkflowError as error:
            messages.error(request, error.message)
        return redirect("portal:inspection-detail", pk=pk)
    return render(request, "portal/audits/inspection_facts.html", {"inspection": inspection, "form": form})


@portal_page
def inspection_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Look once more, see all that is missing, send."""
    inspection = get_object_or_404(own(request), pk=pk)
    if request.method == "POST":
        try:
            workflow.submit(inspection, by=request.user)
        except WorkflowError as error:
            if not error.blockers:
                messages.error(request, error.message)
            return redirect("portal:inspection-submit", pk=pk)
        messages.success(request, _("Your self-inspection is submitted."))
        return redirect("portal:inspection-detail", pk=pk)
    blockers = workflow.submit_blockers(inspection) if inspection.is_editable else []
    context = {"inspection": inspection, "sheet": sheet_of(inspection), "blockers": blockers}
    return render(request, "portal/audits/inspection_submit.html", context)


@portal_page
@require_GET
def inspection_result(request: HttpRequest, pk: int) -> HttpResponse:
    """How the score comes about: points per section, and what each answer cost (B18)."""
    inspection = get_object_or_404(own(request), pk=pk)
    context = {"inspection": inspection, "sheet": sheet_of(inspection), "reports": _reports(request, inspection)}
    return render(request, "portal/audits/inspection_result.html", context)


@portal_page
@require_POST
def inspection_report_request(request: HttpRequest, pk: int) -> HttpResponse:
    report = files.requested_report(request, get_object_or_404(own(request), pk=pk))
    return redirect("portal:inspection-report", pk=report.pk)


def _report_of(request: HttpRequest, pk: int) -> SelfInspectionReport:
    rows = SelfInspectionReport.objects.visible_to(request.user).filter(inspection__supplier=request.supplier)
    return get_object_or_404(rows.select_related("inspection__site"), pk=pk)


@portal_page
@require_GET
def inspection_report(request: HttpRequest, pk: int) -> HttpResponse:
    return files.report_status(request, _report_of(request, pk), "portal")


@portal_page
@require_GET
def inspection_report_file(request: HttpRequest, pk: int) -> HttpResponse:
    return files.report_response(_report_of(request, pk))
