"""Carrying out a confirmed plan: all of it in one transaction, or nothing (B32)."""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from csr_portal.core import history
from csr_portal.core.bulk import BATCH, LOADED_TOGETHER, batches, load, rewrite
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.states import Turn
from csr_portal.core.workflow import SYSTEM, move
from suppliers import standing
from suppliers.identity import registration_key
from suppliers.imports import telling
from suppliers.imports.matching import PLAIN, STORED
from suppliers.imports.steps import STEPS
from suppliers.imports.values import kind_of
from suppliers.models import Category, ImportRow, Supplier, SupplierImport
from suppliers.querysets import search_text
from suppliers.states import ImportStatus, SupplierStatus

GIVEN = (*PLAIN, "owner_id", "registration_kind")
WRITTEN = (*GIVEN, "registration_key", "search_text")
BLANK = dict.fromkeys(PLAIN, "")
given = itemgetter(*GIVEN)
LINES_NAMED = 10
Values = dict[str, Any]


class Outdated(Exception):
    """Suppliers are not any more as the check found them: the lines it concerns."""

    def __init__(self, lines: list[int]) -> None:
        super().__init__(lines)
        self.lines = lines


def apply(import_id: int) -> None:
    """Create and change what the plan says. Suppliers that have changed since the check stop the whole plan."""
    imported = SupplierImport.objects.get(pk=import_id)
    if imported.status != ImportStatus.APPLYING:
        return
    try:
        with transaction.atomic():
            _write(imported)
            move(imported, STEPS, "import.applied", by=SYSTEM, data=_data(imported), trouble={})
            telling.carried_out(imported)
    except Outdated as outdated:
        _say_outdated(imported, outdated.lines)
    except IntegrityError:  # two companies with one number: the database has refused the second
        _say_outdated(imported, lines_entered_since(imported))


def _say_outdated(imported: SupplierImport, lines: list[int]) -> None:
    named = ", ".join(map(str, lines[:LINES_NAMED])) + (" …" if len(lines) > LINES_NAMED else "")
    move(imported, STEPS, "import.outdated", by=SYSTEM, trouble={"code": "outdated", "params": {"lines": named or "–"}})


def _data(imported: SupplierImport) -> dict[str, Any]:
    return {"import": imported.number, "counts": imported.counts}


class Row(NamedTuple):
    """What carrying out a line needs of it."""

    line: int
    supplier_key: int
    name: str
    accepted: str
    values: dict[str, Any]


def batches_of(imported: SupplierImport, *, is_new: bool) -> Iterator[list[Row]]:
    """The lines to carry out, in batches: never all of them in memory."""
    return batches(map(Row._make, _lines(imported, *Row._fields, is_new=is_new)), LOADED_TOGETHER)


def _lines(imported: SupplierImport, *names: str, is_new: bool) -> Iterator[Any]:
    rows = imported.rows.to_do().filter(is_new=is_new).order_by("line")
    return rows.values_list(*names).iterator(chunk_size=BATCH)


def _write(imported: SupplierImport) -> None:
    """Suppliers first, their history last: its chain stays locked to the end of the transaction."""
    common = standing.of_newcomers() | {"status": SupplierStatus.LISTED, "turn": Turn.BUYER}
    key_categories = set(Category.objects.filter(is_key_material=True).values_list("pk", flat=True))
    for batch in batches_of(imported, is_new=True):
        _create(imported, batch, common, key_categories)
    for batch in batches_of(imported, is_new=False):
        change(batch, 1, expected=0)
    _write_history(imported)


def _write_history(imported: SupplierImport) -> None:
    person = actor_of(imported)
    created, changed = told(imported, "accepted", is_new=True), told(imported, "accepted", "values", is_new=False)
    history.record_many(Supplier, created, "supplier.import_create", by=person, to_status=SupplierStatus.LISTED)
    history.record_many(Supplier, changed, "supplier.import_update", by=person)


TOLD_AS = {"values": "changes"}


def told(imported: SupplierImport, *names: str, is_new: bool) -> Iterator[history.Told]:
    """What the history of each supplier is to say: the import, the line, and what these fields of the line hold."""
    number = imported.number
    for key, line, *found in _lines(imported, "supplier_key", "line", *names, is_new=is_new):
        more = {TOLD_AS.get(name, name): value for name, value in zip(names, found, strict=True) if value}
        yield key, f"supplier:{key}", {"import": number, "line": line, **more}


def actor_of(imported: SupplierImport) -> User:
    """Who gave the word: the newest person in the import's own history."""
    entry = HistoryEntry.objects.about(imported).exclude(by=None).select_related("by").order_by("-pk").first()
    return (entry and entry.by) or imported.uploaded_by


# New suppliers


def _create(imported: SupplierImport, rows: list[Row], common: Values, key_categories: set[int]) -> None:
    taken = _taken_numbers(rows)
    _number_otherwise(
        imported, [row for row in rows if "number" not in row.values and own_number(row.supplier_key) in taken]
    )
    bought = [(row.supplier_key, row.values.get("categories", [])) for row in rows]
    lines = (
        (key, not key_categories.isdisjoint(categories), *_columns(_whole(row)))
        for row, (key, categories) in zip(rows, bought, strict=True)
    )
    links = ((key, category) for key, categories in bought for category in categories)
    load(Supplier, ("id", "is_key_material", *WRITTEN), lines, **common)
    load(Supplier.categories.through, ("supplier_id", "category_id"), links)


def _whole(row: Row) -> Values:
    found = BLANK | row.values
    found["registration_kind"] = kind_of(found["country"])
    found["number"] = found["number"] or own_number(row.supplier_key)
    return found


def _number_otherwise(imported: SupplierImport, rows: list[Row]) -> None:
    """Our number for these is another supplier's: theirs gets a suffix, which stays on the line as if given."""
    for row in rows:
        row.values["number"] = f"{own_number(row.supplier_key)}-{imported.pk}"
    values = {row.line: row.values for row in rows}
    keys = imported.rows.to_do().filter(line__among=values).values_list("line", "pk") if rows else []
    rewrite(ImportRow, ("values",), [(values[line], key) for line, key in keys])


def own_number(supplier_key: int) -> str:
    """Our number for a supplier that came without one; it gets a suffix where somebody has used it for another."""
    return f"S-{10_000 + supplier_key}"


def _taken_numbers(rows: list[Row]) -> set[str]:
    numbers = [own_number(row.supplier_key) for row in rows if "number" not in row.values]
    own = {row.values["number"] for row in rows if "number" in row.values}
    return own | set(Supplier.objects.filter(number__among=numbers).values_list("number", flat=True))


def lines_entered_since(imported: SupplierImport) -> list[int]:
    """The lines whose company or number somebody has entered since the check."""
    found: list[int] = []
    for rows in batches_of(imported, is_new=True):
        keys = {key: row.line for row in rows if (key := _key(row.values))}
        numbers = {row.values["number"]: row.line for row in rows if "number" in row.values}
        found += [keys[key] for key in _existing("registration_key", keys)]
        found += [numbers[number] for number in _existing("number", numbers)]
    return sorted(set(found))


def _existing(name: str, wanted: dict[Any, int]) -> list[str]:
    return list(Supplier.objects.filter(**{f"{name}__among": list(wanted)}).values_list(name, flat=True))


def _key(found: Values) -> str | None:
    return registration_key(found["country"], found.get("registration_number", ""))


def _columns(found: Values) -> tuple[Any, ...]:
    """The values of WRITTEN: what the file says, and what follows from it as in `Supplier.save`."""
    texts = search_text(found["name"], found["name_latin"], found["number"], found["registration_number"])
    return (*given(found), _key(found), texts)


# Suppliers that change


def change(rows: list[Row], wanted: int, *, expected: int) -> None:
    """Write the wanted values over the expected ones: both are places in `[before, after]`.

    The suppliers are locked first; one that is not as expected stops everything.
    """
    suppliers = _locked([row.supplier_key for row in rows])
    if wrong := [row.line for row in rows if not _is_as(suppliers.get(row.supplier_key), row, expected)]:
        raise Outdated(wrong)
    lines, links = [], []
    for row in rows:
        found = suppliers[row.supplier_key] | {name: pair[wanted] for name, pair in row.values.items()}
        if "country" in row.values:
            found["registration_kind"] = kind_of(found["country"])
        lines.append((*_columns(found), row.supplier_key))
        if "categories" in row.values:
            links.append((row.supplier_key, found["categories"]))
    rewrite(Supplier, WRITTEN, lines)
    _relink(links)


def _locked(keys: list[int]) -> dict[int, Values]:
    rows = Supplier.objects.select_for_update().filter(pk__among=keys).order_by("pk").values("pk", *STORED)
    found: dict[int, Values] = {row["pk"]: row | {"categories": []} for row in rows}
    links = Supplier.categories.through.objects.filter(supplier_id__among=keys).order_by("category_id")
    for supplier, category in links.values_list("supplier_id", "category_id"):
        found[supplier]["categories"].append(category)
    return found


def _is_as(supplier: Values | None, row: Row, place: int) -> bool:
    return supplier is not None and all(supplier[name] == pair[place] for name, pair in row.values.items())


def _relink(links: list[tuple[int, list[int]]]) -> None:
    if not links:
        return
    through = Supplier.categories.through
    keys = [supplier for supplier, _categories in links]
    through.objects.filter(supplier_id__among=keys)._raw_delete(through.objects.db)
    load(through, ("supplier_id", "category_id"), [(s, category) for s, found in links for category in found])
    key_material = through.objects.filter(supplier_id__among=keys, category__is_key_material=True)
    yes = set(key_material.values_list("supplier_id", flat=True))
    rewrite(Supplier, ("is_key_material",), [(key in yes, key) for key in keys])
