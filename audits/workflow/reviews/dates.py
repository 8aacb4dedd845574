"""Dates between us and the supplier: announced, confirmed, wished, postponed, cancelled."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import SiteReview
from audits.recipients import csr_managers, people_of, team_of
from audits.states import Announcement
from audits.workflow.reasons import require_reason
from audits.workflow.reviews.steps import STEPS
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, move
from suppliers.workflow import facts_changed, lock


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
    facts_changed(supplier)


@transaction.atomic
def confirm(review: SiteReview, *, by: User) -> None:
    """The supplier agrees with the dates."""
    supplier = lock(review.supplier_id)
    move(review, STEPS, "confirm", by=by, due_on=review.planned_from)
    _tell_us(review, "review_confirmed", f"{review.planned_from}")
    facts_changed(supplier)


@transaction.atomic
def ask_date(review: SiteReview, *, by: User, wished_from: dt.date, reason: str) -> None:
    """The supplier asks for another day; our answer is a new announcement, with that day or the old one."""
    require_reason(reason)
    supplier = lock(review.supplier_id)
    changes = {"wished_from": wished_from, "postponed_because": reason, "due_on": review.planned_from}
    move(review, STEPS, "ask_date", by=by, reason=reason, data={"wished_from": wished_from}, **changes)
    _tell_us(review, "review_date_wished", f"{wished_from}")
    facts_changed(supplier)


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
    facts_changed(supplier)


@transaction.atomic
def cancel(review: SiteReview, *, by: User, reason: str) -> None:
    require_reason(reason)
    supplier = lock(review.supplier_id)
    was_told = review.announced_at is not None
    move(review, STEPS, "cancel", by=by, reason=reason, due_on=None)
    if was_told:
        tell(people_of(supplier), "review_cancelled", about=review, event="cancelled", context={"review": review})
    facts_changed(supplier)


def _tell_us(review: SiteReview, kind: str, event: str) -> None:
    url = reverse("staff:site-review-detail", args=[review.pk])
    people = list(dict.fromkeys([*team_of(review), *csr_managers()]))
    tell(people, kind, about=review, event=event, url=url, context={"review": review})
