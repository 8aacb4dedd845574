"""The texts that the product ships: the CSR agreement and the purchasing guideline. Loading again changes nothing."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from agreements import workflow
from agreements.models import CheckQuestion, Clause, Document, Version
from agreements.states import VersionStatus
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.workflow import SYSTEM

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def load(by: User | None) -> None:
    """Make each text with its first version, published; an existing document stays as it is."""
    for name in ("csr_agreement", "guideline"):
        load_text(yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8")), by=by)


def load_text(data: dict[str, Any], *, by: User | None) -> None:
    document, _is_new = Document.objects.get_or_create(
        code=data["code"], defaults={"kind": data["kind"], "title": data["title"]}
    )
    if document.versions.exists():
        return
    fields = ("number", "prevailing_language", "validity_months", "notice_days", "staff_note", "intro")
    values = {name: data[name] for name in fields if name in data}
    version = Version.objects.create(document=document, status=VersionStatus.DRAFT, turn="csr", **values)
    clauses = {
        clause["key"]: Clause.objects.create(version=version, position=position, **clause)
        for position, clause in enumerate(data["clauses"], 1)
    }
    for position, question in enumerate(data.get("questions", []), 1):
        CheckQuestion.objects.create(
            version=version, position=position, **question | {"clause": clauses[question["clause"]]}
        )
    history.record(version, "version.create", by=by or SYSTEM, data={"number": version.number})
    workflow.publish(version, by=by or SYSTEM)
