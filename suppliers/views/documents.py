"""What a supplier takes along: the lists that are its own, and every evidence file."""

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from suppliers.access import portal_page
from suppliers.models import Evidence


def own_sites(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(site.pk), str(site)) for site in request.supplier.sites.all()]


EVIDENCE = Listing(
    columns=(
        Column("file", _("File"), "file__original_name", lambda row: row.file.original_name),
        Column("site", _("Site"), "site__name", lambda row: row.site or ""),
        Column("added_at", _("Added"), "added_at"),
        Column("size", _("Size"), "file__size", lambda row: row.file.size, is_number=True),
    ),
    filters=(Filter("site", _("Site"), own_sites),),
    search=lambda words: Q(file__original_name__icontains=words) | Q(title__icontains=words),
    default_order="-pk",
    file_name="evidence",
)


@portal_page
def documents(request: HttpRequest) -> HttpResponseBase:
    """Everything of the company to take along, also while it is suspended (B7)."""
    rows = request.supplier.evidence.filter(withdrawn_at=None).select_related("file", "site")
    if "export" in request.GET:
        return export_response(request, rows, EVIDENCE)
    context = {"page": page_of(request, rows, EVIDENCE), "sections": list(_sections())}
    return render(request, "portal/suppliers/documents.html", context)


def _sections() -> Iterable[dict[str, str]]:
    """The lists of the other apps, by the name of their address; one that does not exist is left out by the page."""
    yield {"url_name": "portal:agreement-list", "label": _("CSR agreement and guideline"), "icon": "signature"}
    yield {"url_name": "portal:inspection-list", "label": _("Self-inspections"), "icon": "clipboard-list"}
    yield {"url_name": "portal:finding-list", "label": _("Findings"), "icon": "flag"}
    yield {"url_name": "portal:training-list", "label": _("Training"), "icon": "graduation-cap"}
    yield {"url_name": "portal:certificate-list", "label": _("Certificates"), "icon": "badge-check"}


@portal_page
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Evidence.objects.visible_to(request.user)
    evidence = get_object_or_404(rows.select_related("file"), supplier=request.supplier, pk=pk)
    return file_response(evidence.file.file, name=evidence.file.original_name, media_type=evidence.file.media_type)
