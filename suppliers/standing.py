"""The facts of other apps as they stand on the supplier row, for lists and gates: written here and nowhere else."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from csr_portal.core.timezones import today
from suppliers import clearances, events, gates
from suppliers.models import Supplier
from suppliers.states import SupplierStatus

Values = dict[str, Any]


def facts(supplier: Supplier, day: dt.date | None = None) -> Values:
    """What the standing fields must hold: asked from every app, and the gate's counts."""
    return facts_of([supplier], day)[supplier.pk]


def facts_of(suppliers: Sequence[Supplier], day: dt.date | None = None) -> dict[int, Values]:
    """The same for many suppliers, with the same number of queries.

    Each source is `standing(suppliers, today) -> field values per supplier's key`; the key `turns` is a list of
    (turn, due date) of everything that waits, of which the most urgent is shown.
    """
    day = day or today()
    parts = [import_string(path)(suppliers, day) for path in settings.STANDING_SOURCES]
    parts += [clearances.standing(suppliers), _materials(suppliers)]
    policy, known = gates.current_policy(), gates.Facts(suppliers, day)
    found = {}
    for supplier in suppliers:
        gate = gates.check(supplier, supplier.segment_aimed_at, policy=policy, facts=known)
        found[supplier.pk] = _together([part[supplier.pk] for part in parts]) | _counts(gate)
    return found


def _together(parts: list[Values]) -> Values:
    turns = [item for part in parts for item in part.get("turns", [])]
    turn, due_on = min(turns, key=lambda item: item[1] or dt.date.max, default=("", None))
    values = {name: value for part in parts for name, value in part.items() if name != "turns"}
    return values | {"next_turn": turn, "next_due_on": due_on}


def _counts(gate: gates.Gate) -> Values:
    return {
        "gate_met": len(gate.met),
        "gate_missing": len(gate.missing),
        "gate_expiring": len(gate.expiring),
        "gate_states": gate.states_text,
    }


def _materials(suppliers: Sequence[Supplier]) -> dict[int, Values]:
    rows = Supplier.objects.filter(pk__in=[supplier.pk for supplier in suppliers], categories__is_key_material=True)
    keys = set(rows.values_list("pk", flat=True))
    return {supplier.pk: {"is_key_material": supplier.pk in keys} for supplier in suppliers}


def of_newcomers() -> dict[str, Any]:
    """The standing of suppliers of whom nobody knows anything yet, but for what their own rows say: asked once."""
    values = facts(Supplier(pk=0, status=SupplierStatus.LISTED))
    del values["is_key_material"]
    return values


_waiting: ContextVar[set[int] | None] = ContextVar("suppliers whose standing waits", default=None)


@contextmanager
def refreshed_at_the_end() -> Iterator[None]:
    """For very many steps: each supplier's standing is written once, when the block ends. A block inside the
    transaction of its steps reads the facts of all suppliers together."""
    waiting: set[int] = set()
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
        suppliers = list(Supplier.objects.filter(pk__in=waiting).order_by("pk"))
        _write(suppliers, facts_of(suppliers))


def refresh(supplier: Supplier, day: dt.date | None = None) -> bool:
    """Write the standing; return whether anything changed. Call it inside the transaction that changed a fact."""
    if (waiting := _waiting.get()) is not None:
        waiting.add(supplier.pk)
        return False
    return _write([supplier], {supplier.pk: facts(supplier, day)})


def _write(suppliers: Sequence[Supplier], known: dict[int, Values]) -> bool:
    """Write what differs, one query for all in whom the same does; return whether anything did."""
    alike: dict[tuple[tuple[str, Any], ...], list[Supplier]] = defaultdict(list)
    for supplier in suppliers:
        values = known[supplier.pk].items()
        alike[tuple((name, value) for name, value in values if getattr(supplier, name) != value)].append(supplier)
    alike.pop((), None)
    for changes, group in alike.items():
        values = dict(changes)
        Supplier.objects.filter(pk__among=[supplier.pk for supplier in group]).update(**values)
        for supplier in group:
            for name, value in changes:
                setattr(supplier, name, value)
        if "gate_missing" in values:
            events.gates_changed(group)
    return bool(alike)
