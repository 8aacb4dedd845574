"""Suspected duplicates: found once, decided once, remembered."""

import pytest
from django.core.exceptions import PermissionDenied

from csr_portal.core.models import HistoryEntry, Job
from csr_portal.core.workflow import WorkflowError
from suppliers.models import DuplicatePair, MatchKey, Supplier
from suppliers.sweeps import nightly, search_duplicates
from suppliers.workflow import duplicates, invitations
from tests.factories.suppliers import DuplicatePairFactory, SupplierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(acme):
    return SupplierFactory(
        number="S-10500", name="东莞市宏达五金制品公司", name_latin=acme.name_latin, owner=acme.owner
    )


def pairs():
    return list(DuplicatePair.objects.order_by("pk").values_list("first__number", "second__number", "score", "status"))


def test_search_finds_the_pair_once_and_says_why(acme, rival, twin):
    assert duplicates.search_all() == 1
    assert duplicates.search_all() == 1
    assert pairs() == [("S-10417", "S-10500", 55, "suspected")]
    pair = DuplicatePair.objects.get()
    assert [(reason["code"], reason["points"]) for reason in pair.reasons] == [("name_alike", 25), ("latin", 30)]
    entries = HistoryEntry.objects.about(pair)
    assert [(entry.action, entry.data["other"]) for entry in entries] == [("duplicate.suspect", "S-10500")]


def test_one_supplier_is_compared_with_those_it_meets(acme, rival, twin):
    duplicates.look_for(rival)
    duplicates.look_for(twin)
    assert pairs() == []  # acme has no keys yet: the night brings them
    duplicates.look_for(acme)
    assert pairs() == [("S-10417", "S-10500", 55, "suspected")]
    assert [pair.pk for pair in duplicates.pairs_of(twin)] == [DuplicatePair.objects.get().pk]
    assert list(duplicates.pairs_of(rival)) == []


def test_words_that_many_share_bring_nobody_together(gate_policy):
    SupplierFactory.create_batch(duplicates.RARE + 1, name="东莞精工", name_latin="")
    for number, supplier in enumerate(Supplier.objects.order_by("pk")):
        Supplier.objects.filter(pk=supplier.pk).update(
            name=f"精工{number}号{'甲乙丙丁戊己庚辛壬癸'[number]}", country="CN"
        )
    assert duplicates.search_all() == 0


def test_invited_supplier_is_compared_at_once(buyer, acme):
    duplicates.look_for(acme)
    values = {"country": "CN", "language": "en", "by": buyer}
    invitations.invite_supplier(name="厦门百川电子", name_latin="Baichuan", email="x@baichuan.example", **values)
    assert pairs() == []
    invitations.invite_supplier(name="宏达五金", name_latin="", email="y@hongda.example", address="", **values)
    assert pairs() == []  # 25 points are not enough
    invitations.invite_supplier(name=acme.name, name_latin=acme.name_latin, email="z@hongda.example", **values)
    assert [(first, score) for first, _second, score, _status in pairs()] == [("S-10417", 70)]


def test_not_a_duplicate_is_remembered_with_its_reason(acme, twin, buyer):
    duplicates.search_all()
    pair = DuplicatePair.objects.get()
    with pytest.raises(WorkflowError, match="Give a reason"):
        duplicates.dismiss(pair, by=buyer, reason=" ")
    duplicates.dismiss(pair, by=buyer, reason="Sister company")
    assert duplicates.search_all() == 1
    duplicates.look_for(twin)
    assert pairs() == [("S-10417", "S-10500", 55, "dismissed")]
    entry = HistoryEntry.objects.about(pair).first()
    assert (entry.action, entry.reason, entry.by) == ("duplicate.dismiss", "Sister company", buyer)
    duplicates.look_again(pair, by=buyer)
    assert pairs()[0][3] == "suspected"


def test_pair_that_no_longer_looks_alike_is_cleared_and_comes_back(acme, twin):
    duplicates.search_all()
    Supplier.objects.filter(pk=twin.pk).update(name="厦门百川电子", name_latin="Xiamen Baichuan")
    assert duplicates.search_all() == 0
    assert pairs()[0][3] == "cleared"
    Supplier.objects.filter(pk=twin.pk).update(name=acme.name)
    assert duplicates.search_all() == 1
    assert pairs()[0][2:] == (40, "suspected")


def test_pair_made_by_hand_is_never_cleared(acme, rival, buyer):
    pair = duplicates.pair_up(rival, acme, by=buyer)
    assert (pair.first, pair.second) == tuple(sorted([acme, rival], key=lambda s: s.pk))
    assert duplicates.search_all() == 0
    assert duplicates.pair_up(acme, rival, by=buyer).status == "suspected"
    assert len(pairs()) == 1
    duplicates.dismiss(pair, by=buyer, reason="No")
    assert duplicates.pair_up(acme, rival, by=buyer).status == "suspected"


def test_pairing_up_is_refused(acme, rival, buyer, alice):
    with pytest.raises(WorkflowError, match="two different"):
        duplicates.pair_up(acme, acme, by=buyer)
    with pytest.raises(WorkflowError, match="Only buyers"):
        duplicates.pair_up(acme, rival, by=alice)
    Supplier.objects.filter(pk=rival.pk).update(merged_into=acme)
    rival.refresh_from_db()
    with pytest.raises(WorkflowError, match="merged already"):
        duplicates.pair_up(acme, rival, by=buyer)


TABLE = {
    ("suspected", "duplicate.dismiss"): "dismissed",
    ("suspected", "duplicate.merge"): "merged",
    ("suspected", "duplicate.clear"): "cleared",
    ("dismissed", "duplicate.look_again"): "suspected",
    ("cleared", "duplicate.look_again"): "suspected",
    ("cleared", "duplicate.suspect"): "suspected",
    ("merged", "duplicate.unmerge"): "suspected",
}


def test_step_table():
    found = {(source, name): step.target for name, step in duplicates.STEPS.items() for source in step.sources}
    assert found == TABLE


def test_nobody_but_procurement_decides(acme, twin, auditor, alice):
    pair = DuplicatePairFactory(first=acme, second=twin)
    for person in (auditor, alice):
        with pytest.raises(PermissionDenied):
            duplicates.dismiss(pair, by=person, reason="x")


def test_search_runs_once_a_night(acme, twin):
    nightly()
    nightly()
    assert Job.objects.filter(task="suppliers.search_duplicates").count() == 1
    search_duplicates()
    assert len(pairs()) == 1


def test_keys_follow_the_company(acme):
    duplicates.look_for(acme)
    assert "latin:dongguan hardware hongda" not in MatchKey.objects.values_list("value", flat=True)
    Supplier.objects.filter(pk=acme.pk).update(name_latin="Hongda Hardware Dongguan", website="https://hongda.example")
    duplicates.look_for(acme)
    values = set(MatchKey.objects.values_list("value", flat=True))
    assert {"latin:dongguan hardware hongda", "website:hongda.example"} <= values
    Supplier.objects.filter(pk=acme.pk).update(website="")
    duplicates.look_for(acme)
    assert "website:hongda.example" not in MatchKey.objects.values_list("value", flat=True)


# Pages

LIST_QUERIES = 6


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_the_same_queries_for_any_number(number, gate_policy, buyer, login, django_assert_num_queries):
    DuplicatePairFactory.create_batch(number)
    client = login(buyer)
    client.get("/staff/suppliers/duplicates/")
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get("/staff/suppliers/duplicates/")
    assert len(page.context["page"].rows) == number


def test_list_shows_open_pairs_and_exports_the_reasons(acme, rival, twin, buyer, login):
    duplicates.search_all()
    DuplicatePairFactory(status="dismissed")
    client = login(buyer)
    page = client.get("/staff/suppliers/duplicates/")
    assert [pair.second for pair in page.context["page"].rows] == [twin]
    assert [
        pair.status for pair in client.get("/staff/suppliers/duplicates/?status=dismissed").context["page"].rows
    ] == ["dismissed"]
    export = b"".join(client.get("/staff/suppliers/duplicates/?export=csv").streaming_content).decode()
    assert "names that look alike; the same name in Latin letters" in export


def test_search_on_demand_is_started_once(acme, buyer, login):
    client = login(buyer)
    for _again in range(2):
        assert client.post("/staff/suppliers/duplicates/search/").status_code == 302
    assert Job.objects.filter(task="suppliers.search_duplicates").count() == 1


def test_two_suppliers_are_compared_by_their_numbers(acme, rival, buyer, login):
    client = login(buyer)
    answer = client.post("/staff/suppliers/duplicates/compare/", {"left": "S-10417", "right": "S-10440"})
    assert answer.url == f"/staff/suppliers/duplicates/{DuplicatePair.objects.get().pk}/"
    page = client.post("/staff/suppliers/duplicates/compare/", {"left": "S-10417", "right": "S-1"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == ["There is no supplier with this number."]
    page = client.post("/staff/suppliers/duplicates/compare/", {"left": "S-10417", "right": "S-10417"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == ["Name two different suppliers."]


def test_pair_is_dismissed_and_opened_again_on_its_page(acme, twin, buyer, login):
    duplicates.search_all()
    pair, client = DuplicatePair.objects.get(), login(buyer)
    client.post(f"/staff/suppliers/duplicates/{pair.pk}/dismiss/", {"reason": "Sisters"})
    pair.refresh_from_db()
    assert pair.status == "dismissed"
    assert "Look at it again" in client.get(f"/staff/suppliers/duplicates/{pair.pk}/").content.decode()
    client.post(f"/staff/suppliers/duplicates/{pair.pk}/look-again/")
    pair.refresh_from_db()
    assert pair.status == "suspected"


def test_suspected_pair_waits_for_the_buyer_and_stands_on_the_suppliers_page(acme, twin, buyer, login):
    duplicates.search_all()
    client, url = login(buyer), f"/staff/suppliers/duplicates/{DuplicatePair.objects.get().pk}/"
    tasks = client.get("/staff/tasks/").context["tasks"]
    assert [(task.url, task.what) for task in tasks] == [(url, "Perhaps the same company twice: compare")]
    for supplier in (acme, twin):
        assert url in client.get(f"/staff/suppliers/{supplier.pk}/").content.decode()
