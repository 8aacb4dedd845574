"""Writing an import of country values: whole or not at all; every supplier is rated anew afterwards."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.workflow import Blocker, WorkflowError
from suppliers import country_import
from suppliers.models import CountryImport, CountryValue
from suppliers.workflow.rules import check_may, rate_everybody


def upload(*, file_name: str, content: str, by: User) -> CountryImport:
    """Keep the table as it was handed in; nothing is written yet."""
    check_may(by)
    return CountryImport.objects.create(file_name=file_name[:200], content=content, uploaded_by=by)


@transaction.atomic
def apply_import(table: CountryImport, *, by: User) -> dict[str, int]:
    """Write what the plan says now. Refused while a line is wrong, and a second time."""
    check_may(by)
    table = CountryImport.objects.select_for_update().get(pk=table.pk)
    if table.applied_at:
        raise WorkflowError(_("This table has been imported already."))
    lines = country_import.plan(table.content)
    if wrong := [line for line in lines if line.errors]:
        blockers = [Blocker(str(line.number), f"{line.number}: {' '.join(line.errors)}") for line in wrong[:20]]
        raise WorkflowError(_("Nothing was written: some lines are wrong."), blockers)
    now = timezone.now()
    fresh = [line.value for line in lines if line.action == "create" and line.value]
    changed = [line.value for line in lines if line.action == "update" and line.value]
    for value in [*fresh, *changed]:
        value.entered_by, value.entered_by_name, value.entered_at, value.table = by, str(by)[:150], now, table
    former = [line.replaces.pk for line in lines if line.action == "update" and line.replaces]
    _superseded(CountryValue.objects.filter(pk__in=former), at=now, by=table)
    CountryValue.objects.bulk_create([*fresh, *changed], batch_size=500)
    CountryImport.objects.filter(pk=table.pk).update(applied_by=by, applied_at=now)
    found = country_import.counts(lines)
    data = {
        "file": table.file_name,
        "created": found["create"],
        "updated": found["update"],
        "changes": {f"{v.country} {v.source} {v.year}": [line.before, v.value] for line in lines if (v := line.value)
                    and line.action == "update"},
    }  # fmt: skip
    history.record(table, "country_values.import", by=by, data=data)
    if fresh or changed:
        rate_everybody.enqueue(key=f"country import {table.pk}")
    return found


def _superseded(values: QuerySet[CountryValue], *, at: dt.datetime | None, by: CountryImport | None) -> None:
    values.update(superseded_at=at, superseded_by=by)


def can_be_undone(table: CountryImport) -> bool:
    """Written, not undone yet, and it has brought values."""
    return bool(table.applied_at and not table.undone_at and table.values.exists())


@transaction.atomic
def undo_import(table: CountryImport, *, by: User, reason: str) -> None:
    """The values that the table brought no longer count, those that it replaced count again; none is deleted.
    Refused when a later table has replaced one of them: that one is undone first.
    """
    check_may(by)
    table = CountryImport.objects.select_for_update().get(pk=table.pk)
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    if not can_be_undone(table):
        raise WorkflowError(_("There is nothing of this table to undo."))
    if table.values.exclude(superseded_at=None).exists():
        raise WorkflowError(_("A later table has replaced values of this one. Undo that one first."))
    now = timezone.now()
    number = table.values.count()
    _superseded(table.values.all(), at=now, by=None)
    _superseded(table.superseded.all(), at=None, by=None)
    CountryImport.objects.filter(pk=table.pk).update(undone_by=by, undone_at=now)
    history.record(table, "country_values.undo", by=by, reason=reason, data={"file": table.file_name, "number": number})
    rate_everybody.enqueue(key=f"country import {table.pk} undone")
