"""A colleague leaves: everything has a new hand, nothing is lost, the access ends at once."""

import pytest

from csr_portal import handover
from csr_portal.core.models import ApiToken, HistoryEntry, User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier
from tests.factories.core import UserFactory
from tests.factories.suppliers import DecisionFactory, SupplierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def successor(db):
    return UserFactory(email="next@example.com", name="Tom Becker", roles=["buyer"])


def owners():
    return list(Supplier.objects.order_by("pk").values_list("owner__email", flat=True))


def test_preview_counts_what_goes_over_and_no_more(acme, rival, buyer):
    SupplierFactory(owner=buyer, status="ended")
    DecisionFactory(review__supplier=acme, outcome="conditional", until=today(), conditions_owner=buyer)
    DecisionFactory(
        review__supplier=rival, outcome="conditional", until=today(), conditions_owner=buyer, conditions_met_on=today()
    )
    counts = {holding.code: number for holding, number in handover.preview(buyer)}
    assert counts == {"suppliers": 2, "conditions": 1, "seats": 0}
    for code, number in counts.items():
        assert handover.rows_of(buyer, code).count() == number


def test_everything_goes_over_and_the_histories_tell(acme, rival, buyer, successor, csr_manager):
    decision = DecisionFactory(review__supplier=acme, outcome="conditional", until=today(), conditions_owner=buyer)
    done = handover.hand_over(
        buyer, {"suppliers": successor, "conditions": csr_manager}, by=csr_manager, reason="Parental leave"
    )
    assert (done.moved, done.left) == ({"suppliers": 2, "conditions": 1}, [])
    assert owners() == ["next@example.com", "next@example.com"]
    decision.refresh_from_db()
    assert decision.conditions_owner == csr_manager
    entry = HistoryEntry.objects.about(acme).get(action="supplier.hand_over")
    assert (entry.data, entry.by) == ({"person": "Anna Keller", "successor": "Tom Becker"}, csr_manager)
    own = HistoryEntry.objects.about(buyer).get()
    assert (own.action, own.reason, own.data["moved"]) == (
        "person.hand_over",
        "Parental leave",
        {"suppliers": 2, "conditions": 1},
    )
    assert User.objects.get(pk=buyer.pk).is_active


def test_who_leaves_loses_the_open_session_and_the_tokens_at_once(acme, buyer, successor, csr_manager, login):
    client, (token, _text) = login(buyer), ApiToken.issue(buyer, "erp")
    assert client.get("/staff/").status_code == 200
    handover.hand_over(buyer, {"suppliers": successor}, by=csr_manager, leaves=True)
    assert client.get("/staff/").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert HistoryEntry.objects.about(buyer).filter(action="person.leave").exists()


def test_nobody_leaves_with_something_in_hand(acme, buyer, csr_manager):
    with pytest.raises(WorkflowError) as refused:
        handover.hand_over(buyer, {}, by=csr_manager, leaves=True)
    assert [(blocker.code, blocker.text) for blocker in refused.value.blockers] == [
        ("suppliers", "Suppliers in care: 1")
    ]
    assert User.objects.get(pk=buyer.pk).is_active
    assert owners() == ["buyer@example.com"]


def test_refusals_change_nothing(acme, buyer, auditor, alice, csr_manager, successor):
    with pytest.raises(WorkflowError, match="Only CSR managers"):
        handover.hand_over(buyer, {"suppliers": successor}, by=buyer)
    with pytest.raises(WorkflowError, match="no role for this"):
        handover.hand_over(buyer, {"suppliers": auditor}, by=csr_manager)
    with pytest.raises(WorkflowError, match="their own access"):
        handover.hand_over(csr_manager, {}, by=csr_manager, leaves=True)
    assert not handover.may_hand_over(alice)
    assert owners() == ["buyer@example.com"]
    assert not HistoryEntry.objects.about(buyer).exists()


# Pages


def test_hand_over_on_the_page(acme, rival, buyer, successor, csr_manager, login):
    client, url = login(csr_manager), f"/staff/colleagues/{buyer.pk}/hand-over/"
    page = client.get(url)
    assert list(page.context["form"].fields) == ["suppliers", "leaves", "reason"]
    assert set(page.context["form"].fields["suppliers"].queryset) == {successor, csr_manager}
    page = client.post(url, {"leaves": "on"})
    assert page.status_code == 422
    assert "Suppliers in care: 2" in page.content.decode()
    answer = client.post(url, {"suppliers": successor.pk, "leaves": "on", "reason": "x"}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Handed over: 2."]
    assert not User.objects.get(pk=buyer.pk).is_active
    assert "has left" in client.get("/staff/colleagues/").content.decode()


def test_people_of_suppliers_are_no_colleagues(alice, csr_manager, login):
    assert login(csr_manager).get(f"/staff/colleagues/{alice.pk}/hand-over/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_colleagues_takes_the_same_queries(number, csr_manager, login, django_assert_num_queries):
    for person in UserFactory.create_batch(number, roles=["buyer"]):
        SupplierFactory(owner=person)
    client = login(csr_manager)
    client.get("/staff/colleagues/")
    with django_assert_num_queries(7):
        client.get("/staff/colleagues/")
