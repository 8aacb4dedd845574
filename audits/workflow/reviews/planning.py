"""A site review as planned: how long, how many people are heard, with which checklist."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audits.models import QuestionnaireVersion, SiteReview, SiteReviewPlan
from audits.numbers import create_numbered
from audits.permissions import can_plan_reviews
from audits.sampling import own_effort
from audits.states import Announcement
from audits.states import SiteReviewStatus as S
from audits.workflow.reasons import require_reason
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.states import Turn
from suppliers.models import Site

LEAD_WEEKS = {Announcement.ANNOUNCED: 4, Announcement.SEMI: 2, Announcement.UNANNOUNCED: 0}


@transaction.atomic
def plan_review(
    site: Site,
    *,
    by: User,
    reason: str,
    planned_from: dt.date,
    plan: SiteReviewPlan | None = None,
    announcement: str = Announcement.ANNOUNCED,
    checklist_version: QuestionnaireVersion | None = None,
    why: str = "",
) -> SiteReview:
    """A site review as planned: how long it takes and how many people are heard follows from the site (R-DAY-4).

    Outside the plan of the year somebody says `why`.
    """
    if not can_plan_reviews(by):
        raise PermissionDenied
    if plan is None:
        require_reason(why)
    effort = effort_for(site)
    first = next_workday(planned_from)
    review = create_numbered(
        SiteReview,
        "R",
        planned_from.year,
        plan=plan,
        supplier=site.supplier,
        site=site,
        reason=reason,
        announcement=announcement,
        checklist=checklist_version or usual_checklist(),
        planned_from=first,
        planned_to=first + dt.timedelta(days=max(int(effort.days + effort.days % 1) - 1, 0)),
        days_required=effort.days,
        sample_required=effort.interviews,
        status=S.PLANNED,
        turn=Turn.CSR,
        due_on=first - dt.timedelta(weeks=LEAD_WEEKS[Announcement(announcement)]),
        created_by=by,
    )
    data = {"number": review.number, "reason": reason}
    history.record(review, "plan", by=by, reason=why, data=data, to_status=S.PLANNED)
    return review


def usual_checklist() -> QuestionnaireVersion | None:
    """The newest published version of the SA8000 checklist; without one, of any."""
    published = QuestionnaireVersion.objects.published().order_by("-published_at", "-pk")
    return published.filter(questionnaire__code="sa8000").first() or published.first()


def effort_for(site: Site) -> Any:
    moving = site.workers_dispatched + site.workers_migrant
    return own_effort(site.workers, has_dormitory=site.has_dormitory, moving=moving, uses_chemicals=site.uses_chemicals)


def next_workday(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=(7 - day.weekday()) % 7) if day.weekday() > 4 else day
