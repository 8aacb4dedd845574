"""What can happen to a file of suppliers, in which order (B32). Workers take the steps that only the system may."""

from csr_portal.core.states import Turn
from csr_portal.core.workflow import Blocker, Step
from suppliers.imports.columns import missing
from suppliers.imports.words import nothing_to_do, unmatched
from suppliers.models import SupplierImport
from suppliers.permissions import can_manage, is_system
from suppliers.states import ImportStatus as S


def columns_missing(imported: SupplierImport) -> list[Blocker]:
    return [Blocker("columns", unmatched(), Turn.BUYER)] if missing(imported.columns) else []


def nothing_to_import(imported: SupplierImport) -> list[Blocker]:
    return [] if imported.rows.to_do().exists() else [Blocker("nothing", nothing_to_do(), Turn.BUYER)]


STEPS = {
    "import.check": Step((S.UPLOADED, S.PLANNED), S.CHECKING, can_manage, "", columns_missing),
    "import.plan": Step((S.CHECKING,), S.PLANNED, is_system, Turn.BUYER),
    "import.unreadable": Step((S.CHECKING,), S.UPLOADED, is_system, Turn.BUYER),
    "import.apply": Step((S.PLANNED,), S.APPLYING, can_manage, "", nothing_to_import),
    "import.applied": Step((S.APPLYING,), S.APPLIED, is_system),
    "import.outdated": Step((S.APPLYING,), S.PLANNED, is_system, Turn.BUYER),
    "import.undo": Step((S.APPLIED,), S.UNDOING, can_manage),
    "import.undone": Step((S.UNDOING,), S.UNDONE, is_system),
    "import.touched": Step((S.UNDOING,), S.APPLIED, is_system),
    "import.discard": Step((S.UPLOADED, S.PLANNED), S.DISCARDED, can_manage),
}
