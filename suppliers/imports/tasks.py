"""What workers do with a file of suppliers. Each job may run twice: it looks at the import's status first."""

from csr_portal.core.jobs import job
from suppliers.imports import applying, checking, following, undoing

MINUTES_15 = 900


@job("suppliers.check_import", time_limit=MINUTES_15)
def check_import(import_id: int) -> None:
    checking.check(import_id)


@job("suppliers.apply_import", time_limit=MINUTES_15)
def apply_import(import_id: int) -> None:
    applying.apply(import_id)
    follow_import.enqueue(import_id, key=f"{import_id}")


@job("suppliers.undo_import", time_limit=MINUTES_15)
def undo_import(import_id: int) -> None:
    undoing.undo(import_id)
    follow_import.enqueue(import_id, key=f"{import_id}:undone")


@job("suppliers.follow_import", time_limit=MINUTES_15)
def follow_import(import_id: int) -> None:
    following.follow(import_id)


@job("suppliers.invite_imported", time_limit=MINUTES_15)
def invite_imported(import_id: int, person_id: int) -> None:
    following.invite_everybody(import_id, person_id)
