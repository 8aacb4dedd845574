"""Every night: standings after a passed date, reminders once per item and step, escalation."""

import datetime as dt

import pytest
import time_machine

from audits import sweeps
from csr_portal.core.models import Notice
from tests.factories.audits import FindingFactory, SelfInspectionFactory, SiteReviewFactory
from tests.factories.suppliers import SiteFactory

DUE = dt.date(2026, 11, 24)
LONG_AGO = dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


def at_night(day):
    """The whole sweep as if it were that day, twice."""
    with time_machine.travel(dt.datetime.combine(day, dt.time(1, 0), tzinfo=dt.UTC), tick=False):
        sweeps.nightly(day)
        sweeps.nightly(day)


def told():
    return sorted(Notice.objects.values_list("kind", "recipient__email"))


@pytest.mark.parametrize(
    ("days", "kinds"),
    [
        (-8, []),
        (-7, ["supplier"]),
        (-6, ["supplier"]),
        (-4, []),
        (0, ["supplier"]),
        (1, ["csr", "supplier"]),
        (3, ["csr"]),
        (4, []),
        (7, ["supplier"]),
        (14, ["buyer", "supplier"]),
    ],
)
def test_finding_is_reminded_once_per_step_and_escalated(
    site, alice, mallory, buyer, csr_manager, auditor, days, kinds
):
    site.supplier.owner = buyer
    site.supplier.save()
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    at_night(DUE + dt.timedelta(days=days))
    who = {"supplier": alice.email, "csr": csr_manager.email, "buyer": buyer.email}
    assert told() == sorted(("finding_reminder", who[kind]) for kind in kinds)


def test_self_inspection_is_reminded_in_the_readers_language_when_it_is_late(site, alice, csr_manager):
    alice.language = "en"
    alice.save()
    inspection = SelfInspectionFactory(site=site, due_on=DUE, status_since=LONG_AGO, answered=12, total=86)
    at_night(DUE + dt.timedelta(days=7))
    notice = Notice.objects.get(recipient=alice)
    assert notice.subject == f"Late: self-inspection of {site.name}, due on 24 Nov 2026"
    assert notice.url == f"/portal/inspections/{inspection.pk}/"
    assert "12 of 86 questions are answered." in notice.body


def test_nobody_is_reminded_of_what_waits_for_us_is_closed_or_was_just_given(site, alice, csr_manager):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO, status="plan_submitted", turn="csr")
    FindingFactory(site=site, due_on=None, status_since=LONG_AGO, status="verified_closed", turn="", closed_on=DUE)
    SelfInspectionFactory(site=site, due_on=DUE, status_since=LONG_AGO, status="submitted", turn="csr")
    with_new_task = dt.datetime.combine(DUE - dt.timedelta(days=6), dt.time(8, 0), tzinfo=dt.UTC)
    SelfInspectionFactory(site=site, due_on=DUE, status_since=with_new_task)
    at_night(DUE - dt.timedelta(days=6))
    assert told() == []


@pytest.mark.parametrize("status", ["ended", "declined"])
def test_a_supplier_that_has_left_is_not_reminded(site, alice, csr_manager, status):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    type(site.supplier).objects.filter(pk=site.supplier_id).update(status=status)
    at_night(DUE + dt.timedelta(days=1))
    assert told() == []


def test_refresh_counts_the_finding_as_overdue_the_day_after(site, alice, csr_manager):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    supplier = site.supplier
    at_night(DUE)
    supplier.refresh_from_db()
    assert supplier.findings_overdue == 0
    at_night(DUE + dt.timedelta(days=1))
    supplier.refresh_from_db()
    assert supplier.findings_overdue == 1


@pytest.mark.django_db
def test_suppliers_with_passed_dates_are_found_by_each_of_their_dates():
    yesterday = DUE - dt.timedelta(days=1)
    late = FindingFactory(due_on=None, close_due_on=yesterday)
    asked = SelfInspectionFactory(due_on=yesterday)
    counted = SelfInspectionFactory(due_on=None, status="accepted", valid_until=yesterday)
    visited = SiteReviewFactory(
        status="reported", score=80, letter="B", valid_until=yesterday, closing_at=LONG_AGO, due_on=None
    )
    FindingFactory(due_on=DUE, close_due_on=DUE)
    SelfInspectionFactory(due_on=DUE)
    rows = [late, asked, counted, visited]
    assert sweeps.suppliers_with_passed_dates(DUE) == {row.supplier_id for row in rows}
