"""Every night: agreements whose last valid day is over."""

import datetime as dt

from django.utils import timezone

from agreements import campaigns, workflow
from agreements.models import Agreement, ChopPaper
from agreements.tasks import straighten_paper, tell_expiring
from agreements.terms import own_days
from csr_portal.core.timezones import today


def nightly(day: dt.date | None = None) -> int:
    """End what has run out on the supplier's own day; return how many. Safe to run twice.

    Called by the root's task, every hour: somewhere it is always midnight.
    """
    day = day or today()
    near = list(Agreement.objects.ended_before(day + dt.timedelta(days=1)).order_by("supplier_id", "pk"))
    days = own_days(near, day)
    rows = [row for row in near if row.valid_until and row.valid_until < days.get(row.supplier_id, day)]
    for agreement in rows:
        workflow.expire(agreement, day=day)
    seal_again(day)
    tell_expiring.enqueue(day.isoformat(), key=day.isoformat())
    straighten_again(day)
    campaigns.begin_due(day)
    campaigns.ask_again(day)
    return len(rows)


def straighten_again(day: dt.date) -> None:
    """Ask once a day for the viewing copies that were never begun: papers from before there were any."""
    for pk in ChopPaper.objects.filter(page_count=0).values_list("pk", flat=True):
        straighten_paper.enqueue(pk, key=f"{pk}:{day}")


def seal_again(day: dt.date, now: dt.datetime | None = None) -> None:
    """Ask once a day for the seals that could not be made, and for new stamps of archive copies."""
    before = (now or timezone.now()) - dt.timedelta(hours=1)
    for pk in Agreement.objects.to_seal_again(before).values_list("pk", flat=True):
        workflow.seal_agreement.enqueue(pk, key=f"{pk}:{day}")
    for pk in Agreement.objects.to_stamp_again(day).values_list("pk", flat=True):
        workflow.renew_archive_stamp.enqueue(pk, key=f"{pk}:{day}")
