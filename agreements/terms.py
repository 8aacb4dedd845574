"""From when to when an agreement holds (R-VAL-1)."""

import datetime as dt
import zoneinfo

from django.utils import timezone

from agreements.models import Agreement
from csr_portal.core.timezones import last_valid_day
from suppliers.models import Site, Supplier


def term_of(agreement: Agreement) -> tuple[dt.date, dt.date]:
    """The first and last valid day of an agreement whose last signature was given at `status_since`.

    The term begins on the supplier's own day and ends the day before the anniversary; 29 February ends like the last
    day of February. Who renews the same version early loses no day: the new term is counted from the old one's end.
    """
    first = day_at(agreement.supplier, agreement.status_since)
    held = Agreement.objects.in_force().filter(
        supplier=agreement.supplier_id, version=agreement.version_id, valid_until__gte=first
    )
    until = held.values_list("valid_until", flat=True).first()
    counted_from = until + dt.timedelta(days=1) if until else first
    return first, last_valid_day(counted_from, months=agreement.version.validity_months)


def day_at(supplier: Supplier, moment: dt.datetime) -> dt.date:
    """The date at the supplier's first site; the company's where it has none."""
    sites = Site.objects.filter(supplier=supplier, is_active=True).order_by("-is_supplying", "pk")
    name = sites.values_list("time_zone", flat=True).first()
    return timezone.localdate(moment, timezone=zoneinfo.ZoneInfo(name) if name else None)
