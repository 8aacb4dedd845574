"""The report: score, letter, and until when it counts."""

import datetime as dt
from typing import Any, cast

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audits import checklist
from audits.models import QuestionnaireVersion, SiteReview
from audits.recipients import people_of
from audits.sampling import next_review_on
from audits.states import FindingStatus, Grade
from audits.workflow.reviews.steps import STEPS
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.timezones import day_of, today
from csr_portal.core.workflow import move
from suppliers.workflow import facts_changed, lock


@transaction.atomic
def report(review: SiteReview, *, by: User) -> None:
    """Score, letter and validity; the day it was received starts what counts from the report (R-CAP-1)."""
    supplier = lock(review.supplier_id)
    grades = list(review.findings.exclude(status=FindingStatus.VERIFIED_CLOSED).values_list("grade", flat=True))
    result = checklist.score(checklist.rows_of(review), cast(QuestionnaireVersion, review.checklist).scoring, grades)
    zero = Grade.ZERO_TOLERANCE in grades
    letter = result.letter or "E"
    on_site = day_of(review.closing_at or timezone.now())
    next_on = next_review_on(on_site, letter, supplier.risk_band, zero_tolerance=zero)
    changes: dict[str, Any] = {
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
    facts_changed(supplier)
