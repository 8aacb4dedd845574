"""R-CAP-1: every worked example, on the rules as shipped."""

import datetime as dt
from collections import Counter

import pytest

from audits.deadlines import add_working_days, deadlines, shipped_rules

C, R = dt.date(2026, 3, 2), dt.date(2026, 3, 20)


def days(scheme, grade, *, topic="", report=R):
    found = deadlines(shipped_rules(), scheme=scheme, grade=grade, closing=C, report=report, topic=topic)
    return {step: f"{day:%m-%d}" if day.year == 2026 else f"{day}" for step, day in found.items()}


@pytest.mark.parametrize(
    ("scheme", "grade", "topic", "expected"),
    [
        ("rba", "zero_tolerance", "safety", {"plan": "03-09", "approval": "03-12", "closed": "04-01"}),
        ("rba", "zero_tolerance", "", {"plan": "03-09", "approval": "03-12", "closed": "05-31"}),
        ("rba", "major", "", {"plan": "04-03", "approval": "05-01", "closed": "09-16"}),
        ("rba", "minor", "", {"plan": "04-03", "approval": "05-01", "closed": "12-15"}),
    ],
)
def test_rba_deadlines_are_those_of_the_worked_example(scheme, grade, topic, expected):
    assert days(scheme, grade, topic=topic) == expected | {"everything": "2027-09-02"}


@pytest.mark.parametrize(
    ("scheme", "grade", "expected"),
    [
        ("own", "zero_tolerance", {"containment": "03-03", "plan": "03-09", "approval": "03-12", "closed": "04-01"}),
        ("own", "critical", {"containment": "03-03", "plan": "03-09", "approval": "03-12", "closed": "04-01"}),
        ("own", "major", {"plan": "03-16", "approval": "03-30", "closed": "05-31"}),
        ("own", "minor", {"plan": "03-16", "approval": "03-30", "closed": "08-29"}),
        ("own", "observation", {}),
        ("smeta", "critical", {"containment": "03-02"}),
        ("smeta", "major", {"closed": "05-01"}),
        ("smeta", "minor", {"closed": "05-31"}),
        ("bsci", "zero_tolerance", {"containment": "03-02", "plan": "03-09"}),
        ("bsci", "major", {"plan": "05-19"}),
        ("sa8000", "critical", {"plan": "03-09", "closed": "04-01"}),
        ("sa8000", "major", {"plan": "04-01", "closed": "05-31"}),
        ("sa8000", "minor", {"plan": "04-01", "closed": "08-29"}),
    ],
)
def test_deadlines_follow_the_table_of_the_scheme(scheme, grade, expected):
    assert days(scheme, grade) == expected


def test_deadlines_leave_out_what_counts_from_a_report_that_has_not_come():
    assert days("rba", "major", report=None) == {"everything": "2027-09-02"}


def test_shipped_rules_say_each_thing_once():
    rules = Counter((rule.scheme, rule.grade, rule.topic, rule.step) for rule in shipped_rules())
    assert [rule for rule, number in rules.items() if number > 1] == []


def test_working_days_leave_out_the_weekend():
    assert add_working_days(dt.date(2026, 3, 6), 1) == dt.date(2026, 3, 9)
