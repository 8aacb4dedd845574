"""Site reviews that a recognised certificate spared (M10)."""

import datetime as dt

from csr_portal import indicators
from csr_portal.core.timezones import today
from suppliers.models import RecognitionRule, Supplier
from tests.factories.audits import SiteReviewFactory
from tests.factories.suppliers import CertificateFactory, SiteFactory, SupplierFactory


def certified(supplier, **more):
    site = SiteFactory(supplier=supplier, **more)
    CertificateFactory(supplier=supplier, sites=[site], issued_on=today() - dt.timedelta(days=30))
    return site


def test_site_counts_once_its_certificate_stands_for_a_review(gate_policy):
    RecognitionRule.objects.create(standard="sa8000")
    supplier = SupplierFactory(risk_band="medium")
    certified(supplier)
    certified(supplier, is_supplying=False)
    SiteFactory(supplier=supplier)
    assert indicators.reviews_spared(today().year) == 1
    own = certified(supplier)
    SiteReviewFactory(
        site=own, status="reported", turn="", score="85.0", letter="B", valid_until=today() + dt.timedelta(days=300),
        closing_at=dt.datetime.combine(today() - dt.timedelta(days=10), dt.time(9), dt.UTC),
    )  # fmt: skip
    assert indicators.reviews_spared(today().year) == 1


def test_nothing_is_spared_with_a_high_risk_or_without_a_rule(gate_policy):
    supplier = SupplierFactory(risk_band="medium")
    certified(supplier)
    assert indicators.reviews_spared(today().year) == 0
    RecognitionRule.objects.create(standard="sa8000")
    Supplier.objects.update(risk_band="high")
    assert indicators.reviews_spared(today().year) == 0
