"""What a gate policy says, in words, beside what another version says."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from suppliers.gates import Limit, condition_name, limits_of
from suppliers.models import GatePolicy
from suppliers.states import Segment


@dataclass(frozen=True)
class LimitLine:
    label: Any
    value: str
    before: str

    @property
    def is_changed(self) -> bool:
        return self.value != self.before


@dataclass(frozen=True)
class PolicyLine:
    """One condition of one segment. `change`: added, removed, changed or nothing."""

    code: str
    name: str
    is_needed: bool
    limits: list[LimitLine]
    change: str


def policy_lines(policy: GatePolicy, base: GatePolicy | None = None) -> list[tuple[Segment, list[PolicyLine]]]:
    """Per segment the conditions that one of the two versions asks for, in the order of the settings."""
    base = base or policy
    return [(segment, _lines_of(policy.conditions, base.conditions, segment)) for segment in Segment]


def _lines_of(conditions: dict[str, Any], base: dict[str, Any], segment: str) -> list[PolicyLine]:
    now, before = demands_of(conditions, segment), demands_of(base, segment)
    return [_line(code, now.get(code), before.get(code)) for code in settings.GATE_CONDITIONS if code in now | before]


def demands_of(conditions: dict[str, Any], segment: str) -> dict[str, dict[str, Any]]:
    """What a segment asks for: condition → limits."""
    return {demand["condition"]: demand.get("limits", {}) for demand in conditions.get(segment, [])}


def _line(code: str, now: dict[str, Any] | None, before: dict[str, Any] | None) -> PolicyLine:
    here, there = now if now is not None else before or {}, before if before is not None else now or {}
    limits = [LimitLine(limit.label, said(limit, here), said(limit, there)) for limit in limits_of(code)]
    if now is None or before is None:
        change = "added" if before is None else "removed"
    else:
        change = "changed" if any(limit.is_changed for limit in limits) else ""
    return PolicyLine(code, condition_name(code), now is not None, limits, change)


def said(limit: Limit, values: dict[str, Any]) -> str:
    """A limit as it stands in a version, otherwise its default; choices by their labels."""
    value = values.get(limit.code, limit.default)
    if limit.choices:
        labels = dict(limit.choices)
        return _(", ").join(str(labels.get(code, code)) for code in value)
    return str(value)
