import datetime as dt
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from agreements import campaigns, workflow
from agreements.events import EVENTS
from agreements.models import Agreement
from agreements.states import AgreementStatus as A
from agreements.tasks import tell_expiring
from csr_portal.core.webhooks.models import WebhookDelivery
from csr_portal.core.workflow import SYSTEM
from tests.factories.agreements import AgreementFactory, VersionFactory
from tests.factories.core import WebhookFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def webhook():
    return WebhookFactory(events=list(EVENTS))


def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(buffer, "PNG")
    return buffer.getvalue()


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
        ("agreement.sealed", row.number, "in_force", "S-10417"),
        ("agreement.in_force", row.number, "in_force", "S-10417"),
    ]


def test_opening_is_told_once(acme, alice):
    row = AgreementFactory(supplier=acme)
    workflow.view(row, by=alice)
    workflow.view(row, by=alice)
    assert told() == [("agreement.viewed", row.number, "viewed", "S-10417")]


def test_reservation_is_told_and_what_became_of_it(acme, csr_manager):
    row = AgreementFactory(supplier=acme, status=A.RESERVED, reservations=[{"position": 1, "clause": "child_labour"}])
    workflow.refuse_reservation(row, by=csr_manager, reason="No")
    assert told() == [("agreement.returned", row.number, "viewed", "S-10417")]


def test_chop_is_told_and_that_it_was_not_accepted(acme, alice, buyer, fonts):
    row = AgreementFactory(supplier=acme)
    workflow.upload_chop(row, [SimpleUploadedFile("scan.png", picture())], by=alice)
    workflow.refuse_chop(row, by=buyer, reason="Another text")
    states = [("agreement.chop_pending", "chop_pending"), ("agreement.returned", "viewed")]
    assert told() == [(event, row.number, state, "S-10417") for event, state in states]


@pytest.mark.parametrize(("until", "number"), [("2027-01-20", 1), ("2027-01-13", 1), ("2027-01-21", 0)])
def test_agreement_in_its_days_of_notice_is_told_once(acme, until, number):
    row = AgreementFactory(supplier=acme, status=A.IN_FORCE, valid_from="2024-01-22", valid_until=until)
    for day in (dt.date(2026, 11, 21), dt.date(2026, 11, 21), dt.date(2026, 11, 21)):
        tell_expiring(day.isoformat())
    assert told() == [("agreement.expiring", row.number, "in_force", "S-10417")] * number


def test_campaign_is_told_when_everybody_was_gone_through(acme, buyer):
    campaign = campaigns.start(VersionFactory(), [acme], by=buyer)
    campaigns.issue_batch(campaign.pk)
    row = Agreement.objects.get()
    events = [json.loads(each.body) for each in WebhookDelivery.objects.order_by("pk")]
    assert [body["event"] for body in events] == ["agreement.issued", "agreement_campaign.finished"]
    assert (events[0]["object"]["number"], events[1]["object"]["id"]) == (row.number, campaign.pk)
    assert events[1]["links"]["api"].endswith(f"/api/v1/agreement-campaigns/{campaign.pk}/")
