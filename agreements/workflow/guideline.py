"""The guideline: issued, opened, acknowledged with its check questions."""

from django.db import transaction
from django.utils import timezone

from agreements.models import Acknowledgement, CheckQuestion, Version
from agreements.states import AcknowledgementStatus as P
from agreements.workflow.order import IssueOrder
from agreements.workflow.people import tell_first
from csr_portal.core import history
from csr_portal.core.jobs import job
from csr_portal.core.models import User
from csr_portal.core.workflow import SYSTEM, Step, move
from suppliers.models import Supplier
from suppliers.permissions import acts_for, is_system
from suppliers.workflow import facts_changed, lock

BATCH = 25
ACKNOWLEDGEMENT_STEPS = {
    "acknowledgement.view": Step((P.ISSUED,), P.VIEWED, acts_for, "supplier"),
    "acknowledgement.acknowledge": Step((P.ISSUED, P.VIEWED), P.ACKNOWLEDGED, acts_for),
    "acknowledgement.supersede": Step((P.ISSUED, P.VIEWED, P.ACKNOWLEDGED), P.SUPERSEDED, is_system),
}


def issue_guideline(order: IssueOrder, suppliers: list[Supplier]) -> list[Acknowledgement]:
    older = Acknowledgement.objects.filter(document=order.version.document_id, supplier__in=suppliers)
    for row in older.exclude(status=P.SUPERSEDED):
        move(row, ACKNOWLEDGEMENT_STEPS, "acknowledgement.supersede", by=SYSTEM, due_on=None)
    rows = [Acknowledgement(supplier=supplier, status=P.ISSUED, **order.values(supplier)) for supplier in suppliers]
    Acknowledgement.objects.bulk_create(rows)
    told = [(row, {"version": order.version.number}) for row in rows]
    history.record_each(told, "acknowledgement.issue", by=order.by, to_status=P.ISSUED)
    tell_first(rows, "agreements/guideline_issued", event="issued", page="portal:guideline-detail")
    return rows


@job("agreements.return_to_pending", time_limit=90)
def return_to_pending(version_id: int) -> None:
    """A new version counts from its publishing: whatever was issued or acknowledged of an older one no longer does."""
    version = Version.objects.get(pk=version_id)
    others = Acknowledgement.objects.filter(document=version.document_id).exclude(version=version_id)
    rows = list(others.exclude(status=P.SUPERSEDED).order_by("pk")[:BATCH])
    with history.sealed_at_the_end():
        for row in rows:
            _supersede(row)
    if len(rows) == BATCH:
        return_to_pending.enqueue(version_id, key=f"{version_id}:{rows[-1].pk}")


@transaction.atomic
def _supersede(row: Acknowledgement) -> None:
    supplier = lock(row.supplier_id)
    row.refresh_from_db()
    if row.status != P.SUPERSEDED:
        move(row, ACKNOWLEDGEMENT_STEPS, "acknowledgement.supersede", by=SYSTEM, due_on=None)
        facts_changed(supplier)


@transaction.atomic
def view_guideline(row: Acknowledgement, *, by: User) -> None:
    supplier = lock(row.supplier_id)
    row.refresh_from_db()
    if row.status == P.ISSUED:
        move(row, ACKNOWLEDGEMENT_STEPS, "acknowledgement.view", by=by)
        facts_changed(supplier)


@transaction.atomic
def acknowledge(row: Acknowledgement, *, by: User, answers: dict[int, int], language: str = "") -> list[CheckQuestion]:
    """Acknowledge with the answers to the check questions (question id → choice). Returns those answered wrongly:
    then nothing is acknowledged, and the reader is shown which clause to read again."""
    supplier = lock(row.supplier_id)
    questions = list(row.version.check_questions.select_related("clause"))
    wrong = [question for question in questions if answers.get(question.pk) != question.right]
    Acknowledgement.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
    if wrong:
        return wrong
    move(
        row, ACKNOWLEDGEMENT_STEPS, "acknowledgement.acknowledge", by=by, data={"version": row.version.number},
        acknowledged_by=by, acknowledged_at=timezone.now(), language=language or by.language, due_on=None,
    )  # fmt: skip
    facts_changed(supplier)
    return []
