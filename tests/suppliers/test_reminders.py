import datetime as dt

import pytest

from suppliers import reminders
from suppliers.reminders import reached, stage_days

DUE = dt.date(2026, 11, 24)


def on(days):
    return DUE + dt.timedelta(days=days)


def test_days_before_the_end_are_those_of_r_rem_1():
    # R-REM-1: last valid day 2029-05-31 -> 2028-12-02, 2029-03-02, 2029-04-01, 2029-05-01, 2029-05-24, 2029-05-31.
    assert stage_days(reminders.BEFORE, dt.date(2029, 5, 31)) == [
        dt.date(2028, 12, 2),
        dt.date(2029, 3, 2),
        dt.date(2029, 4, 1),
        dt.date(2029, 5, 1),
        dt.date(2029, 5, 24),
        dt.date(2029, 5, 31),
    ]


def test_half_a_year_before_is_for_certificates_only():
    # R-REM-1: T-180 (certificates only).
    assert set(reminders.CERTIFICATE) - set(reminders.ENDING) == {-180}


def test_after_the_end_it_comes_weekly_and_climbs():
    # R-REM-1: weekly while overdue; the CSR manager at T+1, the buyer at T+14.
    assert [stage for stage in reminders.ENDING if stage > 0] == [7, 14, 21, 28, 35, 42, 49, 56]
    assert (reminders.ENDING_CSR, reminders.ENDING_BUYER) == ((1,), (14,))


def test_tasks_have_the_plan_of_b31_and_then_stop():
    assert stage_days(reminders.TASK, DUE) == [on(days) for days in (-14, -7, -1, 0, 3, 7)]
    assert [day for day in range(-20, 400) if reached(reminders.TASK, DUE, on(day)) is not None] == [
        *range(-14, -11),
        *range(-7, -4),
        *range(-1, 6),
        *range(7, 10),
    ]


@pytest.mark.parametrize(
    ("days", "stage"),
    [(-15, None), (-14, -14), (-12, -14), (-11, None), (-7, -7), (-1, -1), (0, 0), (2, 0), (3, 3), (5, 3), (6, None),
     (7, 7), (9, 7), (10, None)],
)  # fmt: skip
def test_newest_stage_counts_and_a_missed_night_is_made_up_for(days, stage):
    assert reached(reminders.TASK, DUE, on(days)) == stage


@pytest.mark.parametrize(("since", "stage"), [(-8, -7), (-7, -7), (-6, None), (None, -7)])
def test_stage_from_before_the_task_was_given_does_not_count(since, stage):
    assert reached(reminders.TASK, DUE, on(-6), since=None if since is None else on(since)) == stage


@pytest.mark.parametrize("stages", [reminders.ANY_TASK, reminders.ANY_ENDING])
def test_dates_reaching_are_those_of_which_a_stage_is_reached(stages):
    assert sorted(reminders.dates_reaching(stages, DUE)) == [
        on(days) for days in range(-200, 300) if reached(stages, on(days), DUE) is not None
    ]
