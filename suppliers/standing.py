"""The facts of other apps as they stand on the supplier row, for lists and gates: written here and nowhere else."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from csr_portal.core.timezones import today
from suppliers import clearances, events, gates
from suppliers.models import Supplier
from suppliers.states import SupplierStatus


def facts(supplier: Supplier, day: dt.date | None = None) -> dict[str, Any]:
    """What the standing fields must hold: asked from every app, and the gate's counts.

    Each source is `standing(supplier, today) -> dict of field values`; the key `turns` is a list of
    (turn, due date) of everything that waits, of which the most urgent is shown.
    """
    day = day or today()
    values: dict[str, Any] = {}
    turns: list[tuple[str, dt.date | None]] = []
    for path in settings.STANDING_SOURCES:
        part = import_string(path)(supplier, day)
        turns += part.pop("turns", [])
        values |= part
    gate = gates.check(supplier, supplier.segment_aimed_at, day=day)
    values |= {"gate_met": len(gate.met), "gate_missing": len(gate.missing), "gate_expiring": len(gate.expiring)}
    values |= {"gate_states": gate.states_text, **clearances.standing(supplier, day)}
    turn, due_on = min(turns, key=lambda item: item[1] or dt.date.max, default=("", None))
    return values | {
        "next_turn": turn,
        "next_due_on": due_on,
        "is_key_material": supplier.categories.filter(is_key_material=True).exists(),
    }


def of_newcomers() -> dict[str, Any]:
    """The standing of suppliers of whom nobody knows anything yet, but for what their own rows say: asked once."""
    values = facts(Supplier(pk=0, status=SupplierStatus.LISTED))
    del values["is_key_material"]
    return values


_waiting: ContextVar[set[int] | None] = ContextVar("suppliers whose standing waits", default=None)


@contextmanager
def refreshed_at_the_end() -> Iterator[None]:
    """For loads of very many steps: each supplier's standing is written once, when the block ends."""
    waiting: set[int] = set()
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
        for supplier in Supplier.objects.filter(pk__in=waiting).order_by("pk"):
            refresh(supplier)


def refresh(supplier: Supplier, day: dt.date | None = None) -> bool:
    """Write the standing; return whether anything changed. Call it inside the transaction that changed a fact."""
    if (waiting := _waiting.get()) is not None:
        waiting.add(supplier.pk)
        return False
    values = {name: value for name, value in facts(supplier, day).items() if getattr(supplier, name) != value}
    if values:
        Supplier.objects.filter(pk=supplier.pk).update(**values)
        for name, value in values.items():
            setattr(supplier, name, value)
    if "gate_missing" in values:
        events.gate_changed(supplier)
    return bool(values)
