"""From when to when an agreement holds (R-VAL-1)."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable

from django.utils import timezone

from agreements.models import Agreement, FrameContract
from agreements.states import DocumentKind
from csr_portal.core.timezones import last_valid_day, today
from suppliers.models import Site, Supplier

DAY = dt.timedelta(days=1)


def term_of(agreement: Agreement) -> tuple[dt.date, dt.date]:
    """The first and last valid day of an agreement whose last signature was given at `status_since`.

    The term begins on the supplier's own day and ends the day before the anniversary; 29 February ends like the last
    day of February. Who renews the same version early loses no day: the new term is counted from the old one's end.
    A CSR agreement ends with the frame contract if that is earlier.
    """
    first = day_at(agreement.supplier, agreement.status_since)
    held = Agreement.objects.in_force().filter(
        supplier=agreement.supplier_id, version=agreement.version_id, valid_until__gte=first
    )
    until = held.values_list("valid_until", flat=True).first()
    counted_from = until + DAY if until else first
    last = last_valid_day(counted_from, months=agreement.version.validity_months)
    return first, min(last, contract_end(agreement, first) or last)


def contract_end(agreement: Agreement, first: dt.date) -> dt.date | None:
    """The frame contract's last day; one that was over before the agreement began was another contract's."""
    if agreement.document.kind != DocumentKind.CSR_AGREEMENT:
        return None
    rows = FrameContract.objects.filter(supplier=agreement.supplier_id, ends_on__gte=first)
    return rows.values_list("ends_on", flat=True).first()


def end_of(agreement: Agreement) -> dt.date:
    """The last valid day of an agreement in force: as sealed, by notice or with the frame contract, the earliest."""
    sealed = agreement.sealed_until or agreement.valid_until
    ends = (sealed, agreement.notice_until, contract_end(agreement, agreement.valid_from or today()))
    return min(day for day in ends if day)


def notice_end(agreement: Agreement, moment: dt.datetime) -> dt.date:
    """The last valid day when notice is given now: the day it is given does not count, the supplier's own day does."""
    return day_at(agreement.supplier, moment) + dt.timedelta(days=agreement.version.notice_days)


def day_at(supplier: Supplier, moment: dt.datetime) -> dt.date:
    """The date at the supplier's first site; the company's where it has none."""
    name = zones_of([supplier.pk]).get(supplier.pk)
    return timezone.localdate(moment, timezone=zoneinfo.ZoneInfo(name) if name else None)


def zones_of(suppliers: Iterable[int]) -> dict[int, str]:
    """The time zone of each supplier's first site, in one query."""
    sites = Site.objects.filter(supplier__in=suppliers, is_active=True).order_by("is_supplying", "-pk")
    return dict(sites.values_list("supplier_id", "time_zone"))


def own_days(rows: Iterable[Agreement], day: dt.date) -> dict[int, dt.date]:
    """Today where the supplier is, for the rows that end about now: only for those it matters. At most one query.

    `day` is the company's; a day that is not today is taken as it is.
    """
    if day != today():
        return {}
    near = [row.supplier_id for row in rows if row.valid_until and abs(row.valid_until - day) <= DAY]
    return {pk: today(name) for pk, name in zones_of(near).items()} if near else {}


def with_own_days(rows: Iterable[Agreement]) -> list[Agreement]:
    """The rows, each knowing what day it is where its supplier is, as far as it matters."""
    rows = list(rows)
    days = own_days(rows, today())
    for row in rows:
        row.own_today = days.get(row.supplier_id)
    return rows


def day_for(row: Agreement, day: dt.date) -> dt.date:
    """The supplier's own day if `day` is today and the row came through `with_own_days`; else `day`."""
    return row.own_today if row.own_today and day == today() else day
