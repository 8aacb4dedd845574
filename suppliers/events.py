"""What other systems are told about suppliers and certificates (docs/webhooks.md)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from csr_portal.core.webhooks.delivery import publish
from suppliers.models import Certificate, Clearance, Supplier
from suppliers.states import CertificateStatus

EVENTS = {
    "supplier.status_changed": _("Supplier: the status changed"),
    "supplier.gate_changed": _("Supplier: the gate opened, closed, or its grace period changed"),
    "supplier.clearance_changed": _("Supplier: the status of a category or site changed"),
    "certificate.verified": _("Certificate: verified"),
    "certificate.rejected": _("Certificate: not accepted"),
    "certificate.withdrawn": _("Certificate: withdrawn"),
    "certificate.expired": _("Certificate: expired"),
}


def status_changed(supplier: Supplier) -> None:
    _publish("supplier.status_changed", supplier, supplier.status)


def gate_changed(supplier: Supplier) -> None:
    """The state is that of the gate the supplier aims at; purchasing asks the API for the whole answer."""
    state = "grace" if supplier.grace_until else "closed" if supplier.gate_missing else "open"
    _publish("supplier.gate_changed", supplier, state)


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


def certificate_changed(certificate: Certificate) -> None:
    _publish_certificate(certificate, certificate.status)


def certificate_expired(certificate: Certificate) -> None:
    """Once per certificate and last day, however often the night asks."""
    _publish_certificate(certificate, "expired", once=f"expired:{certificate.pk}:{certificate.expires_on}")


def _publish(event: str, supplier: Supplier, state: str) -> None:
    publish(
        event, kind="supplier", pk=supplier.pk, number=supplier.number, state=state,
        page=reverse("staff:supplier-detail", args=[supplier.pk]),
        api=reverse("api:supplier-gate", args=[supplier.number]),
    )  # fmt: skip


def _publish_certificate(certificate: Certificate, state: str, once: str = "") -> None:
    if state == CertificateStatus.SUBMITTED:
        return
    supplier = certificate.supplier
    publish(
        f"certificate.{state}", kind="certificate", pk=certificate.pk, number=certificate.number, state=state,
        page=reverse("staff:certificate-detail", args=[certificate.pk]),
        api=reverse("api:supplier-gate", args=[supplier.number]), once=once, supplier=supplier.number,
    )  # fmt: skip
