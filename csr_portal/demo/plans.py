"""The site review plan of the demo company: a year under way, and from October on the draft of the next one.

It is drawn up in the December before. What lies in the past was done, apart from what a year brings along: a visit
put off, one forgotten. What lies ahead has a team two months before, and the supplier knows four weeks before.
"""

import datetime as dt

from audits.models import QuestionnaireVersion, SiteReview, SiteReviewPlan
from audits.workflow import plans, reviews
from csr_portal.demo.relations import Relation
from csr_portal.demo.reviews import announce, carry_out, name_lead, plan_approved
from csr_portal.demo.staff import Staff
from csr_portal.demo.story import Story

VISITS = 18  # of suppliers that are not on their way to strategic
SMALL_SITE = 250  # so many workers are seen with the short checklist
TEAM_DAYS, ANNOUNCED_DAYS = 60, 28
POSTPONED = ["The site stands still after a flood", "The auditor is ill; nobody else speaks the language"]


def plan_years(story: Story, staff: Staff, cast: list[Relation]) -> None:
    """The plan of this year, drawn up by one person and approved by another; in autumn the draft of the next."""
    year = story.now.year
    story.at(story.working_moment(dt.date(year - 1, 12, 8)), _draw_up, story, staff, cast, year)
    if story.now.month >= 10:
        drafted = max(story.days_ago(12), story.working_moment(dt.date(year, 10, 5)))
        story.at(min(drafted, story.now), plans.create_plan, year + 1, by=staff["csr"])


def complete_draft(story: Story, staff: Staff) -> None:
    """When the rest of the suppliers is there, their sites belong into the draft of the next year too."""
    for plan in SiteReviewPlan.objects.filter(status="draft"):
        story.at(story.now, plans.propose, plan, by=staff["csr"])


def _draw_up(story: Story, staff: Staff, cast: list[Relation], year: int) -> None:
    """Proposed by the rules; then the days are settled, and what is too much waits for the next year."""
    plan = plans.create_plan(year, by=staff["csr"])
    relations = {relation.supplier.pk: relation for relation in cast if relation.supplier}
    visits = []
    for review in plan.reviews.select_related("site").order_by("pk"):
        relation = relations[review.supplier_id]
        if relation.goal == "strategic":
            _settle_strategic(staff, relation, review)
        elif relation.goal == "cooperating" and len(visits) < VISITS:
            visits.append((relation, review))
        else:
            reviews.cancel(review, by=staff["csr"], reason="Left for the plan of the next year")
    days = _days(story, year, len(visits))
    for (_relation, review), day in zip(visits, days, strict=True):
        _settle(review, day)
    approved = plan_approved(story, year) - dt.timedelta(hours=18)
    story.at(approved, plans.approve_plan, plan, by=staff["csr2"])
    for (relation, review), goal in zip(visits, _goals(story, days), strict=True):
        _visit(story, staff, relation, review, goal)


def _settle_strategic(staff: Staff, relation: Relation, review: SiteReview) -> None:
    """On the day that their story names; without a visit if that day lies before the year."""
    held = relation.notes.get("held")
    if held and held.year == review.plan.year:
        _settle(review, held)
    elif review.planned_from <= dt.date(review.plan.year, 11, 10) and not review.site.site_reviews.reported().exists():
        reviews.cancel(review, by=staff["csr"], reason="Visited before the year begins")


def _settle(review: SiteReview, day: dt.date) -> None:
    """The day on site, and for small sites the short checklist: edited like in the form of a review."""
    review.planned_to, review.planned_from = day + (review.planned_to - review.planned_from), day
    if review.site.workers < SMALL_SITE:
        short = QuestionnaireVersion.objects.filter(questionnaire__code="short", status="published")
        review.checklist = short.order_by("-pk").first() or review.checklist
    review.due_on = day - dt.timedelta(days=ANNOUNCED_DAYS)
    review.save(update_fields=["planned_from", "planned_to", "checklist", "due_on"])


def _days(story: Story, year: int, number: int) -> list[dt.date]:
    """Spread over the year from the middle of January on; the two newest of the past fall into the last days."""
    first, last = dt.date(year, 1, 12), dt.date(year, 12, 14)
    days = [first + (last - first) * place / max(number - 1, 1) for place in range(number)]
    now = story.now.date()
    recent = [place for place, day in enumerate(days) if day < now][-2:]
    for place, ago in zip(recent, (4, 1), strict=False):
        days[place] = max(now - dt.timedelta(days=ago), first)
    return [reviews.next_workday(day) for day in days]


def _goals(story: Story, days: list[dt.date]) -> list[str]:
    """Carried out up to a week ago, apart from two put off and one forgotten; the last ones on site and closed."""
    now = story.now.date()
    goals = ["reported"] * len(days)
    past = [place for place, day in enumerate(days) if day < now]
    for place, goal in zip(reversed(past), ["in_progress", "closed", "reported", "overdue", "postponed"], strict=False):
        goals[place] = goal
    if len(past) > 8:
        goals[past[-8]] = "postponed"
    return goals


def _visit(story: Story, staff: Staff, relation: Relation, review: SiteReview, goal: str) -> None:
    """Named, announced, confirmed, carried out: each at its time, as far as the time has come."""
    day = review.planned_from
    approved = plan_approved(story, review.plan.year)
    story.at(max(story.working_moment(day - dt.timedelta(days=TEAM_DAYS)), approved), _name, story, staff, review.pk)
    if goal == "overdue":
        return
    told = max(story.working_moment(day - dt.timedelta(days=ANNOUNCED_DAYS)), approved + dt.timedelta(hours=1))
    story.at(told, announce, staff, relation, review.pk)
    if goal == "postponed":
        reason = story.dice.choice(POSTPONED)
        story.at(story.working_moment(day - dt.timedelta(days=3)), _postpone, staff, review.pk, reason)
    else:
        story.at(story.working_moment(day), carry_out, story, staff, relation, review.pk, goal)


def _name(story: Story, staff: Staff, review_id: int) -> None:
    name_lead(story, staff, SiteReview.objects.get(pk=review_id))


def _postpone(staff: Staff, review_id: int, reason: str) -> None:
    reviews.postpone(SiteReview.objects.get(pk=review_id), by=staff["csr"], reason=reason)
