"""What follows an import and can wait for its commit: risk ratings, gates of suppliers that changed, invitations."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from csr_portal.core import history
from csr_portal.core.bulk import batches, load, rewrite
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
    rated = RiskRating.objects.filter(supplier_id__among=keys).values("supplier_id")
    unrated = Supplier.objects.select_for_update().filter(pk__among=keys, status=SupplierStatus.LISTED)
    waiting = set(unrated.exclude(pk__in=rated).order_by("pk").values_list("pk", flat=True))
    results: dict[Any, risk.Result] = {}
    found = []
    for row in rows:
        if row.supplier_key in waiting:
            alike = tuple(str(row.values.get(name, "")) for name in sorted(RATED_BY))
            if alike not in results:
                results[alike] = risk.assess_listed(row.supplier_key, model)
            found.append((row.supplier_key, results[alike]))
    _keep(found, model)


def _keep(found: list[tuple[int, risk.Result]], model: RiskModel) -> None:
    names = ("supplier_id", "points", "band", "inputs", "overrides")
    rows = [(key, r.points, str(r.band), [asdict(item) for item in r.inputs], r.overrides) for key, r in found]
    load(RiskRating, names, rows, model_id=model.pk, rated_at=timezone.now(), is_current=True)
    rewrite(Supplier, ("risk_points", "risk_band"), [(r.points, str(r.band), key) for key, r in found])
    told = [(k, f"supplier:{k}", {"band": str(r.band), "points": r.points, "before": ""}) for k, r in found]
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
