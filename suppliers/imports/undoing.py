"""Taking an import back while nobody has touched what it brought: all of it or nothing (B32)."""

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError, Q

from csr_portal.core import history
from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import SYSTEM, move
from suppliers.imports.applying import Outdated, actor_of, batches_of, change
from suppliers.imports.steps import STEPS
from suppliers.models import ImportRow, RiskRating, Supplier, SupplierImport
from suppliers.states import ImportStatus

SUPPLIERS_NAMED = 10
BY_ITSELF = ("supplier.rated",)  # what the portal does after an import without anybody's doing


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
            _take_back(imported)
            move(imported, STEPS, "import.undone", by=SYSTEM, trouble={})
    except Touched as touched:
        names = ", ".join(touched.names[:SUPPLIERS_NAMED]) + (" …" if len(touched.names) > SUPPLIERS_NAMED else "")
        trouble = {"code": "touched", "params": {"suppliers": names}}
        move(imported, STEPS, "import.touched", by=SYSTEM, trouble=trouble)


def _take_back(imported: SupplierImport) -> None:
    for batch in batches_of(imported, is_new=False):
        _check_untouched(batch, "supplier.import_update")
        try:
            change(batch, {row.pk: {n: pair[0] for n, pair in row.values.items()} for row in batch}, expected=1)
        except Outdated as outdated:
            raise Touched([row.name for row in batch if row.line in outdated.lines]) from outdated
    for batch in batches_of(imported, is_new=True):
        _check_untouched(batch, "supplier.import_create")
        _remove(batch)
    for is_new in (True, False):
        told = (
            (row.supplier_key or 0, f"supplier:{row.supplier_key}", {"import": imported.number, "line": row.line})
            for batch in batches_of(imported, is_new=is_new)
            for row in batch
        )
        history.record_many(Supplier, told, "supplier.import_undo", by=actor_of(imported))


def _check_untouched(rows: list[ImportRow], action: str) -> None:
    """Nothing stands in a supplier's history after the import but what followed by itself."""
    keys = [row.supplier_key for row in rows]
    threads = [f"supplier:{key}" for key in keys]
    about = HistoryEntry.objects.filter(subject_type=Supplier._meta.label_lower, subject_id__in=keys, action=action)
    imported_at = dict(about.order_by().values_list("thread").annotate(newest=Max("pk")))
    own = Q(action__in=[action, *BY_ITSELF])
    later = HistoryEntry.objects.filter(thread__in=threads).exclude(own).order_by().values_list("thread")
    newest = dict(later.annotate(newest=Max("pk")))
    if touched := {thread for thread, key in newest.items() if key > imported_at.get(thread, 0)}:
        raise Touched([row.name for row in rows if f"supplier:{row.supplier_key}" in touched])


def _remove(rows: list[ImportRow]) -> None:
    """Suppliers that only this import knows. A row of anybody else that points at one stops the undo."""
    keys = [row.supplier_key for row in rows]
    database = Supplier.objects.db
    Supplier.categories.through.objects.filter(supplier_id__in=keys)._raw_delete(database)
    RiskRating.objects.filter(supplier_id__in=keys)._raw_delete(database)
    try:
        with transaction.atomic():
            Supplier.objects.filter(pk__in=keys).delete()
    except (IntegrityError, ProtectedError) as error:
        raise Touched([row.name for row in rows]) from error
