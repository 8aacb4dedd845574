"""Certificates of others: submitted by the supplier or the buyer, verified or not accepted, withdrawn (R-VAL-2)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import StoredFile, User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Step, WorkflowError, move
from suppliers import events
from suppliers.models import Certificate, Evidence, Site, Supplier
from suppliers.permissions import can_manage_or_acts_for, can_verify_certificate
from suppliers.recipients import people_of
from suppliers.states import CertificateStatus as C
from suppliers.workflow.supplier import facts_changed, lock

CERTIFICATE_STEPS = {
    "certificate.verify": Step((C.SUBMITTED,), C.VERIFIED, can_verify_certificate),
    "certificate.reject": Step((C.SUBMITTED, C.VERIFIED), C.REJECTED, can_verify_certificate),
    "certificate.withdraw": Step((C.SUBMITTED, C.VERIFIED), C.WITHDRAWN, can_manage_or_acts_for),
}


@transaction.atomic
def submit_certificate(
    supplier: Supplier, *, sites: list[Site], by: User, file: StoredFile | None = None, **values: Any
) -> Certificate:
    """A new certificate that the buyer's side has to check."""
    if not can_manage_or_acts_for(by, supplier):
        raise WorkflowError(_("Only the supplier's people and the buyer add certificates."))
    supplier = lock(supplier.pk)
    evidence = (
        None
        if file is None
        else Evidence.objects.create(
            supplier=supplier,
            file=file,
            title=values["number"],
            effective_on=values["issued_on"],
            expires_on=values["expires_on"],
            added_by=by,
        )
    )
    certificate = Certificate.objects.create(
        supplier=supplier, status=C.SUBMITTED, turn=Turn.BUYER, evidence=evidence, **values
    )
    certificate.sites.set(sites)
    data = {"standard": certificate.get_standard_display(), "number": certificate.number}
    history.record(certificate, "certificate.submit", by=by, to_status=C.SUBMITTED, data=data)
    url = reverse("staff:certificate-detail", args=[certificate.pk])
    context = {"certificate": certificate, "supplier": supplier}
    tell([supplier.owner], "suppliers/certificate_new", about=certificate, event="new", url=url, context=context)
    return certificate


@transaction.atomic
def verify_certificate(certificate: Certificate, *, how: str, by: User, day: dt.date | None = None) -> None:
    """Somebody looked it up where it was issued; how stays on the record."""
    if not how.strip():
        raise WorkflowError(_("Say how it was verified: where you looked it up, and what you found."))
    supplier = lock(certificate.supplier_id)
    changes: dict[str, Any] = {"verified_how": how, "verified_by": by, "verified_on": day or today()}
    move(certificate, CERTIFICATE_STEPS, "certificate.verify", by=by, data={"how": how}, **changes)
    events.certificate_changed(certificate)
    facts_changed(supplier, day=day)
    _tell_people(certificate)


@transaction.atomic
def reject_certificate(certificate: Certificate, *, reason: str, by: User) -> None:
    if not reason.strip():
        raise WorkflowError(_("Give a reason: the supplier reads it."))
    supplier = lock(certificate.supplier_id)
    move(certificate, CERTIFICATE_STEPS, "certificate.reject", by=by, reason=reason)
    events.certificate_changed(certificate)
    facts_changed(supplier)
    _tell_people(certificate, reason)


@transaction.atomic
def withdraw_certificate(certificate: Certificate, *, by: User, reason: str = "") -> None:
    supplier = lock(certificate.supplier_id)
    move(certificate, CERTIFICATE_STEPS, "certificate.withdraw", by=by, reason=reason)
    events.certificate_changed(certificate)
    facts_changed(supplier)


def _tell_people(certificate: Certificate, reason: str = "") -> None:
    tell(
        people_of(certificate.supplier),
        "suppliers/certificate_checked",
        about=certificate,
        event=certificate.status_since.isoformat(),
        url=reverse("portal:certificate-list"),
        context={"certificate": certificate, "reason": reason},
    )
