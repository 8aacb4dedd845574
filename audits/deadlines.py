"""When the plan for a finding is due, when it must be approved, when it must be closed (R-CAP-1): rules as data.

A rule counts from C (closing meeting or discovery) or R (the final report was received). The shipped rules are in
`data/deadlines.yaml`; what counts is the newest version in the database (models.DeadlineRule).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from csr_portal.core.timezones import add_months

SHIPPED = Path(__file__).parent / "data" / "deadlines.yaml"
STEPS = ("containment", "plan", "approval", "closed", "everything")


class Rule(Protocol):
    """What a rule says, be it a row of the file or of the database."""

    scheme: str
    grade: str
    topic: str
    step: str
    base: str
    amount: int
    unit: str


@dataclass(frozen=True)
class ShippedRule:
    scheme: str
    grade: str
    topic: str
    step: str
    base: str
    amount: int
    unit: str = "days"
    basis: str = ""
    is_guide: bool = False


def shipped_rules() -> list[ShippedRule]:
    """The rules of the file, one per scheme, grade, topic and step."""
    rows = yaml.safe_load(SHIPPED.read_text("utf-8"))["rules"]
    return [ShippedRule(**{"topic": "", **row}) for row in rows]


def deadlines(
    rules: Iterable[Rule],
    *,
    scheme: str,
    grade: str,
    closing: dt.date,
    report: dt.date | None = None,
    topic: str = "",
) -> dict[str, dt.date]:
    """Step → last day. A rule for the topic goes before the general one; without a report no day counts from it."""
    chosen: dict[str, Any] = {}
    for rule in rules:
        if rule.scheme == scheme and rule.grade in {grade, ""} and rule.topic in {topic, ""}:
            known = chosen.get(rule.step)
            if known is None or (rule.topic and not known.topic):
                chosen[rule.step] = rule
    days = {step: _day(rule, closing, report) for step, rule in chosen.items()}
    return {step: day for step, day in days.items() if day is not None}


def _day(rule: Rule, closing: dt.date, report: dt.date | None) -> dt.date | None:
    base = closing if rule.base == "C" else report
    if base is None:
        return None
    if rule.unit == "months":
        return add_months(base, rule.amount)
    if rule.unit == "working_days":
        return add_working_days(base, rule.amount)
    return base + dt.timedelta(days=rule.amount)


def add_working_days(day: dt.date, number: int) -> dt.date:
    """Monday to Friday; public holidays are not known here."""
    while number:
        day += dt.timedelta(days=1)
        number -= day.weekday() < 5
    return day
