"""From an event to its answers: `publish` writes a row per webhook in the caller's transaction, jobs send it.

At least once: a crash between sending and noting sends a second time, with the same event id. Attempts and pauses are
stated here and in docs/webhooks.md.
"""

import datetime as dt
import json
import time
import uuid
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.bulk import BATCH
from csr_portal.core.jobs import job
from csr_portal.core.notices import tell
from csr_portal.core.states import DeliveryStatus
from csr_portal.core.webhooks import signing
from csr_portal.core.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from csr_portal.core.webhooks.sending import Answer, post
from csr_portal.core.workflow import SYSTEM, WorkflowError

VERSION = 1
TEST = "test"
USER_AGENT = "CSR-Portal-Webhooks/1"
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
# After attempt 1, 2, …; nothing left: given up, after ten attempts in not quite three days.
PAUSES = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR)
# So long nothing has arrived: the webhook is paused and its owner told.
PAUSED_AFTER = dt.timedelta(days=2)
GONE = 410
KEPT_DAYS = 90


@cache
def events() -> dict[str, Any]:
    """Every event that the apps name, with its words, in their order."""
    return {name: words for path in settings.WEBHOOK_EVENTS for name, words in import_string(path).items()}


def publish(
    event: str, *, kind: str, pk: int, number: str, state: str, page: str, api: str = "", once: str = "", **more: Any
) -> None:
    """Tell every active webhook that wants this event, after the commit. Small on purpose: ids, number, state, links.

    `page` and `api` are paths of this portal; with `once` the same text never makes a second delivery.
    """
    webhooks = _wanting(event)
    if not webhooks:
        return
    event_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.PUBLIC_URL}#{once}") if once else uuid.uuid4()
    content = _content(kind=kind, pk=pk, number=number, state=state, page=page, api=api, **more)
    for webhook in webhooks:
        _write(webhook, event, event_id, number, content)


def publish_all(event: str, happened: Iterable[dict[str, Any]]) -> None:
    """The same event for many at once, each as `publish` takes it (without `once`), by a constant number of queries."""
    webhooks = _wanting(event)
    if not webhooks:
        return
    rows = []
    for one in happened:
        event_id, content = uuid.uuid4(), _content(**one)
        rows += [_delivery(webhook, event, event_id, one["number"], content) for webhook in webhooks]
    made = WebhookDelivery.objects.bulk_create(rows, batch_size=BATCH)
    deliver.enqueue_all({f"{row.pk}:1": (row.pk,) for row in made})


def _wanting(event: str) -> list[Webhook]:
    return [row for row in Webhook.objects.active() if event in row.events]


def _content(*, kind: str, pk: int, number: str, state: str, page: str, api: str = "", **more: Any) -> dict[str, Any]:
    subject = {"type": kind, "id": pk, "number": number, "state": state}
    return {"object": subject, **more, "links": _links(page, api)}


def _links(page: str, api: str) -> dict[str, str]:
    paths = {"page": page, "api": api}
    return {name: settings.PUBLIC_URL + path for name, path in paths.items() if path}


def _delivery(
    webhook: Webhook, event: str, event_id: uuid.UUID, subject: str, content: dict[str, Any]
) -> WebhookDelivery:
    head = {"version": VERSION, "id": event_id, "event": event, "occurred_at": timezone.now()}
    body = json.dumps(head | content, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return WebhookDelivery(webhook=webhook, event_id=event_id, event=event, subject=subject[:80], body=body)


def _write(webhook: Webhook, event: str, event_id: uuid.UUID, subject: str, content: dict[str, Any]) -> WebhookDelivery:
    row = _delivery(webhook, event, event_id, subject, content)
    delivery, is_new = WebhookDelivery.objects.get_or_create(
        webhook=webhook, event_id=event_id, defaults={"event": event, "subject": row.subject, "body": row.body}
    )
    if is_new:
        deliver.enqueue(delivery.pk, key=f"{delivery.pk}:1")
    return delivery


@transaction.atomic
def send_test(webhook: Webhook) -> WebhookDelivery:
    """An event that means nothing, to see whether address, signature and receiver work; also while it is paused."""
    return _write(
        webhook, TEST, uuid.uuid4(), "", {"object": {"type": "webhook", "id": webhook.pk, "state": webhook.state}}
    )


@job("core.deliver_webhook", time_limit=60)
def deliver(delivery_id: int) -> None:
    """One attempt. A delivery that is done, given up or held by a pause is left alone."""
    delivery = WebhookDelivery.objects.select_related("webhook").get(pk=delivery_id)
    webhook = delivery.webhook
    if delivery.status != DeliveryStatus.QUEUED or not (webhook.is_active or delivery.event == TEST):
        return
    _note(delivery, post(webhook.address, delivery.body, headers_of(delivery)))


def headers_of(delivery: WebhookDelivery) -> dict[str, str]:
    keys = [signing.decrypted(text) for text in valid_secrets(delivery.webhook)]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "CSR-Portal-Event": delivery.event,
        "CSR-Portal-Event-Id": str(delivery.event_id),
        signing.HEADER: signing.signature(delivery.body, timestamp=int(time.time()), keys=keys),
    }


def valid_secrets(webhook: Webhook, now: dt.datetime | None = None) -> list[str]:
    """The secret, and the former one as long as its overlap lasts; encrypted, as they are kept."""
    overlaps = webhook.former_until is not None and webhook.former_until > (now or timezone.now())
    return [webhook.secret, webhook.former_secret] if overlaps else [webhook.secret]


@transaction.atomic
def _note(delivery: WebhookDelivery, answer: Answer) -> None:
    """Keep the attempt; done, next try, or given up."""
    webhook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
    now = timezone.now()
    WebhookAttempt.objects.create(
        delivery=delivery, at=now, code=answer.code, milliseconds=answer.milliseconds, error=answer.error[:300],
        answer=answer.text,
    )  # fmt: skip
    attempts = delivery.attempts + 1
    rows = WebhookDelivery.objects.filter(pk=delivery.pk)
    if answer.is_success:
        rows.update(status=DeliveryStatus.DELIVERED, attempts=attempts, next_try_at=None, finished_at=now)
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=None)
        return
    pause = PAUSES[attempts - 1] if attempts <= len(PAUSES) and delivery.event != TEST else None
    if pause is None:
        rows.update(status=DeliveryStatus.FAILED, attempts=attempts, next_try_at=None, finished_at=now)
    else:
        rows.update(attempts=attempts, next_try_at=now + pause)
        deliver.enqueue(delivery.pk, key=f"{delivery.pk}:{now.isoformat()}", not_before=now + pause)
    if delivery.event != TEST:
        _failed(webhook, answer, now)


def _failed(webhook: Webhook, answer: Answer, now: dt.datetime) -> None:
    """Note since when nothing arrives; pause what is gone, or what has failed for long."""
    since = webhook.failing_since or now
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=since)
    if webhook.is_active and (answer.code == GONE or now - since >= PAUSED_AFTER):
        what = f"HTTP {answer.code}" if answer.code else answer.error
        Webhook.objects.filter(pk=webhook.pk).update(is_active=False, paused_because=what[:300])
        entry = history.record(webhook, "webhook.paused", by=SYSTEM, data={"what": what, "since": since})
        context = {"webhook": webhook, "what": what, "since": since}
        url = reverse("staff:webhook-detail", args=[webhook.pk])
        tell([webhook.owner], "webhook_paused", about=webhook, event=str(entry.pk), url=url, context=context)


@transaction.atomic
def send_again(delivery: WebhookDelivery) -> None:
    """The same event with the same id once more, now, with all its attempts before it."""
    delivery = WebhookDelivery.objects.select_for_update().select_related("webhook").get(pk=delivery.pk)
    if not delivery.webhook.is_active and delivery.event != TEST:
        raise WorkflowError(_("The webhook is paused. Resume it first."))
    _requeue(delivery)


def release(webhook: Webhook) -> int:
    """After a pause: what was waiting goes out now. Returns how many."""
    rows = list(webhook.deliveries.filter(status=DeliveryStatus.QUEUED).order_by("pk"))
    for delivery in rows:
        _requeue(delivery)
    return len(rows)


def _requeue(delivery: WebhookDelivery) -> None:
    now = timezone.now()
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.QUEUED, attempts=0, next_try_at=now, finished_at=None
    )
    deliver.enqueue(delivery.pk, key=f"{delivery.pk}:{now.isoformat()}")


def forget_old(now: dt.datetime | None = None) -> int:
    """Deliveries and their log are kept for KEPT_DAYS; returns how many deliveries went."""
    before = (now or timezone.now()) - dt.timedelta(days=KEPT_DAYS)
    rows = WebhookDelivery.objects.filter(created_at__lt=before)
    number = rows.count()
    rows.delete()
    return number
