"""The gate: what a supplier needs for a segment, what of it is met, and what the answer to purchasing is.

Each condition is a function in the app that owns the fact, named in settings.GATE_CONDITIONS:
`condition(supplier, segment, limits, today) -> Condition`. Which segment needs which is versioned data (GatePolicy).
The same result feeds refusal, checklist on both sides, API, decision snapshot and PDF.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from csr_portal.core.dates import day_text
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today as current_day
from csr_portal.core.workflow import Blocker
from suppliers.models import Decision, GatePolicy, Supplier, Waiver
from suppliers.states import ConditionState, Outcome, WaiverStatus

EXPIRING_DAYS = 60
SATISFIED = {ConditionState.MET, ConditionState.EXPIRING, ConditionState.WAIVED, ConditionState.NOT_REQUIRED}


@dataclass(frozen=True)
class Condition:
    """One line of the checklist: the claim, the fact behind it, whose turn it is, until when it holds.

    `url` leads staff, `portal_url` the supplier; `facts` are the inputs as data
    for the snapshot. `is_tolerable` marks what a conditional approval may leave open (R-GATE-2); `can_be_waived` is
    false for zero tolerance.
    """

    code: str
    title: str
    state: str
    text: str
    turn: str = ""
    until: dt.date | None = None
    since: dt.date | None = None
    url: str = ""
    portal_url: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_tolerable: bool = False
    can_be_waived: bool = True

    @property
    def is_satisfied(self) -> bool:
        return self.state in SATISFIED


@dataclass(frozen=True)
class Gate:
    """The whole answer for one supplier and segment."""

    segment: str
    policy: GatePolicy
    conditions: list[Condition]

    @property
    def missing(self) -> list[Condition]:
        return [c for c in self.conditions if not c.is_satisfied]

    @property
    def expiring(self) -> list[Condition]:
        return [c for c in self.conditions if c.state == ConditionState.EXPIRING]

    @property
    def met(self) -> list[Condition]:
        return [c for c in self.conditions if c.is_satisfied and c.state != ConditionState.EXPIRING]

    @property
    def in_order(self) -> list[Condition]:
        """Missing first, then expiring, then met."""
        return [*self.missing, *self.expiring, *self.met]

    @property
    def is_open(self) -> bool:
        return not self.missing

    @property
    def outcome(self) -> str:
        """What may be decided: approved; conditional where one tolerable point is missing; rejected (R-GATE-2)."""
        if self.is_open:
            return Outcome.APPROVED
        is_tolerable = len(self.missing) == 1 and self.missing[0].is_tolerable
        return Outcome.CONDITIONAL if is_tolerable else Outcome.REJECTED

    def as_blockers(self) -> list[Blocker]:
        return [Blocker(c.code, f"{c.title}: {c.text}", c.turn, c.url) for c in self.missing]


def current_policy() -> GatePolicy:
    """The version in force. Raises ImproperlyConfigured without one: a gate without rules never opens."""
    policy = GatePolicy.objects.filter(is_current=True).first()
    if policy is None:
        raise ImproperlyConfigured("There is no current gate policy; run `manage.py load_defaults`.")
    return policy


def check(
    supplier: Supplier,
    segment: str,
    *,
    policy: GatePolicy | None = None,
    day: dt.date | None = None,
    leaving_out: frozenset[str] = frozenset(),
) -> Gate:
    """Ask every condition that the segment needs; all answers, not the first."""
    policy, day = policy or current_policy(), day or current_day()
    demands = policy.conditions.get(segment, [])
    if not demands:
        raise ImproperlyConfigured(f"Gate policy {policy} names no condition for {segment}.")
    waived = set(
        Waiver.objects.filter(supplier=supplier, status=WaiverStatus.APPROVED, valid_until__gte=day).values_list(
            "condition", flat=True
        )
    )
    conditions = [
        _with_waiver(_asked(supplier, segment, demand, day), waived)
        for demand in demands
        if demand["condition"] not in leaving_out
    ]
    return Gate(segment, policy, conditions)


def _asked(supplier: Supplier, segment: str, demand: dict[str, Any], day: dt.date) -> Condition:
    """The answer carries the code of the policy, so that waivers and snapshots speak of the same condition."""
    code = demand["condition"]
    return replace(condition_functions()[code](supplier, segment, demand.get("limits", {}), day), code=code)


def _with_waiver(condition: Condition, waived: set[str]) -> Condition:
    if condition.is_satisfied or condition.code not in waived or not condition.can_be_waived:
        return condition
    return replace(condition, state=ConditionState.WAIVED, turn="")


@cache
def condition_functions() -> dict[str, Callable[..., Condition]]:
    return {code: import_string(path) for code, path in settings.GATE_CONDITIONS.items()}


def validity_state(until: dt.date | None, day: dt.date) -> str:
    """Met, expiring within EXPIRING_DAYS, or missing, for something that is valid up to and including `until`."""
    if until is None or until < day:
        return ConditionState.MISSING
    return ConditionState.EXPIRING if (until - day).days <= EXPIRING_DAYS else ConditionState.MET


def csr_review_decided(supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date) -> Condition:
    """A CSR review of this segment was decided by a second person: approved, or conditional and still in its time."""
    decision = (
        Decision.objects.filter(supplier=supplier, segment=segment)
        .select_related("review", "decided_by")
        .order_by("-pk")
        .first()
    )
    title = _("CSR review decided by a second person")
    if decision is None:
        return Condition(
            "csr_review",
            title,
            ConditionState.MISSING,
            _("No CSR review has been decided."),
            Turn.CSR,
            url=_review_list_of(supplier),
        )
    sentence = _("%(outcome)s until %(until)s by %(person)s on %(date)s") if decision.is_limited else None
    sentence = sentence or _("%(outcome)s by %(person)s on %(date)s")
    state = _state_of(decision, day)
    return Condition(
        "csr_review",
        title,
        state,
        sentence
        % {
            "outcome": decision.get_outcome_display(),
            "person": decision.decided_by,
            "date": day_text(decision.decided_at),
            "until": day_text(decision.until),
        },
        Turn.CSR if state == ConditionState.MISSING else "",
        until=decision.until if decision.is_limited else None,
        since=decision.decided_at.date(),
        url=reverse("staff:review-detail", args=[decision.review_id]),
        facts={"decision": decision.pk, "review": decision.review.number, "outcome": decision.outcome},
    )


def _state_of(decision: Decision, day: dt.date) -> str:
    if decision.is_limited:
        return validity_state(decision.until, day)
    return ConditionState.MISSING if decision.outcome == Outcome.REJECTED else ConditionState.MET


def _review_list_of(supplier: Supplier) -> str:
    return f"{reverse('staff:review-list')}?supplier={supplier.pk}"


@checks.register
def gate_settings_are_complete(**kwargs: Any) -> list[checks.CheckMessage]:
    """A typo or an empty list refuses to start."""
    if not settings.GATE_CONDITIONS:
        return [checks.Error("settings.GATE_CONDITIONS is empty: no gate could ever be asked.", id="suppliers.E001")]
    errors: list[checks.CheckMessage] = []
    for setting, path in [
        *settings.GATE_CONDITIONS.items(),
        *(("STANDING_SOURCES", p) for p in settings.STANDING_SOURCES),
    ]:
        try:
            import_string(path)
        except ImportError as error:
            errors.append(checks.Error(f"{setting}: {path} cannot be imported ({error}).", id="suppliers.E002"))
    return errors
