"""Carrying out a confirmed plan: all of it in one transaction, or nothing (B32)."""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction

from csr_portal.core import history
from csr_portal.core.bulk import BATCH, load, rewrite
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.states import Turn
from csr_portal.core.workflow import SYSTEM, move
from suppliers import standing
from suppliers.identity import registration_key
from suppliers.imports.matching import PLAIN, STORED
from suppliers.imports.steps import STEPS
from suppliers.imports.values import kind_of
from suppliers.models import Category, ImportRow, Supplier, SupplierImport
from suppliers.querysets import search_text
from suppliers.states import ImportStatus, SupplierStatus

WRITTEN = (*PLAIN, "owner_id", "registration_kind", "registration_key", "search_text")
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
    except Outdated as outdated:
        _say_outdated(imported, outdated.lines)
    except IntegrityError:  # somebody entered the same number between our look and our write
        _say_outdated(imported, [])


def _say_outdated(imported: SupplierImport, lines: list[int]) -> None:
    named = ", ".join(map(str, lines[:LINES_NAMED])) + (" …" if len(lines) > LINES_NAMED else "")
    move(imported, STEPS, "import.outdated", by=SYSTEM, trouble={"code": "outdated", "params": {"lines": named or "–"}})


def _data(imported: SupplierImport) -> dict[str, Any]:
    return {"import": imported.number, "counts": imported.counts}


def batches_of(imported: SupplierImport, *, is_new: bool) -> Iterator[list[ImportRow]]:
    """The lines to carry out, in batches: never all of them in memory."""
    rows = imported.rows.to_do().filter(is_new=is_new).defer("cells", "problems").order_by("line")
    last = 0
    while batch := list(rows.filter(line__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].line


def _write(imported: SupplierImport) -> None:
    """Suppliers first, their history last: its chain stays locked to the end of the transaction."""
    for batch in batches_of(imported, is_new=True):
        _create(batch)
    for batch in batches_of(imported, is_new=False):
        change(batch, {row.pk: {name: pair[1] for name, pair in row.values.items()} for row in batch}, expected=0)
    write_history(imported, "supplier.import_create", is_new=True, to_status=SupplierStatus.LISTED)
    write_history(imported, "supplier.import_update", is_new=False)


def write_history(imported: SupplierImport, action: str, *, is_new: bool, to_status: str = "") -> None:
    told = (
        (row.supplier_key, f"supplier:{row.supplier_key}", _told(imported, row))
        for batch in batches_of(imported, is_new=is_new)
        for row in batch
    )
    history.record_many(Supplier, told, action, by=actor_of(imported), to_status=to_status)


def _told(imported: SupplierImport, row: ImportRow) -> dict[str, Any]:
    data: dict[str, Any] = {"import": imported.number, "line": row.line}
    if row.accepted:
        data["accepted"] = row.accepted
    return data if row.is_new else data | {"changes": row.values}


def actor_of(imported: SupplierImport) -> User:
    """Who gave the word: the newest person in the import's own history."""
    entry = HistoryEntry.objects.about(imported).exclude(by=None).select_related("by").order_by("-pk").first()
    return (entry and entry.by) or imported.uploaded_by


# New suppliers


def _create(rows: list[ImportRow]) -> None:
    _check_free(rows)
    common = standing.of_newcomers() | {"status": SupplierStatus.LISTED, "turn": Turn.BUYER}
    key_categories = set(Category.objects.filter(is_key_material=True).values_list("pk", flat=True))
    taken = _taken_numbers(rows)
    lines, links = [], []
    for row in rows:
        categories = row.values.get("categories", [])
        is_key = not key_categories.isdisjoint(categories)
        lines.append((row.supplier_key, is_key, *_columns(_whole(row, taken))))
        links += [(row.supplier_key, category) for category in categories]
    load(Supplier, ("id", "is_key_material", *WRITTEN), lines, **common)
    load(Supplier.categories.through, ("supplier_id", "category_id"), links)


def _whole(row: ImportRow, taken: set[str]) -> Values:
    found = dict.fromkeys(PLAIN, "") | row.values
    found["number"] = found["number"] or _own_number(row, taken)
    found["registration_kind"] = kind_of(found["country"])
    return found


def _own_number(row: ImportRow, taken: set[str]) -> str:
    """Our number for a supplier that came without one; a suffix where somebody has used it for another."""
    number = default_number(row)
    return f"{number}-{row.imported_id}" if number in taken else number


def default_number(row: ImportRow) -> str:
    return f"S-{10_000 + (row.supplier_key or 0)}"


def _taken_numbers(rows: list[ImportRow]) -> set[str]:
    numbers = [default_number(row) for row in rows] + [row.values["number"] for row in rows if "number" in row.values]
    return set(Supplier.objects.filter(number__in=numbers).values_list("number", flat=True)) | {
        row.values["number"] for row in rows if "number" in row.values
    }


def _check_free(rows: list[ImportRow]) -> None:
    """Nobody has entered one of these companies since the check."""
    keys = {_key(row.values): row.line for row in rows if _key(row.values)}
    numbers = {row.values["number"]: row.line for row in rows if "number" in row.values}
    found = [keys[key] for key in _existing("registration_key", keys)]
    found += [numbers[number] for number in _existing("number", numbers)]
    if found:
        raise Outdated(sorted(found))


def _existing(name: str, wanted: dict[Any, int]) -> list[str]:
    return list(Supplier.objects.filter(**{f"{name}__in": list(wanted)}).values_list(name, flat=True))


def _key(found: Values) -> str | None:
    return registration_key(found["country"], found.get("registration_number", ""))


def _columns(found: Values) -> tuple[Any, ...]:
    """The values of WRITTEN: what the file says, and what follows from it as in `Supplier.save`."""
    texts = search_text(found["name"], found["name_latin"], found["number"], found["registration_number"])
    return (*[found[name] for name in PLAIN], found["owner_id"], found["registration_kind"], _key(found), texts)


# Suppliers that change


def change(rows: list[ImportRow], wanted: dict[int, Values], *, expected: int) -> None:
    """Write the wanted values over those that the check has seen: `expected` is their place in `[before, after]`.

    The suppliers are locked first; one that is not as expected stops everything.
    """
    suppliers = _locked([row.supplier_key for row in rows if row.supplier_key])
    if wrong := [row.line for row in rows if not _is_as(suppliers.get(row.supplier_key or 0), row, expected)]:
        raise Outdated(wrong)
    lines, links = [], []
    for row in rows:
        found = suppliers[row.supplier_key or 0] | wanted[row.pk]
        if "country" in row.values:
            found["registration_kind"] = kind_of(found["country"])
        lines.append((*_columns(found), row.supplier_key))
        if "categories" in row.values:
            links.append((row.supplier_key or 0, found["categories"]))
    rewrite(Supplier, WRITTEN, lines)
    _relink(links)


def _locked(keys: list[int]) -> dict[int, Values]:
    rows = Supplier.objects.select_for_update().filter(pk__in=keys).order_by("pk").values("pk", *STORED)
    found: dict[int, Values] = {row["pk"]: row | {"categories": []} for row in rows}
    links = Supplier.categories.through.objects.filter(supplier_id__in=keys).order_by("category_id")
    for supplier, category in links.values_list("supplier_id", "category_id"):
        found[supplier]["categories"].append(category)
    return found


def _is_as(supplier: Values | None, row: ImportRow, place: int) -> bool:
    return supplier is not None and all(supplier[name] == pair[place] for name, pair in row.values.items())


def _relink(links: list[tuple[int, list[int]]]) -> None:
    if not links:
        return
    through = Supplier.categories.through
    keys = [supplier for supplier, _categories in links]
    through.objects.filter(supplier_id__in=keys)._raw_delete(through.objects.db)
    load(through, ("supplier_id", "category_id"), [(s, category) for s, found in links for category in found])
    key_material = through.objects.filter(supplier_id__in=keys, category__is_key_material=True)
    yes = set(key_material.values_list("supplier_id", flat=True))
    rewrite(Supplier, ("is_key_material",), [(key in yes, key) for key in keys])
