"""The site review plan of a year: proposed by the rules, approved by a second person."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import SiteReview, SiteReviewPlan
from audits.permissions import can_approve_plan, can_plan_reviews
from audits.states import Announcement, PlanStatus, ReviewReason
from audits.states import SiteReviewStatus as S
from audits.workflow.reasons import require_reason
from audits.workflow.reviews.planning import plan_review
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.states import Turn
from csr_portal.core.workflow import Blocker, Step, WorkflowError, blocked_message, move, not_now_message
from suppliers.models import Site, Supplier
from suppliers.states import RiskBand, Spend, SupplierStatus


def plan_blockers(plan: SiteReviewPlan) -> list[Blocker]:
    if plan.reviews.exclude(status=S.CANCELLED).exists():
        return []
    return [Blocker("empty", _("The plan names no site."), Turn.CSR, reverse("staff:plan-detail", args=[plan.year]))]


PLAN_STEPS = {
    "approve": Step((PlanStatus.DRAFT,), PlanStatus.APPROVED, can_approve_plan, "", plan_blockers),
    "close": Step((PlanStatus.APPROVED,), PlanStatus.CLOSED, can_plan_reviews),
}


@transaction.atomic
def create_plan(year: int, *, by: User) -> SiteReviewPlan:
    """The plan of a year with every site that is due, each with its reason (R-GATE-1, R-REAUDIT-1)."""
    if not can_plan_reviews(by):
        raise PermissionDenied
    plan = SiteReviewPlan.objects.create(year=year, created_by=by, status=PlanStatus.DRAFT, turn=Turn.CSR)
    history.record(plan, "create", by=by, to_status=PlanStatus.DRAFT)
    propose(plan, by=by)
    return plan


@transaction.atomic
def propose(plan: SiteReviewPlan, *, by: User) -> int:
    """Add every site that falls due in the year and is not in the plan yet; return how many. Safe to run twice."""
    if not can_plan_reviews(by):
        raise PermissionDenied
    if plan.status != PlanStatus.DRAFT:
        raise WorkflowError(not_now_message(plan))
    planned = set(plan.reviews.values_list("site_id", flat=True))
    found = [item for item in due_sites(plan.year) if item[0].pk not in planned]
    begin = dt.date(plan.year, 1, 1)
    waiting = [site.pk for site, _reason, due_on in found if due_on == begin]
    for site, reason, due_on in found:
        if due_on == begin:  # due for long or never seen: spread over the year, eleven months for however many
            due_on = dt.date(plan.year, 1 + waiting.index(site.pk) * 11 // len(waiting), 10)
        plan_review(site, by=by, reason=reason, planned_from=due_on, plan=plan)
    return len(found)


def due_sites(year: int) -> list[tuple[Site, str, dt.date]]:
    """Supplying sites of key-material, high-risk or strategic suppliers whose next review is due within the year.

    A site that was never reviewed is due at once; the day is never before the year begins.
    """
    sites = (
        Site.objects.filter(is_active=True, is_supplying=True)
        .filter(supplier__status__in=[SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC, SupplierStatus.REGISTERED])
        .select_related("supplier")
        .order_by("supplier_id", "pk")
    )
    last = {review.site_id: review for review in SiteReview.objects.reported().order_by("closing_at")}
    unfinished = set(SiteReview.objects.unfinished().values_list("site_id", flat=True))
    begin, found = dt.date(year, 1, 1), []
    for site in sites:
        reason = reason_for(site.supplier)
        review = last.get(site.pk)
        due_on = review.valid_until + dt.timedelta(days=1) if review and review.valid_until else begin
        if reason and site.pk not in unfinished and due_on.year <= year:
            reason = ReviewReason.FOLLOW_UP if review and review.letter in {"D", "E"} else reason
            found.append((site, reason, max(due_on, begin)))
    return found


def reason_for(supplier: Supplier) -> str:
    """Why this supplier is visited every time it falls due; empty: only on occasion."""
    if supplier.risk_band == RiskBand.HIGH:
        return ReviewReason.RISK
    if supplier.is_key_material:
        return ReviewReason.KEY_MATERIAL
    if supplier.status == SupplierStatus.STRATEGIC or supplier.spend == Spend.STRATEGIC:
        return ReviewReason.STRATEGIC
    return ""


@transaction.atomic
def add_site(
    plan: SiteReviewPlan,
    site: Site,
    *,
    by: User,
    reason: str,
    first_day: dt.date,
    why: str = "",
    announcement: str = Announcement.ANNOUNCED,
) -> SiteReview:
    """Put a site into the plan. After the approval it is a supplement: somebody says why. A closed plan takes none."""
    if not can_plan_reviews(by):
        raise PermissionDenied
    plan.refresh_from_db(from_queryset=SiteReviewPlan.objects.select_for_update())
    if plan.status == PlanStatus.CLOSED:
        raise WorkflowError(not_now_message(plan))
    if blockers := adding_blockers(plan, site, first_day):
        raise WorkflowError(blocked_message(), blockers)
    is_supplement = plan.status == PlanStatus.APPROVED
    if is_supplement:
        require_reason(why)
    review = plan_review(
        site, by=by, reason=reason, planned_from=first_day, plan=plan, announcement=announcement, why=why
    )
    if is_supplement:
        review.added_because, review.added_at = why.strip(), timezone.now()
        review.save(update_fields=["added_because", "added_at"])
        data = {"site": str(site), "supplier": str(site.supplier), "number": review.number}
        history.record(plan, "supplement", by=by, reason=why, data=data)
    return review


def adding_blockers(plan: SiteReviewPlan, site: Site, first_day: dt.date) -> list[Blocker]:
    """A site is in a plan once, with a day of its year."""
    blockers = []
    if known := plan.reviews.exclude(status=S.CANCELLED).filter(site=site).first():
        text = _("%(site)s is in the plan already: %(number)s.") % {"site": site, "number": known.number}
        url = reverse("staff:site-review-detail", args=[known.pk])
        blockers.append(Blocker("planned", text, Turn.CSR, url))
    if first_day.year != plan.year:
        text = _("The first day must lie in %(year)s, the year of the plan.") % {"year": plan.year}
        blockers.append(Blocker("year", text, Turn.CSR))
    return blockers


@transaction.atomic
def approve_plan(plan: SiteReviewPlan, *, by: User) -> None:
    """The second person's yes: from here on its reviews may be announced."""
    move(plan, PLAN_STEPS, "approve", by=by, approved_by=by, approved_at=timezone.now())


@transaction.atomic
def close_plan(plan: SiteReviewPlan, *, by: User) -> None:
    move(plan, PLAN_STEPS, "close", by=by)
