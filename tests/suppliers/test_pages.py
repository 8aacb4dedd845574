import pytest

from suppliers.models import Supplier
from suppliers.states import RiskBand
from tests.factories.suppliers import SiteFactory, SupplierFactory

LIST = "/staff/suppliers/?view=all"


@pytest.mark.parametrize("number", [1, 3])
def test_supplier_list_takes_the_same_queries_for_any_number(
    number, gate_policy, buyer, login, django_assert_num_queries
):
    SupplierFactory.create_batch(number, owner=buyer)
    client = login(buyer)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(LIST)
    assert len(page.context["page"].rows) == number


LIST_QUERIES = 2 + 2  # session, person with roles; rows, all else: counts, countries, company, notices


def test_saved_views_count_their_rows(acme, rival, buyer, login):
    Supplier.objects.filter(pk=rival.pk).update(status="strategic", gate_missing=2, is_key_material=True)
    page = login(buyer).get("/staff/suppliers/")
    assert {tab["code"]: tab["count"] for tab in page.context["tabs"]} == {
        "mine": "2",
        "blocked": "1",
        "strategic": "1",
        "key": "1",
        "agreement": "2",
        "no_review": "2",
        "all": "2",
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=宏达", ["S-10417"]),
        ("q=莞市宏", ["S-10417"]),
        ("q=宏", ["S-10417"]),
        ("q=达东", []),
        ("q=10440", ["S-10440"]),
        ("q=宏达 10440", []),
        ("risk=high", ["S-10417"]),
        ("gate=missing", ["S-10440"]),
        ("sort=-name", ["S-10440", "S-10417"]),
    ],
)
def test_list_is_searched_filtered_and_sorted(query, found, acme, rival, buyer, login):
    Supplier.objects.filter(pk=acme.pk).update(risk_band=RiskBand.HIGH)
    Supplier.objects.filter(pk=rival.pk).update(gate_missing=1)
    page = login(buyer).get(f"{LIST}&{query}")
    assert [row.number for row in page.context["page"].rows] == found


def test_list_is_exported_as_csv_for_chinese_excel(acme, rival, buyer, login):
    response = login(buyer).get(f"{LIST}&export=csv")
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text[0] == "\ufeff"
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["S-10417", "S-10440"]


def test_supplier_changes_its_data_and_the_history_says_what(acme, alice, login):
    site = SiteFactory(supplier=acme)
    form = {
        "name": "新厂区",
        "name_latin": "New plant",
        "country": "CN",
        "workers_women": 10,
        "workers_men": 5,
        "workers_young": 1,
        "workers_dispatched": 0,
        "workers_migrant": 0,
        "workers_temporary": 0,
        "is_supplying": "on",
        "is_active": "on",
    }
    assert login(alice).post(f"/portal/sites/{site.pk}/", form).status_code == 302
    site.refresh_from_db()
    assert (site.name, site.workers) == ("新厂区", 15)
    refused = login(alice).post(f"/portal/sites/{site.pk}/", form | {"workers_young": 16})
    assert refused.status_code == 422


def test_gate_api_answers_deny_with_reasons_and_until(acme, buyer, login):
    answer = login(buyer).get("/api/v1/suppliers/S-10417/gate/?segment=strategic").json()
    assert {name: answer[name] for name in ("supplier", "segment", "answer", "until", "policy")} == {
        "supplier": "S-10417",
        "segment": "strategic",
        "answer": "deny",
        "until": None,
        "policy": 1,
    }
    assert [reason["code"] for reason in answer["reasons"]] == ["status", "csr_review"]


def test_api_list_shows_a_supplier_only_itself(acme, rival, alice, login):
    rows = login(alice).get("/api/v1/suppliers/").json()["results"]
    assert [row["number"] for row in rows] == ["S-10417"]
