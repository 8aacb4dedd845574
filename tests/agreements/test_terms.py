"""R-VAL-1: from when to when an agreement holds."""

import datetime as dt

import pytest

from agreements.terms import day_at, term_of
from tests.factories.agreements import AgreementFactory, VersionFactory
from tests.factories.suppliers import SiteFactory

pytestmark = pytest.mark.django_db


def noon(*day):
    return dt.datetime(*day, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("signed", "until"),
    [
        (noon(2026, 6, 1), dt.date(2029, 5, 31)),
        (noon(2024, 2, 29), dt.date(2027, 2, 27)),
        (noon(2025, 3, 1), dt.date(2028, 2, 29)),
    ],
)
def test_term_ends_the_day_before_the_anniversary(acme, signed, until):
    agreement = AgreementFactory(supplier=acme, status="signed", version__validity_months=36, status_since=signed)
    assert term_of(agreement) == (signed.date(), until)


def test_early_renewal_of_the_same_version_loses_no_day(acme):
    version = VersionFactory(validity_months=12)
    AgreementFactory(
        supplier=acme, version=version, status="in_force", turn="",
        valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 12, 31),
    )  # fmt: skip
    renewed = AgreementFactory(supplier=acme, version=version, status="signed", status_since=noon(2026, 11, 20))
    assert term_of(renewed) == (dt.date(2026, 11, 20), dt.date(2027, 12, 31))
    newer = AgreementFactory(version=VersionFactory(document=version.document, status="retired", validity_months=12))
    newer.supplier, newer.status_since = acme, noon(2026, 11, 20)
    assert term_of(newer) == (dt.date(2026, 11, 20), dt.date(2027, 11, 19))


def test_late_renewal_begins_on_its_own_day(acme):
    version = VersionFactory(validity_months=12)
    AgreementFactory(
        supplier=acme, version=version, status="in_force", turn="",
        valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 12, 31),
    )  # fmt: skip
    renewed = AgreementFactory(supplier=acme, version=version, status="signed", status_since=noon(2027, 1, 1))
    assert term_of(renewed) == (dt.date(2027, 1, 1), dt.date(2027, 12, 31))


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Tokyo", dt.date(2027, 3, 1)), ("America/Los_Angeles", dt.date(2027, 2, 28)), ("UTC", dt.date(2027, 2, 28))],
)
def test_term_begins_on_the_suppliers_own_day(acme, zone, day):
    acme.sites.all().delete()
    SiteFactory(supplier=acme, time_zone=zone)
    assert day_at(acme, dt.datetime(2027, 2, 28, 18, tzinfo=dt.UTC)) == day


def test_without_a_site_the_companys_day_counts(acme):
    acme.sites.all().delete()
    assert day_at(acme, noon(2027, 2, 28)) == dt.date(2027, 2, 28)
