"""What can happen to the yearly plan and to a site review, in which order. Statuses change nowhere else.

Every function that touches a review locks its supplier first, then takes the step, then refreshes the standing.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits import checklist
from audits.finding_workflow import keep_file, require_reason
from audits.models import (
    CheckpointResult,
    InterviewRecord,
    QuestionnaireVersion,
    SiteReview,
    SiteReviewPlan,
    TeamMember,
)
from audits.numbers import create_numbered
from audits.permissions import (
    can_answer_announcement,
    can_approve_plan,
    can_conduct_review,
    can_lead_or_manage_review,
    can_lead_review,
    can_manage_review,
    can_plan_reviews,
)
from audits.recipients import csr_managers, people_of, team_of
from audits.sampling import next_review_on, own_effort
from audits.states import (
    REVIEW_AHEAD,
    Announcement,
    CheckpointCode,
    FindingStatus,
    Grade,
    PlanStatus,
    ReviewReason,
    TeamPart,
)
from audits.states import SiteReviewStatus as S
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import is_staff_member
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Blocker, Step, WorkflowError, move, not_now_message
from suppliers.models import Site, Supplier
from suppliers.states import RiskBand, Spend, SupplierStatus
from suppliers.workflow import facts_changed, lock

ROTATE_AFTER = 3  # R-AUD-1: another lead auditor after three reviews in a row
LEAD_WEEKS = {Announcement.ANNOUNCED: 4, Announcement.SEMI: 2, Announcement.UNANNOUNCED: 0}


# The yearly plan


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
        add_site(plan, site, by=by, reason=reason, first_day=due_on)
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
    found = []
    for site in sites:
        reason = reason_for(site.supplier)
        review = last.get(site.pk)
        due_on = review.valid_until + dt.timedelta(days=1) if review else dt.date(year, 1, 1)
        if reason and site.pk not in unfinished and due_on.year <= year:
            reason = ReviewReason.FOLLOW_UP if review and review.letter in {"D", "E"} else reason
            found.append((site, reason, max(due_on, dt.date(year, 1, 1))))
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
def add_site(plan: SiteReviewPlan, site: Site, *, by: User, reason: str, first_day: dt.date) -> SiteReview:
    """Put a site into the plan while it is a draft."""
    if plan.status != PlanStatus.DRAFT:
        raise WorkflowError(not_now_message(plan))
    return plan_review(site, by=by, reason=reason, planned_from=first_day, plan=plan)


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


@transaction.atomic
def approve_plan(plan: SiteReviewPlan, *, by: User) -> None:
    """The second person's yes: from here on its reviews may be announced."""
    move(plan, PLAN_STEPS, "approve", by=by, approved_by=by, approved_at=timezone.now())


@transaction.atomic
def close_plan(plan: SiteReviewPlan, *, by: User) -> None:
    move(plan, PLAN_STEPS, "close", by=by)


# One review: team


def lead_blockers(review: SiteReview, user: User) -> list[Blocker]:
    """Everything that keeps this person from leading: qualification on every day, independence, rotation (R-AUD-1)."""
    asked = import_string(settings.AUDITOR_GATE)
    blockers: list[Blocker] = list(asked(user, review.days, review.supplier))
    before = list(
        TeamMember.objects.filter(
            part=TeamPart.LEAD, review__site=review.site, review__status__in=[S.CLOSED, S.REPORTED]
        )
        .exclude(review=review)
        .order_by("-review__closing_at")
        .values_list("user_id", flat=True)[:ROTATE_AFTER]
    )
    if len(before) == ROTATE_AFTER and set(before) == {user.pk}:
        text = _("%(person)s has led the last %(number)s reviews of this site; another person has to lead.")
        blockers.append(Blocker("rotation", text % {"person": user, "number": ROTATE_AFTER}, Turn.CSR))
    return blockers


@transaction.atomic
def name_member(review: SiteReview, user: User, *, by: User, part: str) -> TeamMember:
    """Put a person into the team before the visit begins. A lead auditor must be qualified and independent."""
    lock(review.supplier_id)
    review.refresh_from_db()
    if not can_manage_review(by, review):
        raise PermissionDenied
    if review.status not in REVIEW_AHEAD:
        raise WorkflowError(not_now_message(review))
    if not is_staff_member(user):
        raise WorkflowError(_("Only people of the company and its auditors can be in the team."))
    if part == TeamPart.LEAD and (blockers := lead_blockers(review, user)):
        raise WorkflowError(_("%(person)s cannot lead this review.") % {"person": user}, blockers)
    if part == TeamPart.LEAD:
        review.team.filter(part=TeamPart.LEAD).exclude(user=user).update(part=TeamPart.MEMBER)
    member, _is_new = TeamMember.objects.update_or_create(
        review=review, user=user, defaults={"part": part, "qualification": qualification_of(user, review)}
    )
    history.record(review, "name", by=by, data={"person": str(user), "part": part})
    url = reverse("staff:site-review-detail", args=[review.pk])
    event = f"{user.pk}:{part}"
    tell([user], "review_team", about=review, event=event, url=url, context={"review": review, "part": member})
    return member


def qualification_of(user: User, review: SiteReview) -> dict[str, Any]:
    """What was known on the day the person was named, and again when the visit began; frozen with the team."""
    open_points = [
        str(blocker.text) for blocker in import_string(settings.AUDITOR_GATE)(user, review.days, review.supplier)
    ]
    certificates = import_string(settings.AUDITOR_CERTIFICATES)(user, review.planned_from)
    return {
        "on": today().isoformat(),
        "may_lead": not open_points,
        "open": open_points,
        "certificates": certificates,
    }


@transaction.atomic
def remove_member(review: SiteReview, member: TeamMember, *, by: User) -> None:
    lock(review.supplier_id)
    review.refresh_from_db()
    if not can_manage_review(by, review):
        raise PermissionDenied
    if review.status not in REVIEW_AHEAD:
        raise WorkflowError(not_now_message(review))
    history.record(review, "unname", by=by, data={"person": str(member.user)})
    member.delete()


@transaction.atomic
def declare_no_conflict(review: SiteReview, *, by: User, no_conflict: bool, note: str = "") -> None:
    """Each person of the team says whether there is a conflict of interest (B37); only for themselves."""
    member = review.team.filter(user=by).first()
    if member is None:
        raise PermissionDenied
    member.no_conflict, member.conflict_note = no_conflict, note
    member.conflict_declared_at = timezone.now()
    member.save(update_fields=["no_conflict", "conflict_note", "conflict_declared_at"])
    history.record(review, "declare", by=by, reason=note, data={"no_conflict": no_conflict})


# One review: steps


def announce_blockers(review: SiteReview) -> list[Blocker]:
    url = reverse("staff:site-review-detail", args=[review.pk])
    lead = review.team.filter(part=TeamPart.LEAD).select_related("user").first()
    blockers = []
    if review.plan_id and review.plan.status == PlanStatus.DRAFT:
        plan_url = reverse("staff:plan-detail", args=[review.plan.year])
        blockers.append(Blocker("plan", _("The plan of the year is not approved."), Turn.CSR, plan_url))
    if lead is None:
        blockers.append(Blocker("lead", _("There is no lead auditor."), Turn.CSR, f"{url}#team"))
    else:
        blockers += lead_blockers(review, lead.user)
    if review.checklist_id is None:
        blockers.append(Blocker("checklist", _("There is no checklist."), Turn.CSR, url))
    return blockers


def start_blockers(review: SiteReview) -> list[Blocker]:
    url = reverse("staff:site-review-detail", args=[review.pk])
    blockers = announce_blockers(review) + _declaration_blockers(review)
    if review.status == S.PLANNED and review.announcement != Announcement.UNANNOUNCED:
        blockers.append(Blocker("announcement", _("It has not been announced."), Turn.CSR, url))
    return blockers


def _declaration_blockers(review: SiteReview) -> list[Blocker]:
    url = f"{reverse('staff:site-review-detail', args=[review.pk])}#team"
    blockers = []
    for member in review.team.select_related("user"):
        names = {"person": str(member.user)}
        if member.conflict_declared_at is None:
            text = _("%(person)s has not said whether there is a conflict of interest.") % names
            blockers.append(Blocker("declaration", text, Turn.AUDITOR, url))
        elif not member.no_conflict:
            text = _("%(person)s has a conflict of interest.") % names
            blockers.append(Blocker("conflict", text, Turn.CSR, url))
    return blockers


def closing_blockers(review: SiteReview) -> list[Blocker]:
    """Everything that is missing before the closing meeting: checkpoints, interviews, declarations, findings."""
    url = reverse("staff:site-review-field", args=[review.pk])
    detail = reverse("staff:site-review-detail", args=[review.pk])
    blockers = []
    open_points = review.checkpoints.filter(result=CheckpointCode.NOT_CHECKED).select_related("question")
    for row in open_points:
        text = _("Checkpoint not checked: %(text)s") % {"text": row.question}
        blockers.append(Blocker("not_checked", text, Turn.AUDITOR, f"{url}#cp-{row.pk}"))
    missing = review.sample_required - review.sample_taken
    if missing > 0:
        text = ngettext(
            "%(number)s more person has to be interviewed.", "%(number)s more people have to be interviewed.", missing
        ) % {"number": missing}
        blockers.append(Blocker("sample", text, Turn.AUDITOR, f"{detail}#interviews"))
    refused = review.checkpoints.filter(result=CheckpointCode.NOT_CONFORM, findings=None).select_related("question")
    for row in refused:
        text = _("Not conform, but without a finding: %(text)s") % {"text": row.question}
        blockers.append(Blocker("finding", text, Turn.AUDITOR, f"{url}#cp-{row.pk}"))
    return blockers + _declaration_blockers(review)


def report_blockers(review: SiteReview) -> list[Blocker]:
    url = f"{reverse('staff:site-review-detail', args=[review.pk])}#report"
    texts = {
        "summary": (review.summary, _("The summary is missing.")),
        "limits": (review.limits, _("The limits of the review are missing; say so if there were none.")),
    }
    blockers = [Blocker(code, text, Turn.AUDITOR, url) for code, (value, text) in texts.items() if not value.strip()]
    if review.checkpoints.exclude(result__in=[CheckpointCode.NA, CheckpointCode.NOT_CHECKED]).count() == 0:
        blockers.append(Blocker("nothing", _("No checkpoint counts for the score."), Turn.AUDITOR, url))
    return blockers


STEPS = {
    "announce": Step(
        (S.PLANNED, S.ANNOUNCED, S.POSTPONED), S.ANNOUNCED, can_manage_review, Turn.SUPPLIER, announce_blockers
    ),
    "confirm": Step((S.ANNOUNCED,), S.CONFIRMED, can_answer_announcement, Turn.AUDITOR),
    "ask_date": Step((S.ANNOUNCED, S.CONFIRMED), S.ANNOUNCED, can_answer_announcement, Turn.CSR),
    "start": Step((S.CONFIRMED, S.ANNOUNCED, S.PLANNED), S.IN_PROGRESS, can_lead_review, Turn.AUDITOR, start_blockers),
    "close": Step((S.IN_PROGRESS,), S.CLOSED, can_lead_review, Turn.AUDITOR, closing_blockers),
    "report": Step((S.CLOSED,), S.REPORTED, can_lead_or_manage_review, "", report_blockers),
    "postpone": Step((S.PLANNED, S.ANNOUNCED, S.CONFIRMED), S.POSTPONED, can_manage_review, Turn.CSR),
    "cancel": Step(REVIEW_AHEAD, S.CANCELLED, can_manage_review),
}


@transaction.atomic
def announce(
    review: SiteReview, *, by: User, planned_from: dt.date | None = None, planned_to: dt.date | None = None
) -> None:
    """Tell the supplier dates, scope and what to prepare, in its language. Again with other dates where it asked.

    An unannounced review is never announced; it starts from the plan.
    """
    supplier = lock(review.supplier_id)
    if review.announcement == Announcement.UNANNOUNCED:
        raise WorkflowError(_("An unannounced review is not announced."))
    changes: dict[str, Any] = {"announced_at": timezone.now(), "wished_from": None}
    if planned_from and planned_to:  # before the guard, which asks about the auditors on exactly these days
        SiteReview.objects.filter(pk=review.pk).update(planned_from=planned_from, planned_to=planned_to)
    first = planned_from or review.planned_from
    changes["due_on"] = max(min(today() + dt.timedelta(days=7), first), today())
    move(review, STEPS, "announce", by=by, data={"from": first}, **changes)
    url = reverse("portal:site-review-detail", args=[review.pk])
    tell(
        people_of(supplier),
        "review_announced",
        about=review,
        event=f"{review.planned_from}:{review.announced_at:%Y%m%d%H%M%S}",
        url=url,
        context={"review": review},
    )
    facts_changed(supplier, by=by)


@transaction.atomic
def confirm(review: SiteReview, *, by: User) -> None:
    """The supplier agrees with the dates."""
    supplier = lock(review.supplier_id)
    move(review, STEPS, "confirm", by=by, due_on=review.planned_from)
    _tell_us(review, "review_confirmed", f"{review.planned_from}")
    facts_changed(supplier, by=by)


@transaction.atomic
def ask_date(review: SiteReview, *, by: User, wished_from: dt.date, reason: str) -> None:
    """The supplier asks for another day; our answer is a new announcement, with that day or the old one."""
    require_reason(reason)
    supplier = lock(review.supplier_id)
    changes = {"wished_from": wished_from, "postponed_because": reason, "due_on": review.planned_from}
    move(review, STEPS, "ask_date", by=by, reason=reason, data={"wished_from": wished_from}, **changes)
    _tell_us(review, "review_date_wished", f"{wished_from}")
    facts_changed(supplier, by=by)


@transaction.atomic
def start(review: SiteReview, *, by: User) -> None:
    """The opening meeting: freezes the headcount and lays out every checkpoint that applies to the site."""
    supplier = lock(review.supplier_id)
    effort = effort_for(review.site)
    changes = {
        "opening_at": timezone.now(),
        "headcount": headcount(review.site),
        "sample_required": effort.interviews,
        "days_required": effort.days,
        "due_on": review.planned_to,
    }
    move(review, STEPS, "start", by=by, **changes)
    for member in review.team.select_related("user"):
        member.qualification = qualification_of(member.user, review)
        member.save(update_fields=["qualification"])
    facts = checklist.site_facts(review)
    questions = [q for q in review.checklist.questions.all() if q.applies_to(facts)]
    CheckpointResult.objects.bulk_create(
        (CheckpointResult(review=review, question=question) for question in questions), ignore_conflicts=True
    )
    facts_changed(supplier, by=by)


def headcount(site: Site) -> dict[str, int]:
    """Totals by sex, contract and age class; never a person."""
    names = ("women", "men", "young", "dispatched", "migrant", "temporary")
    return {"total": site.workers} | {name: getattr(site, f"workers_{name}") for name in names}


@transaction.atomic
def save_checkpoint(
    row: CheckpointResult, *, by: User, result: str, note: str, revision: int, client_id: uuid.UUID
) -> bool:
    """Keep what was seen; True when it is kept. The same `client_id` again changes nothing; an older revision is
    refused, so that two people on one checkpoint never overwrite each other (B2, B29)."""
    locked = CheckpointResult.objects.select_for_update().select_related("review").get(pk=row.pk)
    _may_note(locked.review, by)
    if locked.client_id == client_id:
        return True
    if locked.revision != revision:
        return False
    locked.result, locked.note, locked.client_id = result, note, client_id
    locked.by, locked.at, locked.revision = by, timezone.now(), locked.revision + 1
    locked.save(update_fields=["result", "note", "client_id", "by", "at", "revision"])
    return True


@transaction.atomic
def add_photos(row: CheckpointResult, uploads: Iterable[UploadedFile], *, by: User) -> int:
    """Photos and papers of a checkpoint become evidence of the site."""
    _may_note(row.review, by)
    kept = [keep_file(row.review.supplier, row.review.site, upload, by=by) for upload in uploads]
    row.evidence.add(*kept)
    return len(kept)


@transaction.atomic
def add_interview(review: SiteReview, *, by: User, kind: str, people: int, women: int = 0, topics: str = "") -> None:
    """People heard, by number. The count of the sample is kept with the review."""
    lock(review.supplier_id)
    _may_note(review, by)
    InterviewRecord.objects.create(review=review, by=by, kind=kind, people=people, women=women, topics=topics)
    taken = review.interviews.aggregate(total=Sum("people"))["total"] or 0
    SiteReview.objects.filter(pk=review.pk).update(sample_taken=taken)
    review.sample_taken = taken


def _may_note(review: SiteReview, by: User) -> None:
    if not can_conduct_review(by, review):
        raise PermissionDenied
    if review.status != S.IN_PROGRESS:
        raise WorkflowError(not_now_message(review))


@transaction.atomic
def close(review: SiteReview, *, by: User) -> None:
    """The closing meeting: nothing is noted after it. The corrective action plan stays on site the same day (B25)."""
    supplier = lock(review.supplier_id)
    now = timezone.now()
    move(review, STEPS, "close", by=by, closing_at=now, due_on=today() + dt.timedelta(days=14))
    url = reverse("portal:site-review-detail", args=[review.pk])
    tell(people_of(supplier), "review_closed", about=review, event="closed", url=url, context={"review": review})
    facts_changed(supplier, by=by)


@transaction.atomic
def report(review: SiteReview, *, by: User) -> None:
    """Score, letter and validity; the day it was received starts what counts from the report (R-CAP-1)."""
    supplier = lock(review.supplier_id)
    grades = list(review.findings.exclude(status=FindingStatus.VERIFIED_CLOSED).values_list("grade", flat=True))
    result = checklist.score(checklist.rows_of(review), review.checklist.scoring, grades)
    zero = Grade.ZERO_TOLERANCE in grades
    letter = result.letter or "E"
    on_site = (review.closing_at or timezone.now()).date()
    next_on = next_review_on(on_site, letter, supplier.risk_band, zero_tolerance=zero)
    changes = {
        "score": result.score,
        "letter": letter,
        "formula_version": f"{result.formula} {review.checklist}"[:40],
        "result": result.as_data(),
        "valid_until": next_on - dt.timedelta(days=1),
        "reported_at": timezone.now(),
        "due_on": None,
    }
    move(review, STEPS, "report", by=by, data={"score": result.score, "letter": letter}, **changes)
    review.findings.filter(report_received_on=None).update(report_received_on=today())
    url = reverse("portal:site-review-detail", args=[review.pk])
    tell(people_of(supplier), "review_reported", about=review, event="reported", url=url, context={"review": review})
    facts_changed(supplier, by=by)


@transaction.atomic
def postpone(review: SiteReview, *, by: User, reason: str) -> None:
    require_reason(reason)
    supplier = lock(review.supplier_id)
    was_told = review.announced_at is not None
    move(review, STEPS, "postpone", by=by, reason=reason, postponed_because=reason)
    if was_told:
        url = reverse("portal:site-review-detail", args=[review.pk])
        event = f"{timezone.now():%Y%m%d%H%M%S}"
        tell(people_of(supplier), "review_postponed", about=review, event=event, url=url, context={"review": review})
    facts_changed(supplier, by=by)


@transaction.atomic
def cancel(review: SiteReview, *, by: User, reason: str) -> None:
    require_reason(reason)
    supplier = lock(review.supplier_id)
    was_told = review.announced_at is not None
    move(review, STEPS, "cancel", by=by, reason=reason, due_on=None)
    if was_told:
        tell(people_of(supplier), "review_cancelled", about=review, event="cancelled", context={"review": review})
    facts_changed(supplier, by=by)


def _tell_us(review: SiteReview, kind: str, event: str) -> None:
    url = reverse("staff:site-review-detail", args=[review.pk])
    people = list(dict.fromkeys([*team_of(review), *csr_managers()]))
    tell(people, kind, about=review, event=event, url=url, context={"review": review})
