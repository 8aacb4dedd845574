"""What follows an import and can wait for its commit: risk ratings, gates of suppliers that changed, invitations."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from csr_portal.core import history
from csr_portal.core.bulk import batches, load
from csr_portal.core.models import User
from csr_portal.core.workflow import SYSTEM, WorkflowError
from suppliers import risk
from suppliers.imports.applying import Row, batches_of
from suppliers.models import RiskModel, RiskRating, Supplier, SupplierImport
from suppliers.states import ImportStatus, SupplierStatus
from suppliers.workflow.invitations import invite
from suppliers.workflow.supplier import facts_changed, lock

RATED_BY = {"country", "region", "city", "spend", "categories"}


def follow(import_id: int) -> None:
    """Rate who is new; rate again, and ask the gates of, who changed in what the rating asks. Safe to run twice."""
    imported = SupplierImport.objects.get(pk=import_id)
    if imported.status == ImportStatus.APPLIED and (model := risk.current_model()):
        for batch in batches_of(imported, is_new=True):
            _rate_newcomers(batch, model)
    if imported.status in {ImportStatus.APPLIED, ImportStatus.UNDONE}:
        for batch in batches_of(imported, is_new=False):
            for row in batch:
                _look_again(row)


@transaction.atomic
def _look_again(row: Row) -> None:
    if RATED_BY.isdisjoint(row.values):
        return
    supplier = lock(row.supplier_key)
    facts_changed(supplier)
    risk.rate(supplier)


@transaction.atomic
def _rate_newcomers(rows: list[Row], model: RiskModel) -> None:
    """R-RISK-1 for suppliers of whom only the file's line is known: alike lines are assessed once."""
    keys = [row.supplier_key for row in rows]
    locked = Supplier.objects.select_for_update().filter(pk__among=keys).order_by("pk").values_list("pk", "status")
    waiting = {key for key, status in locked if status == SupplierStatus.LISTED}
    waiting -= set(RiskRating.objects.filter(supplier_id__among=keys).values_list("supplier_id", flat=True))
    alike: dict[Any, list[int]] = defaultdict(list)
    for row in rows:
        if row.supplier_key in waiting:
            alike[tuple(str(row.values.get(name, "")) for name in sorted(RATED_BY))].append(row.supplier_key)
    results = risk.assess_listed([first for first, *_others in alike.values()], model)
    _keep([(found, results[found[0]]) for found in alike.values()], model)


def _keep(found: list[tuple[list[int], risk.Result]], model: RiskModel) -> None:
    """Write each result for the suppliers that it is about."""
    ratings, together, told = [], defaultdict(list), []
    for keys, result in found:
        points, band, inputs = result.points, str(result.band), [asdict(item) for item in result.inputs]
        ratings += [(key, points, band, inputs, result.overrides, result.parts) for key in keys]
        together[points, band] += keys
        told += [(key, f"supplier:{key}", {"band": band, "points": points, "before": ""}) for key in keys]
    names = ("supplier_id", "points", "band", "inputs", "overrides", "parts")
    load(RiskRating, names, ratings, model_id=model.pk, rated_at=timezone.now(), is_current=True)
    for (points, band), keys in together.items():
        Supplier.objects.filter(pk__among=keys).update(risk_points=points, risk_band=band)
    history.record_many(Supplier, told, "supplier.rated", by=SYSTEM)


# Invitations


def to_invite(imported: SupplierImport) -> Any:
    """The import's new suppliers that nobody has invited yet and whose contact the file gives."""
    keys = imported.rows.to_do().filter(is_new=True).values("supplier_key")
    return Supplier.objects.filter(pk__in=keys, status=SupplierStatus.LISTED).exclude(contact_email="").order_by("pk")


def invite_everybody(import_id: int, person_id: int) -> None:
    """One by one, each in a transaction of its own: what was sent stays sent, and a second run sends nothing."""
    imported, person = SupplierImport.objects.get(pk=import_id), User.objects.get(pk=person_id)
    for keys in batches(list(to_invite(imported).values_list("pk", flat=True))):
        for key in keys:
            _invite(key, person)


@transaction.atomic
def _invite(key: int, person: User) -> None:
    supplier = lock(key)
    if supplier.status != SupplierStatus.LISTED:
        return
    try:
        invite(
            supplier,
            email=supplier.contact_email,
            person=supplier.contact_name,
            language=supplier.language,
            by=person,
        )
    except WorkflowError:  # the person has lost the right meanwhile
        return
