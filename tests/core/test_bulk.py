import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from csr_portal.core import history
from csr_portal.core.bulk import BATCH, batches, load, reserve_keys, rewrite
from csr_portal.core.models import ChainHead, HistoryEntry
from csr_portal.core.workflow import SYSTEM
from suppliers.models import Category, ImportHeading, Supplier
from tests.factories.suppliers import SupplierFactory

pytestmark = pytest.mark.django_db
AWKWARD = 'tab\tline\nback\\slash "quoted" 消防'


@pytest.fixture(autouse=True)
def own_anchor(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_batches_are_full_but_the_last():
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]


def test_reserved_keys_are_given_to_nobody_else():
    first, second = reserve_keys(ImportHeading, 3), reserve_keys(ImportHeading, 2)
    made = ImportHeading.objects.create(heading="x")
    assert len({*first, *second, made.pk}) == 6
    assert first == sorted(first)
    assert reserve_keys(ImportHeading, 0) == []


def test_load_keeps_every_kind_of_value():
    rows = [("a", {"en": AWKWARD}, None, True), ("b", {"en": "b"}, None, False)]
    assert load(Category, ("code", "name", "parent_id", "is_key_material"), rows, goods_on_labour_list=True) == 2
    found = list(Category.objects.order_by("code").values_list("code", "name", "parent", "is_key_material"))
    assert found == rows
    assert Category.objects.filter(goods_on_labour_list=True).count() == 2


def test_load_takes_more_rows_than_are_sent_together():
    number = 2 * BATCH + 1
    assert load(ImportHeading, ("heading", "field"), ((f"h{n}", "name") for n in range(number))) == number
    assert set(ImportHeading.objects.values_list("heading", flat=True)) == {f"h{n}" for n in range(number)}


def test_load_keeps_what_is_empty():
    load(Category, ("code", "name"), [("list", []), ("object", {}), ("text", {"en": ""})])
    found = dict(Category.objects.values_list("code", "name"))
    assert found == {"list": [], "object": {}, "text": {"en": ""}}


def test_load_gives_what_is_named_nowhere_its_default(buyer):
    at = dt.datetime(2026, 11, 1, 8, tzinfo=dt.UTC)
    load(Supplier, ("number", "name"), [("V-1", AWKWARD)], owner_id=buyer.pk, country="CN", status="listed",
         status_since=at)  # fmt: skip
    supplier = Supplier.objects.get(number="V-1")
    assert (supplier.name, supplier.spend, supplier.status_since) == (AWKWARD, "minor", at)
    assert supplier.created_at.tzinfo is not None


def test_what_the_database_refuses_is_djangos_own_error():
    ImportHeading.objects.create(heading="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        load(ImportHeading, ("heading", "field"), [("x", "name")])
    assert ImportHeading.objects.count() == 1


def test_rewrite_writes_only_the_named_values(buyer):
    one, two = SupplierFactory(owner=buyer, city="A"), SupplierFactory(owner=buyer, city="B")
    assert rewrite(Supplier, ("city", "registration_key"), [("C", None, one.pk)]) == 1
    assert list(Supplier.objects.order_by("pk").values_list("city", "name")) == [("C", one.name), ("B", two.name)]


def test_rewrite_takes_lists():
    category = Category.objects.create(code="a", name={"en": "a"})
    rewrite(Category, ("name",), [({"en": "b"}, category.pk)])
    category.refresh_from_db()
    assert category.name == {"en": "b"}


@pytest.mark.parametrize(("values", "found"), [(["a", "b"], ["a", "b"]), ([], []), ({"c"}, ["c"])])
def test_among_asks_what_in_asks(values, found):
    for code in "abc":
        Category.objects.create(code=code, name={})
    rows = Category.objects.filter(code__among=values).order_by("code")
    assert list(rows.values_list("code", flat=True)) == found


def test_among_works_over_a_relation():
    parent = Category.objects.create(code="a", name={})
    child = Category.objects.create(code="b", name={}, parent=parent)
    assert list(Category.objects.filter(parent_id__among=[parent.pk])) == [child]


def test_many_entries_are_sealed_as_they_are_written(acme, buyer, django_capture_on_commit_callbacks):
    history.record(acme, "test.before", by=buyer)
    history.seal()
    told = [(pk, f"supplier:{pk}", {"line": pk, "text": "消防"}) for pk in range(1, 2501)]
    with django_capture_on_commit_callbacks(execute=True):
        assert history.record_many(Supplier, told, "test.many", by=buyer, reason="r", to_status="listed") == 2500
    history.record(acme, "test.after", by=SYSTEM)
    history.seal()
    assert HistoryEntry.objects.unsealed().count() == 0
    assert history.verify() == history.Verdict(2502)
    entry = HistoryEntry.objects.get(subject_id=7, action="test.many")
    assert (entry.thread, entry.data, entry.by, entry.by_name) == (
        "supplier:7", {"line": 7, "text": "消防"}, buyer, str(buyer),
    )  # fmt: skip
    anchors = history.anchor_path().read_text().splitlines()
    assert [line.split()[0] for line in anchors] == ["1", "2501", "2502"]


def test_a_changed_entry_of_many_is_found(acme, buyer):
    history.record_many(Supplier, [(n, f"supplier:{n}", {}) for n in (1, 2, 3)], "test.many", by=buyer)
    on_table = " ON core_historyentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER history_no_update{on_table}")
        cursor.execute("UPDATE core_historyentry SET reason = 'other' WHERE sequence = 2")
    assert history.verify() == history.Verdict(1, 2, "entry was changed")


def test_no_entry_moves_nothing(buyer):
    assert history.record_many(Supplier, [], "test.many", by=buyer) == 0
    assert ChainHead.objects.get().count == 0
    assert not history.anchor_path().exists()
