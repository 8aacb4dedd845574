"""The yearly plan of site reviews."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from audits.forms.reviews import AddSiteForm, PlanForm
from audits.models import SiteReview, SiteReviewPlan, TeamMember
from audits.permissions import can_plan_reviews
from audits.states import SiteReviewStatus
from audits.views.steps import taken, tell_errors
from audits.workflow import plans, reviews
from csr_portal.core.access import staff_page
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.workflow import available
from suppliers.models import Site


@staff_page()
def plan_list(request: HttpRequest) -> HttpResponse:
    done = Count("reviews", filter=Q(reviews__status=SiteReviewStatus.REPORTED))
    live = Count("reviews", filter=~Q(reviews__status=SiteReviewStatus.CANCELLED))
    plans = SiteReviewPlan.objects.visible_to(request.user).select_related("created_by", "approved_by")
    context = {
        "plans": plans.annotate(sites=live, reported=done),
        "form": PlanForm(initial={"year": today().year + (today().month > 9)}),
        "may_plan": can_plan_reviews(request.user),
    }
    return render(request, "staff/audits/plan_list.html", context)


@require_POST
@staff_page(Role.CSR_MANAGER)
def plan_create(request: HttpRequest) -> HttpResponse:
    form = PlanForm(request.POST)
    if not form.is_valid():
        tell_errors(request, form)
        return redirect("staff:plan-list")
    year = form.cleaned_data["year"]
    if not SiteReviewPlan.objects.filter(year=year).exists():
        plans.create_plan(year, by=request.user)
    return redirect("staff:plan-detail", year=year)


@staff_page()
def plan_detail(request: HttpRequest, year: int) -> HttpResponse:
    plan = get_object_or_404(SiteReviewPlan.objects.visible_to(request.user), year=year)
    team = Prefetch("team", TeamMember.objects.select_related("user"))
    reviews = list(
        plan.reviews.exclude(status=SiteReviewStatus.CANCELLED)
        .select_related("supplier", "site")
        .prefetch_related(team)
        .order_by("planned_from", "pk")
    )
    offers = {offer.name: offer for offer in available(plans.PLAN_STEPS, plan, request.user)}
    may_change = plan.status == "draft" and can_plan_reviews(request.user)
    planned = [review.site_id for review in reviews]
    sites = Site.objects.visible_to(request.user).filter(is_active=True).exclude(pk__in=planned)
    context = {
        "plan": plan,
        "months": _months(year, reviews),
        "days": sum((review.days_required or 0) for review in reviews),
        "sites": len(reviews),
        "offers": offers,
        "may_change": may_change,
        "form": AddSiteForm(sites=sites.select_related("supplier"), initial={"first_day": dt.date(year, 6, 1)})
        if may_change
        else None,
        "entries": HistoryEntry.objects.of_thread(plan.history_thread)[:10],
    }
    return render(request, "staff/audits/plan_detail.html", context)


def _months(year: int, reviews: list[SiteReview]) -> list[dict[str, Any]]:
    """Every month with a review in it, in order."""
    months: dict[dt.date, list[SiteReview]] = {}
    for review in reviews:
        months.setdefault(review.planned_from.replace(day=1), []).append(review)
    return [{"first": first, "reviews": rows} for first, rows in sorted(months.items())]


@require_POST
@staff_page(Role.CSR_MANAGER)
def plan_step(request: HttpRequest, year: int, step: str) -> HttpResponse:
    """Propose again, approve, close."""
    plan = get_object_or_404(SiteReviewPlan.objects.visible_to(request.user), year=year)
    if step == "propose":
        number = plans.propose(plan, by=request.user)
        text = ngettext("%(number)s site was added.", "%(number)s sites were added.", number)
        messages.info(request, text % {"number": number})
    elif step == "approve" and taken(request, plans.approve_plan, plan):
        messages.success(request, _("The plan is approved. Its reviews can be announced."))
    elif step == "close":
        taken(request, plans.close_plan, plan)
    return redirect("staff:plan-detail", year=year)


@require_POST
@staff_page(Role.CSR_MANAGER)
def plan_add(request: HttpRequest, year: int) -> HttpResponse:
    plan = get_object_or_404(SiteReviewPlan.objects.visible_to(request.user), year=year)
    sites = Site.objects.visible_to(request.user).filter(is_active=True).select_related("supplier")
    form = AddSiteForm(request.POST, sites=sites)
    if form.is_valid():
        data = form.cleaned_data
        taken(request, plans.add_site, plan, data["site"], reason=data["reason"], first_day=data["first_day"])
    else:
        tell_errors(request, form)
    return redirect("staff:plan-detail", year=year)


@require_POST
@staff_page(Role.CSR_MANAGER)
def plan_remove(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Take a site out of a plan that is not approved yet: its review is cancelled, with that as the reason."""
    plan = get_object_or_404(SiteReviewPlan.objects.visible_to(request.user), year=year, status="draft")
    review = get_object_or_404(plan.reviews.all(), pk=pk)
    taken(request, reviews.cancel, review, reason=_("Taken out of the plan"))
    return redirect("staff:plan-detail", year=year)
