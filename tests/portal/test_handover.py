"""A colleague leaves: everything has a new hand, nothing is lost, the access ends at once."""

import pytest

from agreements.models import CompanySigner, CounterSignature, Delegation
from csr_portal import handover
from csr_portal.core.models import ApiToken, HistoryEntry, Notice, User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier
from suppliers.permissions import can_decide_review, can_decide_waiver
from tests.factories.agreements import AgreementFactory, CampaignFactory, DocumentFactory
from tests.factories.core import UserFactory, WebhookFactory
from tests.factories.suppliers import DecisionFactory, ReviewFactory, SupplierFactory, WaiverFactory

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
    assert {code: number for code, number in counts.items() if number} == {"suppliers": 2, "conditions": 1}
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


def test_explicit_word_and_a_reason_leave_something_open_and_the_history_lists_it(acme, buyer, csr_manager):
    with pytest.raises(WorkflowError, match="Say why it stays open"):
        handover.hand_over(buyer, {}, by=csr_manager, leaves=True, leave_open=True)
    assert User.objects.get(pk=buyer.pk).is_active
    done = handover.hand_over(buyer, {}, by=csr_manager, leaves=True, leave_open=True, reason="Nobody hired yet")
    assert [blocker.text for blocker in done.left] == ["Suppliers in care: 1"]
    assert not User.objects.get(pk=buyer.pk).is_active
    entry = HistoryEntry.objects.about(buyer).get(action="person.leave")
    assert (entry.reason, entry.data["left"]) == ("Nobody hired yet", ["Suppliers in care: 1"])


@pytest.fixture
def everything(acme, buyer, csr_manager):
    """One of each kind that lies with the buyer, beside one of somebody else's."""
    document = DocumentFactory()
    signed = AgreementFactory(supplier=acme, status="signed")
    other = UserFactory(roles=["buyer"])
    for person, place in ((buyer, 1), (csr_manager, 2)):
        CompanySigner.objects.create(document=document, position=place, person=person)
        CounterSignature.objects.create(agreement=signed, position=place, person=person)
        given = {"starts_on": today(), "ends_on": today(), "reason": "Holiday", "created_by": csr_manager}
        Delegation.objects.create(grantor=other, delegate=person, **given).documents.set([document])
        CampaignFactory(created_by=person, status="planned")
        WebhookFactory(owner=person)
        ReviewFactory(supplier=SupplierFactory(owner=other), opened_by=person)
        WaiverFactory(supplier=SupplierFactory(owner=other), requested_by=person)
    ReviewFactory(supplier=acme, opened_by=buyer, status="decided")
    WaiverFactory(supplier=acme, requested_by=buyer, status="ended")
    return {"document": document, "agreement": signed, "other": other}


KINDS = ["suppliers", "cases", "waivers", "signers", "signatures", "delegations", "campaigns", "webhooks"]


def test_everything_that_lies_with_a_person_is_counted_and_goes_over(everything, buyer, csr_manager, alice):
    successor = UserFactory(name="Tom Becker", roles=["buyer", "csr_manager"])
    assert [(h.code, n) for h, n in handover.preview(buyer) if n] == [(code, 1) for code in KINDS]
    done = handover.hand_over(buyer, dict.fromkeys(KINDS, successor), by=csr_manager, leaves=True)
    assert (done.moved, done.left) == (dict.fromkeys(KINDS, 1), [])
    assert [(h.code, n) for h, n in handover.preview(buyer) if n] == []
    assert [(h.code, n) for h, n in handover.preview(successor) if n] == [(code, 1) for code in KINDS]
    assert [s.person for s in everything["document"].company_signers.all()] == [successor, csr_manager]
    assert Notice.objects.filter(kind="agreements/countersign", recipient=successor).count() == 1
    mine = Delegation.objects.get(delegate=successor)
    assert (mine.grantor, mine.reason, list(mine.documents.all())) == (
        everything["other"], "Holiday", [everything["document"]],
    )  # fmt: skip
    assert Delegation.objects.get(delegate=buyer).revoked_by == csr_manager
    assert Delegation.objects.get(delegate=csr_manager).revoked_at is None


def test_who_took_a_case_over_neither_decides_it_nor_erases_who_opened_it(acme, buyer, csr_manager):
    case, waiver = ReviewFactory(supplier=acme, opened_by=buyer), WaiverFactory(supplier=acme, requested_by=buyer)
    successor = UserFactory(roles=["csr_manager"])
    handover.hand_over(buyer, {"cases": successor, "waivers": successor}, by=csr_manager)
    for row in (case, waiver):
        row.refresh_from_db()
    assert (case.opened_by, case.owner, waiver.requested_by, waiver.owner) == (buyer, successor, buyer, successor)
    assert [can_decide_review(person, case) for person in (successor, csr_manager)] == [False, True]
    assert [can_decide_waiver(person, waiver) for person in (successor, csr_manager)] == [False, True]


def test_nobody_signs_twice_what_cannot_go_over_is_listed(everything, buyer, csr_manager):
    done = handover.hand_over(buyer, {"signatures": csr_manager, "signers": csr_manager}, by=csr_manager)
    assert done.moved == {"signers": 1, "signatures": 0}
    assert [blocker.code for blocker in done.left] == ["signatures"]
    assert [s.person for s in everything["document"].company_signers.all()] == [csr_manager]


def test_delegation_that_the_person_gave_ends(acme, buyer, csr_manager):
    successor = UserFactory(roles=["buyer"])
    row = Delegation.objects.create(
        grantor=buyer, delegate=csr_manager, starts_on=today(), ends_on=today(), reason="x", created_by=buyer
    )
    handover.hand_over(buyer, {"delegations": successor}, by=csr_manager)
    row.refresh_from_db()
    assert (row.revoked_by, Delegation.objects.count()) == (csr_manager, 1)


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
    assert list(page.context["form"].fields) == ["suppliers", "leaves", "leave_open", "reason"]
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
    with django_assert_num_queries(5):
        client.get("/staff/colleagues/")
