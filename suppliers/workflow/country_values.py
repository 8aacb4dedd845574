"""Writing an import of country values: whole or not at all; every supplier is rated anew afterwards."""

from django.db import transaction
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
        value.entered_by, value.entered_by_name, value.entered_at = by, str(by)[:150], now
    CountryValue.objects.bulk_create(fresh)
    written = ["value", "confidence", "source_url", "entered_by", "entered_by_name", "entered_at"]
    CountryValue.objects.bulk_update(changed, written, batch_size=500)
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
