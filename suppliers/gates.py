"""The gate: what a supplier needs for a segment, what of it is met, and what the answer to purchasing is.

Each condition is a function in the app that owns the fact, named in settings.GATE_CONDITIONS:
`condition(supplier, segment, limits, today) -> Condition`. Which segment needs which is versioned data (GatePolicy).
`@condition(load)` splits it in two, so that one supplier and ten thousand are judged by the same lines: `load` reads
the facts of many suppliers with a constant number of queries, the function judges one.
The same result feeds refusal, checklist on both sides, API, decision snapshot and PDF.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, update_wrapper
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csr_portal.core.dates import day_text
from csr_portal.core.states import Turn
from csr_portal.core.timezones import day_of
from csr_portal.core.timezones import today as current_day
from csr_portal.core.workflow import Blocker
from suppliers.models import Decision, GatePolicy, Site, Supplier, Waiver
from suppliers.states import OPENING, ConditionState, Outcome, WaiverStatus

EXPIRING_DAYS = 60
SATISFIED = {ConditionState.MET, ConditionState.EXPIRING, ConditionState.WAIVED, ConditionState.NOT_REQUIRED}


@dataclass(frozen=True)
class Remedy:
    """A page where a missing condition is put right, for whoever `rule` (`app.name` of its permissions) allows it."""

    label: str
    url: str
    rule: str


@dataclass(frozen=True)
class Condition:
    """One line of the checklist: the claim, the fact behind it, whose turn it is, until when it holds.

    `url` leads staff, `portal_url` the supplier; `facts` are the inputs as data
    for the snapshot. `is_tolerable` marks what a conditional approval may leave open (R-GATE-2); `can_be_waived` is
    false for zero tolerance. `open_points` are points that take no status away but let an approval be conditional only:
    a major finding in time.
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
    open_points: int = 0
    remedy: Remedy | None = None

    @property
    def is_satisfied(self) -> bool:
        return self.state in SATISFIED


@dataclass(frozen=True)
class Limit:
    """A number or a choice that a policy sets for a condition."""

    code: str
    label: Any
    default: Any
    lowest: int = 0
    highest: int = 100
    choices: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Extent:
    """The part of a supplier that a gate is asked for: which sites, and whether key material comes from it.

    None: all sites; what the supplier's own row says.
    """

    sites: frozenset[int] | None = None
    key_material: bool | None = None

    def has(self, site_id: int | None) -> bool:
        return self.sites is None or site_id in self.sites

    def of(self, sites: Iterable[Site]) -> list[Site]:
        return [site for site in sites if self.has(site.pk)]


WHOLE = Extent()
Load = Callable[[Sequence[Supplier]], Mapping[int, Any]]
Narrow = Callable[[Any, Extent], Any]


def as_it_is(facts: Any, extent: Extent) -> Any:
    """For facts that are the whole company's, whatever is asked for."""
    return facts


class LoadedCondition:
    """A condition whose facts can be read for many suppliers at once. Called like a function it asks for one."""

    def __init__(
        self, judge: Callable[..., Condition], load: Load, name: Any, limits: tuple[Limit, ...], narrow: Narrow
    ) -> None:
        self.judge, self.load, self.name, self.limits, self.narrow = judge, load, name, limits, narrow
        update_wrapper(self, judge)

    def __call__(self, supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date) -> Condition:
        return self.judge(supplier, segment, limits, day, self.load([supplier])[supplier.pk])


def condition(
    load: Load, name: Any, limits: tuple[Limit, ...] = (), narrow: Narrow = as_it_is
) -> Callable[[Callable[..., Condition]], LoadedCondition]:
    """`load(suppliers)` gives per supplier's key what the decorated function gets as its last argument.

    `name` is the short word for lists and settings; `limits` is what a policy may set; `narrow(facts, extent)` leaves
    of the facts what belongs to some sites or categories.
    """
    return lambda judge: LoadedCondition(judge, load, name, limits, narrow)


def by_supplier(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows in lists per supplier, in their order; an empty list for everybody else."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.supplier_id].append(row)
    return found


class Facts:
    """What the conditions need to know about some suppliers on a day; each source is read once, when first asked."""

    def __init__(self, suppliers: Sequence[Supplier], day: dt.date) -> None:
        self.suppliers, self.day = suppliers, day
        self._loaded: dict[Any, Mapping[int, Any]] = {}
        self._waived: dict[int, set[str]] | None = None
        self._answers: dict[tuple[Any, ...], Condition] = {}

    def ask(
        self, code: str, supplier: Supplier, segment: str, limits: Mapping[str, Any], extent: Extent = WHOLE
    ) -> Condition:
        """The same question is judged once, whichever policy asks it."""
        question = (code, supplier.pk, segment, str(limits), extent)
        if question not in self._answers:
            self._answers[question] = self._judge(code, supplier, segment, limits, extent)
        return self._answers[question]

    def _judge(
        self, code: str, supplier: Supplier, segment: str, limits: Mapping[str, Any], extent: Extent
    ) -> Condition:
        """The answer carries the code of the policy, so that waivers and snapshots speak of the same condition."""
        function = condition_functions()[code]
        if not isinstance(function, LoadedCondition):
            return replace(function(supplier, segment, limits, self.day), code=code)
        if function.load not in self._loaded:
            self._loaded[function.load] = function.load(self.suppliers)
        facts = function.narrow(self._loaded[function.load][supplier.pk], extent)
        return replace(function.judge(supplier, segment, limits, self.day, facts), code=code)

    def waived(self, supplier: Supplier) -> set[str]:
        if self._waived is None:
            rows = Waiver.objects.filter(
                supplier__in=self.suppliers, status=WaiverStatus.APPROVED, valid_until__gte=self.day
            )
            self._waived = defaultdict(set)
            for supplier_id, code in rows.values_list("supplier_id", "condition"):
                self._waived[supplier_id].add(code)
        return self._waived.get(supplier.pk, set())


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
    def states_text(self) -> str:
        """Every condition with its state, for the lists: “ agreement:met training:missing ”."""
        return "".join(f" {c.code}:{c.state}" for c in self.conditions) + " "

    @property
    def outcome(self) -> str:
        """What may be decided: approved; conditional where one tolerable point is missing; rejected (R-GATE-2)."""
        points = len(self.missing) + self.open_points
        if not points:
            return Outcome.APPROVED
        is_tolerable = points == 1 and all(condition.is_tolerable for condition in self.missing)
        return Outcome.CONDITIONAL if is_tolerable else Outcome.REJECTED

    @property
    def open_points(self) -> int:
        return sum(condition.open_points for condition in self.conditions)

    @property
    def holds_on_condition(self) -> bool:
        """Whether a status given on condition is kept: nothing is missing but the one tolerable point."""
        return self.is_open or (len(self.missing) == 1 and self.missing[0].is_tolerable)

    def approval_blockers(self) -> list[Blocker]:
        """Everything that stands against an approval without conditions: what is missing, and what is still open."""
        still_open = [c for c in self.conditions if c.open_points and c.is_satisfied]
        return [*self.as_blockers(), *(Blocker(c.code, f"{c.title}: {c.text}", c.turn, c.url) for c in still_open)]

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
    facts: Facts | None = None,
    extent: Extent = WHOLE,
) -> Gate:
    """Ask every condition that the segment needs; all answers, not the first.

    `facts` are read already for many suppliers; then `day` is theirs, and asking takes no query. `extent`: only for
    some sites or categories.
    """
    policy, facts = policy or current_policy(), facts or Facts([supplier], day or current_day())
    demands = policy.conditions.get(segment, [])
    if not demands:
        raise ImproperlyConfigured(f"Gate policy {policy} names no condition for {segment}.")
    conditions = [
        _with_waiver(
            facts.ask(demand["condition"], supplier, segment, demand.get("limits", {}), extent),
            facts.waived(supplier),
        )
        for demand in demands
        if demand["condition"] not in leaving_out
    ]
    return Gate(segment, policy, conditions)


def _with_waiver(condition: Condition, waived: set[str]) -> Condition:
    if condition.is_satisfied or condition.code not in waived or not condition.can_be_waived:
        return condition
    return replace(condition, state=ConditionState.WAIVED, turn="")


def condition_name(code: str) -> str:
    """The short word for a condition; its code where a policy of the past names one that is gone."""
    return str(getattr(condition_functions().get(code), "name", code))


def limits_of(code: str) -> tuple[Limit, ...]:
    return getattr(condition_functions()[code], "limits", ())


@cache
def condition_functions() -> dict[str, Callable[..., Condition]]:
    return {code: import_string(path) for code, path in settings.GATE_CONDITIONS.items()}


def validity_state(until: dt.date | None, day: dt.date) -> str:
    """Met, expiring within EXPIRING_DAYS, or missing, for something that is valid up to and including `until`."""
    if until is None or until < day:
        return ConditionState.MISSING
    return ConditionState.EXPIRING if (until - day).days <= EXPIRING_DAYS else ConditionState.MET


def _decisions_of(suppliers: Sequence[Supplier]) -> dict[int, list[Decision]]:
    rows = Decision.objects.filter(supplier__in=suppliers).select_related("review", "decided_by").defer("snapshot")
    return by_supplier(rows.order_by("-pk"))


@condition(_decisions_of, gettext_lazy("CSR review"))
def csr_review_decided(
    supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date, decisions: list[Decision]
) -> Condition:
    """A CSR review of this segment was decided by a second person: approved, or conditional and still in its time.

    Cases about some categories or sites say nothing about the supplier as a whole.
    """
    decision = next((row for row in decisions if row.segment == segment and not row.review.is_partial), None)
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
        since=day_of(decision.decided_at),
        url=reverse("staff:review-detail", args=[decision.review_id]),
        facts={"decision": decision.pk, "review": decision.review.number, "outcome": decision.outcome},
    )


def _state_of(decision: Decision, day: dt.date) -> str:
    if decision.is_limited:
        return validity_state(decision.until, day)
    return ConditionState.MET if decision.outcome in OPENING else ConditionState.MISSING


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
