import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from rest_framework.throttling import UserRateThrottle

from agreements.models import Acknowledgement, Agreement
from csr_portal.core.models import ApiToken
from csr_portal.core.timezones import today
from tests.factories.agreements import AcknowledgementFactory, AgreementFactory, VersionFactory

pytestmark = pytest.mark.django_db
ISSUE = "/api/v1/agreements/issue/"


@pytest.fixture(autouse=True)
def uncounted():
    cache.clear()


@pytest.fixture
def version():
    return VersionFactory(document__code="csr-agreement")


def issue(client, **more):
    headers = {"Idempotency-Key": more.pop("key")} if "key" in more else {}
    data = {"supplier": "S-10417", "document": "csr-agreement"} | more
    return client.post(ISSUE, data, content_type="application/json", headers=headers)


def test_agreement_is_issued_and_written_as_json(version, acme, buyer, login):
    answer = issue(login(buyer), due_on="2026-12-24", language="ja")
    agreement = Agreement.objects.get()
    assert answer.status_code == 201
    body = answer.json()
    facts = {"supplier": "S-10417", "document": "csr-agreement", "status": "issued", "turn": "supplier"}
    assert {key: body[key] for key in facts} == facts
    assert (body["due_on"], body["language"], body["sealed_url"]) == ("2026-12-24", "ja", None)
    assert body["text_url"].endswith(f"/api/v1/agreements/{agreement.pk}/files/text/")


def test_same_key_issues_once(version, acme, buyer, login):
    client = login(buyer)
    first, second = issue(client, key="order-7"), issue(client, key="order-7")
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json(), "Idempotency-Repeated" in first) == (second.json(), False)
    assert second["Idempotency-Repeated"] == "true"
    assert Agreement.objects.count() == 1


def test_same_key_for_another_body_is_refused_and_issues_nothing(version, acme, rival, buyer, login):
    client = login(buyer)
    issue(client, key="order-7")
    answer = issue(client, key="order-7", supplier=rival.number)
    assert (answer.status_code, answer.json()["code"], Agreement.objects.count()) == (409, "key_reused", 1)
    assert answer.json()["message"].startswith("Idempotency-Key “order-7” was used for another request at ")


def test_dry_run_says_what_would_happen_and_issues_nothing(version, acme, buyer, login):
    body = issue(login(buyer), dry_run=True).json()
    said = {"issued_to": ["S-10417"], "left_out": []}
    assert ({name: body[name] for name in said}, Agreement.objects.count()) == (said, 0)
    assert body["undeliverable"] == [{"supplier": "S-10417", "reason": "Nobody of this supplier has an account."}]


def test_second_issue_without_key_is_refused_with_the_reason(version, acme, buyer, login):
    client = login(buyer)
    issue(client)
    answer = issue(client)
    assert answer.status_code == 409
    assert answer.json()["message"] == "An agreement already waits for a signature"


def test_key_of_another_person_opens_nothing(version, acme, buyer, csr_manager, login):
    issue(login(buyer), key="order-7")
    assert issue(login(csr_manager), key="order-7").status_code == 409


def test_guideline_is_issued_by_its_code(acme, buyer, login):
    VersionFactory(document__kind="guideline", document__code="guideline")
    answer = issue(login(buyer), document="guideline")
    assert (answer.status_code, answer.json()["id"]) == (201, Acknowledgement.objects.get().pk)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"supplier": "S-0"}, "supplier: no supplier has the number “S-0”."),
        ({"document": "none"}, "document: no published text has the code “none”."),
    ],
)
def test_issue_of_what_is_not_there_names_it(change, message, version, acme, buyer, login):
    answer = issue(login(buyer), **change)
    assert (answer.status_code, answer.json()["message"]) == (404, message)


def test_day_to_sign_by_that_is_over_is_named(version, acme, buyer, login):
    answer = issue(login(buyer), due_on="2019-01-01")
    text = f"The day to sign by must come after the day of the issue, {today().isoformat()}."
    assert (answer.status_code, answer.json()["fields"]) == (400, {"due_on": [text]})


def test_token_does_what_its_person_may(version, acme, buyer, alice):
    for person, status in ((buyer, 201), (alice, 403)):
        _row, text = ApiToken.issue(person, "ERP")
        assert issue(Client(headers={"Authorization": f"Token {text}"})).status_code == status
    assert issue(Client(headers={"Authorization": "Token wrong"})).status_code == 401


def test_more_calls_than_allowed_are_told_when_to_come_again(version, buyer, login, monkeypatch):
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    client = login(buyer)
    answers = [client.get(reverse("api:agreement-list")) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2].json()["code"], 0 < int(answers[2]["Retry-After"]) <= 60) == ("throttled", True)


@pytest.mark.parametrize("person", ["alice", "auditor", "mallory"])
def test_issue_is_forbidden_to_others(person, version, acme, login, request):
    assert issue(login(request.getfixturevalue(person))).status_code == 403
    assert Agreement.objects.count() == 0


def test_suppliers_read_their_own_rows_only(version, acme, rival, alice, mallory, login):
    own = AgreementFactory(supplier=acme, version=version)
    AgreementFactory(supplier=rival, version=version)
    AcknowledgementFactory(supplier=rival)
    body = login(alice).get(reverse("api:agreement-list")).json()
    assert [row["id"] for row in body["results"]] == [own.pk]
    assert login(alice).get(reverse("api:acknowledgement-list")).json()["results"] == []


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(number, version, acme, buyer, login, django_assert_num_queries):
    AgreementFactory.create_batch(number, version=version)
    client = login(buyer)
    client.get(reverse("api:agreement-list"))
    with django_assert_num_queries(10):  # five of them are the session, the person and the throttle
        client.get(reverse("api:agreement-list"))


@pytest.mark.usefixtures("fonts")
def test_file_is_the_text_as_presented(version, acme, alice, mallory, login):
    agreement = AgreementFactory(supplier=acme, version=version)
    address = reverse("api:agreement-files", args=[agreement.pk, "text"])
    answer = login(alice).get(address)
    assert (answer["Content-Type"], b"".join(answer.streaming_content)[:5]) == ("application/pdf", b"%PDF-")
    assert login(mallory).get(address).status_code == 404
    assert login(alice).get(reverse("api:agreement-files", args=[agreement.pk, "sealed"])).status_code == 404
