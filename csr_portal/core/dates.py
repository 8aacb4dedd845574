"""Dates as readers see them: in their language, with the zone where a deadline depends on it, and how late."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

SOON = 7  # days before a date from which it is marked


_in_document: ContextVar[bool] = ContextVar("in_document", default=False)


@contextmanager
def years_always() -> Iterator[None]:
    """For texts that go into a document: it is read in other years, so no date leaves out its year."""
    token = _in_document.set(True)
    try:
        yield
    finally:
        _in_document.reset(token)


def day_text(day: dt.date | None, *, short: bool = False) -> str:
    """“20 Nov 2026”, “2026年11月20日”; `short` and Chinese leave out the present year."""
    if not day:
        return ""
    if isinstance(day, dt.datetime):
        day = timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    this_year = day.year == timezone.localdate().year and not _in_document.get()
    without_year = this_year and (short or (get_language() or "").startswith("zh"))
    return formats.date_format(day, _("j M") if without_year else _("j M Y"))


def moment_text(moment: dt.datetime | None, *, zone: bool = True) -> str:
    """“20 Nov 2026, 14:32 CET” in the reader's time zone, on a 24-hour clock."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    without_year = local.year == timezone.localdate().year and (get_language() or "").startswith("zh")
    text = formats.date_format(local, _("j M, H:i") if without_year else _("j M Y, H:i"))
    return _("%(time)s %(zone)s") % {"time": text, "zone": zone_text(local)} if zone else text


def zone_text(moment: dt.datetime) -> str:
    """The zone's name as people of the reader's language say it."""
    names = {"Asia/Shanghai": _("China time"), "Asia/Tokyo": _("Japan time")}
    name = names.get(str(moment.tzinfo)) or moment.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def days_left(day: dt.date | None, *, today: dt.date | None = None) -> tuple[str, str]:
    """How far away a date is: the class (late, soon or nothing) and the words (“6 days late”, “8 days left”)."""
    if not day:
        return "", ""
    left = (day - (today or timezone.localdate())).days
    if left < 0:
        return "late", ngettext("%(days)s day late", "%(days)s days late", -left) % {"days": -left}
    if left == 0:
        return "soon", _("today")
    words = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}
    return "soon" if left <= SOON else "", words


def iso(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else ""
