"""What other systems are told when a file of suppliers comes in, and when it is taken back (docs/webhooks.md)."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from csr_portal.core.models import Job
from csr_portal.core.webhooks.models import WebhookDelivery
from suppliers.imports import applying, telling, undoing, workflow
from suppliers.models import Supplier, SupplierImport
from suppliers.workflow.invitations import invite
from tests.factories.core import WebhookFactory
from tests.factories.imports import HEAD, checked
from tests.factories.suppliers import SupplierFactory

pytestmark = pytest.mark.django_db
EVENTS = ["supplier.status_changed", "supplier_import.finished", "supplier_import.undone"]


@pytest.fixture
def webhook():
    return WebhookFactory(events=EVENTS)


def lines(number):
    return [[f"Company {n}", "US", f"R-{n}", f"a{n}@b.example"] for n in range(number)]


def applied(buyer, rows, head=HEAD):
    imported = checked(buyer, [head, *rows])
    workflow.apply(imported, by=buyer, plan=workflow.plan_key(imported))
    applying.apply(imported.pk)
    return SupplierImport.objects.get(pk=imported.pk)


def undone(imported, buyer):
    workflow.undo(imported, by=buyer, reason="Wrong list")
    undoing.undo(imported.pk)
    return SupplierImport.objects.get(pk=imported.pk)


def told():
    return [json.loads(row.body) for row in WebhookDelivery.objects.order_by("pk")]


def short(contents):
    return [(c["event"], c["object"]["number"], c["object"]["state"]) for c in contents]


def test_an_import_is_summed_up_and_each_new_supplier_told(house, webhook, buyer, settings):
    settings.PUBLIC_URL = "https://portal.example.com"
    known = SupplierFactory(number="S-20001", name="Before", country="US", owner=buyer)
    row = ["After", "US", known.registration_number, "", "S-20001"]
    imported = applied(buyer, [[*line, ""] for line in lines(2)] + [row], [*HEAD, "supplier number"])
    new = list(Supplier.objects.filter(name__startswith="Company").order_by("pk"))
    first, *others = told()
    assert first["object"] == {
        "type": "supplier_import", "id": imported.pk, "number": imported.number, "state": "applied",
    }  # fmt: skip
    assert first["counts"] == {"created": 2, "changed": 1, "told_one_by_one": 2}
    assert first["links"] == {
        "page": f"https://portal.example.com/staff/suppliers/imports/{imported.pk}/",
        "api": f"https://portal.example.com/api/v1/supplier-imports/{imported.pk}/rows/",
    }
    assert short(others) == [("supplier.status_changed", supplier.number, "listed") for supplier in new]
    assert [(c["object"]["id"], c["import"]) for c in others] == [(row.pk, imported.number) for row in new]
    assert others[0]["links"]["api"].endswith(f"/api/v1/suppliers/{new[0].number}/gate/")
    rows = list(WebhookDelivery.objects.order_by("pk").values_list("pk", flat=True))
    jobs = Job.objects.filter(task="core.deliver_webhook").order_by("pk")
    assert list(jobs.values_list("arguments", flat=True)) == [[key] for key in rows]


def test_an_undo_is_summed_up_and_each_removed_supplier_told(house, webhook, buyer):
    imported = applied(buyer, lines(2))
    numbers = list(Supplier.objects.order_by("pk").values_list("number", flat=True))
    WebhookDelivery.objects.all().delete()
    undone(imported, buyer)
    first, *others = told()
    assert short([first]) == [("supplier_import.undone", imported.number, "undone")]
    assert first["counts"] == {"removed": 2, "restored": 0, "told_one_by_one": 2}
    assert short(others) == [("supplier.status_changed", number, "removed") for number in numbers]
    assert {c["links"]["page"] for c in others} == {first["links"]["page"]}


def test_of_a_large_import_only_the_summary_is_told(house, webhook, buyer, monkeypatch):
    monkeypatch.setattr(telling, "EACH_UP_TO", 2)
    imported = applied(buyer, lines(3))
    assert short(told()) == [("supplier_import.finished", imported.number, "applied")]
    assert told()[0]["counts"] == {"created": 3, "changed": 0, "told_one_by_one": 0}
    undone(imported, buyer)
    assert short(told())[1:] == [("supplier_import.undone", imported.number, "undone")]


def test_a_plan_that_is_outdated_and_an_undo_that_is_refused_tell_nothing(house, webhook, buyer):
    imported = checked(buyer, [HEAD, *lines(2)])
    workflow.apply(imported, by=buyer, plan=workflow.plan_key(imported))
    SupplierFactory(country="US", registration_kind="ein", registration_number="R-1", registration_key="US:R1")
    applying.apply(imported.pk)
    assert SupplierImport.objects.get(pk=imported.pk).status == "planned"
    assert told() == []
    other = applied(buyer, [["C", "US", "R-77", "c@b.example"]])
    before = told()
    supplier = Supplier.objects.get(registration_number="R-77")
    invite(supplier, email="c@b.example", language="en", by=buyer)
    assert undone(other, buyer).status == "applied"
    assert short(told()[len(before) :]) == [("supplier.status_changed", supplier.number, "invited")]


@pytest.mark.parametrize("act", [applying.apply, undoing.undo])
def test_telling_takes_the_same_queries_for_three_suppliers_and_for_thirty(house, webhook, buyer, act):
    def queries(rows):
        if act is undoing.undo:
            imported = applied(buyer, rows)
            workflow.undo(imported, by=buyer, reason="Wrong list")
        else:
            imported = checked(buyer, [HEAD, *rows])
            workflow.apply(imported, by=buyer, plan=workflow.plan_key(imported))
        with CaptureQueriesContext(
            connection,
        ) as found:
            act(imported.pk)
        return len(found)

    queries(lines(50)[49:])  # what is looked up once per process
    assert queries(lines(30)[:3]) == queries(lines(40)[10:])
    assert WebhookDelivery.objects.filter(event="supplier.status_changed").count() in {34, 68}


def test_an_import_without_subscribers_writes_nothing(house, buyer):
    WebhookFactory(events=["agreement.in_force"])
    WebhookFactory(events=EVENTS, is_active=False)
    applied(buyer, lines(1))
    assert not WebhookDelivery.objects.exists()


def test_api_gives_the_lines_of_an_import_also_of_suppliers_that_are_gone(house, buyer, login):
    known = SupplierFactory(number="S-20001", name="Before", country="US", owner=buyer)
    doubtful = ["D", "CN", "91350100M000100Y44", "d@b.example", ""]
    rows = [[*lines(1)[0], ""], doubtful, ["After", "US", known.registration_number, "", "S-20001"]]
    imported = applied(buyer, rows, [*HEAD, "supplier number"])
    new = Supplier.objects.get(name="Company 0")
    address = f"/api/v1/supplier-imports/{imported.pk}/"
    wanted = [
        {"line": 2, "what": "created", "supplier_id": new.pk, "supplier": new.number, "fields_changed": []},
        {"line": 4, "what": "changed", "supplier_id": known.pk, "supplier": "S-20001", "fields_changed": ["name"]},
    ]
    client = login(buyer)
    assert client.get(f"{address}rows/").json()["results"] == wanted
    answer = client.get(address).json()
    assert (answer["number"], answer["status"]) == (imported.number, "applied")
    assert answer["counts"] == {"create": 1, "update": 1, "question": 1, "accepted": 0}
    undone(imported, buyer)
    assert client.get(f"{address}rows/").json()["results"] == wanted
    listed = client.get("/api/v1/supplier-imports/", {"status": "undone"}).json()["results"]
    assert [row["id"] for row in listed] == [imported.pk]


def test_number_with_a_suffix_is_still_known_after_the_undo(house, buyer, login):
    imported = checked(buyer, [HEAD, *lines(1)])
    key = imported.rows.get().supplier_key
    SupplierFactory(number=f"S-{10_000 + key}")
    workflow.apply(imported, by=buyer, plan=workflow.plan_key(imported))
    applying.apply(imported.pk)
    number = f"S-{10_000 + key}-{imported.pk}"
    assert Supplier.objects.get(pk=key).number == number
    undone(SupplierImport.objects.get(pk=imported.pk), buyer)
    [row] = login(buyer).get(f"/api/v1/supplier-imports/{imported.pk}/rows/").json()["results"]
    assert row["supplier"] == number
