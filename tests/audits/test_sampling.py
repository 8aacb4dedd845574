"""R-DAY-1 to R-DAY-4, R-SAMPLE-1, R-REAUDIT-1: every worked example."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits import sampling


@pytest.mark.parametrize(("workers", "sample"), [(18, 18), (19, 19), (100, 10), (400, 20), (500, 22)])
def test_rba_sample_is_the_whole_part_of_the_root_from_twenty_on(workers, sample):
    assert sampling.rba_sample(workers) == sample


@pytest.mark.parametrize(("workers", "sample"), [(0, 0), (7, 7), (20, 10), (350, 19), (500, 23), (1200, 35)])
def test_own_sample_is_at_least_ten_and_rounds_the_root_up(workers, sample):
    assert sampling.own_sample(workers) == sample


@given(st.integers(min_value=0, max_value=100_000))
def test_own_sample_never_asks_for_more_than_there_are_nor_shrinks(workers):
    sample = sampling.own_sample(workers)
    assert (sample <= workers, sample <= sampling.own_sample(workers + 1)) == (True, True)


def test_smeta_four_pillar_review_of_350_workers():
    found = sampling.smeta_days(350, four_pillar=True), sampling.smeta_interviews(350), sampling.smeta_files(350)
    assert found == (Decimal("2.5"), 26, 26)


@pytest.mark.parametrize(
    ("workers", "days"),
    [(1, "1"), (100, "1"), (101, "2"), (500, "2"), (501, "3"), (1000, "3"), (1001, "4"), (2001, "4")],
)
def test_smeta_days_change_at_the_borders_of_the_table(workers, days):
    assert sampling.smeta_days(workers) == Decimal(days)


@pytest.mark.parametrize(
    ("workers", "days"),
    [(50, "1.5"), (51, "3"), (250, "3"), (362, "3.5"), (551, "4"), (801, "4.5"), (1201, "5")],
)
def test_bsci_days_follow_the_table(workers, days):
    assert sampling.bsci_days(workers) == Decimal(days)


@pytest.mark.parametrize(("workers", "interviews"), [(4, (4, 4)), (30, (5, 10)), (362, (15, 20))])
def test_bsci_interviews_follow_the_table(workers, interviews):
    assert sampling.bsci_interviews(workers) == interviews


def test_own_effort_of_350_workers_with_dormitory_and_15_per_cent_dispatched():
    effort = sampling.own_effort(350, has_dormitory=True, moving=53)
    assert effort == sampling.Effort(days=Decimal("3.0"), interviews=19, in_groups=6, files=19)


@pytest.mark.parametrize(("moving", "days"), [(35, "2"), (36, "2.5")])
def test_own_effort_adds_half_a_day_above_ten_per_cent_of_moving_workers(moving, days):
    assert sampling.own_effort(350, moving=moving).days == Decimal(days)


def test_women_are_interviewed_in_proportion():
    assert sampling.women_to_interview(19, women=80, men=44) == 12
    assert sampling.women_to_interview(19, women=0, men=0) == 0


@pytest.mark.parametrize(
    ("letter", "band", "on"),
    [
        ("C", "high", "2027-03-01"),
        ("A", "low", "2029-06-01"),
        ("B", "medium", "2027-12-01"),
        ("D", "medium", "2026-12-01"),
        ("E", "high", "2026-09-01"),
        ("B", "", "2027-06-01"),
    ],
)
def test_next_review_follows_letter_and_risk(letter, band, on):
    assert sampling.next_review_on(dt.date(2026, 6, 1), letter, band) == dt.date.fromisoformat(on)


@pytest.mark.parametrize(("first", "on"), [(True, dt.date(2026, 7, 1)), (False, dt.date(2026, 9, 1))])
def test_next_review_after_zero_tolerance_is_in_thirty_days_then_every_three_months(first, on):
    assert sampling.next_review_on(dt.date(2026, 6, 1), "E", "low", zero_tolerance=True, first=first) == on
