"""On site, from the opening to the closing meeting: checkpoints, photos, interviews."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from audits import checklist
from audits.models import CheckpointResult, InterviewRecord, Question, SiteReview
from audits.permissions import can_conduct_review
from audits.recipients import people_of
from audits.states import SiteReviewStatus as S
from audits.workflow.evidence import keep_file
from audits.workflow.reviews.planning import effort_for
from audits.workflow.reviews.steps import STEPS
from audits.workflow.reviews.team import qualification_of
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, move, not_now_message
from suppliers.models import Site
from suppliers.workflow import facts_changed, lock


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
    questions = [q for q in Question.objects.filter(version=review.checklist_id) if q.applies_to(facts)]
    CheckpointResult.objects.bulk_create(
        (CheckpointResult(review=review, question=question) for question in questions), ignore_conflicts=True
    )
    facts_changed(supplier)


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
    facts_changed(supplier)
