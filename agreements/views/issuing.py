"""Pages of staff: issuing a text, how far an issue is, what came of it."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agreements import campaigns, workflow
from agreements.audience import undeliverable
from agreements.forms.decisions import ReasonForm
from agreements.forms.issuing import IssueForm, Whom
from agreements.models import Campaign, Version
from agreements.states import CampaignStatus
from agreements.views.shared import PROCUREMENT, trace_of
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, available
from suppliers.models import Supplier
from suppliers.querysets import SupplierQuerySet, search_condition

READERS = (*PROCUREMENT, Role.ADMINISTRATOR)
TOLD = {
    "left_out": (gettext_lazy("Left out"), ~Q(note="")),
    "untold": (gettext_lazy("Could not be told"), Q(people=0)),
}
NOT_REACHED = Listing(
    columns=(
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda row: row.supplier.name),
        Column("number", gettext_lazy("Number"), value=lambda row: row.supplier.number, is_beside=True),
        Column(
            "note", gettext_lazy("Reason"), "note", lambda row: row.note or _("Nobody of this supplier has an account.")
        ),
    ),
    filters=(
        Filter(
            "why",
            gettext_lazy("What"),
            [(code, words) for code, (words, _condition) in TOLD.items()],
            apply=lambda code: TOLD[code][1],
        ),
    ),
    search=lambda words: search_condition(words, "supplier__"),
    default_order="supplier__name",
    file_name="campaign-not-reached",
)


@staff_page(*PROCUREMENT)
def agreement_issue(request: HttpRequest) -> HttpResponse:
    """Choose a text and suppliers; look at who gets it and who does not; then issue."""
    suppliers = Supplier.objects.visible_to(request.user).in_relation()
    data = request.POST if request.method == "POST" else (request.GET if "version" in request.GET else None)
    form = IssueForm(data, suppliers=suppliers, initial=_preset(request, suppliers))
    plan, unreachable = None, []
    if form.is_bound and form.is_valid():
        plan = workflow.plan(form.cleaned_data["version"], form.audience().order_by("name"))
        if request.method == "POST" and "confirm" in request.POST:
            return _issue(request, form, plan)
        unreachable = undeliverable(plan.issued)
    context = {"form": form, "plan": plan, "unreachable": unreachable}
    return render(request, "staff/agreements/issue.html", context)


def _preset(request: HttpRequest, suppliers: SupplierQuerySet) -> dict[str, Any]:
    """The suppliers, and the text, that a link or the supplier list has chosen already."""
    pks = [int(pk) for pk in request.GET.getlist("supplier")[:200] if pk.isdecimal()]
    numbers = list(suppliers.filter(pk__in=pks).order_by("number").values_list("number", flat=True)) if pks else []
    whom = {"whom": Whom.LIST, "suppliers": "\n".join(numbers)} if numbers else {"whom": Whom.ALL}
    return whom | _preset_text(request.GET.get("document", ""))


def _preset_text(document: str) -> dict[str, Any]:
    """The version of a document that can be issued now."""
    version = Version.objects.published().filter(document=int(document)).first() if document.isdecimal() else None
    return {"version": version.pk} if version else {}


def _issue(request: HttpRequest, form: IssueForm, plan: workflow.Plan) -> HttpResponse:
    """One supplier gets it at once; several get it in the background, with a page that shows how far it is."""
    version, due_on, starts_on = (form.cleaned_data[name] for name in ("version", "due_on", "starts_on"))
    try:
        if len(plan.issued) != 1 or (starts_on and starts_on > today()):
            campaign = campaigns.start(version, plan.issued, by=request.user, due_on=due_on, starts_on=starts_on)
            return redirect("staff:campaign-detail", campaign.pk)
        row = workflow.issue(version, plan.issued[0], by=request.user, due_on=due_on, trace=trace_of(request))
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect("staff:agreement-issue")
    messages.success(request, _("Issued to %(supplier)s.") % {"supplier": row.supplier})
    return (
        redirect("staff:guideline-list")
        if version.document.is_guideline
        else redirect("staff:agreement-detail", row.pk)
    )


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    rows = Campaign.objects.visible_to(request.user).select_related("version__document", "created_by")
    return get_object_or_404(rows, pk=pk)


@staff_page(*READERS)
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far an issue is, what came of it, and who was left out or could not be told, and why."""
    campaign = _campaign(request, pk)
    rows = campaign.targets.visible_to(request.user).not_reached().select_related("supplier")
    if "export" in request.GET:
        return export_response(request, rows, NOT_REACHED)
    context = {
        "campaign": campaign,
        "progress": campaigns.progress(campaign),
        "page": page_of(request, rows, NOT_REACHED),
        "steps": {offer.name.partition(".")[2] for offer in available(campaigns.STEPS, campaign, request.user)},
        "form": ReasonForm(),
    }
    return render(request, "staff/agreements/campaign_detail.html", context)


@staff_page(*READERS)
def campaign_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the campaign's page asks for while the issue runs; at the end the page loads once more."""
    campaign = _campaign(request, pk)
    context = {"campaign": campaign, "progress": campaigns.progress(campaign)}
    answer = render(request, "staff/agreements/_campaign_progress.html", context)
    if campaign.status != CampaignStatus.RUNNING:
        answer["HX-Refresh"] = "true"
    return answer


@staff_page(*PROCUREMENT)
@require_POST
def campaign_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Begin, pause, resume or recall an issue; taking back needs a reason."""
    campaign, form = _campaign(request, pk), ReasonForm(request.POST)
    reason = {"reason": form.cleaned_data["reason"]} if step == "recall" and form.is_valid() else {}
    if step == "recall" and not reason:
        messages.error(request, _("Give a reason."))
        return redirect("staff:campaign-detail", pk)
    try:
        getattr(campaigns, step)(campaign, by=request.user, **reason)
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("staff:campaign-detail", pk)


@staff_page(*PROCUREMENT)
@require_POST
def campaign_remind(request: HttpRequest, pk: int) -> HttpResponse:
    campaigns.remind_all(_campaign(request, pk), by=request.user)
    text = _("Everybody who has not signed yet is being reminded; whoever was reminded today already is left out.")
    messages.success(request, text)
    return redirect("staff:campaign-detail", pk)
