import datetime as dt

import pytest

from csr_portal.core.workflow import WorkflowError
from suppliers import defaults
from suppliers.certificates import expected_last_day, flags, recognised, surveillance_days
from suppliers.states import CertificateStandard as S
from suppliers.states import CertificateStatus, RiskBand
from suppliers.workflow.certificates import reject_certificate, submit_certificate, verify_certificate
from tests.factories.suppliers import CertificateFactory, SiteFactory

DAY = dt.date(2026, 11, 21)


@pytest.fixture
def site(acme):
    defaults.load()
    acme.risk_band = RiskBand.MEDIUM
    acme.save()
    return SiteFactory(supplier=acme)


def certificate_for(site, **fields):
    values = {"issued_on": dt.date(2026, 6, 1), "supplier": site.supplier, "sites": [site]}
    return CertificateFactory(**(values | fields))


@pytest.mark.parametrize(
    ("standard", "issued", "result", "last"),
    [
        (S.SA8000, dt.date(2026, 6, 1), "", dt.date(2029, 5, 31)),
        (S.SA8000, dt.date(2024, 2, 29), "", dt.date(2027, 2, 27)),
        (S.RBA_VAP, dt.date(2026, 6, 1), "Gold", dt.date(2028, 5, 31)),
        (S.BSCI, dt.date(2026, 6, 1), "A", dt.date(2028, 5, 31)),
        (S.BSCI, dt.date(2026, 6, 1), "c", dt.date(2027, 5, 31)),
        (S.SMETA, dt.date(2026, 6, 1), "", dt.date(2027, 5, 31)),
        (S.OTHER, dt.date(2026, 6, 1), "", None),
    ],
)
def test_last_valid_day_is_as_r_val_1_says(standard, issued, result, last):
    assert expected_last_day(standard, issued, result) == last


def test_surveillance_of_sa8000_is_due_every_six_months_as_in_r_val_1():
    assert surveillance_days(dt.date(2026, 6, 1), dt.date(2029, 5, 31)) == [
        dt.date(2026, 12, 1),
        dt.date(2027, 6, 1),
        dt.date(2027, 12, 1),
        dt.date(2028, 6, 1),
        dt.date(2028, 12, 1),
    ]


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"standard": S.BSCI, "result": "B"}, True),
        ({"standard": S.BSCI, "result": "C"}, False),
        ({"standard": S.RBA_VAP, "result": "Gold"}, True),
        ({"standard": S.RBA_VAP, "result": "gold"}, True),
        ({"standard": S.RBA_VAP, "result": "Silver"}, False),
        ({"standard": S.SMETA}, False),
        ({"status": CertificateStatus.SUBMITTED}, False),
        ({"status": CertificateStatus.REJECTED}, False),
        ({"expires_on": DAY}, True),
        ({"expires_on": DAY - dt.timedelta(days=1)}, False),
        ({"issued_on": DAY + dt.timedelta(days=1)}, False),
    ],
)
def test_certificate_spares_the_review_when_rule_status_and_dates_allow(site, fields, counts):
    certificate = certificate_for(site, **fields)
    assert recognised(site, DAY) == (certificate if counts else None)


def test_certificate_of_another_site_does_not_count(site):
    certificate_for(SiteFactory(supplier=site.supplier))
    assert recognised(site, DAY) is None


@pytest.mark.parametrize(("band", "counts"), [("low", True), ("medium", True), ("high", False), ("", False)])
def test_certificate_counts_only_below_high_risk(site, band, counts):
    certificate = certificate_for(site)
    site.supplier.risk_band = band
    assert recognised(site, DAY) == (certificate if counts else None)


def test_flags_of_r_val_2_and_3_say_what_to_look_at_twice(site):
    certificate = certificate_for(site, edition="2014", accreditation="", holder="Trading Ltd", sites=[])
    assert flags(certificate, DAY) == [
        "It names none of the supplier's sites.",
        "The holder's name is not the supplier's name.",
        "The certification body's accreditation is not given.",
        "SA8000 edition 2014: holders must move to edition 2026; ask the body for the last date.",
    ]


def submitted(site, by):
    return submit_certificate(
        site.supplier,
        sites=[site],
        by=by,
        standard=S.SA8000,
        number="SA-1",
        holder="Acme",
        scope="Stamping",
        body="Example",
        issued_on=DAY,
        expires_on=dt.date(2029, 11, 20),
    )


def test_certificate_counts_once_a_buyer_has_verified_it(site, alice, buyer):
    certificate = submitted(site, alice)
    assert recognised(site, DAY) is None
    verify_certificate(certificate, how="Looked up at the body's register", by=buyer)
    assert recognised(site, DAY) == certificate
    assert (certificate.verified_by, certificate.status) == (buyer, CertificateStatus.VERIFIED)


def test_certificate_is_not_verified_without_saying_how(site, alice, buyer):
    with pytest.raises(WorkflowError):
        verify_certificate(submitted(site, alice), how=" ", by=buyer)


def test_rejected_certificate_stops_counting_and_the_supplier_is_told_why(
    site, alice, buyer, mailoutbox, django_capture_on_commit_callbacks
):
    certificate = certificate_for(site)
    with django_capture_on_commit_callbacks(execute=True):
        reject_certificate(certificate, reason="Not in the register", by=buyer)
    assert recognised(site, DAY) is None
    assert [(mail.to, "Not in the register" in mail.body) for mail in mailoutbox] == [([alice.email], True)]
