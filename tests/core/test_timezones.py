import datetime as dt

import pytest
from django.utils import timezone

from csr_portal.core.timezones import add_months, day_of, last_valid_day


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        # R-VAL-1: SA8000 issued 2026-06-01 and on 29 February
        ("2026-06-01", 3, "2029-05-31"),
        ("2024-02-29", 3, "2027-02-27"),
    ],
)
def test_last_valid_day_is_the_day_before_the_anniversary(start, years, expected):
    assert last_valid_day(dt.date.fromisoformat(start), years=years) == dt.date.fromisoformat(expected)


def test_surveillance_of_r_val_1_falls_every_six_months():
    issued = dt.date(2026, 6, 1)
    days = [add_months(issued, months).isoformat() for months in (6, 12, 18, 24, 30)]
    assert days == ["2026-12-01", "2027-06-01", "2027-12-01", "2028-06-01", "2028-12-01"]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_adding_months_keeps_the_day_or_takes_the_last_one(day, months, expected):
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


def test_what_happens_late_in_the_utc_evening_falls_on_the_next_day_of_the_company():
    moment = dt.datetime(2026, 11, 21, 16, 30, tzinfo=dt.UTC)  # half past midnight in Shanghai
    with timezone.override("Asia/Shanghai"):
        assert day_of(moment) == dt.date(2026, 11, 22)
