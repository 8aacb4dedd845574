"""The yearly plan of site reviews."""

import dataclasses
import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from audits.forms.reviews import PlanForm
from audits.models import SiteReview, SiteReviewPlan, TeamMember
from audits.permissions import can_plan_reviews
from audits.querysets import review_progress
from audits.states import PlanStatus, ReviewReason, SiteReviewStatus
from audits.views.steps import taken, tell_errors
from audits.workflow import plans, reviews
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.workflow import available
from suppliers.querysets import search_condition

PROGRESS = [
    ("done", gettext_lazy("Reported")),
    ("under_way", gettext_lazy("Under way")),
    ("late", gettext_lazy("Late")),
    ("ahead", gettext_lazy("Ahead")),
    ("postponed", gettext_lazy("Postponed")),
]
ADDED = ("added", gettext_lazy("Added after approval"))


def _with_progress(code: str) -> Q:
    return Q(added_at__isnull=False) if code == "added" else review_progress(today())[code]


def _in_month(code: str) -> Q:
    """`code` as 2026-05; the filter lets only months of its own choices through."""
    first = dt.date.fromisoformat(f"{code}-01")
    return Q(planned_from__year=first.year, planned_from__month=first.month)


def _month_choices(request: HttpRequest) -> list[tuple[str, str]]:
    year = request.resolver_match.kwargs["year"] if request.resolver_match else today().year
    days = [dt.date(year, number, 1) for number in range(1, 13)]
    return [(f"{day:%Y-%m}", date_format(day, "YEAR_MONTH_FORMAT")) for day in days]


def _team_names(review: SiteReview) -> str:
    return ", ".join(str(member.user) for member in review.team.all())


LISTING = Listing(
    columns=[
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda r: r.supplier.name),
        Column("site", gettext_lazy("Site"), "", lambda r: r.site.name),
        Column("reason", gettext_lazy("Reason"), "reason", lambda r: r.get_reason_display()),
        Column("dates", gettext_lazy("Dates on site"), "planned_from", lambda r: r.planned_from),
        Column("days", gettext_lazy("Days"), "days_required", lambda r: r.days_required, is_number=True),
        Column("team", gettext_lazy("Team"), "", _team_names),
        Column("status", gettext_lazy("Status"), "status", lambda r: r.get_status_display()),
    ],
    filters=[
        Filter("month", gettext_lazy("Month"), _month_choices, apply=_in_month),
        Filter("progress", gettext_lazy("Progress"), [*PROGRESS, ADDED], apply=_with_progress),
        Filter("reason", gettext_lazy("Reason"), ReviewReason.choices),
    ],
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words),
    default_order="planned_from",
    file_name="site-review-plan",
)
EXPORT = dataclasses.replace(
    LISTING,
    columns=[
        Column("number", gettext_lazy("Number")),
        *LISTING.columns,
        Column("late", gettext_lazy("Late"), "", lambda r: _("Yes") if r.is_late else ""),
        Column("added_at", gettext_lazy("Added after approval")),
        Column("added_because", gettext_lazy("Why")),
    ],
)


@staff_page()
def plan_list(request: HttpRequest) -> HttpResponse:
    done = Count("reviews", filter=Q(reviews__status=SiteReviewStatus.REPORTED))
    live = Count("reviews", filter=~Q(reviews__status=SiteReviewStatus.CANCELLED))
    rows = SiteReviewPlan.objects.visible_to(request.user).select_related("created_by", "approved_by")
    context = {
        "plans": rows.annotate(sites=live, reported=done),
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
    """The months at a glance, and the rows that the filters leave."""
    plan = get_object_or_404(SiteReviewPlan.objects.visible_to(request.user), year=year)
    live = plan.reviews.exclude(status=SiteReviewStatus.CANCELLED).select_related("supplier", "site", "created_by")
    rows = live.prefetch_related(Prefetch("team", TeamMember.objects.select_related("user")))
    if request.GET.get("export"):
        return export_response(request, rows, EXPORT)
    months = _months(live)
    may_plan = can_plan_reviews(request.user)
    context = {
        "plan": plan,
        "page": page_of(request, rows, LISTING),
        "months": months,
        "total": _total(months),
        "chosen_month": request.GET.get("month", ""),
        "offers": {offer.name: offer for offer in available(plans.PLAN_STEPS, plan, request.user)},
        "may_change": may_plan and plan.status == PlanStatus.DRAFT,
        "may_add": may_plan and plan.status != PlanStatus.CLOSED,
        "entries": HistoryEntry.objects.of_thread(plan.history_thread)[:10],
    }
    return render(request, "staff/audits/plan_detail.html", context)


def _months(live: Any) -> list[dict[str, Any]]:
    """Per month: how many sites, how far they are, and how many auditor days it takes; in one query."""
    progress = review_progress(today())
    counts = {code: Count("pk", filter=progress[code]) for code, _label in PROGRESS}
    grouped = live.select_related(None).order_by().annotate(first=TruncMonth("planned_from")).values("first")
    rows = grouped.annotate(sites=Count("pk"), days=Sum("days_required"), **counts).order_by("first")
    return [{**row, "code": f"{row['first']:%Y-%m}", "days": row["days"] or 0} for row in rows]


def _total(months: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: sum(month[key] for month in months) for key in ("sites", "days", *dict(PROGRESS))}


@require_POST
@staff_page(Role.CSR_MANAGER)
def plan_step(request: HttpRequest, year: int, step: str) -> HttpResponse:
    """Propose again, approve, close."""
    plan = get_object_or_404(SiteReviewPlan.objects.visible_to(request.user), year=year)
    if step == "propose":
        _propose(request, plan)
    elif step == "approve" and taken(request, plans.approve_plan, plan):
        messages.success(request, _("The plan is approved. Its reviews can be announced."))
    elif step == "close":
        taken(request, plans.close_plan, plan)
    return redirect("staff:plan-detail", year=year)


def _propose(request: HttpRequest, plan: SiteReviewPlan) -> None:
    before = plan.reviews.count()
    if taken(request, plans.propose, plan):
        number = plan.reviews.count() - before
        text = ngettext("%(number)s site was added.", "%(number)s sites were added.", number)
        messages.info(request, text % {"number": number})


@require_POST
@staff_page(Role.CSR_MANAGER)
def plan_remove(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Take a site out of a plan that is not approved yet: its review is cancelled, with that as the reason."""
    plan = get_object_or_404(SiteReviewPlan.objects.visible_to(request.user), year=year, status=PlanStatus.DRAFT)
    review = get_object_or_404(plan.reviews.all(), pk=pk)
    taken(request, reviews.cancel, review, reason=_("Taken out of the plan"))
    return redirect("staff:plan-detail", year=year)
