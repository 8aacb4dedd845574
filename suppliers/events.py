"""What other systems are told about suppliers and certificates (docs/webhooks.md)."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from csr_portal.core.webhooks.delivery import publish, publish_all
from suppliers.models import Certificate, Clearance, Supplier, SupplierImport
from suppliers.states import CertificateStatus, SupplierStatus

Newcomers = Iterable[tuple[int, str]]  # key and number

EVENTS = {
    "supplier.status_changed": _("Supplier: the status changed"),
    "supplier.gate_changed": _("Supplier: the gate opened, closed, or its grace period changed"),
    "supplier.clearance_changed": _("Supplier: the status of a category or site changed"),
    "supplier_import.finished": _("Import of suppliers: carried out"),
    "supplier_import.undone": _("Import of suppliers: undone"),
    "certificate.verified": _("Certificate: verified"),
    "certificate.rejected": _("Certificate: not accepted"),
    "certificate.withdrawn": _("Certificate: withdrawn"),
    "certificate.expired": _("Certificate: expired"),
}


def status_changed(supplier: Supplier) -> None:
    _publish("supplier.status_changed", supplier, supplier.status)


def gate_changed(supplier: Supplier) -> None:
    """The state is that of the gate the supplier aims at; purchasing asks the API for the whole answer."""
    gates_changed([supplier])


def gates_changed(suppliers: Iterable[Supplier]) -> None:
    """The same for many, by a constant number of queries."""
    publish_all("supplier.gate_changed", (_of_supplier(row.pk, row.number, _gate_state(row)) for row in suppliers))


def clearance_changed(clearance: Clearance) -> None:
    """The state is the clearance's own, or `grace` while it holds although a condition is missing."""
    supplier = clearance.supplier
    publish(
        "supplier.clearance_changed", kind="clearance", pk=clearance.pk, number=supplier.number,
        state="grace" if clearance.grace_until else clearance.status, supplier=supplier.number,
        category=clearance.category.code if clearance.category else None, site=clearance.site_id,
        page=reverse("staff:clearance-list", args=[supplier.pk]),
        api=reverse("api:supplier-gate", args=[supplier.number]),
    )  # fmt: skip


def import_carried_out(imported: SupplierImport, counts: dict[str, int]) -> None:
    """What an import has created and changed, in one event."""
    _publish_import("supplier_import.finished", imported, counts)


def import_undone(imported: SupplierImport, counts: dict[str, int]) -> None:
    """What the undoing of an import has removed and written back, in one event."""
    _publish_import("supplier_import.undone", imported, counts)


def newcomers_listed(imported: SupplierImport, newcomers: Newcomers) -> None:
    """Each supplier that came in by an import has its first status."""
    more = {"import": imported.number}
    publish_all(
        "supplier.status_changed", (_of_supplier(pk, number, SupplierStatus.LISTED) | more for pk, number in newcomers)
    )


def newcomers_removed(imported: SupplierImport, newcomers: Newcomers) -> None:
    """Each supplier that went with its import; there is nothing left to open but the import's lines."""
    more = {"import": imported.number, **_links_of(imported)}
    publish_all(
        "supplier.status_changed",
        ({"kind": "supplier", "pk": pk, "number": number, "state": "removed", **more} for pk, number in newcomers),
    )


def certificate_changed(certificate: Certificate) -> None:
    _publish_certificate(certificate, certificate.status)


def certificate_expired(certificate: Certificate) -> None:
    """Once per certificate and last day, however often the night asks."""
    _publish_certificate(certificate, "expired", once=f"expired:{certificate.pk}:{certificate.expires_on}")


def _gate_state(supplier: Supplier) -> str:
    return "grace" if supplier.grace_until else "closed" if supplier.gate_missing else "open"


def _publish(event: str, supplier: Supplier, state: str) -> None:
    publish(event, **_of_supplier(supplier.pk, supplier.number, state))


def _of_supplier(pk: int, number: str, state: str) -> dict[str, Any]:
    page, api = reverse("staff:supplier-detail", args=[pk]), reverse("api:supplier-gate", args=[number])
    return {"kind": "supplier", "pk": pk, "number": number, "state": state, "page": page, "api": api}


def _publish_import(event: str, imported: SupplierImport, counts: dict[str, int]) -> None:
    publish(
        event, kind="supplier_import", pk=imported.pk, number=imported.number, state=imported.status,
        counts=counts, **_links_of(imported),
    )  # fmt: skip


def _links_of(imported: SupplierImport) -> dict[str, str]:
    return {
        "page": reverse("staff:supplier-import-detail", args=[imported.pk]),
        "api": reverse("api:supplier-import-rows", args=[imported.pk]),
    }


def _publish_certificate(certificate: Certificate, state: str, once: str = "") -> None:
    if state == CertificateStatus.SUBMITTED:
        return
    supplier = certificate.supplier
    publish(
        f"certificate.{state}", kind="certificate", pk=certificate.pk, number=certificate.number, state=state,
        page=reverse("staff:certificate-detail", args=[certificate.pk]),
        api=reverse("api:supplier-gate", args=[supplier.number]), once=once, supplier=supplier.number,
    )  # fmt: skip
