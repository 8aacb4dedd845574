"""What people do with a file of suppliers: upload, match columns, accept doubts, confirm, undo, discard (B32).

The steps stand in `steps.py`; the work behind them is done by jobs.
"""

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import StoredFile, User
from csr_portal.core.states import Turn
from csr_portal.core.workflow import WorkflowError, move
from suppliers.imports import columns, reading
from suppliers.imports.checking import counts_of
from suppliers.imports.following import to_invite
from suppliers.imports.steps import STEPS
from suppliers.imports.tasks import apply_import, check_import, invite_imported, undo_import
from suppliers.models import SupplierImport
from suppliers.permissions import can_manage
from suppliers.states import ImportStatus, RowOutcome


@transaction.atomic
def upload(file: UploadedFile, *, by: User) -> SupplierImport:
    """Keep the file, recognise its columns. Raises ValidationError for a file that is no table."""
    _check_may(by)
    stored = reading.receive(file, by=by)
    table = _table_of(stored)
    found = columns.recognised(table.headings)
    imported = SupplierImport.objects.create(
        status=ImportStatus.UPLOADED,
        turn=Turn.BUYER,
        file=stored,
        sheet=table.sheet[:100],
        encoding=table.encoding,
        headings=table.headings,
        columns=found,
        owner=by,
        uploaded_by=by,
    )
    data = {"file": stored.original_name, "sha256": stored.sha256}
    history.record(imported, "import.upload", by=by, to_status=ImportStatus.UPLOADED, data=data)
    return imported


def _table_of(stored: StoredFile, encoding: str = "") -> reading.Table:
    with stored.file.open("rb") as file:
        table = reading.open_table(file, stored.media_type, encoding=encoding)
        table.lines = iter(reading.first_lines(table))  # type: ignore[assignment]
    return table


def sample(imported: SupplierImport) -> list[list[str]]:
    """The first lines of the file, to match columns by."""
    return list(_table_of(imported.file, imported.encoding).lines)  # type: ignore[arg-type]


@transaction.atomic
def check(imported: SupplierImport, *, by: User, **choices: Any) -> None:
    """Check the file with these columns (and owner, encoding …); the choice of columns is remembered."""
    for name, value in choices.items():
        setattr(imported, name, value)
    if "encoding" in choices:
        imported.headings = _table_of(imported.file, imported.encoding).headings
    imported.save(update_fields=[*choices, "headings"]) if choices else None
    move(imported, STEPS, "import.check", by=by, lines_done=0, trouble={}, counts={})
    columns.remember(imported.headings, imported.columns)
    check_import.enqueue(imported.pk)


@transaction.atomic
def accept(imported: SupplierImport, lines: Iterable[int], *, by: User, reason: str) -> int:
    """Let doubtful lines come in, for a reason that stays in each supplier's history; return how many."""
    _check_may(by)
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    _lock_planned(imported)
    rows = imported.rows.filter(outcome=RowOutcome.QUESTION, line__in=list(lines), accepted="")
    number = rows.update(accepted=reason.strip()[:300])
    SupplierImport.objects.filter(pk=imported.pk).update(counts=counts_of(imported))
    if number:
        history.record(imported, "import.accept", by=by, reason=reason, data={"number": number})
    return number


def _lock_planned(imported: SupplierImport) -> None:
    imported.refresh_from_db(from_queryset=SupplierImport.objects.select_for_update())
    if imported.status != ImportStatus.PLANNED:
        raise WorkflowError(_("The plan has changed meanwhile. Look at it again."))


@transaction.atomic
def apply(imported: SupplierImport, *, by: User, plan: str) -> None:
    """Carry out the plan that the person has seen (`plan_key`), and no other."""
    _lock_planned(imported)
    if plan != plan_key(imported):
        raise WorkflowError(_("The plan has changed meanwhile. Look at it again."))
    move(imported, STEPS, "import.apply", by=by, data={"counts": imported.counts})
    apply_import.enqueue(imported.pk)


def plan_key(imported: SupplierImport) -> str:
    """Which plan a page shows: another check or another accepted line makes it another plan."""
    return f"{imported.status_since.isoformat()}+{imported.count('accepted')}"


@transaction.atomic
def undo(imported: SupplierImport, *, by: User, reason: str) -> None:
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    move(imported, STEPS, "import.undo", by=by, reason=reason, trouble={})
    undo_import.enqueue(imported.pk)


def discard(imported: SupplierImport, *, by: User) -> None:
    move(imported, STEPS, "import.discard", by=by)


@transaction.atomic
def invite_all(imported: SupplierImport, *, by: User) -> int:
    """Invite every new supplier of this import that has a contact and no invitation; return how many."""
    _check_may(by)
    number: int = to_invite(imported).count()
    if imported.status != ImportStatus.APPLIED or not number:
        raise WorkflowError(_("Nobody of this import waits for an invitation."))
    history.record(imported, "import.invite", by=by, data={"number": number})
    invite_imported.enqueue(imported.pk, by.pk)
    return number


def _check_may(by: User) -> None:
    if not can_manage(by, None):
        raise WorkflowError(_("Only buyers and CSR managers import suppliers."))
