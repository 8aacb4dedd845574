"""Taking an import back while nobody has touched what it brought: all of it or nothing (B32)."""

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q

from csr_portal.core import history
from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import SYSTEM, move
from suppliers.imports import telling
from suppliers.imports.applying import Outdated, Row, actor_of, batches_of, change, told
from suppliers.imports.steps import STEPS
from suppliers.models import DuplicatePair, MatchKey, RiskRating, Supplier, SupplierImport
from suppliers.states import DuplicateStatus, ImportStatus

SUPPLIERS_NAMED = 10
BY_ITSELF = ("supplier.rated", "duplicate.clear")  # what the portal does after an import without anybody's doing


class Touched(Exception):
    """Somebody has worked on these suppliers since: their names."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


def undo(import_id: int) -> None:
    """Remove what the import created and write back what it changed; refuse all of it when one was touched since."""
    imported = SupplierImport.objects.get(pk=import_id)
    if imported.status != ImportStatus.UNDOING:
        return
    try:
        with transaction.atomic():
            newcomers = telling.newcomers(imported)
            _take_back(imported)
            move(imported, STEPS, "import.undone", by=SYSTEM, trouble={})
            telling.undone(imported, newcomers)
    except Touched as touched:
        names = ", ".join(touched.names[:SUPPLIERS_NAMED]) + (" …" if len(touched.names) > SUPPLIERS_NAMED else "")
        trouble = {"code": "touched", "params": {"suppliers": names}}
        move(imported, STEPS, "import.touched", by=SYSTEM, trouble=trouble)


def _take_back(imported: SupplierImport) -> None:
    for batch in batches_of(imported, is_new=False):
        _check_untouched(batch, "supplier.import_update")
        try:
            change(batch, 0, expected=1)
        except Outdated as outdated:
            raise Touched([row.name for row in batch if row.line in outdated.lines]) from outdated
    for batch in batches_of(imported, is_new=True):
        _check_untouched(batch, "supplier.import_create")
        _remove(batch)
    for is_new in (True, False):
        history.record_many(Supplier, told(imported, is_new=is_new), "supplier.import_undo", by=actor_of(imported))


def _check_untouched(rows: list[Row], action: str) -> None:
    """Nothing stands in a supplier's history after the import but what followed by itself."""
    threads = [f"supplier:{row.supplier_key}" for row in rows]
    own = Q(action__in=[action, *BY_ITSELF]) | Q(action="duplicate.suspect", by=None)
    entries = HistoryEntry.objects.filter(thread__among=threads).order_by().values_list("thread")
    newest = entries.annotate(imported=Max("pk", filter=Q(action=action)), later=Max("pk", filter=~own))
    if touched := {thread for thread, imported, later in newest if later and later > (imported or 0)}:
        raise Touched([row.name for row in rows if f"supplier:{row.supplier_key}" in touched])


def _remove(rows: list[Row]) -> None:
    """Suppliers that only this import knows, with what the portal itself has noted about them.

    A row of anybody else that points at one stops the undo: the database is asked at once, not at the end.
    """
    keys = [row.supplier_key for row in rows]
    suspected = Q(first_id__among=keys) | Q(second_id__among=keys)
    own = [
        Supplier.categories.through.objects.filter(supplier_id__among=keys),
        RiskRating.objects.filter(supplier_id__among=keys),
        MatchKey.objects.filter(supplier_id__among=keys),
        DuplicatePair.objects.filter(suspected, status__in=[DuplicateStatus.SUSPECTED, DuplicateStatus.CLEARED]),
        Supplier.objects.filter(pk__among=keys),
    ]
    try:
        with transaction.atomic():
            for found in own:
                found._raw_delete(found.db)
            connection.check_constraints()
    except IntegrityError as error:
        raise Touched([row.name for row in rows]) from error
