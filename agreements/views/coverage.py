"""The page of staff that says how far the CSR agreement reaches, and what is missing where."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from agreements import coverage
from agreements.tasks import REMIND_AT_ONCE, remind_suppliers
from agreements.views.shared import PROCUREMENT, owners
from csr_portal.core import charts
from csr_portal.core.access import PersonRequest, staff_page
from csr_portal.core.dates import day_text
from csr_portal.core.lists import Column, Filter, Listing, export_response, matching, page_of
from csr_portal.core.timezones import today
from suppliers.countries import country_name
from suppliers.lists import country_filter
from suppliers.models import Category, Supplier
from suppliers.querysets import search_condition
from suppliers.states import IN_RELATION, SupplierStatus


def categories(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(row.pk), str(row)) for row in Category.objects.all()]


def condition_of(code: str) -> Q:
    """The suppliers whose gap has this reason and no earlier one of the list."""
    words, condition = coverage.REASONS[code]
    return condition if code == "undeliverable" else condition & ~coverage.REASONS["undeliverable"][1]


def reason_words(row: Any) -> Any:
    code = coverage.reason_of(row)
    return coverage.REASONS[code][0] if code else ""


GAPS = Listing(
    columns=(
        Column("supplier", gettext_lazy("Supplier"), "name", "name"),
        Column("number", gettext_lazy("Number"), value="number", is_beside=True),
        Column("latin", gettext_lazy("Name in Latin letters"), value="name_latin", is_beside=True),
        Column("reason", gettext_lazy("Reason"), "agreement_status", reason_words),
        Column("segment", gettext_lazy("Segment"), "status", lambda row: row.get_status_display()),
        Column("country", gettext_lazy("Country"), "country", lambda row: country_name(row.country)),
        Column("owner", gettext_lazy("Buyer"), "owner__name", lambda row: str(row.owner or "")),
        Column("last_contact", gettext_lazy("Last contact"), "last_contact", "last_contact"),
        Column("gate", gettext_lazy("Gate"), "gate_missing", "gate_missing", is_number=True),
    ),
    filters=(
        Filter(
            "reason",
            gettext_lazy("Reason"),
            [(code, words) for code, (words, _condition) in coverage.REASONS.items()],
            apply=condition_of,
        ),
        Filter(
            "segment",
            gettext_lazy("Segment"),
            [(code, SupplierStatus(code).label) for code in IN_RELATION],
            "status",
        ),
        country_filter(),
        Filter("category", gettext_lazy("Category"), categories, "categories"),
        Filter("owner", gettext_lazy("Buyer"), owners),
    ),
    search=search_condition,
    default_order="name",
    file_name="agreement-gaps",
)


def _gaps(request: HttpRequest) -> Any:
    suppliers = Supplier.objects.visible_to(request.user).in_relation()
    return coverage.gaps(coverage.with_facts(suppliers)).select_related("owner")


@staff_page()
def coverage_page(request: PersonRequest) -> HttpResponse:
    if "export" in request.GET:
        return export_response(request, _gaps(request), GAPS)
    suppliers = Supplier.objects.visible_to(request.user).in_relation()
    context = {
        "page": page_of(request, _gaps(request), GAPS),
        "whole": coverage.whole(suppliers),
        "parts": [
            (gettext_lazy("Segment"), "segment", coverage.by_segment(suppliers)),
            (gettext_lazy("Buyer"), "owner", coverage.by_owner(suppliers)),
            (gettext_lazy("Country"), "country", coverage.by_country(suppliers)),
            (gettext_lazy("Category"), "category", coverage.by_category(suppliers)),
        ],
        "reasons": coverage.reason_counts(coverage.with_facts(suppliers)),
        **_trend(suppliers),
    }
    context["rows"] = [(row, reason_words(row)) for row in context["page"].rows]
    return render(request, "staff/agreements/coverage.html", context)


def _trend(suppliers: Any) -> dict[str, Any]:
    points = coverage.trend(suppliers)
    labels = [day_text(end, short=True) for end, _share in points]
    values = [float(share.per_cent) if share.total else None for _end, share in points]
    title = str(gettext_lazy("CSR agreement in force, per cent of today's suppliers"))
    return {
        "chart": charts.line_chart(title, labels, values, unit="%", top=100),
        "points": [(end, share) for end, share in reversed(points)],
    }


@staff_page(*PROCUREMENT)
@require_POST
def coverage_remind(request: PersonRequest) -> HttpResponse:
    """Remind everybody in the list whose turn it is; whoever was reminded today already is left out."""
    rows = matching(request, _gaps(request), GAPS).filter(agreement_status__in=coverage.WAITS)
    ids = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
    day = today().isoformat()
    for start in range(0, len(ids), REMIND_AT_ONCE):
        remind_suppliers.enqueue(request.user.pk, day, ",".join(map(str, ids[start : start + REMIND_AT_ONCE])))
    text = ngettext(
        "%(number)s supplier is being reminded; whoever was reminded today already is left out.",
        "%(number)s suppliers are being reminded; whoever was reminded today already is left out.",
        len(ids),
    )
    messages.success(request, text % {"number": len(ids)})
    query = request.GET.urlencode()
    return redirect(f"{request.path.removesuffix('remind/')}{'?' + query if query else ''}")
