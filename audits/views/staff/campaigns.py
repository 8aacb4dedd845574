"""Asking for self-inspections: one site, or many at once, and how far that is."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audits import campaigns
from audits.forms.inspections import AssignForm, CampaignForm
from audits.models import InspectionCampaign
from audits.states import EDITABLE, InspectionStatus
from audits.views.staff.inspections import PROCUREMENT, READERS, visible
from audits.workflow import inspections as workflow
from csr_portal.core.access import staff_page
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier


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
