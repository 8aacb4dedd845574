"""The one question of purchasing: may we order from this supplier, as what, until when, and if not, why."""

import datetime as dt
from dataclasses import dataclass

from csr_portal.core.timezones import today
from suppliers import gates
from suppliers.gates import Condition, Gate
from suppliers.models import Supplier
from suppliers.states import Segment
from suppliers.states import SupplierStatus as S

HOLDS = {Segment.COOPERATING: {S.COOPERATING, S.STRATEGIC}, Segment.STRATEGIC: {S.STRATEGIC}}


@dataclass(frozen=True)
class Answer:
    """`allow` while the status holds and the gate is open; `conditional` until a date; otherwise `deny`."""

    supplier: str
    segment: str
    answer: str
    until: dt.date | None
    reasons: list[Condition]
    conditions: list[Condition]
    policy: int


def ask(supplier: Supplier, segment: str = Segment.COOPERATING, day: dt.date | None = None) -> Answer:
    day = day or today()
    gate = gates.check(supplier, segment, day=day)
    answer, until = _answer(supplier, gate, segment, day)
    return Answer(supplier.number, segment, answer, until, gate.missing, gate.in_order, gate.policy.number)


def _answer(supplier: Supplier, gate: Gate, segment: str, day: dt.date) -> tuple[str, dt.date | None]:
    if supplier.status not in HOLDS[Segment(segment)]:
        return "deny", None
    conditional = supplier.conditional_until if segment == Segment.STRATEGIC else None
    limits = [until for until in (conditional, supplier.grace_until) if until]
    if limits:
        return ("conditional", min(limits)) if min(limits) >= day else ("deny", None)
    if gate.is_open:
        return "allow", min((c.until for c in gate.conditions if c.until), default=None)
    return "deny", None
