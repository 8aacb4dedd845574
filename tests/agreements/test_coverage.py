"""How far the CSR agreement reaches: numbers, reasons, months, and reminding everybody once a day."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse

from agreements import coverage
from agreements.gates import standing
from csr_portal.core.models import HistoryEntry, Notice
from suppliers.models import Category, Supplier
from tests.factories.agreements import AgreementFactory, VersionFactory
from tests.factories.suppliers import ContactFactory, GatePolicyFactory, SupplierFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
PAGE = "staff:agreement-coverage"


@pytest.fixture
def version():
    return VersionFactory()


def supplier(name, status="", *, reachable=True, kind="cooperating", **fields):
    row = SupplierFactory(number=name, name=name, status=kind, agreement_status=status, **fields)
    if reachable:
        ContactFactory(supplier=row, user__email=f"{name.lower()}@example.com")
    return row


def facts():
    return {row.name: row for row in coverage.with_facts(Supplier.objects.active())}


@pytest.mark.parametrize(
    ("status", "reachable", "reason"),
    [
        ("in_force", True, ""),
        ("expiring", False, ""),
        ("", True, "not_issued"),
        ("recalled", True, "not_issued"),
        ("", False, "undeliverable"),
        ("issued", True, "not_opened"),
        ("issued", False, "undeliverable"),
        ("viewed", True, "opened"),
        ("chop_pending", False, "chop_pending"),
        ("reserved", True, "reserved"),
        ("own_code", True, "own_code"),
        ("signed", True, "company"),
        ("declined", True, "declined"),
        ("expired", False, "expired"),
        ("superseded", True, "expired"),
        ("terminated", True, "terminated"),
    ],
)
def test_every_gap_has_its_reason_and_its_filter_finds_it(status, reachable, reason, csr_manager, login):
    row = supplier("S-1", status, reachable=reachable)
    assert coverage.reason_of(facts()["S-1"]) == reason
    counted = coverage.reason_counts(coverage.with_facts(Supplier.objects.active()))
    assert [(code, number) for code, _words, number in counted] == ([(reason, 1)] if reason else [])
    client = login(csr_manager)
    found = {
        code: [r.pk for r in client.get(reverse(PAGE), {"reason": code}).context["page"].rows]
        for code in coverage.REASONS
    }
    assert [code for code, rows in found.items() if rows] == ([reason] if reason else [])
    assert found.get(reason, [row.pk]) == [row.pk]


def test_a_contact_whose_mail_failed_does_not_reach(buyer):
    row = supplier("S-1", "issued")
    user = row.contacts.get().user
    Notice.objects.create(key="x", kind="x", recipient=user, email=user.email, language="en", mail_status="failed")
    assert coverage.reason_of(facts()["S-1"]) == "undeliverable"
    ContactFactory(supplier=row, user__email="second@example.com")
    assert coverage.reason_of(facts()["S-1"]) == "not_opened"


def test_parts_count_whom_we_do_business_with(buyer, csr_manager):
    metal = Category.objects.create(code="metal", name={"en": "Metal"})
    plastic = Category.objects.create(code="plastic", name={"en": "Plastic"})
    first = supplier("S-1", "in_force", country="CN", owner=buyer)
    second = supplier("S-2", "issued", country="CN", owner=buyer, kind="strategic")
    third = supplier("S-3", "expiring", country="DE")
    supplier("S-4", "in_force", kind="ended")
    supplier("S-5", "in_force", kind="registered")
    first.categories.set([metal, plastic])
    second.categories.set([metal])
    rows = Supplier.objects.active()
    shares = lambda parts: [(s.label, s.covered, s.total, s.per_cent) for s in parts]  # noqa: E731
    assert shares([coverage.whole(rows)]) == [("", 2, 3, 66)]
    assert shares(coverage.by_segment(rows)) == [("Strategic", 0, 1, 0), ("Cooperating", 2, 2, 100)]
    assert shares(coverage.by_country(rows)) == [("China", 1, 2, 50), ("Germany", 1, 1, 100)]
    assert shares(coverage.by_category(rows)) == [("Metal", 1, 2, 50), ("Plastic", 1, 1, 100)]
    assert [(s.code, s.covered, s.total) for s in coverage.by_owner(rows)] == [
        (str(buyer.pk), 1, 2),
        (str(third.owner_id or ""), 1, 1),
    ]


def test_own_codes_are_counted_among_the_covered(version):
    row = supplier("S-1", "in_force")
    AgreementFactory(supplier=row, version=version, status="in_force", turn="", is_own_code=True)
    supplier("S-2", "in_force")
    whole = coverage.whole(Supplier.objects.active())
    assert (whole.covered, whole.own_code) == (2, 1)
    assert facts()["S-1"].has_own_code
    assert not facts()["S-2"].has_own_code


def test_hundred_per_cent_is_said_only_when_it_is_true(csr_manager, login):
    for number in range(3):
        supplier(f"S-{number}", "in_force")
    page = login(csr_manager).get(reverse(PAGE))
    assert "every supplier in relation stands on the CSR agreement" in page.content.decode()
    last = supplier("S-9", "viewed")
    page = login(csr_manager).get(reverse(PAGE))
    assert (page.context["whole"].per_cent, [r.pk for r in page.context["page"].rows]) == (75, [last.pk])
    assert "every supplier in relation" not in page.content.decode()
    assert coverage.Share("", "", 1000, 999).per_cent == 99
    assert coverage.Share("", "", 0, 0).is_complete is False


def test_months_end_on_their_last_day():
    assert coverage.month_ends(dt.date(2024, 3, 15))[-3:] == [
        dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 3, 15),
    ]  # fmt: skip
    assert len(coverage.month_ends(DAY)) == 12


def test_trend_follows_validity_termination_and_entry(version):
    def agreement(row, start, until, status="in_force", since=None):
        made = AgreementFactory(
            supplier=row, version=version, status=status, turn="", valid_from=start, valid_until=until
        )
        if since:
            moment = dt.datetime.combine(since, dt.time(12), tzinfo=dt.UTC)
            type(made).objects.filter(pk=made.pk).update(status_since=moment)

    old, new, left = supplier("S-1"), supplier("S-2"), supplier("S-3")
    early = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    Supplier.objects.update(created_at=early)
    Supplier.objects.filter(pk=new.pk).update(created_at=dt.datetime(2026, 10, 5, tzinfo=dt.UTC))
    agreement(old, dt.date(2023, 9, 16), dt.date(2026, 9, 15), "expired", dt.date(2026, 9, 16))
    agreement(new, dt.date(2026, 10, 7), dt.date(2029, 10, 6))
    agreement(left, dt.date(2026, 8, 1), dt.date(2029, 7, 31), "terminated", dt.date(2026, 10, 31))
    points = coverage.trend(Supplier.objects.active(), DAY)
    assert [(end.month, share.covered, share.total) for end, share in points[-4:]] == [
        (8, 2, 2),
        (9, 1, 2),
        (10, 1, 3),
        (11, 1, 3),
    ]


def test_last_contact_is_the_newest_mail_of_this_supplier():
    row, other = supplier("S-1", "issued"), supplier("S-2", "issued")
    for number, day in enumerate((3, 9, 5)):
        Notice.objects.create(
            key=f"n{number}", kind="x", email="a@b.example", language="en", thread=row.history_thread,
            created_at=dt.datetime(2026, 11, day, tzinfo=dt.UTC),
        )  # fmt: skip
    assert facts()["S-1"].last_contact.day == 9
    assert facts()[other.name].last_contact is None


def test_everybody_in_the_list_is_reminded_once_a_day(
    version, buyer, csr_manager, login, django_capture_on_commit_callbacks
):
    needed = [{"condition": "agreement"}]
    GatePolicyFactory(conditions={"cooperating": needed, "strategic": needed})
    rows = []
    for number, country in enumerate(("CN", "CN", "DE")):
        row = supplier(f"S-{number}", country=country, owner=buyer)
        AgreementFactory(supplier=row, version=version)
        Supplier.objects.filter(pk=row.pk).update(agreement_status=standing([row], DAY)[row.pk]["agreement_status"])
        rows.append(row)
    supplier("S-8", "declined", country="CN")
    address = reverse("staff:agreement-coverage-remind")
    client = login(csr_manager)
    for _press in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"{address}?country=CN")
        assert answer.url == f"{reverse(PAGE)}?country=CN"
    reminded = HistoryEntry.objects.filter(action="supplier.reminded").values_list("subject_id", flat=True)
    assert sorted(reminded) == [rows[0].pk, rows[1].pk]


def test_list_is_exported(csr_manager, login):
    row = supplier("S-1", "declined")
    answer = login(csr_manager).get(reverse(PAGE), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    _head, line = csv.reader(io.StringIO(text))
    assert line[:6] == [row.name, "S-1", row.name_latin, "Declined", "Cooperating", "China"]


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_the_same_for_one_and_three(number, csr_manager, login, django_assert_num_queries):
    client = login(csr_manager)
    for place in range(number):
        row = supplier(f"S-{place}", "issued", country="CN" if place else "DE")
        row.categories.add(Category.objects.create(code=f"c{place}", name={"en": f"C{place}"}))
    client.get(reverse(PAGE))
    with django_assert_num_queries(15):
        client.get(reverse(PAGE))
