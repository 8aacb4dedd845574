"""Every night: standings after a passed date."""

import datetime as dt

import pytest
import time_machine

from audits import sweeps
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
