"""The table of a site review's steps, and what must be there before each."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import SiteReview
from audits.permissions import can_answer_announcement, can_lead_or_manage_review, can_lead_review, can_manage_review
from audits.states import REVIEW_AHEAD, Announcement, CheckpointCode, PlanStatus, TeamPart
from audits.states import SiteReviewStatus as S
from audits.workflow.reviews.team import lead_blockers
from csr_portal.core.states import Turn
from csr_portal.core.workflow import Blocker, Step


def announce_blockers(review: SiteReview) -> list[Blocker]:
    url = reverse("staff:site-review-detail", args=[review.pk])
    lead = review.team.filter(part=TeamPart.LEAD).select_related("user").first()
    blockers = []
    if review.plan and review.plan.status == PlanStatus.DRAFT:
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
