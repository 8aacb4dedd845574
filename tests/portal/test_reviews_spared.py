"""Site reviews that a recognised certificate spared (M10)."""

import datetime as dt

import pytest

from csr_portal import indicators
from csr_portal.core.timezones import today
from suppliers.models import RecognitionRule, Supplier
from tests.factories.audits import SiteReviewFactory
from tests.factories.suppliers import CertificateFactory, SiteFactory, SupplierFactory


def spared():
    return len(indicators.reviews_spared([today().year])[today().year])


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
    assert spared() == 1
    own = certified(supplier)
    SiteReviewFactory(
        site=own, status="reported", turn="", score="85.0", letter="B", valid_until=today() + dt.timedelta(days=300),
        closing_at=dt.datetime.combine(today() - dt.timedelta(days=10), dt.time(9), dt.UTC),
    )  # fmt: skip
    assert spared() == 1


def test_nothing_is_spared_with_a_high_risk_or_without_a_rule(gate_policy):
    supplier = SupplierFactory(risk_band="medium")
    certified(supplier)
    assert spared() == 0
    RecognitionRule.objects.create(standard="sa8000")
    Supplier.objects.update(risk_band="high")
    assert spared() == 0


def test_number_on_the_indicators_page_opens_exactly_its_rows(gate_policy, buyer, login):
    RecognitionRule.objects.create(standard="sa8000")
    supplier = SupplierFactory(risk_band="medium")
    sites = [certified(supplier), certified(supplier)]
    SiteFactory(supplier=supplier)
    client = login(buyer)
    count = next(item for item in client.get("/staff/indicators/").context["counts"] if "spared" in item["url"])
    assert (count["number"], str(count["label"])) == (2, "Site reviews spared")
    page = client.get(count["url"])
    assert [site for site, _certificate in page.context["rows"]] == sites
    assert {certificate.expires_on for _site, certificate in page.context["rows"]} == {
        certificate.expires_on for site in sites for certificate in site.certificates.all()
    }
    assert page.context["tabs"][0] == {"year": today().year, "count": 2, "here": True}
    text = client.get(count["url"] + "&export=csv").getvalue().decode("utf-8-sig")
    assert text.splitlines()[0] == "supplier number,Supplier,Site,Certificate,last valid day"
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize("suppliers", [1, 4])
def test_the_rows_cost_the_same_few_queries(gate_policy, buyer, login, django_assert_num_queries, suppliers):
    RecognitionRule.objects.create(standard="sa8000")
    for _number in range(suppliers):
        certified(SupplierFactory(risk_band="low"))
    client = login(buyer)
    client.get("/staff/indicators/reviews-spared/")
    with django_assert_num_queries(14):
        client.get("/staff/indicators/reviews-spared/")


def test_page_of_a_year_in_which_nothing_was_spared_says_so(gate_policy, buyer, login):
    page = login(buyer).get("/staff/indicators/reviews-spared/?year=1999")
    assert (page.context["page"].count, page.context["year"]) == (0, today().year)
    assert "No site review was spared in this year" in page.content.decode()
