"""Where people work and who they are: every number has its place, and the sums must fit."""

import pytest

from csr_portal.core.models import HistoryEntry
from suppliers.countries import COMMON, COUNTRIES, country_choices
from suppliers.forms.sites import SiteForm
from suppliers.models import Site
from tests.factories.suppliers import CategoryFactory, SiteFactory

pytestmark = pytest.mark.django_db

SITE = {
    "name": "虎门厂", "country": "CN", "workers_women": 80, "workers_men": 44, "workers_young": 4,
    "workers_over_55": 10, "workers_temporary": 20, "workers_dispatched": 30, "workers_students": 6,
    "workers_migrant": 3, "has_dormitory": "on", "dormitory_residents": 60, "uses_chemicals": "on",
    "chemicals": "Solvents", "is_active": "on",
}  # fmt: skip


def test_every_country_of_iso_3166_once_and_the_common_ones_first():
    codes = [code for code, _name in COUNTRIES]
    assert (len(codes), len(set(codes))) == (249, 249)
    groups = country_choices()
    assert [len(group) for _label, group in groups] == [len(COMMON), 249 - len(COMMON)]
    assert groups[0][1][0] == ("CN", "China")
    names = [name for _code, name in groups[1][1]]
    assert names == sorted(names)


def test_whole_headcount_is_kept_and_the_rest_is_computed(acme):
    form = SiteForm(SITE, supplier=acme)
    assert form.errors == {}
    form.instance.supplier = acme
    site = form.save()
    assert (site.workers, site.workers_permanent, site.workers_16_to_55) == (124, 68, 110)
    assert (site.dormitory_residents, site.chemicals) == (60, "Solvents")


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"workers_young": 125}, {"workers_young": ["More than all workers together (124)."]}),
        ({"workers_migrant": 200}, {"workers_migrant": ["More than all workers together (124)."]}),
        (
            {"workers_young": 100, "workers_over_55": 30},
            {"workers_under_16": ["The age classes together are more than all workers (124)."]},
        ),
        (
            {"workers_temporary": 60, "workers_dispatched": 60},
            {"workers_temporary": ["The kinds of contract together are more than all workers (124)."]},
        ),
        ({"has_dormitory": ""}, {"has_dormitory": ["People live in the dormitory: tick that there is one."]}),
        ({"uses_chemicals": ""}, {"uses_chemicals": ["Chemicals are named below: tick that they are used."]}),
        ({"dormitory_residents": -1}, {"dormitory_residents": ["Ensure this value is greater than or equal to 0."]}),
        ({"country": "XX"}, {"country": ["Select a valid choice. XX is not one of the available choices."]}),
    ],
)
def test_numbers_that_do_not_fit_are_named(acme, change, errors):
    form = SiteForm({**SITE, **change}, supplier=acme)
    assert form.errors == errors


def test_empty_counts_are_nought(acme):
    form = SiteForm({**SITE, "workers_students": "", "dormitory_residents": ""}, supplier=acme)
    form.instance.supplier = acme
    assert form.is_valid()
    assert (form.save().workers_students, Site.objects.get().dormitory_residents) == (0, 0)


def test_site_supplies_categories_of_its_supplier_only(acme, alice, login):
    own, foreign = CategoryFactory(), CategoryFactory()
    acme.categories.add(own)
    site = SiteFactory(supplier=acme)
    client = login(alice)
    page = client.get(f"/portal/sites/{site.pk}/")
    assert [choice for _pk, choice in page.context["form"].fields["categories"].choices] == [str(own)]
    assert client.post(f"/portal/sites/{site.pk}/", {**SITE, "categories": [foreign.pk]}).status_code == 422
    assert client.post(f"/portal/sites/{site.pk}/", {**SITE, "categories": [own.pk]}).status_code == 302
    assert list(site.categories.all()) == [own]
    entry = HistoryEntry.objects.about(site).first()
    assert entry.data["changes"]["workers_over_55"] == ["0", "10"]
    assert entry.data["changes"]["categories"] == ["", str(own)]


def test_supplier_without_categories_is_not_asked(acme):
    assert "categories" not in SiteForm(supplier=acme).fields
    assert "categories" not in SiteForm().fields


def test_staff_see_who_works_where(acme, buyer, login):
    SiteFactory(
        supplier=acme,
        workers_under_16=2,
        dormitory_residents=60,
        has_dormitory=True,
        chemicals="Acids",
        uses_chemicals=True,
    )
    text = login(buyer).get(f"/staff/suppliers/{acme.pk}/sites/").content.decode()
    assert "Acids" in text
    assert ">60<" in text
