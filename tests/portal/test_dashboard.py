import datetime as dt

import pytest

from csr_portal import dashboard, waiting
from csr_portal.core.models import Notice
from csr_portal.core.timezones import today
from suppliers.models import Supplier
from tests.factories.suppliers import SupplierFactory

pytestmark = pytest.mark.django_db


def test_new_supplier_waits_for_its_own_buyer_only(buyer, gate_policy, acme, csr_manager):
    newcomer = SupplierFactory(owner=buyer, status="registered", turn="buyer", name="新来")
    assert [(task.obj, task.what) for task in waiting.waits_for(buyer)] == [
        (newcomer, "Check and admit the new supplier")
    ]
    assert waiting.waits_for(csr_manager) == []


def test_tasks_are_sorted_by_date_and_late_ones_are_marked(buyer, gate_policy):
    late = SupplierFactory(owner=buyer, status="registered", turn="buyer", due_on=today() - dt.timedelta(days=2))
    soon = SupplierFactory(owner=buyer, status="registered", turn="buyer", due_on=today() + dt.timedelta(days=2))
    whenever = SupplierFactory(owner=buyer, status="registered", turn="buyer")
    tasks = waiting.waits_for(buyer)
    assert [task.obj for task in tasks] == [late, soon, whenever]
    assert [task.tone for task in tasks] == ["bad", "brand", "brand"]


def test_numbers_count_the_buyers_own_suppliers(buyer, second_csr_manager, acme, rival):
    Supplier.objects.filter(pk=acme.pk).update(
        next_turn="supplier", next_due_on=today() - dt.timedelta(days=1), agreement_until=today()
    )
    Supplier.objects.filter(pk=rival.pk).update(status="suspended")
    SupplierFactory(status="suspended")
    Notice.objects.create(
        key="x", kind="x", email="a@b.example", language="en", subject="s", body="b", mail_status="failed"
    )
    assert dashboard.numbers(buyer, []) == {
        "in_care": 2,
        "overdue": 1,
        "blocked": 1,
        "expiring": 1,
        "waiting": 0,
        "to_sign": 0,
        "undelivered": 1,
    }
    assert dashboard.numbers(second_csr_manager, [])["in_care"] == 3


def test_coverage_never_rounds_up_to_a_hundred(buyer, gate_policy):
    for number in range(3):
        SupplierFactory(owner=buyer, agreement_status="in_force" if number else "issued")
    coverage = dashboard.agreement_coverage(buyer)
    assert (coverage.in_force, coverage.total, coverage.per_cent) == (2, 3, 66.6)
    assert dashboard.Coverage(1000, {"in_force": 999, "issued": 1}).per_cent == 99.9


@pytest.mark.parametrize("number", [1, 3])
def test_staff_home_takes_the_same_queries_for_any_number_of_tasks(
    login, buyer, gate_policy, number, django_assert_max_num_queries
):
    SupplierFactory.create_batch(number, owner=buyer, status="registered", turn="buyer")
    client = login(buyer)
    with django_assert_max_num_queries(28):
        assert client.get("/staff/").status_code == 200


def test_staff_home_shows_blocked_and_overdue_suppliers(login, buyer, acme, rival):
    Supplier.objects.filter(pk=acme.pk).update(
        next_turn="supplier",
        next_due_on=today() - dt.timedelta(days=6),
        agreement_status="issued",
        inspection_status="overdue",
    )
    Supplier.objects.filter(pk=rival.pk).update(status="suspended")
    page = login(buyer).get("/staff/").content.decode()
    assert page.count(acme.name) == 1
    assert page.count(rival.name) == 1
    assert page.count("6 days late") == 1
