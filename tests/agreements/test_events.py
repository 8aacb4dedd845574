import datetime as dt
import json

import pytest

from agreements import workflow
from agreements.events import EVENTS
from agreements.states import AgreementStatus as A
from csr_portal.core.webhooks.models import WebhookDelivery
from csr_portal.core.workflow import SYSTEM
from tests.factories.agreements import AgreementFactory, VersionFactory
from tests.factories.core import WebhookFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def webhook():
    return WebhookFactory(events=list(EVENTS))


def told():
    bodies = [json.loads(row.body) for row in WebhookDelivery.objects.order_by("pk")]
    return [(body["event"], body["object"]["number"], body["object"]["state"], body["supplier"]) for body in bodies]


def test_issue_is_told_and_recalls_what_waited(acme, buyer):
    older = AgreementFactory(supplier=acme, version__status="retired")
    version = VersionFactory(document=older.document)
    row = workflow.issue(version, acme, by=buyer)
    assert told() == [
        ("agreement.recalled", older.number, "recalled", "S-10417"),
        ("agreement.issued", row.number, "issued", "S-10417"),
    ]
    body = json.loads(WebhookDelivery.objects.get(event="agreement.issued").body)
    assert body["links"]["page"].endswith(f"/staff/agreements/{row.pk}/")
    assert body["links"]["api"].endswith(f"/api/v1/agreements/{row.pk}/")


@pytest.mark.parametrize(
    ("status", "act", "after"),
    [
        (A.CHOP_PENDING, lambda row, by: workflow.confirm_chop(row, by=by), "signed"),
        (A.ISSUED, lambda row, by: workflow.decline(row, by=SYSTEM, reason="Clause 4"), "declined"),
        (A.ISSUED, lambda row, by: workflow.recall(row, by=by, reason="Wrong text"), "recalled"),
        (A.IN_FORCE, lambda row, by: workflow.terminate(row, by=by, reason="Over"), "terminated"),
        (A.IN_FORCE, lambda row, by: workflow.expire(row, day=dt.date(2026, 11, 20)), "expired"),
    ],
)
def test_step_of_an_agreement_is_told(acme, buyer, status, act, after):
    row = AgreementFactory(supplier=acme, status=status)
    act(row, buyer)
    assert told() == [(f"agreement.{after}", row.number, after, "S-10417")]


def test_coming_into_force_tells_of_both_agreements(acme):
    older = AgreementFactory(supplier=acme, status=A.IN_FORCE)
    row = AgreementFactory(supplier=acme, status=A.SIGNED, version=older.version)
    row.valid_from, row.valid_until = dt.date(2026, 11, 20), dt.date(2029, 11, 19)
    workflow.come_into_force(row, sealed_file="x.pdf", sealed_sha256="0" * 64)
    assert told() == [
        ("agreement.superseded", older.number, "superseded", "S-10417"),
        ("agreement.in_force", row.number, "in_force", "S-10417"),
    ]
