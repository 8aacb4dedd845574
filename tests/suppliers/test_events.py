import datetime as dt
import json

import pytest

from csr_portal.core.webhooks.delivery import events
from csr_portal.core.webhooks.models import WebhookDelivery
from suppliers import standing, sweeps
from suppliers.states import CertificateStatus, SupplierStatus
from suppliers.workflow import certificates, invitations, supplier
from tests.factories.core import WebhookFactory
from tests.factories.suppliers import CertificateFactory, InvitationFactory, SupplierFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
ISSUED = dt.date(2024, 1, 1)


@pytest.fixture
def webhook():
    """Wants everything; it is paused before anything is sent, so that no test calls anybody."""
    return WebhookFactory(events=list(events()))


def told(event=None):
    """What was written, in order: event, number, state."""
    rows = WebhookDelivery.objects.order_by("pk")
    contents = [json.loads(row.body) for row in (rows.filter(event=event) if event else rows)]
    return [(c["event"], c["object"]["number"], c["object"]["state"]) for c in contents]


def test_events_have_words_for_the_form():
    assert [name for name in events() if name.startswith(("supplier", "certificate."))] == [
        "supplier.status_changed",
        "supplier.gate_changed",
        "supplier.clearance_changed",
        "supplier_import.finished",
        "supplier_import.undone",
        "certificate.verified",
        "certificate.rejected",
        "certificate.withdrawn",
        "certificate.expired",
    ]


def test_step_of_a_supplier_is_told(webhook, acme, buyer):
    supplier.suspend(acme, by=buyer, reason="Fire doors were locked.")
    assert told("supplier.status_changed") == [("supplier.status_changed", "S-10417", "suspended")]
    body = json.loads(WebhookDelivery.objects.get(event="supplier.status_changed").body)
    assert body["links"]["page"].endswith(f"/staff/suppliers/{acme.pk}/")
    assert body["links"]["api"].endswith("/api/v1/suppliers/S-10417/gate/")
    assert "Fire doors" not in json.dumps(body)


def test_registration_is_told(webhook, buyer, gate_policy):
    invitation = InvitationFactory(supplier__status=SupplierStatus.INVITED, invited_by=buyer)
    invitations.register(invitation, person={"name": "刘敏", "password": "long enough 1", "language": "zh-hans"})
    number = invitation.supplier.number
    assert told("supplier.status_changed") == [("supplier.status_changed", number, "registered")]


def test_gate_is_told_when_what_is_missing_changes_and_only_then(webhook, acme):
    standing.refresh(acme, DAY)
    standing.refresh(acme, DAY)
    assert told() == [("supplier.gate_changed", "S-10417", "closed")]


def test_grace_period_is_told_when_it_begins(webhook, gate_policy, buyer):
    row = SupplierFactory(status=SupplierStatus.COOPERATING, owner=buyer)
    supplier.night_falls(row, DAY)
    states = [state for _, _, state in told("supplier.gate_changed")]
    row.refresh_from_db()
    assert (states[-1], row.grace_until is not None) == ("grace", True)
    assert told("supplier.status_changed") == []


def test_status_that_ends_by_itself_is_told(webhook, gate_policy, buyer):
    row = SupplierFactory(status=SupplierStatus.COOPERATING, owner=buyer, grace_until=DAY - dt.timedelta(days=1))
    supplier.night_falls(row, DAY)
    assert told("supplier.status_changed") == [("supplier.status_changed", row.number, "suspended")]


@pytest.mark.parametrize(
    ("act", "more", "state"),
    [
        (certificates.verify_certificate, {"how": "Looked up"}, "verified"),
        (certificates.reject_certificate, {"reason": "Not theirs"}, "rejected"),
        (certificates.withdraw_certificate, {}, "withdrawn"),
    ],
)
def test_steps_of_a_certificate_are_told(webhook, acme, buyer, act, more, state):
    certificate = CertificateFactory(supplier=acme, status=CertificateStatus.SUBMITTED)
    act(certificate, by=buyer, **more)
    assert told(f"certificate.{state}") == [(f"certificate.{state}", certificate.number, state)]
    assert json.loads(WebhookDelivery.objects.get(event=f"certificate.{state}").body)["supplier"] == "S-10417"


def test_expired_certificate_is_told_once_though_the_night_comes_every_hour(webhook, acme):
    ends = {"over": -1, "today": 0, "long ago": -30}
    rows = {
        name: CertificateFactory(
            supplier=acme, status=CertificateStatus.VERIFIED, issued_on=ISSUED, expires_on=DAY + dt.timedelta(days)
        )
        for name, days in ends.items()
    }
    CertificateFactory(
        supplier=acme, status=CertificateStatus.REJECTED, issued_on=ISSUED, expires_on=DAY - dt.timedelta(1)
    )
    for _ in range(3):
        sweeps.tell_of_expired_certificates(DAY)
    assert told() == [("certificate.expired", rows["over"].number, "expired")]
    sweeps.tell_of_expired_certificates(DAY + dt.timedelta(1))
    assert [number for _, number, _ in told()] == [rows["over"].number, rows["today"].number]
