"""Lists for people: searched, filtered, sorted, paged by key and exported, always with the same few queries.

A list page declares a `Listing`; the view hands it a queryset that is already limited by `visible_to`.
Paging is by key (the sort value and the primary key of the last row), so page 1,000 costs what page 1 costs.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Expression, F, IntegerField, Q, QuerySet, Subquery, Value
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation

from csr_portal.core import frame, sheets
from csr_portal.core.files import SANDBOX
from csr_portal.core.models import User
from csr_portal.core.together import Together

PAGE_SIZE = 50
COUNT_LIMIT = 1_000
EXPORT_LIMIT = 200_000
SHORT = 5  # so many rows are seen at a glance: nobody needs to search, filter or sort them

Rows = QuerySet | Together


@dataclass(frozen=True)
class Column:
    """`key` is the name in the URL, `order` the field to sort by (empty: not sortable), `value` what is exported.

    On the screen a column with `is_beside` stands beside another one: it has no head of its own.
    """

    key: str
    label: Any
    order: str = ""
    value: Callable[[Any], Any] | str = ""
    is_number: bool = False
    is_beside: bool = False


class CodesInUse(Expression):
    """The different codes in an indexed column, found by stepping from each to the next, never by reading all rows."""

    template = (
        "(WITH RECURSIVE used(code) AS (SELECT MIN({column}) FROM {table} UNION ALL"
        " SELECT (SELECT MIN({column}) FROM {table} WHERE {column} > used.code) FROM used WHERE used.code IS NOT NULL)"
        " SELECT {join}(code, ',') FROM used)"
    )

    def __init__(self, model: type[models.Model], name: str) -> None:
        super().__init__(output_field=models.TextField())
        self.table, self.column = model._meta.db_table, name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        quote = connection.ops.quote_name
        join = "STRING_AGG" if connection.vendor == "postgresql" else "GROUP_CONCAT"
        return self.template.format(column=quote(self.column), table=quote(self.table), join=join), ()


@dataclass(frozen=True)
class Filter:
    """`choices` are (code, label) pairs; `apply` turns a code into a condition; default: equality with `field`.

    With `in_use` only the codes that the data holds are offered, also those that have no label.
    """

    name: str
    label: Any
    choices: Sequence[tuple[str, Any]] | Callable[[HttpRequest], Sequence[tuple[str, Any]]]
    field: str = ""
    apply: Callable[[str], Q] | None = None
    in_use: CodesInUse | None = None

    def condition(self, code: str) -> Q:
        return self.apply(code) if self.apply else Q(**{self.field or self.name: code})


@dataclass(frozen=True)
class Listing:
    """What a list offers. `search` turns the words of the search box into a condition."""

    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    search: Callable[[str], Q] | None = None
    default_order: str = ""
    file_name: str = "list"


@dataclass(frozen=True)
class View:
    """One of the sets of rows behind the tabs of a list page, as `?view=` names it, with the columns it has."""

    label: Any
    condition: Q
    listing: Listing
    is_bad: bool = False


Views = Mapping[str, View]


@dataclass
class Page:
    """One page of a list, as the templates in `components/` expect it."""

    rows: list[Any]
    count: int
    columns: list[dict[str, Any]]
    filters: list[dict[str, Any]]
    search: str
    previous_url: str = ""
    next_url: str = ""
    export_urls: dict[str, str] = field(default_factory=dict)
    is_filtered: bool = False
    clear_url: str = "?"
    tab_counts: dict[str, int] = field(default_factory=dict)

    @property
    def count_label(self) -> str:
        return count_label(self.count)

    @property
    def is_short(self) -> bool:
        return self.count <= SHORT and not self.is_filtered


def count_label(count: int) -> str:
    """“343”; “1,000+” for everything above the number up to which we count."""
    return f"{COUNT_LIMIT:,}+" if count > COUNT_LIMIT else f"{count:,}"


class CappedCount(Subquery):
    """How many rows, counted up to one above COUNT_LIMIT: a number for people, at the same price for any table."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(rows.order_by().values("pk")[: COUNT_LIMIT + 1])


def view_of(request: HttpRequest, views: Views) -> str:
    """The view that the URL asks for; without one, or with one that there is not, the first."""
    asked = request.GET.get("view", "")
    return asked if asked in views else next(iter(views))


def sets_behind(views: Views, rows: Rows) -> dict[str, Rows]:
    return {code: rows.filter(view.condition) for code, view in views.items()}


def tabs_of(views: Views, page: Page, current: str) -> list[dict[str, Any]]:
    """The views as components/tabs.html wants them."""
    return [
        {
            "code": code,
            "label": view.label,
            "count": count_label(page.tab_counts[code]),
            "here": code == current,
            "bad": view.is_bad and page.tab_counts[code] > 0,
        }
        for code, view in views.items()
    ]


def _counted(rows: Rows) -> Any:
    return sum(map(CappedCount, rows.parts), Value(0)) if isinstance(rows, Together) else CappedCount(rows)


@dataclass
class Around:
    """What a page tells beside its rows: the sizes of sets of rows, and the codes in use for each filter."""

    counts: dict[str, int]
    codes: dict[str, list[str]]


def _around(request: HttpRequest, sets: dict[str, Rows], filters: Sequence[Filter]) -> Around:
    """All of it in one query, which asks the reader's row, also for the frame of the page."""
    counts = {f"n_{code}": _counted(rows) for code, rows in sets.items()}
    codes = {f"in_{item.name}": item.in_use for item in filters if item.in_use}
    reader: Any = request.user
    wanted = {**counts, **codes, **frame.wanted(reader)}
    found: dict[str, Any] = dict(User.objects.filter(pk=reader.pk).values(**wanted).get())
    frame.keep(request, found)
    used = {item.name: (found[f"in_{item.name}"] or "").split(",") for item in filters if item.in_use}
    # A set that is known to be empty is not asked for.
    return Around({code: found[f"n_{code}"] or 0 for code in sets}, used)


def page_of(request: HttpRequest, rows: Rows, listing: Listing, tabs: Mapping[str, Rows] | None = None) -> Page:
    """The page that the URL asks for: two queries (rows, capped counts), whatever the number of rows.

    `tabs`: the sets of rows behind the tabs above the list, whose sizes are wanted too.
    """
    chosen = matching(request, rows, listing)
    order, descending = _order(request, listing)
    ordered, backwards = _after_cursor(request, chosen, order, descending)
    window = list(ordered[: PAGE_SIZE + 1])
    has_more, window = len(window) > PAGE_SIZE, window[:PAGE_SIZE]
    if backwards:
        window.reverse()
    around = _around(request, {"": chosen, **(tabs or {})}, listing.filters)
    page = Page(
        rows=window,
        count=around.counts.pop(""),
        tab_counts=around.counts,
        columns=[_head(request, column, order, descending) for column in listing.columns if not column.is_beside],
        filters=[_facet(request, item, around.codes.get(item.name)) for item in listing.filters],
        search=request.GET.get("q", ""),
        export_urls={kind: _url(request, export=kind) for kind in ("xlsx", "csv")},
        clear_url=_url(request, **dict.fromkeys(["q", "after", "before", *(item.name for item in listing.filters)])),
        is_filtered=bool(request.GET.get("q")) or any(request.GET.get(item.name) for item in listing.filters),
    )
    if window and (has_more if backwards else "after" in request.GET):
        page.previous_url = _url(request, before=_cursor(window[0], order, _unique(rows)), after=None)
    if window and (has_more or backwards):
        page.next_url = _url(request, after=_cursor(window[-1], order, _unique(rows)), before=None)
    return page


def matching(request: HttpRequest, rows: Rows, listing: Listing) -> Rows:
    """The rows that search and filters of the URL leave."""
    words = request.GET.get("q", "").strip()
    if words and listing.search:
        rows = rows.filter(listing.search(words))
    for item in listing.filters:
        code = request.GET.get(item.name, "")
        if code and (item.in_use or code in dict(_choices(request, item))):
            rows = rows.filter(item.condition(code))
    return rows


def _choices(request: HttpRequest, item: Filter) -> Sequence[tuple[str, Any]]:
    """Asked for once per request: a filter that is on needs them twice."""
    if not callable(item.choices):
        return item.choices
    kept = request.__dict__.setdefault("filter_choices", {})
    if item.name not in kept:
        kept[item.name] = item.choices(request)
    return kept[item.name]


def _offered(request: HttpRequest, item: Filter, codes: list[str] | None) -> Sequence[tuple[str, Any]]:
    """All choices, or those in use and the one that is on."""
    if codes is None:
        return _choices(request, item)
    labels = dict(_choices(request, item))
    return [(code, labels.get(code, code)) for code in sorted({*codes, request.GET.get(item.name, "")} - {""})]


def _order(request: HttpRequest, listing: Listing) -> tuple[str, bool]:
    sortable = {column.key: column.order for column in listing.columns if column.order}
    key = request.GET.get("sort", "")
    order = sortable.get(key.removeprefix("-"))
    if order:
        return order, key.startswith("-")
    return listing.default_order.removeprefix("-") or "pk", listing.default_order.startswith("-")


def _unique(rows: Rows) -> str:
    """The field that no two rows share: it decides between rows that sort alike."""
    return rows.unique if isinstance(rows, Together) else "pk"


def _after_cursor(request: HttpRequest, rows: Rows, order: str, descending: bool) -> tuple[Rows, bool]:
    """Rows in order from the cursor on; and whether they are read backwards. Empty values sort last, always."""
    backwards = "before" in request.GET
    text = request.GET.get("before") or request.GET.get("after") or ""
    down = descending != backwards
    terms = [_term(order, down, backwards, _may_be_empty(rows, order))]
    unique = _unique(rows)
    if order != unique:
        terms.append(F(unique).desc() if down else F(unique).asc())
    if text:
        try:
            value, last = signing.loads(text, salt="cursor")
        except signing.BadSignature:
            return rows.order_by(*terms), False
        rows = rows.filter(_beyond(order, value, {unique: last}, down, backwards, _may_be_empty(rows, order)))
    return rows.order_by(*terms), backwards


def _may_be_empty(rows: Rows, order: str) -> bool:
    """Whether the column that sorts can be NULL. An annotation or a JSON key always can."""
    try:
        first = rows.model._meta.get_field(order.partition("__")[0])
    except FieldDoesNotExist:
        return order != "pk"
    if "__" in order and first.related_model:
        return first.null or _may_be_empty(first.related_model._default_manager.all(), order.partition("__")[2])
    return first.null or "__" in order


def _term(order: str, down: bool, backwards: bool, may_be_empty: bool) -> Any:
    """Only where something can be empty is it said where that goes: it would keep PostgreSQL from using the index."""
    nulls = ({"nulls_first": True} if backwards else {"nulls_last": True}) if may_be_empty else {}
    return F(order).desc(**nulls) if down else F(order).asc(**nulls)


def _beyond(order: str, value: Any, last: dict[str, int], down: bool, backwards: bool, may_be_empty: bool) -> Q:
    """Rows after (value, last) in reading order, with empty values at the end of the list."""
    compare = "lt" if down else "gt"
    same_value_next = Q(**{f"{unique}__{compare}": number for unique, number in last.items()})
    if order in last:
        return same_value_next
    if value is None:
        here = Q(**{f"{order}__isnull": True}) & same_value_next
        return here | Q(**{f"{order}__isnull": False}) if backwards else here
    # The first half is where the index begins to read; without it PostgreSQL reads all rows before the page, too.
    here = Q(**{f"{order}__{compare}e": value}) & (Q(**{f"{order}__{compare}": value}) | same_value_next)
    return here | Q(**{f"{order}__isnull": True}) if may_be_empty and not backwards else here


def _cursor(row: Any, order: str, unique: str) -> str:
    value: Any = row
    for name in order.split("__"):
        value = row["pk"] if isinstance(row, dict) and name == "pk" else getattr(value, name, None)
    if isinstance(value, dt.date | dt.datetime):
        value = value.isoformat()
    return signing.dumps([str(value) if isinstance(value, Decimal) else value, getattr(row, unique)], salt="cursor")


def _url(request: HttpRequest, **changes: str | None) -> str:
    query = {key: value for key, value in request.GET.items() if key not in {"export"}}
    query |= {key: value for key, value in changes.items() if value is not None}
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
    return "?" + urlencode(query)


def _head(request: HttpRequest, column: Column, order: str, descending: bool) -> dict[str, Any]:
    is_current = bool(column.order) and column.order == order
    direction = "" if descending or not is_current else "-"
    return {
        "key": column.key,
        "label": column.label,
        "is_number": column.is_number,
        "sortable": bool(column.order),
        "sort_url": _url(request, sort=direction + column.key, after=None, before=None) if column.order else "",
        "aria_sort": ("descending" if descending else "ascending") if is_current else "",
    }


def _facet(request: HttpRequest, item: Filter, codes: list[str] | None) -> dict[str, Any]:
    current = request.GET.get(item.name, "")
    choices = [
        {
            "label": label,
            "value": code,
            "active": code == current,
            "url": _url(request, **{item.name: code}, after=None, before=None),
        }
        for code, label in _offered(request, item, codes)
    ]
    return {
        "name": item.name,
        "label": item.label,
        "choices": choices,
        "current": next((choice["label"] for choice in choices if choice["active"]), ""),
        "value": current,
        "clear_url": _url(request, **{item.name: None}, after=None, before=None),
    }


def export_response(request: HttpRequest, rows: Rows, listing: Listing) -> StreamingHttpResponse:
    """The whole list as XLSX or CSV, same rows and order as on the screen; formula-safe, opens in Chinese Excel."""
    order, descending = _order(request, listing)
    ordered = matching(request, rows, listing).order_by(
        _term(order, descending, False, _may_be_empty(rows, order)), F(_unique(rows)).asc()
    )[:EXPORT_LIMIT]
    head = [str(column.label) for column in listing.columns]
    lines = ([_cell(column, row) for column in listing.columns] for row in ordered.iterator(chunk_size=2000))
    name = f"{listing.file_name}-{timezone.localdate():%Y-%m-%d}"
    if request.GET.get("export") == "csv":
        return csv_response(head, lines, name)
    return xlsx_response(head, lines, name)


def _cell(column: Column, row: Any) -> Any:
    value = column.value(row) if callable(column.value) else getattr(row, column.value or column.key, "")
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return value if isinstance(value, int | float | Decimal | dt.date) else str(value if value is not None else "")


FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")  # the wide ones: East Asian Excel takes them for the others


def formula_safe(text: str) -> str:
    """A text that no spreadsheet program runs as a formula."""
    return f"'{text}" if text[:1] in FORMULA_STARTS else text


def csv_response(head: list[str], lines: Iterable[list[Any]], name: str) -> StreamingHttpResponse:
    def pieces() -> Iterator[str]:
        yield "\ufeff"
        for line in _with_head(head, lines):
            buffer = io.StringIO()
            csv.writer(buffer).writerow(formula_safe(v) if isinstance(v, str) else v for v in line)
            yield buffer.getvalue()

    return _download(pieces(), "text/csv; charset=utf-8", f"{name}.csv")


def _with_head(head: list[str], lines: Iterable[list[Any]]) -> Iterable[list[Any]]:
    yield head
    yield from lines


def xlsx_response(head: list[str], lines: Iterable[list[Any]], name: str) -> StreamingHttpResponse:
    return _download(sheets.workbook(_with_head(head, lines)), sheets.XLSX, f"{name}.xlsx")


def _download(pieces: Iterator[Any], media_type: str, name: str) -> StreamingHttpResponse:
    """A file that is sent while it is written, to its end in the language and time zone of who asked for it."""
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()

    def spoken() -> Iterator[Any]:
        with translation.override(language), timezone.override(zone):
            yield from pieces

    response = StreamingHttpResponse(spoken(), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = SANDBOX
    return response
