"""Who carries a site review out: qualified, independent, rotating (R-AUD-1)."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from audits.models import SiteReview, TeamMember
from audits.permissions import can_manage_review
from audits.states import REVIEW_AHEAD, TeamPart
from audits.states import SiteReviewStatus as S
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import is_staff_member
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Blocker, WorkflowError, not_now_message
from suppliers.workflow import lock

ROTATE_AFTER = 3  # R-AUD-1: another lead auditor after three reviews in a row


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
