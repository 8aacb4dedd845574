"""Writes the whole story of the demo company and lets it happen, month by month, through the workflow functions."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from csr_portal.demo import ability, commitment, desk, inspections, plans, relations, reviews
from csr_portal.demo.relations import Relation
from csr_portal.demo.staff import Staff, find, hire
from csr_portal.demo.story import Story

SEED = 2026


def tell_first(report: Callable[[str], None]) -> None:
    """The company itself and the first part of its suppliers: what is there when the portal opens."""
    story = Story(timezone.now(), SEED)
    staff = hire()
    first, _rest = relations.cast(story)
    ability.plan(story, staff, first)
    plans.plan_years(story, staff, first)
    desk.plan(story, staff, first)
    _tell(story, staff, first, report)


def tell_rest(report: Callable[[str], None]) -> None:
    """The other suppliers, with the same three years; nothing that is there already changes."""
    story = Story(timezone.now(), SEED)
    _first, rest = relations.cast(story)
    staff = find()
    ability.plan_rest(story, staff, rest)
    plans.complete_draft(story, staff)
    _tell(story, staff, rest, report)


def _tell(story: Story, staff: Staff, cast: list[Relation], report: Callable[[str], None]) -> None:
    for relation in cast:
        relation.notes["csr"] = story.dice.choice([staff["csr"], staff["csr2"], staff["csr3"]])
        _plan(story, staff, relation)
    done = story.run(report)
    desk.read_notices(story.now)
    report(f"  {len(cast)} suppliers, {done:,} events")


def _plan(story: Story, staff: Staff, relation: Relation) -> None:
    def then(relation: Relation, registered: dt.datetime) -> None:
        admitted = commitment.plan(story, staff, relation, registered)
        if admitted is None:
            return
        story.at(admitted, relations.admit, relation)
        _after_admission(story, staff, relation, admitted)

    relations.begin(story, staff, relation, then)


def _after_admission(story: Story, staff: Staff, relation: Relation, admitted: dt.datetime) -> None:
    if relation.goal == "ended":
        story.at(story.after(admitted, 100, 200), relations.end, relation)
        return
    if relation.goal == "suspended":
        story.at(story.days_ago(story.dice.randint(3, 60)), relations.suspend, relation)
    _ask_for_self_inspection(story, staff, relation, admitted)
    if relation.goal == "strategic":
        reviews.plan_for_strategic(story, staff, relation, admitted)
    if story.dice.random() < 0.3:
        standard, result = story.dice.choice(
            [("sa8000", ""), ("bsci", "B"), ("iso45001", ""), ("iso14001", ""), ("rba_vap", "Gold"), ("smeta", "")]
        )
        story.at(story.days_ago(story.dice.randint(5, 50)), relations.certify, story, staff, relation, standard, result)


def _ask_for_self_inspection(story: Story, staff: Staff, relation: Relation, admitted: dt.datetime) -> None:
    """Strategic suppliers have one that counts; of the others every third has one, some are on the way."""
    dice, earliest = story.dice, admitted + dt.timedelta(days=3)
    if relation.goal == "strategic":
        asked = max(story.days_ago(dice.randint(180, 300)), earliest)
        inspections.plan(story, staff, relation, asked, "accepted")
        if relation.place == 0:  # the clerk of the tour is in the middle of this year's
            inspections.plan(story, staff, relation, story.days_ago(16), "in_progress")
        return
    goal = dice.choices(
        ["accepted", "submitted", "returned", "in_progress", "assigned", ""], weights=[14, 4, 3, 5, 8, 66]
    )[0]
    if goal:
        relation.notes["weakness"] = dice.choice([0.02, 0.05, 0.15, 0.3])
        age = {"accepted": (70, 320), "submitted": (20, 34), "returned": (40, 55), "in_progress": (16, 60)}
        asked = max(story.days_ago(dice.randint(*age.get(goal, (2, 50)))), earliest)
        inspections.plan(story, staff, relation, asked, goal)
