import io
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.test import RequestFactory

from csr_portal.core import lists
from csr_portal.core.lists import CodesInUse, Column, Filter, Listing, count_label, export_response, page_of
from csr_portal.core.models import User
from suppliers.models import Supplier
from suppliers.querysets import search_condition
from tests.factories.suppliers import SupplierFactory

LISTING = Listing(
    columns=[
        Column("name", "Name", order="name"),
        Column("score", "Score", order="inspection_score", value="inspection_score", is_number=True),
    ],
    filters=[Filter("country", "Country", [("CN", "China"), ("JP", "Japan")])],
    search=search_condition,
    default_order="name",
    file_name="suppliers",
)


def page(query="", **more):
    request = RequestFactory().get(f"/list/?{query}")
    request.user = User.objects.get(email="buyer@example.com")
    return page_of(request, Supplier.objects.all(), LISTING, **more)


def query_of(url):
    return urlsplit(url).query


@pytest.fixture
def seven(monkeypatch, buyer):
    monkeypatch.setattr(lists, "PAGE_SIZE", 3)
    scores = [None, "90.5", "70.0", None, "90.5", "12.3", "100.0"]
    for number, score in enumerate(scores):
        SupplierFactory(
            number=f"N{number}",
            name=f"Supplier {number}",
            owner=buyer,
            country="JP" if number % 2 else "CN",
            inspection_score=score,
        )


def walk(query, direction="next_url"):
    seen, current = [], page(query)
    while True:
        seen.append([row.number for row in current.rows])
        url = getattr(current, direction)
        if not url:
            return seen, current
        current = page(query_of(url))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [["N0", "N1", "N2"], ["N3", "N4", "N5"], ["N6"]]),
        ("sort=-name", [["N6", "N5", "N4"], ["N3", "N2", "N1"], ["N0"]]),
        ("sort=score", [["N5", "N2", "N1"], ["N4", "N6", "N0"], ["N3"]]),
        ("sort=-score", [["N6", "N4", "N1"], ["N2", "N5", "N3"], ["N0"]]),
    ],
)
def test_pages_forward_and_back_hold_every_row_once(seven, query, expected):
    forward, last = walk(query)
    assert forward == expected
    back, first = [[row.number for row in last.rows]], last
    while first.previous_url:
        first = page(query_of(first.previous_url))
        back.append([row.number for row in first.rows])
    assert back == expected[::-1]


def test_filter_and_search_narrow_the_rows_and_stay_in_the_links(seven):
    result = page("country=JP&q=supplier")
    assert (result.count, result.is_filtered) == (3, True)
    facet = result.filters[0]
    assert facet["current"] == "Japan"
    assert parse_qs(query_of(facet["clear_url"])) == {"q": ["supplier"]}
    assert parse_qs(query_of(result.columns[0]["sort_url"])) == {
        "country": ["JP"],
        "q": ["supplier"],
        "sort": ["-name"],
    }


def test_unknown_values_and_forged_cursors_are_ignored(seven):
    assert page("country=XX&sort=password&after=forged").count == 7


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_two_queries_whatever_the_number_of_rows(buyer, rows, django_assert_num_queries):
    SupplierFactory.create_batch(rows, owner=buyer)
    with django_assert_num_queries(1 + 2):  # the reader, the rows, all counts
        page(tabs={"china": Supplier.objects.filter(country="CN"), "none": Supplier.objects.none()})


def test_tabs_are_counted_apart_from_search_and_filters(seven):
    sets = {"japan": Supplier.objects.filter(country="JP"), "all": Supplier.objects.all()}
    result = page("q=N0", tabs=sets)
    assert (result.count, result.tab_counts) == (1, {"japan": 3, "all": 7})


def test_large_counts_are_capped(seven, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_LIMIT", 5)
    result = page()
    assert (result.count, result.count_label) == (6, "5+")
    assert [count_label(number) for number in (0, 5, 6)] == ["0", "5", "5+"]


def test_export_holds_all_rows_and_no_live_formula(seven, buyer):
    SupplierFactory(number="N9", name='=HYPERLINK("http://evil.example")', owner=buyer)
    request = RequestFactory().get("/list/?export=xlsx&sort=name")
    response = export_response(request, Supplier.objects.all(), LISTING)
    rows = list(openpyxl.load_workbook(io.BytesIO(response.getvalue())).active.iter_rows(values_only=True))
    assert len(rows) == 9
    assert rows[0] == ("Name", "Score")
    assert ('=HYPERLINK("http://evil.example")', None) in [(r[0], r[1] or None) for r in rows]
    request = RequestFactory().get("/list/?export=csv&sort=name")
    text = b"".join(export_response(request, Supplier.objects.all(), LISTING).streaming_content).decode()
    assert text.startswith("\ufeffName,Score\r\n")
    assert "\"'=HYPERLINK(" in text


COUNTRIES_IN_USE = Listing(
    columns=LISTING.columns,
    filters=[Filter("country", "Country", [("CN", "China"), ("FR", "France")], in_use=CodesInUse(Supplier, "country"))],
    default_order="name",
)


def offered(query=""):
    request = RequestFactory().get(f"/list/?{query}")
    request.user = User.objects.get(email="buyer@example.com")
    result = page_of(request, Supplier.objects.all(), COUNTRIES_IN_USE)
    return [(choice["value"], choice["label"]) for choice in result.filters[0]["choices"]], result.count


def test_filter_offers_the_codes_in_use_also_one_without_a_label(buyer):
    assert offered() == ([], 0)
    for country in ("XK", "CN", "CN"):
        SupplierFactory(country=country, owner=buyer)
    assert offered() == ([("CN", "China"), ("XK", "XK")], 3)
    assert offered("country=XK") == ([("CN", "China"), ("XK", "XK")], 1)
    assert offered("country=FR") == ([("CN", "China"), ("FR", "France"), ("XK", "XK")], 0)
