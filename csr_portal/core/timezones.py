"""Dates as people mean them: today somewhere, months and years later."""

import calendar
import datetime as dt
import zoneinfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(value)s is not a known time zone."), params={"value": value})


def today(time_zone: str | None = None) -> dt.date:
    """Today's date at a place; without one, in the company's time zone."""
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(time_zone) if time_zone else None)


def day_of(moment: dt.datetime) -> dt.date:
    """The day on which something happened, in the company's time zone as `today()`; `.date()` would be that of UTC."""
    return timezone.localdate(moment)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month later, or the last day of a shorter month (rules.md, introduction)."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_valid_day(start: dt.date, *, years: int = 0, months: int = 0) -> dt.date:
    """Valid up to and including the day before the anniversary (R-VAL-1)."""
    return add_months(start, years * 12 + months) - dt.timedelta(days=1)
