import pytest

from csr_portal.core.models import HistoryEntry
from csr_portal.core.states import DeliveryStatus
from csr_portal.core.sweeps import forget_old_deliveries
from csr_portal.core.webhooks import delivery, signing
from csr_portal.core.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from tests.factories.core import DeliveryFactory, WebhookFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(login, csr_manager):
    return login(csr_manager)


def text(response):
    return response.content.decode()


def test_added_webhook_shows_its_secret_once(client, receiver, csr_manager):
    values = {"name": "ERP", "address": receiver.address, "events": ["agreement.in_force", "supplier.status_changed"]}
    response = client.post("/staff/webhooks/add/", values)
    webhook = Webhook.objects.get()
    assert response.url == f"/staff/webhooks/{webhook.pk}/"
    assert (webhook.owner, webhook.events) == (csr_manager, ["supplier.status_changed", "agreement.in_force"])
    secret = signing.decrypted(webhook.secret)
    assert secret in text(client.get(response.url))
    assert secret not in text(client.get(response.url))
    assert [entry.action for entry in HistoryEntry.objects.about(webhook)] == ["webhook.add"]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"address": "http://erp.example.com/"}, "The address must begin with https://."),
        ({"address": "https://127.0.0.1/"}, "127.0.0.1 leads to 127.0.0.1, which is not a public address."),
        ({"address": "https://u:p@erp.example.com/"}, "The address must not contain a user name or password."),
        ({"address": "nonsense"}, "Enter a valid URL."),
        ({"events": []}, "This field is required."),
        ({"events": ["agreement.burned"]}, "agreement.burned is not one of the available choices."),
    ],
)
def test_bad_values_are_refused_with_their_reason(client, values, error):
    response = client.post("/staff/webhooks/add/", {"name": "ERP", "events": ["agreement.signed"]} | values)
    assert response.status_code == 422
    assert error in text(response).replace("&#x27;", "'")
    assert not Webhook.objects.exists()


def test_changed_webhook_keeps_owner_and_secret(client, receiver):
    webhook = WebhookFactory()
    values = {"name": "New name", "address": receiver.address, "events": ["certificate.expired"]}
    client.post(f"/staff/webhooks/{webhook.pk}/edit/", values)
    after = Webhook.objects.get()
    assert (after.name, after.events, after.owner) == ("New name", ["certificate.expired"], webhook.owner)
    assert after.secret == webhook.secret
    assert [entry.action for entry in HistoryEntry.objects.about(webhook)] == ["webhook.change"]


def test_new_secret_is_shown_once_and_only_on_its_own_page(client):
    webhook, other = WebhookFactory(), WebhookFactory()
    client.post(f"/staff/webhooks/{webhook.pk}/secret/")
    secret = signing.decrypted(Webhook.objects.get(pk=webhook.pk).secret)
    assert secret not in text(client.get(f"/staff/webhooks/{other.pk}/"))
    page = text(client.get(f"/staff/webhooks/{webhook.pk}/"))
    assert (secret in page, "Two secrets sign until" in page) == (True, True)


def test_test_event_and_delivery_page(client, receiver, django_capture_on_commit_callbacks):
    receiver.answer = (500, {}, "<script>alert(1)</script>")
    webhook = WebhookFactory(address=receiver.address)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"/staff/webhooks/{webhook.pk}/test/")
    row = WebhookDelivery.objects.get()
    assert response.url == f"/staff/webhooks/deliveries/{row.pk}/"
    page = text(client.get(response.url))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "1 of at most 10" in page


def test_pause_resume_and_send_again_from_the_pages(client, receiver, django_capture_on_commit_callbacks):
    webhook = WebhookFactory(address=receiver.address)
    row = DeliveryFactory(webhook=webhook, status=DeliveryStatus.FAILED)
    client.post(f"/staff/webhooks/{webhook.pk}/pause/")
    again = f"/staff/webhooks/deliveries/{row.pk}/again/"
    assert "The webhook is paused. Resume it first." in text(client.post(again, follow=True))
    client.post(f"/staff/webhooks/{webhook.pk}/resume/")
    with django_capture_on_commit_callbacks(execute=True):
        assert "It is sent again now." in text(client.post(again, follow=True))
    assert WebhookDelivery.objects.get().status == DeliveryStatus.DELIVERED


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_the_same_few_questions_for_one_and_for_three(client, number, django_assert_num_queries):
    for _ in range(number):
        DeliveryFactory()
        WebhookAttempt.objects.create(delivery=DeliveryFactory(webhook=Webhook.objects.first()), code=200)
    client.get("/staff/webhooks/")
    with django_assert_num_queries(4):
        client.get("/staff/webhooks/")
    with django_assert_num_queries(7):
        client.get(f"/staff/webhooks/{Webhook.objects.first().pk}/")


def test_lists_are_exported_formula_safe(client):
    row = DeliveryFactory(subject="=1+1", webhook__name="@cmd")
    listing = client.get("/staff/webhooks/?export=csv").getvalue().decode()
    assert "'@cmd,https://erp.example.com/hooks,Active," in listing
    assert "'=1+1,Queued" in client.get(f"/staff/webhooks/{row.webhook_id}/?export=csv").getvalue().decode()


def test_search_and_empty_lists(client):
    assert "No webhook yet" in text(client.get("/staff/webhooks/"))
    webhook = WebhookFactory(name="Warehouse")
    assert "Warehouse" in text(client.get("/staff/webhooks/?q=ware"))
    assert "Nothing has been sent yet" in text(client.get(f"/staff/webhooks/{webhook.pk}/"))
    DeliveryFactory(webhook=webhook)
    assert "S-10417" in text(client.get(f"/staff/webhooks/{webhook.pk}/?q=10417"))
    assert "S-10417" not in text(client.get(f"/staff/webhooks/{webhook.pk}/?q=S-99"))


def test_warnings_of_a_webhook_that_fails_or_was_paused(client):
    webhook = WebhookFactory(failing_since=delivery.timezone.now())
    assert "After two days the webhook is paused." in text(client.get(f"/staff/webhooks/{webhook.pk}/"))
    Webhook.objects.update(is_active=False, paused_because="HTTP 410")
    assert "Last answer: HTTP 410" in text(client.get(f"/staff/webhooks/{webhook.pk}/"))


def test_sweep_forgets_old_deliveries():
    DeliveryFactory(created_at=delivery.timezone.now() - delivery.dt.timedelta(days=91))
    forget_old_deliveries()
    assert not WebhookDelivery.objects.exists()
