"""Site reviews and findings of the demo company, and the CSR reviews that make strategic."""

import datetime as dt
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from audits.models import Finding, SiteReview, SiteReviewPlan
from audits.workflow import findings, plans, reviews
from audits.workflow.findings import PlannedAction
from csr_portal.demo.inspections import picture
from csr_portal.demo.relations import Relation
from csr_portal.demo.seen import ANSWERS, Seen, suited
from csr_portal.demo.staff import Staff
from csr_portal.demo.story import Story
from suppliers import gates
from suppliers.models import Site, Supplier
from suppliers.states import Outcome, Segment
from suppliers.workflow import reviews as cases
from suppliers.workflow.clearances import close_clearance

# Suppliers read these: each in its own language.
GOOD_RECORD = {
    "zh-hans": "现场与培训记录良好",
    "ja": "現場と研修の実績が良好なため",
    "en": "Good record on site and in training",
}
IN_ORDER = {
    "zh-hans": "样品与记录均符合要求",
    "ja": "サンプルと記録に問題がないため",
    "en": "Samples and records were in order",
}
ORIGIN = {
    "zh-hans": "正在核实原材料来源",
    "ja": "原材料の産地を確認中のため",
    "en": "Origin of the raw material is being clarified",
}
ACTION_DAYS = {"immediate": 3, "corrective": 20, "preventive": 40}
# Days until the evidence comes, and for hours and wages, where it has to show two months (R-CAP-2). Both spans are
# equally long: the dice give the same.
EVIDENCE_AFTER, RECORDS_AFTER = (8, 14), (64, 70)
# On sites that are not on their way to strategic every so many-th checkpoint is partly in order.
WEAK_EVERY = [3, 5, 8, 100]
# How far findings come, so that every state is there to be seen.
FINDING_ENDS = [
    "verified_closed", "verified_closed", "verified_closed", "open", "plan_submitted", "plan_rejected",
    "plan_approved", "evidence_submitted", "evidence_rejected", "disputed", "reopened",
]  # fmt: skip


def name_lead(story: Story, staff: Staff, review: SiteReview) -> Any:
    """The first auditor who may lead on these days."""
    auditors = list(staff.auditors)
    story.dice.shuffle(auditors)
    for auditor in auditors:
        if not reviews.lead_blockers(review, auditor):
            reviews.name_member(review, auditor, by=staff["csr"], part="lead")
            reviews.declare_no_conflict(review, by=auditor, no_conflict=True)
            return auditor
    raise ValueError(f"nobody may lead {review} on {review.planned_from}")


def announce(staff: Staff, relation: Relation, review_id: int) -> None:
    """Told to the supplier, and confirmed by it."""
    review = SiteReview.objects.get(pk=review_id)
    reviews.announce(review, by=staff["csr"])
    reviews.confirm(review, by=relation.clerk)


def carry_out(story: Story, staff: Staff, relation: Relation, review_id: int, goal: str = "reported") -> None:
    """From the opening meeting as far as `goal` says: in_progress, closed, reported. A day's work in one go."""
    review = SiteReview.objects.get(pk=review_id)
    lead = review.team.select_related("user").get(part="lead").user
    reviews.start(review, by=lead)
    rows = list(review.checkpoints.select_related("question__clause").order_by("question__position"))
    if goal == "in_progress":
        for row in rows[: len(rows) // 2]:
            _check(story, row, lead, "conform")
        return
    grade = "minor" if relation.place == 0 else story.dice.choice(["", "minor", "minor", "major"])
    seen, bad = _seen(relation, review, rows, grade) if grade else (None, None)
    weak = [bad] if relation.goal == "strategic" else [bad, *rows[5 :: story.dice.choice(WEAK_EVERY)]]
    for row in rows:
        _check(story, row, lead, "partly" if row in weak else "conform")
    heard = review.sample_required
    reviews.add_interview(review, by=lead, kind="group", people=heard, women=heard // 2, topics="working hours")
    if seen:
        finding = _raise_finding(relation, lead, review, bad, seen)
        _plan_answer(story, staff, relation, finding, seen)
    reviews.close(review, by=lead)
    if goal == "reported":
        _report(review, lead)


def _seen(relation: Relation, review: SiteReview, rows: list[Any], grade: str) -> tuple[Seen, Any]:
    """What is wrong at this site, and the checkpoint that asks about it: by the review's number, without dice.

    Whoever is on its way to strategic has nothing that takes two months to close.
    """
    asked = {row.question.clause.number: row for row in reversed(rows) if row.question.clause}
    found = suited(grade, set(asked), is_quick=relation.goal == "strategic")
    seen = found[0 if relation.place == 0 else review.pk % len(found)]
    return seen, asked[seen.clause]


def _check(story: Story, row: Any, lead: Any, result: str) -> None:
    client_id = uuid.UUID(int=story.dice.getrandbits(128))
    reviews.save_checkpoint(row, by=lead, result=result, note="", revision=row.revision, client_id=client_id)


def _report(review: SiteReview, lead: Any) -> None:
    SiteReview.objects.filter(pk=review.pk).update(
        summary="The site keeps good records. Managers know the requirements and answered openly.",
        strengths="Worker representatives take part in the safety committee.",
        limits="The night shift was not seen.",
    )
    review.refresh_from_db()
    reviews.report(review, by=lead)


def _plan_answer(story: Story, staff: Staff, relation: Relation, finding: Finding, seen: Seen) -> None:
    end = "verified_closed" if finding.grade == "major" else FINDING_ENDS[finding.pk % len(FINDING_ENDS)]
    if relation.place == 0:
        end = "plan_approved"  # the clerk of the tour has something to do
    story.at(
        story.after(dt.datetime.now(dt.UTC), 5, 10), _answer_finding, story, staff, relation, finding.pk, seen, end
    )


# What makes a supplier strategic


def plan_for_strategic(story: Story, staff: Staff, relation: Relation, admitted: dt.datetime) -> None:
    """A site review of each supplying site, then the CSR review case and its decision."""
    held = max(story.days_ago(story.dice.randint(75, 300)), story.after(admitted, 12, 20))
    relation.notes["held"] = held.date()
    asked = story.after(held, -10, -5)
    story.at(max(asked, plan_approved(story, held.year)), _before_the_case, story, staff, relation, held)
    story.at(story.after(max(held, story.days_ago(140)), 25, 40), _open_case, story, staff, relation)


def plan_approved(story: Story, year: int) -> dt.datetime:
    """The day after the plan of a year was approved, in the December before it."""
    return dt.datetime(year - 1, 12, 18, 9, tzinfo=story.now.tzinfo)


def _before_the_case(story: Story, staff: Staff, relation: Relation, held: dt.datetime) -> None:
    for site in relation.sites:
        if site.is_supplying:
            review = _review_of(staff, relation, site, held.date())
            name_lead(story, staff, review)
            announce(staff, relation, review.pk)
            story.at(held, carry_out, story, staff, relation, review.pk)


def _review_of(staff: Staff, relation: Relation, site: Site, day: dt.date) -> SiteReview:
    """As the plan of the year has it; of a supplier that is newer than the plan as a supplement; else on its own."""
    plan = SiteReviewPlan.objects.filter(year=day.year, status="approved").first()
    planned = plan.reviews.filter(site=site, status="planned").first() if plan else None
    if planned:
        return planned
    if plan and relation.supplier.created_at > plan.approved_at:
        why = "New supplier on its way to strategic; the site has to be seen first"
        return plans.add_site(plan, site, by=staff["csr"], reason="strategic", first_day=day, why=why)
    return reviews.plan_review(site, by=staff["csr"], reason="strategic", planned_from=day, why="Before the CSR review")


def _raise_finding(relation: Relation, lead: Any, review: SiteReview, row: Any, seen: Seen) -> Finding:
    words = seen.words(relation.company.language)
    return findings.open_finding(
        relation.fresh,
        review.site,
        by=lead,
        grade=seen.grade,
        title=words.title,
        facts=words.facts,
        origin="site_review",
        clause=row.question.clause,
        site_review=review,
        checkpoint=row,
        wanted_evidence=words.wanted,
    )


def _answer_finding(story: Story, staff: Staff, relation: Relation, finding_id: int, seen: Seen, goal: str) -> None:
    """Plan, approval, evidence, verification: as far as the goal says."""
    finding = Finding.objects.get(pk=finding_id)
    if goal == "open":
        return
    words = seen.words(relation.company.language)
    if goal == "disputed":
        findings.dispute(finding, by=relation.clerk, reason=words.objection)
        return
    answer = ANSWERS["zh-hans" if words is seen.zh else "en"]
    today = dt.datetime.now(dt.UTC).date()
    texts = {"immediate": answer.immediate, "corrective": words.remedy, "preventive": answer.preventive}
    actions = [
        PlannedAction(kind, texts[kind], relation.clerk.name, today + dt.timedelta(days=days))
        for kind, days in ACTION_DAYS.items()
    ]
    findings.submit_plan(finding, by=relation.clerk, root_cause=answer.cause, actions=actions)
    if goal == "plan_submitted":
        return
    judge = staff["csr"]
    story.at(story.after(dt.datetime.now(dt.UTC), 2, 6), _judge_plan, story, staff, relation, finding_id, goal, judge)


def _judge_plan(story: Story, staff: Staff, relation: Relation, finding_id: int, goal: str, judge: Any) -> None:
    finding = Finding.objects.get(pk=finding_id)
    if goal == "plan_rejected":
        findings.reject_plan(finding, by=judge, note="The cause is a description, not a cause; ask why again")
        return
    findings.approve_plan(finding, by=judge)
    if goal != "plan_approved":
        first, last = RECORDS_AFTER if finding.needs_two_months else EVIDENCE_AFTER
        sent = story.after(dt.datetime.now(dt.UTC), first, last)
        story.at(sent, _send_evidence, story, relation, finding_id, goal, judge)


def _send_evidence(story: Story, relation: Relation, finding_id: int, goal: str, judge: Any) -> None:
    finding = Finding.objects.get(pk=finding_id)
    photo = SimpleUploadedFile("整改后照片.jpg", picture(relation.company.name_latin, finding_id))
    findings.submit_evidence(
        finding, by=relation.clerk, note="已完成整改，见照片。", uploads=[photo], **_two_months(finding)
    )
    if goal == "evidence_submitted":
        return
    story.at(story.after(dt.datetime.now(dt.UTC), 2, 6), _judge_evidence, story, finding_id, goal, judge)


def _two_months(finding: Finding) -> dict[str, Any]:
    if not finding.needs_two_months:
        return {}
    return {"records_from": finding.discovered_on, "records_to": finding.discovered_on + dt.timedelta(days=62)}


def _judge_evidence(story: Story, finding_id: int, goal: str, judge: Any) -> None:
    finding = Finding.objects.get(pk=finding_id)
    if goal == "evidence_rejected":
        findings.reject_evidence(finding, by=judge, note="The photo is older than the finding")
        return
    if not findings.closing_blockers(finding):
        findings.verify(finding, by=judge)
        if goal == "reopened":
            again = story.after(dt.datetime.now(dt.UTC), 5, 9)
            story.at(again, findings.reopen, finding, by=judge, reason="Seen again")


def _open_case(story: Story, staff: Staff, relation: Relation) -> None:
    """The buyer opens the CSR review, a CSR manager prepares it, another one decides; if the gate allows it."""
    supplier = relation.fresh
    gate = gates.check(supplier, Segment.STRATEGIC, leaving_out=frozenset({"csr_review"}))
    if supplier.status == "cooperating" and gate.outcome == Outcome.CONDITIONAL:
        # A major finding is being corrected: the case waits until it is closed.
        story.at(story.after(dt.datetime.now(dt.UTC), 20, 25), _open_case, story, staff, relation)
        return
    if supplier.status != "cooperating" or gate.outcome != Outcome.APPROVED:
        relation.notes["not strategic because"] = [c.code for c in gate.missing]
        _decide_about_parts(staff, supplier)
        return
    case = cases.open_review(supplier, request="Second source for the new line; volume doubles", by=supplier.owner)
    cases.prepare_review(case, recommendation="All conditions are met; we recommend approval.", by=staff["csr"])
    cases.decide_review(case, outcome="approved", reason=GOOD_RECORD[supplier.language], by=staff["csr2"])


def _decide_about_parts(staff: Staff, supplier: Supplier) -> None:
    """A supplier of two sites: what comes from the first is approved in a case of its own, the second is suspended."""
    category = supplier.categories.first()
    sites = list(supplier.sites.filter(is_supplying=True, is_active=True).order_by("pk"))
    is_open = gates.check(supplier, Segment.COOPERATING).is_open
    if category is None or len(sites) < 2 or supplier.status != "cooperating" or not is_open:
        return
    about: dict[str, Any] = {"segment": Segment.COOPERATING, "categories": [category], "sites": sites[:1]}
    case = cases.open_review(supplier, request="New tool at this site", by=supplier.owner, **about)
    cases.prepare_review(case, recommendation="The conditions for this site are met.", by=staff["csr"])
    cases.decide_review(case, outcome="approved", reason=IN_ORDER[supplier.language], by=staff["csr2"])
    reason = ORIGIN[supplier.language]
    close_clearance(supplier, status="suspended", reason=reason, by=supplier.owner, site=sites[1])
