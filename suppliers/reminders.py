"""On which days somebody is reminded of a last valid day (R-REM-1). Pure."""

import datetime as dt

BEFORE = (180, 90, 60, 30, 7, 0)
BEFORE_OTHERS = (90, 60, 30, 7, 0)
ESCALATION = {1: "csr", 14: "buyer"}


def reminder_days(last_day: dt.date, *, is_certificate: bool) -> list[dt.date]:
    """The days up to the last valid day."""
    return [last_day - dt.timedelta(days=days) for days in (BEFORE if is_certificate else BEFORE_OTHERS)]


def is_due(last_day: dt.date, day: dt.date, *, is_certificate: bool) -> bool:
    """Before the end on the listed days, afterwards once a week."""
    over = (day - last_day).days
    return day in reminder_days(last_day, is_certificate=is_certificate) or (over > 0 and over % 7 == 0)


def escalated_to(last_day: dt.date, day: dt.date) -> str:
    """Who else is told on this day: the CSR manager the day after, the buyer two weeks later."""
    return ESCALATION.get((day - last_day).days, "")
