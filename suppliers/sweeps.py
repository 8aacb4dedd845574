"""What time does to suppliers every night: conditions run out, approvals, waivers and certificates end."""

import datetime as dt
import logging

from django.db.models import Q
from django.urls import reverse

from csr_portal.core.jobs import job
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from suppliers import drops, events
from suppliers.gates import EXPIRING_DAYS
from suppliers.models import Certificate, Supplier, Waiver
from suppliers.recipients import people_of
from suppliers.reminders import escalated_to, is_due
from suppliers.states import CertificateStatus, SupplierStatus, WaiverStatus
from suppliers.workflow import duplicates
from suppliers.workflow.supplier import night_falls
from suppliers.workflow.waivers import end_waiver

log = logging.getLogger(__name__)
EXPIRED_CATCH_UP = 7
LONGEST_OVERDUE = dt.timedelta(days=60)
DATES = (
    "agreement_until",
    "inspection_until",
    "site_review_until",
    "grace_until",
    "conditional_until",
    "next_due_on",
)


@job("suppliers.search_duplicates", time_limit=600)
def search_duplicates() -> None:
    """Compare all suppliers: once a night, and when somebody asks."""
    duplicates.search_all()


def nightly(day: dt.date | None = None) -> int:
    """Everything of this app for one night; returns how many suppliers were looked at."""
    day = day or today()
    end_waivers(day)
    remind_of_certificates(day)
    tell_of_expired_certificates(day)
    search_duplicates.enqueue(key=f"night {day}")
    number = look_at_suppliers(day)
    drops.nightly(day)
    return number


def end_waivers(day: dt.date) -> None:
    for waiver in Waiver.objects.filter(status=WaiverStatus.APPROVED, valid_until__lt=day):
        end_waiver(waiver, day=day)


def look_at_suppliers(day: dt.date) -> int:
    """Ask the gate again of everybody who has a status to lose or a date that has come near."""
    near = Q()
    for name in DATES:
        near |= Q(**{f"{name}__lte": day + dt.timedelta(days=EXPIRING_DAYS)})
    keeps = Q(status__in=[SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC])
    pks = list(Supplier.objects.in_relation().filter(keeps | near).order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        try:
            night_falls(Supplier(pk=pk), day)
        except Exception:  # one supplier's trouble must not keep the others from their night
            log.exception("nightly look at supplier %s failed", pk)
    return len(pks)


def tell_of_expired_certificates(day: dt.date) -> None:
    """Webhooks hear of a last valid day that is over, once; nights that were missed are made up for."""
    first, last = day - dt.timedelta(days=EXPIRED_CATCH_UP), day - dt.timedelta(days=1)
    rows = Certificate.objects.filter(status=CertificateStatus.VERIFIED, expires_on__range=(first, last))
    for certificate in rows.select_related("supplier").order_by("pk"):
        events.certificate_expired(certificate)


def remind_of_certificates(day: dt.date) -> None:
    """R-REM-1; stops when the certificate is withdrawn or another one of its kind holds longer."""
    candidates = Certificate.objects.filter(
        status=CertificateStatus.VERIFIED,
        expires_on__gte=day - LONGEST_OVERDUE,
        expires_on__lte=day + dt.timedelta(days=180),
    ).select_related("supplier__owner")
    for certificate in candidates:
        if not _is_renewed(certificate):
            _remind(certificate, day)


def _is_renewed(certificate: Certificate) -> bool:
    return Certificate.objects.filter(
        supplier=certificate.supplier_id,
        standard=certificate.standard,
        status=CertificateStatus.VERIFIED,
        expires_on__gt=certificate.expires_on,
    ).exists()


def _remind(certificate: Certificate, day: dt.date) -> None:
    context = {"certificate": certificate, "is_over": certificate.expires_on < day}
    event = f"reminder {day}"
    if is_due(certificate.expires_on, day, is_certificate=True):
        url, people = reverse("portal:certificate-list"), people_of(certificate.supplier)
        tell(people, "suppliers/certificate_expiring", about=certificate, event=event, url=url, context=context)
    who = escalated_to(certificate.expires_on, day)
    staff = {"csr": list(User.objects.filter(groups__name=Role.CSR_MANAGER)), "buyer": [certificate.supplier.owner]}
    url = reverse("staff:certificate-detail", args=[certificate.pk])
    tell(staff.get(who, []), "suppliers/certificate_expiring", about=certificate, event=event, url=url, context=context)
