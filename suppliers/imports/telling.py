"""What subscribed systems are told of an import: a summary always, each new supplier of a small one."""

from django.db.models import Count

from suppliers import events
from suppliers.models import Supplier, SupplierImport

# New suppliers that are told one by one; of more the summary alone tells, whose rows are read from the API.
EACH_UP_TO = 200


def carried_out(imported: SupplierImport) -> None:
    """In the transaction that carries out the plan, last."""
    created, changed = _numbers(imported)
    told = newcomers(imported)
    events.import_carried_out(imported, {"created": created, "changed": changed, "told_one_by_one": len(told)})
    events.newcomers_listed(imported, told)


def undone(imported: SupplierImport, told: list[tuple[int, str]]) -> None:
    """In the transaction that takes the import back, last; `told` are its `newcomers` while they still stood."""
    removed, restored = _numbers(imported)
    events.import_undone(imported, {"removed": removed, "restored": restored, "told_one_by_one": len(told)})
    events.newcomers_removed(imported, told)


def newcomers(imported: SupplierImport) -> list[tuple[int, str]]:
    """Key and number of each supplier that came by a small import; nobody of a large one."""
    rows = imported.rows.to_do().filter(is_new=True).order_by("line")
    keys = list(rows.values_list("supplier_key", flat=True)[: EACH_UP_TO + 1])
    if len(keys) > EACH_UP_TO:
        return []
    return list(Supplier.objects.filter(pk__among=keys).order_by("pk").values_list("pk", "number"))


def _numbers(imported: SupplierImport) -> tuple[int, int]:
    """How many lines of the plan create a supplier, and how many change one."""
    found = imported.rows.to_do().order_by().values_list("is_new").annotate(number=Count("pk"))
    numbers = dict(found)
    return numbers.get(True, 0), numbers.get(False, 0)
