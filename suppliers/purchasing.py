"""The one question of purchasing: may we order from this supplier, as what, until when, and if not, why."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from csr_portal.core.timezones import day_of, today
from suppliers import clearances, gates
from suppliers.clearances import Scope
from suppliers.gates import Condition, Gate
from suppliers.models import Clearance, GatePolicy, Supplier
from suppliers.numbers import find_all
from suppliers.snapshots import LEFT_OUT
from suppliers.states import ConditionState, Segment
from suppliers.states import SupplierStatus as S

HOLDS = {Segment.COOPERATING: {S.COOPERATING, S.STRATEGIC}, Segment.STRATEGIC: {S.STRATEGIC}}
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class ScopedAnswer:
    """The answer for a category, a site, or a category from a site that has a status of its own."""

    category: str | None
    category_name: str
    site: int | None
    site_name: str
    status: str
    answer: str
    until: dt.date | None
    reasons: list[Condition]


@dataclass(frozen=True)
class Answer:
    """`allow` while the status holds and the gate is open; `conditional` until a date; otherwise `deny`.

    A `deny` always has reasons. `asked` is the number as it was asked; a supplier that is not known, or not to the
    one who asks, is a `deny` without a supplier. `clearances` are the categories and sites that are answered apart.
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
    clearances: list[ScopedAnswer] = field(default_factory=list)


Verdict = tuple[str, dt.date | None, list[Condition]]  # the answer, until when, every reason


class Desk:
    """Answers for some suppliers on a day. What is needed is read once for all of them."""

    def __init__(
        self, suppliers: Sequence[Supplier], day: dt.date | None = None, policy: GatePolicy | None = None
    ) -> None:
        self.day, self.policy = day or today(), policy or gates.current_policy()
        self._facts = gates.Facts(suppliers, self.day)
        rows = Clearance.objects.filter(supplier__in=suppliers).select_related("category", "site", "decision")
        self._rows = gates.by_supplier(rows)
        self._places = clearances.places_of(suppliers)
        self._tree = clearances.Tree()

    def ask(
        self, supplier: Supplier, segment: str = Segment.COOPERATING, *, asked: str = "", scope: Scope | None = None
    ) -> Answer:
        """With a `scope`, what holds for a category or site makes the answer stricter; milder only where a CSR review
        has given the segment for just that.
        """
        gate = self._gate(supplier, segment)
        rows = scope.rows(self._rows[supplier.pk], self._tree) if scope else self._rows[supplier.pk]
        answer, until, reasons = (
            self._scoped(supplier, segment, scope) if scope else self._whole(supplier, segment, gate)
        )
        return Answer(
            asked or supplier.number, supplier.number, segment, answer, until, self.day, reasons, gate.in_order,
            gate.policy.number, supplier.status, [self._of_row(supplier, segment, row) for row in rows],
        )  # fmt: skip

    def _gate(self, supplier: Supplier, segment: str) -> Gate:
        return gates.check(supplier, segment, policy=self.policy, facts=self._facts)

    def _whole(self, supplier: Supplier, segment: str, gate: Gate) -> Verdict:
        answer, until = _answer(supplier, gate, segment, self.day)
        return answer, until, [*_status_reasons(supplier, segment), *gate.missing]

    def _of_row(self, supplier: Supplier, segment: str, row: Clearance) -> ScopedAnswer:
        answer, until, reasons = self._scoped(supplier, segment, Scope(row.category, row.site))
        return ScopedAnswer(
            row.category.code if row.category else None, str(row.category or ""), row.site_id, str(row.site or ""),
            row.status, answer, until, reasons,
        )  # fmt: skip

    def _scoped(self, supplier: Supplier, segment: str, scope: Scope) -> Verdict:
        rows = [row for row in scope.rows(self._rows[supplier.pk], self._tree) if clearances.bears_on(row, segment)]
        carrier = clearances.carrier(rows, segment)
        if carrier and supplier.status not in HOLDS[Segment(segment)]:
            answer, until, reasons = self._carried(supplier, segment, carrier)
        else:
            answer, until, reasons = self._whole(supplier, segment, self._gate(supplier, segment))
        answer, until, limits = clearances.limit(rows, answer, until, self.day)
        return answer, until, [*limits, *reasons]

    def _carried(self, supplier: Supplier, segment: str, row: Clearance) -> Verdict:
        """The segment stands on a clearance: we may order at all, and its own conditions are met or in their grace."""
        basis = Segment.COOPERATING
        answer, until, reasons = self._whole(supplier, basis, self._gate(supplier, basis))
        gate = gates.check(
            supplier, segment, policy=self.policy, facts=self._facts, leaving_out=LEFT_OUT,
            extent=clearances.extent_of_row(row, self._places[supplier.pk]),
        )  # fmt: skip
        if not gate.is_open and not clearances.last_day(row):
            answer, until = "deny", None
        ends = [c.until for c in gate.conditions if c.until and answer == "allow"]
        return answer, min([*ends, *([until] if until else [])], default=None), [*reasons, *gate.missing]


def ask(
    supplier: Supplier,
    segment: str = Segment.COOPERATING,
    day: dt.date | None = None,
    *,
    policy: GatePolicy | None = None,
    scope: Scope | None = None,
) -> Answer:
    return Desk([supplier], day, policy).ask(supplier, segment, scope=scope)


def ask_all(suppliers: QuerySet, numbers: Iterable[str], segment: str, day: dt.date | None = None) -> Iterator[Answer]:
    """One answer per number, in the order asked. A number is ours, or the registration number, `CN:…` or without the
    country. What is found twice, or not among `suppliers`, is denied.
    """
    numbers = list(numbers)
    found = find_all(suppliers, numbers)
    desk = Desk(list({supplier.pk: supplier for supplier in found.values()}.values()), day)
    for asked in numbers:
        supplier = found.get(asked)
        yield desk.ask(supplier, segment, asked=asked) if supplier else _unknown(asked, segment, desk.day)


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
    return [Condition("status", _("Status"), ConditionState.MISSING, text, since=day_of(supplier.status_since))]
