"""Every night: agreements whose last valid day is over."""

import datetime as dt

from agreements import campaigns, workflow
from agreements.models import Agreement
from csr_portal.core.timezones import today


def nightly(day: dt.date | None = None) -> int:
    """End what has run out; return how many. Safe to run twice. Called by the root's nightly task."""
    day = day or today()
    rows = list(Agreement.objects.ended_before(day).order_by("supplier_id", "pk"))
    for agreement in rows:
        workflow.expire(agreement, day=day)
    campaigns.begin_due(day)
    campaigns.ask_again(day)
    return len(rows)
