"""What time does to suppliers every night: conditions run out, approvals, waivers and certificates end."""

import datetime as dt
import logging

from django.db.models import Q

from csr_portal.core.jobs import job
from csr_portal.core.timezones import today
from suppliers import drops, events, risk, trials
from suppliers.gates import EXPIRING_DAYS
from suppliers.models import Certificate, Supplier, Waiver
from suppliers.states import CertificateStatus, SupplierStatus, WaiverStatus
from suppliers.workflow import duplicates
from suppliers.workflow.clearances import end_conditions
from suppliers.workflow.rules import rate_piece
from suppliers.workflow.supplier import night_falls
from suppliers.workflow.waivers import end_waiver

log = logging.getLogger(__name__)
EXPIRED_CATCH_UP = 7
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
    rate_suppliers(day)
    end_conditions(day)
    tell_of_expired_certificates(day)
    search_duplicates.enqueue(key=f"night {day}")
    number = look_at_suppliers(day)
    drops.nightly(day)
    return number


def rate_suppliers(day: dt.date) -> None:
    """What has changed since somebody last saved the company's data: findings, country values, the age of controls."""
    if model := risk.current_model():
        for piece in trials.pieces():
            rate_piece(model, piece, day)


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
