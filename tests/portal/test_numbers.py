"""Each number of My work opens exactly its rows."""

import datetime as dt

import pytest

from csr_portal.core.timezones import today
from suppliers.models import Supplier
from tests.factories.suppliers import SupplierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def suppliers(buyer, csr_manager, gate_policy):
    """Of every kind one in the buyer's care, one in somebody else's, one that has left."""
    day = today()
    facts = [
        {"next_turn": "supplier", "next_due_on": day - dt.timedelta(days=1)},
        {"next_turn": "buyer", "next_due_on": day - dt.timedelta(days=1)},
        {"next_turn": "supplier", "next_due_on": day},
        {"status": "suspended"},
        {"grace_until": day},
        {"gate_missing": 3},
        {"agreement_until": day + dt.timedelta(days=30)},
        {"inspection_until": day, "agreement_status": "in_force"},
        {"agreement_until": day + dt.timedelta(days=31), "agreement_status": "in_force"},
        {"status": "invited"},
    ]
    for values in facts:
        for owner, more in [(buyer, {}), (csr_manager, {}), (buyer, {"status": "ended"})]:
            row = SupplierFactory(owner=owner)
            Supplier.objects.filter(pk=row.pk).update(**values | more)


@pytest.mark.parametrize("person", ["buyer", "csr_manager", "auditor"])
def test_each_number_equals_its_rows(person, suppliers, request, login):
    client = login(request.getfixturevalue(person))
    home = client.get("/staff/")
    counts = [item for item in home.context["counts"] if "/suppliers/" in item["url"]]
    assert [item["url"].rpartition("=")[2] for item in counts] == ["overdue", "stopped", "expiring"]
    assert all(item["number"] > 0 for item in counts)
    for item in counts:
        page = client.get(item["url"])
        assert page.context["page"].count == item["number"] == len(page.context["page"].rows)
        assert page.context["view"] == item["url"].rpartition("=")[2]
    page = client.get(home.context["gaps_url"])
    assert page.context["page"].count == home.context["coverage_gap"]


def test_work_view_is_a_tab_only_while_it_is_open(suppliers, buyer, login):
    client = login(buyer)
    codes = [tab["code"] for tab in client.get("/staff/suppliers/?view=overdue").context["tabs"]]
    assert codes[-1] == "overdue"
    assert "overdue" not in [tab["code"] for tab in client.get("/staff/suppliers/").context["tabs"]]


def test_tasks_that_are_counted_are_listed(suppliers, buyer, login):
    Supplier.objects.filter(owner=buyer, status="cooperating").update(status="registered", turn="buyer")
    client = login(buyer)
    waiting = client.get("/staff/").context["counts"][0]
    assert waiting["number"] == len(client.get(waiting["url"]).context["tasks"]) > 0
