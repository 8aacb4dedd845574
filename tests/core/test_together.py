from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory

from csr_portal.core import lists
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.together import Together
from suppliers.models import Contact, Site
from tests.factories.suppliers import ContactFactory, SiteFactory, SupplierFactory

LISTING = Listing(
    columns=[
        Column("supplier", "Supplier", order="supplier__name", value=lambda row: row.supplier.name),
        Column("kind", "Kind"),
    ],
    filters=[Filter("kind", "Kind", [("site", "Site"), ("contact", "Contact")])],
    default_order="supplier__name",
)


@pytest.fixture
def rows(buyer, monkeypatch):
    """Two suppliers; of each two sites and a contact: what sorts alike stands across the pages and the models."""
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    for name in "AB":
        supplier = SupplierFactory(name=name, owner=buyer)
        SiteFactory.create_batch(2, supplier=supplier)
        ContactFactory(supplier=supplier)
    return Together.of(
        {
            "site": Site.objects.select_related("supplier"),
            "contact": Contact.objects.select_related("supplier"),
        }
    )


@pytest.fixture
def page(rows, buyer):
    def asked(query=""):
        request = RequestFactory().get(f"/list/?{query}")
        request.user = buyer
        return page_of(request, rows, LISTING)

    return asked


def walk(page, query, direction):
    pages = [page(query)]
    while url := getattr(pages[-1], direction):
        pages.append(page(urlsplit(url).query))
    return pages


def keys(pages):
    return [[(row.supplier.name, row.kind, row.pk) for row in one.rows] for one in pages]


@pytest.mark.parametrize("sign", ["", "-"])
def test_rows_of_all_models_are_paged_as_one_list_forth_and_back(page, sign):
    forth = walk(page, f"sort={sign}supplier", "next_url")
    back = walk(page, urlsplit(forth[-1].previous_url).query, "previous_url")
    assert keys(back)[::-1] == keys(forth)[:-1]
    flat = [key for one in keys(forth) for key in one]
    assert [name for name, _kind, _pk in flat] == sorted("AAABBB", reverse=bool(sign))
    own = {("site", pk) for pk in Site.objects.values_list("pk", flat=True)}
    assert {key[1:] for key in flat} == own | {("contact", pk) for pk in Contact.objects.values_list("pk", flat=True)}
    assert [len(flat), forth[0].count] == [6, 6]


def test_filter_by_kind_leaves_the_rows_of_one_model(page):
    one = page("kind=contact")
    assert [type(row) for row in one.rows] == [Contact, Contact]
    assert (one.count, one.next_url) == (2, "")


def test_page_costs_one_query_for_the_places_one_per_model_and_one_for_the_counts(page, django_assert_num_queries):
    page()
    with django_assert_num_queries(4):
        page()


def test_export_holds_every_row_in_order(rows, buyer):
    request = RequestFactory().get("/list/?export=csv&sort=-supplier")
    request.user = buyer
    lines = export_response(request, rows, LISTING).getvalue().decode("utf-8-sig").split()
    assert [line.partition(",")[0] for line in lines] == ["Supplier", *"BBBAAA"]
