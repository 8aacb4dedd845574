"""Findings as the supplier sees them: what was seen, what closes it, the plan, the evidence."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audits.forms.findings import FIRST_ACTIONS, ActionFormSet, EvidenceForm, FindingPlanForm, ReasonForm
from audits.models import Finding
from audits.states import FindingStatus, Grade
from audits.views.staff.findings import send_evidence
from audits.views.steps import taken, tell_errors
from audits.workflow import findings as workflow
from csr_portal.core.files import EVIDENCE_TYPES
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
from csr_portal.core.states import Turn
from csr_portal.core.workflow import available
from suppliers.access import portal_page

OWN = Listing(
    columns=(
        Column("number", gettext_lazy("Number"), "number"),
        Column("title", gettext_lazy("Title"), value=lambda row: row.title_local or row.title),
        Column("site", gettext_lazy("Site"), "site__name", lambda row: row.site or ""),
        Column("grade", gettext_lazy("Grade"), value=lambda row: row.get_grade_display()),
        Column("status", gettext_lazy("Status"), value=lambda row: row.get_status_display()),
        Column("due_on", gettext_lazy("Until"), "due_on"),
        Column("closed_on", gettext_lazy("Closed"), "closed_on"),
    ),
    filters=(Filter("grade", gettext_lazy("Grade"), Grade.choices),),
    search=lambda words: Q(number__icontains=words) | Q(title__icontains=words) | Q(title_local__icontains=words),
    default_order="due_on",
    file_name="findings",
)
OPEN = ~Q(status=FindingStatus.VERIFIED_CLOSED)
VIEWS = {
    "yours": View(gettext_lazy("Wait for you"), OPEN & Q(turn=Turn.SUPPLIER), OWN),
    "ours": View(gettext_lazy("With us"), OPEN & ~Q(turn=Turn.SUPPLIER), OWN),
    "closed": View(gettext_lazy("Closed"), ~OPEN, replace(OWN, default_order="-closed_on")),
}


@portal_page
def finding_list(request: HttpRequest) -> HttpResponseBase:
    """What waits for the supplier, as cards; what lies with the company and what is closed, as lines."""
    own = Finding.objects.visible_to(request.user).filter(supplier=request.supplier).select_related("site")
    sets, view = sets_behind(VIEWS, own), view_of(request, VIEWS)
    if "export" in request.GET:
        return export_response(request, sets[view], VIEWS[view].listing)
    page = page_of(request, sets[view], VIEWS[view].listing, sets)
    context = {"page": page, "view": view, "tabs": tabs_of(VIEWS, page, view)}
    return render(request, "portal/audits/finding_list.html", context)


@portal_page
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _finding(request, pk))


def _finding(request: HttpRequest, pk: int) -> Finding:
    rows = Finding.objects.visible_to(request.user).filter(supplier=request.supplier)
    return get_object_or_404(rows.select_related("site", "supplier", "clause__standard", "site_review"), pk=pk)


def _page(request: HttpRequest, finding: Finding, **forms: object) -> HttpResponse:
    offers = {offer.name: offer for offer in available(workflow.STEPS, finding, request.user)}
    context = {
        "finding": finding,
        "offers": offers,
        "plans": finding.plans.select_related("submitted_by", "verdict_by").prefetch_related("actions"),
        "submissions": finding.submissions.select_related("submitted_by").prefetch_related("evidence__file"),
        "photos": finding.photos.select_related("file"),
        "plan_form": FindingPlanForm(),
        "actions": ActionFormSet(initial=FIRST_ACTIONS, prefix="actions"),
        "evidence_form": EvidenceForm(finding=finding),
        "dispute_form": ReasonForm(prefix="dispute"),
        "accept": ",".join(sorted(EVIDENCE_TYPES)),
        "entries": HistoryEntry.objects.about(finding)[:20],
    }
    return render(request, "portal/audits/finding_detail.html", context | forms)


@require_POST
@portal_page
def finding_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the plan. What was typed stays on the page when something is missing."""
    finding = _finding(request, pk)
    form, actions = FindingPlanForm(request.POST), ActionFormSet(request.POST, prefix="actions")
    if form.is_valid() and actions.is_valid():
        planned = [action for line in actions if (action := line.as_action())]
        if taken(request, workflow.submit_plan, finding, actions=planned, **form.cleaned_data):
            return redirect("portal:finding-detail", pk=pk)
    return _page(request, finding, plan_form=form, actions=actions)


@require_POST
@portal_page
def finding_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    finding = _finding(request, pk)
    form = EvidenceForm(request.POST, request.FILES, finding=finding)
    if form.is_valid():
        data = form.cleaned_data
        uploads = data.pop("files")
        try:
            if taken(request, workflow.submit_evidence, finding, uploads=uploads, **data):
                return redirect("portal:finding-detail", pk=pk)
        except ValidationError as error:
            form.add_error("files", error)
    return _page(request, finding, evidence_form=form)


@require_POST
@portal_page
def finding_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    finding, form = _finding(request, pk), ReasonForm(request.POST, prefix="dispute")
    if form.is_valid():
        taken(request, workflow.dispute, finding, reason=form.cleaned_data["reason"])
    else:
        tell_errors(request, form)
    return redirect("portal:finding-detail", pk=pk)


@portal_page
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    return send_evidence(request, pk)
