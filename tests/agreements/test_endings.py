"""R-VAL-1: how an agreement in force ends: notice, at once, the frame contract, its last day where the supplier is."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements import sweeps, verification, workflow
from agreements.gates import agreement_in_force
from agreements.models import FrameContract
from agreements.terms import end_of, term_of
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import AgreementFactory, VersionFactory
from tests.factories.suppliers import SiteFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 21, 4, tzinfo=dt.UTC)  # in Shanghai


@pytest.fixture
def agreement(acme, alice, buyer):
    with time_machine.travel(NOON, tick=False):
        yield AgreementFactory(
            supplier=acme, status="in_force", turn="", issued_by=buyer, version__notice_days=30,
            valid_from=dt.date(2026, 6, 1), valid_until=dt.date(2029, 5, 31), sealed_until=dt.date(2029, 5, 31),
        )  # fmt: skip


def place(supplier, zone):
    supplier.sites.all().delete()
    SiteFactory(supplier=supplier, time_zone=zone)


def told(kind):
    return sorted(Notice.objects.filter(kind=f"agreements/{kind}").values_list("email", flat=True))


def gate(agreement):
    return agreement_in_force(agreement.supplier, "all", {}, today()).state


def status_at(agreement, moment):
    """After the hourly sweep at that moment: the agreement's status, what the gate and the supplier's row say."""
    with time_machine.travel(moment, tick=False):
        sweeps.nightly()
        agreement.refresh_from_db()
        agreement.supplier.refresh_from_db()
        return agreement.status, gate(agreement), agreement.supplier.agreement_status


def at(zone_offset, *moment):
    return dt.datetime(*moment, tzinfo=dt.timezone(dt.timedelta(hours=zone_offset)))


def test_notice_ends_it_on_the_suppliers_own_day(agreement, buyer):
    """Given on 2026-11-21 with 30 days: last valid day 2026-12-21, over at midnight in Shanghai."""
    workflow.give_notice(agreement, by=buyer, reason="Supply ends")
    assert (agreement.status, agreement.valid_until) == ("in_force", dt.date(2026, 12, 21))
    assert told("noticed") == ["alice@acme.example", "buyer@example.com"]
    agreement.supplier.refresh_from_db()
    assert (agreement.supplier.agreement_status, agreement.supplier.agreement_until) == (
        "expiring",
        dt.date(2026, 12, 21),
    )
    assert status_at(agreement, at(8, 2026, 12, 21, 23, 59)) == ("in_force", "expiring", "expiring")
    assert status_at(agreement, at(8, 2026, 12, 22, 0, 1)) == ("terminated", "missing", "terminated")
    assert told("terminated") == ["alice@acme.example", "buyer@example.com"]
    assert agreement.end_reason == "Supply ends"
    assert status_at(agreement, at(8, 2026, 12, 23, 0, 1))[0] == "terminated"
    assert told("terminated") == ["alice@acme.example", "buyer@example.com"]


@pytest.mark.parametrize(
    ("zone", "offset", "last"),
    [("Asia/Tokyo", 9, dt.date(2026, 12, 22)), ("America/Los_Angeles", -8, dt.date(2026, 12, 21))],
)
def test_notice_is_counted_and_ends_where_the_supplier_is(agreement, buyer, zone, offset, last):
    """At 16:00 UTC on 21 November it is the 22nd in Tokyo, and the 21st in Los Angeles."""
    place(agreement.supplier, zone)
    with time_machine.travel(dt.datetime(2026, 11, 21, 16, tzinfo=dt.UTC), tick=False):
        workflow.give_notice(agreement, by=buyer, reason="Supply ends")
    assert agreement.valid_until == last
    over = last + dt.timedelta(days=1)
    assert status_at(agreement, at(offset, last.year, last.month, last.day, 23, 50))[:2] == ("in_force", "expiring")
    assert status_at(agreement, at(offset, over.year, over.month, over.day, 0, 10))[:2] == ("terminated", "missing")


def test_own_day_counts_for_gate_and_verification_before_the_sweep_has_come(agreement):
    place(agreement.supplier, "America/Los_Angeles")
    agreement.valid_until = dt.date(2026, 12, 21)
    agreement.save()
    with time_machine.travel(at(-8, 2026, 12, 21, 23, 50), tick=False):  # in Shanghai 22 December
        assert (gate(agreement), verification.result(agreement)) == ("expiring", "valid")
    with time_machine.travel(at(-8, 2026, 12, 22, 0, 10), tick=False):
        assert (gate(agreement), verification.result(agreement)) == ("missing", "expired")


def test_notice_never_makes_an_agreement_longer(agreement, buyer):
    agreement.valid_until = agreement.sealed_until = dt.date(2026, 12, 1)
    agreement.save()
    workflow.give_notice(agreement, by=buyer, reason="Supply ends")
    assert agreement.valid_until == dt.date(2026, 12, 1)
    assert status_at(agreement, at(8, 2026, 12, 2, 0, 1))[0] == "expired"


def test_text_without_a_notice_period_ends_with_the_same_day(agreement, buyer):
    agreement.version.notice_days = 0
    type(agreement.version).objects.filter(pk=agreement.version_id).update(notice_days=0)
    workflow.give_notice(agreement, by=buyer, reason="Supply ends")
    assert agreement.valid_until == dt.date(2026, 11, 21)
    assert status_at(agreement, at(8, 2026, 11, 22, 0, 1))[0] == "terminated"


def test_notice_is_given_once_and_can_be_withdrawn_before_it_ends(agreement, buyer, alice):
    with pytest.raises(PermissionDenied):
        workflow.give_notice(agreement, by=alice, reason="x")
    with pytest.raises(WorkflowError):
        workflow.withdraw_notice(agreement, by=buyer, reason="x")
    workflow.give_notice(agreement, by=buyer, reason="Supply ends")
    with pytest.raises(WorkflowError):
        workflow.give_notice(agreement, by=buyer, reason="Again")
    workflow.withdraw_notice(agreement, by=buyer, reason="Goes on")
    assert (agreement.valid_until, agreement.notice_until, agreement.end_reason) == (dt.date(2029, 5, 31), None, "")
    assert told("notice_withdrawn") == ["alice@acme.example", "buyer@example.com"]
    assert status_at(agreement, at(8, 2026, 12, 23, 0, 1)) == ("in_force", "met", "in_force")


def test_early_renewal_after_notice_is_counted_from_the_last_day(agreement, buyer, acme):
    workflow.give_notice(agreement, by=buyer, reason="Other terms")
    renewed = AgreementFactory(supplier=acme, version=agreement.version, status="signed", status_since=NOON)
    assert term_of(renewed) == (dt.date(2026, 11, 21), dt.date(2029, 12, 21))


def test_leap_day_renewed_early_loses_no_day(acme):
    """R-VAL-1: issued 2024-02-29 for 12 months → to 2025-02-27; renewed in January → to 2026-02-27."""
    version = VersionFactory(validity_months=12)
    first = AgreementFactory(
        supplier=acme, version=version, status="signed", status_since=dt.datetime(2024, 2, 29, 4, tzinfo=dt.UTC)
    )
    assert term_of(first) == (dt.date(2024, 2, 29), dt.date(2025, 2, 27))
    AgreementFactory(
        supplier=acme, version=version, status="in_force", turn="",
        valid_from=dt.date(2024, 2, 29), valid_until=dt.date(2025, 2, 27),
    )  # fmt: skip
    first.status_since = dt.datetime(2025, 1, 10, 4, tzinfo=dt.UTC)
    assert term_of(first) == (dt.date(2025, 1, 10), dt.date(2026, 2, 27))


@pytest.mark.parametrize(
    ("contract", "last"),
    [
        (dt.date(2027, 3, 31), dt.date(2027, 3, 31)),
        (dt.date(2030, 1, 1), dt.date(2029, 11, 20)),
        (dt.date(2026, 11, 20), dt.date(2029, 11, 20)),
        (None, dt.date(2029, 11, 20)),
    ],
)
def test_term_is_three_years_or_to_the_end_of_the_frame_contract(acme, contract, last):
    """Whichever is first; a contract that was over before counts as another one's."""
    FrameContract.objects.create(supplier=acme, ends_on=contract)
    signed = AgreementFactory(supplier=acme, status="signed", status_since=NOON)
    assert term_of(signed) == (dt.date(2026, 11, 21), last)


def test_frame_contract_limits_the_csr_agreement_only(acme):
    FrameContract.objects.create(supplier=acme, ends_on=dt.date(2027, 3, 31))
    other = AgreementFactory(
        supplier=acme, status="signed", status_since=NOON, version__document__kind="other_agreement"
    )
    assert term_of(other)[1] == dt.date(2029, 11, 20)


def test_frame_contract_shortens_what_is_in_force_and_a_later_end_gives_it_back(agreement, buyer, acme):
    workflow.set_frame_contract(acme, by=buyer, number="FC-7", ends_on=dt.date(2026, 12, 31))
    agreement.refresh_from_db()
    assert (agreement.valid_until, end_of(agreement)) == (dt.date(2026, 12, 31), dt.date(2026, 12, 31))
    assert told("limited") == ["alice@acme.example", "buyer@example.com"]
    workflow.set_frame_contract(acme, by=buyer, number="FC-7", ends_on=dt.date(2026, 12, 31))
    assert told("limited") == ["alice@acme.example", "buyer@example.com"]
    workflow.set_frame_contract(acme, by=buyer, number="FC-8", ends_on=dt.date(2031, 1, 1))
    agreement.refresh_from_db()
    assert agreement.valid_until == dt.date(2029, 5, 31)
    actions = HistoryEntry.objects.filter(action__in=["agreement.limit", "frame_contract.set"]).order_by("pk")
    assert [row.action for row in actions] == [
        "frame_contract.set", "agreement.limit", "frame_contract.set", "frame_contract.set", "agreement.limit",
    ]  # fmt: skip
    with pytest.raises(WorkflowError):
        workflow.set_frame_contract(acme, by=buyer, number="", ends_on=dt.date(2026, 11, 20))


def test_with_the_frame_contract_it_expires(agreement, buyer, acme):
    workflow.set_frame_contract(acme, by=buyer, number="FC-7", ends_on=dt.date(2026, 12, 31))
    assert status_at(agreement, at(8, 2026, 12, 31, 23, 59))[0] == "in_force"
    assert status_at(agreement, at(8, 2027, 1, 1, 0, 1)) == ("expired", "missing", "expired")


def test_termination_at_once_closes_the_gate_the_same_minute(agreement, buyer):
    workflow.terminate(agreement, by=buyer, reason="Child labour, remedy failed")
    assert (agreement.status, gate(agreement)) == ("terminated", "missing")
    assert told("terminated") == ["alice@acme.example", "buyer@example.com"]


def test_notice_and_frame_contract_on_the_page(agreement, buyer, login):
    client, page = login(buyer), reverse("staff:agreement-detail", args=[agreement.pk])
    contract = reverse("staff:agreement-frame-contract", args=[agreement.pk])
    client.post(contract, {"number": "FC-7", "ends_on": "2028-12-31"})
    client.post(contract, {"number": "FC-7", "ends_on": "x"})
    client.post(contract, {"number": "FC-7", "ends_on": "2026-11-20"})
    agreement.refresh_from_db()
    assert agreement.valid_until == dt.date(2028, 12, 31)
    assert client.get(page).context["notice_end"] == dt.date(2026, 12, 21)
    notice = reverse("staff:agreement-give-notice", args=[agreement.pk])
    client.post(notice, {})
    agreement.refresh_from_db()
    assert agreement.notice_until is None
    client.post(notice, {"reason": "Supply ends"})
    agreement.refresh_from_db()
    assert agreement.notice_until == agreement.valid_until == dt.date(2026, 12, 21)
    assert "Withdraw the notice" in client.get(page).content.decode()


def test_supplier_reads_of_the_notice(agreement, buyer, alice, login):
    workflow.give_notice(agreement, by=buyer, reason="Supply ends")
    page = login(alice).get(reverse("portal:agreement-detail", args=[agreement.pk])).content.decode()
    assert "公司已发出终止通知：协议于" in page
    assert "Supply ends" in page
