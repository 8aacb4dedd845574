"""Campaigns by the API: nothing is issued that a dry run has not shown."""

import pytest

from agreements.campaigns import issue_batch
from agreements.models import Acknowledgement, Agreement, Campaign, CampaignTarget
from tests.factories.agreements import AgreementFactory, CampaignFactory, VersionFactory
from tests.factories.suppliers import SupplierFactory

pytestmark = pytest.mark.django_db
CAMPAIGNS = "/api/v1/agreement-campaigns/"


@pytest.fixture
def version():
    return VersionFactory(document__code="csr-agreement")


@pytest.fixture
def suppliers(acme):
    others = [SupplierFactory(number=f"S-2000{n}", name=f"Supplier {n}", country="JP") for n in (1, 2)]
    return [acme, *others]


@pytest.fixture
def ask(buyer, login, version):
    client = login(buyer)

    def asked(path="", key="", **body):
        headers = {"Idempotency-Key": key} if key else {}
        data = {"document": "csr-agreement"} | body
        return client.post(CAMPAIGNS + path, data, content_type="application/json", headers=headers)

    return asked


def test_dry_run_names_who_gets_the_text_and_who_does_not_and_why(ask, version, suppliers):
    AgreementFactory(supplier=suppliers[0], version=version)
    answer = ask("plan/", suppliers=[supplier.number for supplier in suppliers])
    body = answer.json()
    assert (answer.status_code, body["issued_to"], Campaign.objects.count()) == (200, ["S-20001", "S-20002"], 0)
    assert body["left_out"] == [{"supplier": "S-10417", "reason": "An agreement already waits for a signature"}]
    assert [row["supplier"] for row in body["undeliverable"]] == ["S-20001", "S-20002"]


def test_start_issues_what_the_dry_run_showed(ask, suppliers):
    plan = ask("plan/", country="JP").json()["plan"]
    answer = ask(country="JP", plan=plan, due_on="2099-01-31")
    body = answer.json()
    issue_batch(body["id"])
    assert (answer.status_code, body["document"], body["due_on"]) == (201, "csr-agreement", "2099-01-31")
    issued = Agreement.objects.order_by("supplier__number").values_list("supplier__number", "campaign")
    assert list(issued) == [("S-20001", body["id"]), ("S-20002", body["id"])]


def test_start_without_the_plan_or_with_another_one_is_refused(ask, suppliers):
    assert ask(country="JP").json()["fields"] == {"plan": ["This field is required."]}
    plan = ask("plan/", country="JP").json()["plan"]
    SupplierFactory(country="JP")
    answer = ask(country="JP", plan=plan)
    said = "plan: the text or its suppliers have changed since the dry run. Ask for it again."
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (409, "plan_changed", said)
    assert (Campaign.objects.count(), Agreement.objects.count()) == (0, 0)


def test_start_asked_twice_with_a_key_happens_once(ask, suppliers):
    plan = ask("plan/", all=True).json()["plan"]
    first, second = (ask(all=True, plan=plan, key="c-1") for _time in range(2))
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert (Campaign.objects.count(), CampaignTarget.objects.count()) == (1, 3)


def test_guideline_goes_out_in_a_campaign_too(ask, suppliers):
    VersionFactory(document__kind="guideline", document__code="guideline")
    plan = ask("plan/", document="guideline", all=True).json()["plan"]
    issue_batch(ask(document="guideline", all=True, plan=plan).json()["id"])
    assert Acknowledgement.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"suppliers": ["Say whom in one way: a list of suppliers, all of them, or filters."]}),
        (
            {"all": True, "country": "JP"},
            {"suppliers": ["Say whom in one way: a list of suppliers, all of them, or filters."]},
        ),
        ({"suppliers": ["S-10417", "S-0", "S-1"]}, {"suppliers": ["Not known: S-0, S-1."]}),
        (
            {"suppliers": [f"S-{n}" for n in range(1001)]},
            {"suppliers": ["Ensure this field has no more than 1000 elements."]},
        ),
        ({"segment": "listed"}, {"segment": ["“listed” is not a valid choice."]}),
        ({"category": "none"}, {"category": ["Object with code=none does not exist."]}),
        ({"all": True, "starts_on": "2019-01-01"}, {"starts_on": ["This day is over."]}),
        (
            {"all": True, "starts_on": "2099-01-02", "due_on": "2099-01-02"},
            {"due_on": ["The day to sign by must come after the day of the issue, 2099-01-02."]},
        ),
    ],
)
def test_bad_question_names_the_field_the_reason_and_the_limit(ask, suppliers, body, fields):
    answer = ask("plan/", **body)
    said = {name: [str(text).replace('"', "“", 1).replace('"', "”", 1) for text in texts]
            for name, texts in answer.json()["fields"].items()}  # fmt: skip
    assert (answer.status_code, said) == (400, fields)


def test_state_of_a_campaign_and_of_each_supplier(ask, version, suppliers, buyer, login):
    plan = ask("plan/", all=True).json()["plan"]
    pk = ask(all=True, plan=plan).json()["id"]
    AgreementFactory(supplier=suppliers[1], version=version)  # between the start and its turn
    issue_batch(pk)
    client = login(buyer)
    body = client.get(f"{CAMPAIGNS}{pk}/").json()
    assert body["status"] == "closed"
    assert body["progress"] == {"total": 3, "done": 3, "left_out": 1, "issued": 2, "statuses": {"issued": 2}}
    rows = client.get(f"{CAMPAIGNS}{pk}/suppliers/").json()["results"]
    assert [row["supplier"] for row in rows] == ["S-20001", "S-20002", "S-10417"]
    assert [row["left_out_because"] for row in rows] == ["An agreement already waits for a signature", "", ""]


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(number, buyer, login, django_assert_num_queries):
    CampaignFactory.create_batch(number, created_by=buyer)
    client = login(buyer)
    client.get(CAMPAIGNS)
    with django_assert_num_queries(10):  # eight of them are the session, the person and the throttle
        assert client.get(CAMPAIGNS).json()["count"] == number


def test_campaigns_are_for_procurement(login, auditor, alice):
    campaign = CampaignFactory()
    for person in (auditor, alice):
        client = login(person)
        assert client.get(CAMPAIGNS).json()["results"] == []
        assert client.get(f"{CAMPAIGNS}{campaign.pk}/").status_code == 404
        assert client.post(f"{CAMPAIGNS}plan/", {}, content_type="application/json").status_code == 403
