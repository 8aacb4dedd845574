import datetime as dt
import json
import uuid

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from csr_portal.core import jobs
from csr_portal.core.models import HistoryEntry, Job, Notice
from csr_portal.core.states import DeliveryStatus, JobStatus
from csr_portal.core.webhooks import delivery, signing, subscriptions
from csr_portal.core.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from csr_portal.core.workflow import WorkflowError
from tests.factories.core import DeliveryFactory, WebhookFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
HAPPENED = {
    "kind": "supplier",
    "pk": 12,
    "number": "S-10417",
    "state": "cooperating",
    "page": "/staff/suppliers/12/",
    "api": "/api/v1/suppliers/S-10417/gate/",
}


@pytest.fixture
def webhook(receiver):
    return WebhookFactory(address=receiver.address)


def happen(capture, event="supplier.status_changed", **more):
    with capture(execute=True):
        delivery.publish(event, **HAPPENED | more)


def now(row):
    return type(row).objects.get(pk=row.pk)


def run_due_jobs(at):
    """What beat does at that time."""
    with time_machine.travel(at, tick=False):
        jobs.send_stale()


def test_event_is_sent_signed_and_small(receiver, webhook, settings, django_capture_on_commit_callbacks):
    settings.PUBLIC_URL = "https://portal.example.com"
    with time_machine.travel(NOON, tick=False):
        happen(django_capture_on_commit_callbacks, grace_until=dt.date(2026, 12, 1))
    [(_, headers, body)] = receiver.requests
    row = WebhookDelivery.objects.get()
    assert json.loads(body) == {
        "version": 1,
        "id": str(row.event_id),
        "event": "supplier.status_changed",
        "occurred_at": "2026-11-20T04:00:00Z",
        "object": {"type": "supplier", "id": 12, "number": "S-10417", "state": "cooperating"},
        "grace_until": "2026-12-01",
        "links": {
            "page": "https://portal.example.com/staff/suppliers/12/",
            "api": "https://portal.example.com/api/v1/suppliers/S-10417/gate/",
        },
    }
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["CSR-Portal-Event"] == "supplier.status_changed"
    assert headers["CSR-Portal-Event-Id"] == str(row.event_id)
    assert signing.is_genuine(headers[signing.HEADER], body, key="whs_first", now=NOON.timestamp())
    assert (row.status, row.attempts, row.next_try_at) == (DeliveryStatus.DELIVERED, 1, None)
    attempt = WebhookAttempt.objects.get()
    assert (attempt.code, attempt.answer, attempt.error) == (200, "thank you", "")


def test_event_goes_to_those_who_want_it_and_to_nobody_else(receiver, webhook, django_capture_on_commit_callbacks):
    WebhookFactory(address=receiver.address, events=["agreement.in_force"])
    WebhookFactory(address=receiver.address, is_active=False)
    also = WebhookFactory(address=receiver.address)
    happen(django_capture_on_commit_callbacks)
    rows = WebhookDelivery.objects.order_by("webhook_id")
    assert [row.webhook_id for row in rows] == [webhook.pk, also.pk]
    assert len({row.event_id for row in rows}) == 1
    assert len(receiver.requests) == 2


def test_nothing_is_written_when_nobody_wants_it(django_assert_num_queries):
    with django_assert_num_queries(1):
        delivery.publish("supplier.status_changed", **HAPPENED)
    assert not Job.objects.exists()


def test_nothing_is_sent_when_the_transaction_fails(receiver, webhook, django_capture_on_commit_callbacks):
    capture = django_capture_on_commit_callbacks(execute=True)
    with capture as callbacks, pytest.raises(RuntimeError), transaction.atomic():
        delivery.publish("supplier.status_changed", **HAPPENED)
        raise RuntimeError
    assert (callbacks, receiver.requests, WebhookDelivery.objects.count()) == ([], [], 0)


def test_event_with_a_key_happens_once(receiver, webhook, django_capture_on_commit_callbacks):
    happen(django_capture_on_commit_callbacks, once="expired:7")
    happen(django_capture_on_commit_callbacks, once="expired:7")
    happen(django_capture_on_commit_callbacks, once="expired:8")
    assert len(receiver.requests) == 2


def test_failed_attempt_waits_longer_each_time_until_it_is_given_up(receiver, webhook, settings):
    settings.CELERY_TASK_EAGER_PROPAGATES = False
    receiver.answer = (500, {}, "down")
    row = DeliveryFactory(webhook=webhook)
    at = NOON
    with time_machine.travel(at, tick=False):
        delivery.deliver(row.pk)
    for number, pause in enumerate(delivery.PAUSES, start=1):
        row = now(row)
        assert (row.status, row.attempts, row.next_try_at) == (DeliveryStatus.QUEUED, number, at + pause)
        Webhook.objects.update(failing_since=None)  # others arrive: it is not paused
        run_due_jobs(row.next_try_at - dt.timedelta(seconds=1))
        assert now(row).attempts == number
        at = row.next_try_at + jobs.RESEND_AFTER + dt.timedelta(seconds=1)
        run_due_jobs(at)
    row = now(row)
    assert (row.status, row.attempts, row.next_try_at) == (DeliveryStatus.FAILED, 10, None)
    assert list(row.log.values_list("code", "answer")) == [(500, "down")] * 10
    assert sum(delivery.PAUSES, dt.timedelta()) == dt.timedelta(hours=70, minutes=21)


def test_receiver_that_comes_back_gets_the_event(receiver, webhook):
    receiver.answer = (503, {}, "")
    row = DeliveryFactory(webhook=webhook)
    with time_machine.travel(NOON, tick=False):
        delivery.deliver(row.pk)
    assert now(webhook).failing_since == NOON
    receiver.answer = (200, {}, "")
    run_due_jobs(NOON + dt.timedelta(minutes=2))
    assert (now(row).status, now(webhook).failing_since) == (DeliveryStatus.DELIVERED, None)
    assert [body for *_, body in receiver.requests] == [row.body, row.body]


def test_second_run_of_a_job_that_is_done_sends_nothing(receiver, webhook):
    row = DeliveryFactory(webhook=webhook)
    delivery.deliver(row.pk)
    delivery.deliver(row.pk)
    assert len(receiver.requests) == 1


def test_webhook_is_paused_after_two_days_and_its_owner_told_once(receiver, webhook):
    receiver.answer = (500, {}, "")
    first, second = DeliveryFactory(webhook=webhook), DeliveryFactory(webhook=webhook)
    for row, hours in ((first, 0), (first, 47), (second, 48), (second, 49)):
        with time_machine.travel(NOON + dt.timedelta(hours=hours), tick=False):
            delivery.deliver(row.pk)
        assert now(webhook).is_active == (hours < 48)
    assert now(webhook).paused_because == "HTTP 500"
    assert len(receiver.requests) == 3
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.url) == (
        webhook.owner,
        "webhook_paused",
        f"/staff/webhooks/{webhook.pk}/",
    )
    assert "HTTP 500" in notice.body
    assert [entry.action for entry in HistoryEntry.objects.about(webhook)] == ["webhook.paused"]


def test_receiver_that_says_gone_is_paused_at_once(receiver, webhook):
    receiver.answer = (410, {}, "")
    delivery.deliver(DeliveryFactory(webhook=webhook).pk)
    assert (now(webhook).is_active, now(webhook).state) == (False, "paused")


def test_pause_without_an_answer_gives_the_reason(receiver, webhook, settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    Webhook.objects.update(failing_since=timezone.now() - dt.timedelta(days=3))
    delivery.deliver(DeliveryFactory(webhook=webhook).pk)
    assert now(webhook).paused_because == "127.0.0.1 leads to 127.0.0.1, which is not a public address."


def test_pause_holds_what_waits_and_resume_sends_it(receiver, webhook, csr_manager, django_capture_on_commit_callbacks):
    waiting = DeliveryFactory(webhook=webhook)
    DeliveryFactory(webhook=webhook, status=DeliveryStatus.DELIVERED)
    subscriptions.pause(webhook, by=csr_manager)
    subscriptions.pause(webhook, by=csr_manager)
    delivery.deliver(waiting.pk)
    happen(django_capture_on_commit_callbacks)
    assert (receiver.requests, WebhookDelivery.objects.count()) == ([], 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert subscriptions.resume(webhook, by=csr_manager) == 1
        assert subscriptions.resume(webhook, by=csr_manager) == 0
    assert (len(receiver.requests), now(waiting).status) == (1, DeliveryStatus.DELIVERED)
    actions = [entry.action for entry in HistoryEntry.objects.about(webhook)]
    assert actions == ["webhook.resume", "webhook.pause"]


def test_test_event_goes_out_even_while_paused_and_is_tried_once(receiver, webhook, django_capture_on_commit_callbacks):
    Webhook.objects.update(is_active=False)
    receiver.answer = (500, {}, "")
    with django_capture_on_commit_callbacks(execute=True):
        row = delivery.send_test(webhook)
    assert (now(row).status, now(row).attempts, now(webhook).failing_since) == (DeliveryStatus.FAILED, 1, None)
    assert json.loads(receiver.requests[0][2])["event"] == "test"


def test_send_again_sends_the_same_event_with_the_same_id(receiver, webhook, django_capture_on_commit_callbacks):
    row = DeliveryFactory(webhook=webhook, status=DeliveryStatus.FAILED, attempts=10, event_id=uuid.UUID(int=7))
    with django_capture_on_commit_callbacks(execute=True):
        delivery.send_again(row)
    assert (now(row).status, now(row).attempts) == (DeliveryStatus.DELIVERED, 1)
    [(_, headers, body)] = receiver.requests
    assert (headers["CSR-Portal-Event-Id"], body) == (str(uuid.UUID(int=7)), row.body)


def test_send_again_is_refused_while_paused():
    row = DeliveryFactory(webhook__is_active=False)
    with pytest.raises(WorkflowError, match="The webhook is paused. Resume it first."):
        delivery.send_again(row)
    assert not Job.objects.exists()


def test_new_secret_signs_beside_the_former_for_a_day(webhook, administrator):
    with time_machine.travel(NOON, tick=False):
        new = subscriptions.rotate(webhook, by=administrator)
    row = now(webhook)
    assert [signing.decrypted(text) for text in delivery.valid_secrets(row, NOON)] == [new, "whs_first"]
    late = NOON + subscriptions.OVERLAP
    assert [signing.decrypted(text) for text in delivery.valid_secrets(row, late)] == [new]
    third = subscriptions.rotate(row, by=administrator)
    assert [signing.decrypted(text) for text in delivery.valid_secrets(now(webhook))] == [third, new]


def test_deliveries_are_forgotten_after_ninety_days(webhook):
    old = DeliveryFactory(webhook=webhook, created_at=NOON - dt.timedelta(days=90, seconds=1))
    WebhookAttempt.objects.create(delivery=old, code=200)
    kept = DeliveryFactory(webhook=webhook, created_at=NOON - dt.timedelta(days=90))
    assert delivery.forget_old(NOON) == 1
    assert list(WebhookDelivery.objects.all()) == [kept]


@pytest.mark.parametrize("act", [subscriptions.save, subscriptions.rotate, subscriptions.pause, subscriptions.resume])
@pytest.mark.parametrize("person", ["buyer", "auditor", "training_coordinator", "alice"])
def test_nobody_else_changes_a_webhook(act, person, request):
    webhook = WebhookFactory()
    with pytest.raises(PermissionDenied):
        act(webhook, by=request.getfixturevalue(person))
    assert not HistoryEntry.objects.about(webhook).exists()


def test_job_that_waits_for_its_time_is_sent_by_the_sweeper_only(receiver, webhook, django_capture_on_commit_callbacks):
    row = DeliveryFactory(webhook=webhook)
    with time_machine.travel(NOON, tick=False), django_capture_on_commit_callbacks(execute=True):
        job = delivery.deliver.enqueue(row.pk, not_before=NOON + dt.timedelta(minutes=5))
    run_due_jobs(NOON + dt.timedelta(minutes=5))
    assert (receiver.requests, Job.objects.get(pk=job.pk).status) == ([], JobStatus.QUEUED)
    run_due_jobs(NOON + dt.timedelta(minutes=6))
    assert (len(receiver.requests), Job.objects.get(pk=job.pk).status) == (1, JobStatus.DONE)
