"""Asking for self-inspections: one site, or many at once, and how far that is."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audits import campaigns
from audits.forms.inspections import AssignForm, CampaignForm
from audits.models import InspectionCampaign
from audits.querysets import overdue_condition
from audits.states import InspectionStatus
from audits.views.staff.inspections import LISTING, PROCUREMENT, READERS, visible
from audits.workflow import inspections as workflow
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier


def _years(request: HttpRequest) -> list[tuple[str, str]]:
    years = InspectionCampaign.objects.order_by("-year").values_list("year", flat=True).distinct()
    return [(str(year), str(year)) for year in years]


CAMPAIGNS = Listing(
    columns=(
        Column("name", gettext_lazy("Campaign"), "name"),
        Column("year", gettext_lazy("Year"), "year", is_beside=True),
        Column("questionnaire", gettext_lazy("Questionnaire"), value=lambda row: str(row.version)),
        Column("asked", gettext_lazy("Asked"), "asked", is_number=True),
        Column("accepted", gettext_lazy("Accepted"), "accepted", is_number=True),
        Column("due_on", gettext_lazy("Due on"), "due_on"),
    ),
    filters=(Filter("year", gettext_lazy("Year"), _years),),
    search=lambda words: Q(name__icontains=words),
    default_order="-pk",
    file_name="self-inspection-campaigns",
)
# All of a campaign are asked the same questionnaire.
SITES = replace(
    LISTING,
    columns=[column for column in LISTING.columns if column.key != "questionnaire"],
    default_order="supplier__name",
    file_name="self-inspection-campaign",
)


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
def campaign_list(request: HttpRequest) -> HttpResponseBase:
    rows = InspectionCampaign.objects.visible_to(request.user).select_related("version__questionnaire")
    accepted = Count("inspections", filter=Q(inspections__status=InspectionStatus.ACCEPTED))
    rows = rows.annotate(asked=Count("inspections"), accepted=accepted)
    if "export" in request.GET:
        return export_response(request, rows, CAMPAIGNS)
    context = {"page": page_of(request, rows, CAMPAIGNS)}
    return render(request, "staff/audits/inspection_campaign_list.html", context)


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
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far the campaign is: a number per state, and its sites."""
    campaigns_seen = InspectionCampaign.objects.visible_to(request.user).select_related("version__questionnaire")
    campaign = get_object_or_404(campaigns_seen, pk=pk)
    if request.htmx:
        return _progress(request, campaign)
    rows = visible(request).filter(campaign=campaign).defer("result")
    if "export" in request.GET:
        return export_response(request, rows, SITES)
    context = {"campaign": campaign, "page": page_of(request, rows, SITES), **_numbers(rows)}
    return render(request, "staff/audits/inspection_campaign_detail.html", context)


def _numbers(rows: QuerySet) -> dict[str, Any]:
    """How many sites stand where, and of how many suppliers; in one query."""
    wanted = {code: Q(status=code) for code in InspectionStatus.values} | {"overdue": overdue_condition(today())}
    counts = {f"n_{code}": Count("pk", filter=condition) for code, condition in wanted.items()}
    found = rows.order_by().aggregate(asked=Count("pk"), suppliers=Count("supplier", distinct=True), **counts)
    return {
        "asked": found["asked"],
        "suppliers": found["suppliers"],
        "accepted": found[f"n_{InspectionStatus.ACCEPTED}"],
        "counts": [(code, found[f"n_{code}"]) for code in wanted],
    }


def _progress(request: HttpRequest, campaign: InspectionCampaign) -> HttpResponse:
    """How many sites have been asked so far; when all are, the page shows itself anew."""
    context = {"campaign": campaign, "asked": campaign.inspections.count()}
    response = render(request, "staff/audits/inspection_campaign_progress.html", context)
    if not campaign.is_sending:
        response["HX-Refresh"] = "true"
    return response
