"""The one question of purchasing: may we order from this supplier, as what, until when, and if not, why."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from csr_portal.core.timezones import today
from suppliers import clearances, gates
from suppliers.clearances import Scope
from suppliers.gates import Condition, Gate
from suppliers.identity import normalised, registration_key
from suppliers.models import GatePolicy, Supplier
from suppliers.states import ConditionState, Segment
from suppliers.states import SupplierStatus as S

HOLDS = {Segment.COOPERATING: {S.COOPERATING, S.STRATEGIC}, Segment.STRATEGIC: {S.STRATEGIC}}
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Answer:
    """`allow` while the status holds and the gate is open; `conditional` until a date; otherwise `deny`.

    A `deny` always has reasons. `asked` is the number as it was asked; a supplier that is not known, or not to the
    one who asks, is a `deny` without a supplier.
    """

    asked: str
    supplier: str
    segment: str
    answer: str
    until: dt.date | None
    day: dt.date
    reasons: list[Condition]
    conditions: list[Condition]
    policy: int | None
    status: str = ""


def ask(
    supplier: Supplier,
    segment: str = Segment.COOPERATING,
    day: dt.date | None = None,
    *,
    policy: GatePolicy | None = None,
    asked: str = "",
    scope: Scope | None = None,
) -> Answer:
    """With a `scope`, what holds for a category or site makes the answer stricter, never milder."""
    day = day or today()
    gate = gates.check(supplier, segment, policy=policy, day=day)
    answer, until = _answer(supplier, gate, segment, day)
    reasons = [*_status_reasons(supplier, segment), *gate.missing]
    if scope:
        answer, until, limits = clearances.limit(scope.rows(supplier), answer, until, day)
        reasons = [*limits, *reasons]
    return Answer(
        asked or supplier.number, supplier.number, segment, answer, until, day, reasons, gate.in_order,
        gate.policy.number, supplier.status,
    )  # fmt: skip


def ask_all(suppliers: QuerySet, numbers: Iterable[str], segment: str, day: dt.date | None = None) -> Iterator[Answer]:
    """One answer per number, in the order asked. A number is ours, or the registration number, `CN:…` or without the
    country. What is found twice, or not among `suppliers`, is denied.
    """
    day, policy = day or today(), gates.current_policy()
    numbers = list(numbers)
    found = _found(suppliers, numbers)
    for asked in numbers:
        supplier = found.get(asked)
        if supplier is None:
            yield _unknown(asked, segment, day)
        else:
            yield ask(supplier, segment, day, policy=policy, asked=asked)


def _found(suppliers: QuerySet, numbers: list[str]) -> dict[str, Supplier]:
    """Two queries at most, whatever the number of numbers. Our own number goes before a registration number."""
    own = {supplier.number: supplier for supplier in suppliers.filter(number__in=numbers)}
    others = [number for number in numbers if number not in own and normalised(number)]
    condition = Q(pk__in=())
    for number in others:
        condition |= _registered_as(number)
    by_key = list(suppliers.filter(condition)) if others else []
    for number in others:
        fitting = [supplier for supplier in by_key if _is_registered_as(supplier, number)]
        if len(fitting) == 1:
            own[number] = fitting[0]
    return own


def _registered_as(number: str) -> Q:
    country, _colon, rest = number.partition(":")
    if rest:
        return Q(registration_key=registration_key(country.strip().upper(), rest))
    return Q(registration_key__endswith=f":{normalised(number)}")


def _is_registered_as(supplier: Supplier, number: str) -> bool:
    key = supplier.registration_key or ""
    country, _colon, rest = number.partition(":")
    if rest:
        return key == registration_key(country.strip().upper(), rest)
    return key.endswith(f":{normalised(number)}")


def _unknown(asked: str, segment: str, day: dt.date) -> Answer:
    reason = Condition("unknown", _("Supplier"), ConditionState.MISSING, _("No supplier with this number is known."))
    return Answer(asked, "", segment, "deny", None, day, [reason], [], None)


def _answer(supplier: Supplier, gate: Gate, segment: str, day: dt.date) -> tuple[str, dt.date | None]:
    """A conditional approval limits the strategic status, a grace period only what the open gate does not carry."""
    if supplier.status not in HOLDS[Segment(segment)]:
        return "deny", None
    conditional = supplier.conditional_until if segment == Segment.STRATEGIC else None
    if gate.is_open and not conditional:
        return "allow", min((c.until for c in gate.conditions if c.until), default=None)
    limits = [until for until in (conditional, supplier.grace_until) if until]
    if limits and min(limits) >= day:
        return "conditional", min(limits)
    return "deny", None


def _status_reasons(supplier: Supplier, segment: str) -> list[Condition]:
    """The status itself is a reason, so that a supplier with an open gate that was suspended is not denied silently."""
    if supplier.status in HOLDS[Segment(segment)]:
        return []
    text = _("The status is “%(status)s”.") % {"status": supplier.get_status_display()}
    return [Condition("status", _("Status"), ConditionState.MISSING, text, since=supplier.status_since.date())]
