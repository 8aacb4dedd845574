"""The rows behind “site reviews spared”: which certificate stood for which site's review, and until when (M10)."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from csr_portal import indicators
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Listing, export_response, page_of
from csr_portal.core.timezones import today
from suppliers.models import Certificate, Site
from suppliers.querysets import search_condition


def _listing(certificates: dict[int, Certificate]) -> Listing:
    return Listing(
        columns=[
            Column("number", _("supplier number"), value=lambda site: site.supplier.number),
            Column("supplier", _("Supplier"), order="supplier__name", value=lambda site: site.supplier.name),
            Column("site", _("Site"), order="name", value="name"),
            Column("certificate", _("Certificate"), value=lambda site: str(certificates[site.pk])),
            Column("expires_on", _("last valid day"), value=lambda site: certificates[site.pk].expires_on),
        ],
        search=lambda words: search_condition(words, "supplier__") | Q(name__icontains=words),
        default_order="supplier__name",
        file_name="site-reviews-spared",
    )


@staff_page()
def reviews_spared(request: HttpRequest) -> HttpResponseBase:
    """The sites that the indicator of a year counts, exactly those that the reader may see."""
    years = indicators.years_until(today().year)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else years[-1]
    spared = indicators.reviews_spared(years)
    listing = _listing(spared[year])
    rows = Site.objects.visible_to(request.user).filter(pk__in=spared[year]).select_related("supplier")
    if request.GET.get("export"):
        return export_response(request, rows, listing)
    page = page_of(request, rows, listing)
    context: dict[str, Any] = {
        "page": page,
        "year": year,
        "rows": [(site, spared[year][site.pk]) for site in page.rows],
        "tabs": [{"year": y, "count": len(spared[y]), "here": y == year} for y in reversed(years)],
    }
    return render(request, "staff/reviews_spared.html", context)
