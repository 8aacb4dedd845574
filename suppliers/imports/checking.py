"""The dry run: every line read, checked and matched; nothing but the import's own lines is written (B32)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count

from csr_portal.core.bulk import batches, load, reserve_keys
from csr_portal.core.workflow import SYSTEM, move
from suppliers.imports import reading
from suppliers.imports.matching import Judge, Result, Stock
from suppliers.imports.reading import Unreadable
from suppliers.imports.steps import STEPS
from suppliers.imports.values import Draft, LineReader
from suppliers.models import ImportRow, Supplier, SupplierImport
from suppliers.states import ImportStatus, RowOutcome

KEPT = frozenset({RowOutcome.ERROR, RowOutcome.QUESTION, RowOutcome.DUPLICATE})
NAMES = ("imported_id", "line", "outcome", "supplier_key", "is_new", "name", "number", "values", "problems", "cells")


def check(import_id: int) -> None:
    """Check the file of an import and lay its plan before the buyer. A second run starts over."""
    imported = SupplierImport.objects.select_related("file").get(pk=import_id)
    if imported.status != ImportStatus.CHECKING:
        return
    imported.rows.all()._raw_delete(imported.rows.db)
    try:
        _check_lines(imported)
    except Unreadable as error:
        trouble = {"code": error.code, "params": error.params}
        move(imported, STEPS, "import.unreadable", by=SYSTEM, trouble=trouble)
    else:
        move(imported, STEPS, "import.plan", by=SYSTEM, counts=counts_of(imported), trouble={})


def _check_lines(imported: SupplierImport) -> None:
    judge = Judge(contact_is_optional=imported.contact_is_optional, owner_id=imported.owner_id)
    reader = LineReader(imported.columns)
    with imported.file.file.open("rb") as file:
        table = reading.open_table(file, imported.file.media_type, encoding=imported.encoding)
        done = 0
        _progress(imported, done, table.total)
        for batch in batches(table.lines):
            drafts = [reader.read(line, cells) for line, cells in batch]
            done += len(batch)
            with transaction.atomic():
                _check_batch(imported, drafts, judge)
                _progress(imported, done, max(done, table.total))


def _progress(imported: SupplierImport, done: int, total: int) -> None:
    SupplierImport.objects.filter(pk=imported.pk).update(lines_done=done, lines_total=total)


def _check_batch(imported: SupplierImport, drafts: list[Draft], judge: Judge) -> None:
    stock = Stock(drafts, with_categories="categories" in imported.columns)
    results = [(draft, judge.judge(draft, stock)) for draft in drafts]
    newcomers = sum(result.is_new and result.outcome in {"create", "question"} for _draft, result in results)
    keys = iter(reserve_keys(Supplier, newcomers))
    load(ImportRow, NAMES, (_row(imported, draft, result, keys) for draft, result in results))


def _row(imported: SupplierImport, draft: Draft, result: Result, keys: Any) -> tuple[Any, ...]:
    supplier, found = result.supplier, draft.values
    will_be = result.outcome in {"create", "question"}
    key = supplier["pk"] if supplier else next(keys) if will_be else None
    return (
        imported.pk,
        draft.line,
        str(result.outcome),
        key,
        result.is_new,
        str(found.get("name") or (supplier or {}).get("name", ""))[:200],
        str(found.get("registration_number") or found.get("number") or (supplier or {}).get("number", ""))[:60],
        result.values if will_be or result.outcome == RowOutcome.UPDATE else {},
        draft.problems,
        draft.cells if result.outcome in KEPT else [],
    )


def counts_of(imported: SupplierImport) -> dict[str, int]:
    """Lines per outcome; `accepted` are the doubtful ones that come in."""
    rows: Iterable[Any] = imported.rows.order_by().values_list("outcome").annotate(n=Count("pk"))
    counts = {str(outcome): number for outcome, number in rows}
    return counts | {"accepted": imported.rows.filter(outcome=RowOutcome.QUESTION).exclude(accepted="").count()}
