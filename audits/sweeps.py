"""Every night: what time does to self-inspections, site reviews and findings. Reminding is the digest's business."""

import datetime as dt
import logging
from itertools import chain

from django.db import transaction
from django.db.models import Q

from audits.models import Finding, SelfInspection, SiteReview
from csr_portal.core.timezones import today
from suppliers.workflow import facts_changed, lock

log = logging.getLogger(__name__)

# A night that was missed is made up for within these days.
CATCH_UP = 3


def nightly(day: dt.date | None = None) -> int:
    """Refresh who has passed a date; return how many suppliers were refreshed. Safe to run twice."""
    return refresh_passed(day or today())


def refresh_passed(day: dt.date) -> int:
    """Standing and gate of every supplier for whom a date passed yesterday, or in a night that was missed."""
    pks = sorted(suppliers_with_passed_dates(day))
    for pk in pks:
        try:
            with transaction.atomic():
                facts_changed(lock(pk), day=day)
        except Exception:  # one supplier's trouble must not keep the others from their night
            log.exception("refreshing supplier %s failed", pk)
    return len(pks)


def suppliers_with_passed_dates(day: dt.date) -> set[int]:
    first, last = day - dt.timedelta(days=CATCH_UP), day - dt.timedelta(days=1)
    is_due, is_valid = Q(due_on__range=(first, last)), Q(valid_until__range=(first, last))
    rows = [
        Finding.objects.unclosed().filter(is_due | Q(close_due_on__range=(first, last))),
        SelfInspection.objects.filter(is_due | is_valid),
        SiteReview.objects.filter(is_due | is_valid),
    ]
    return set(chain.from_iterable(found.values_list("supplier_id", flat=True) for found in rows))
