"""The nightly files for purchasing: what lies there, download, run now."""

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from csr_portal.core.access import PersonRequest, staff_page
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.states import ReportStatus
from suppliers import drops
from suppliers.models import GateDrop

drop_page = staff_page(*drops.ROLES)
WORKING = (ReportStatus.QUEUED, ReportStatus.RUNNING)
DROPS = Listing(
    columns=(
        Column("day", gettext_lazy("Day"), "day"),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column("rows", gettext_lazy("Rows"), "rows", is_number=True),
        Column("size", gettext_lazy("Size"), "size", is_number=True),
        Column("sha256", "SHA-256"),
        Column("finished_at", gettext_lazy("Made"), "finished_at"),
        Column("requested_by", gettext_lazy("Made by"), value=lambda row: row.requested_by or "", is_beside=True),
    ),
    filters=(Filter("status", gettext_lazy("Status"), ReportStatus.choices),),
    search=lambda words: Q(file_name__icontains=words) | Q(sha256__istartswith=words),
    default_order="-day",
    file_name="files-for-purchasing",
)


@drop_page
def drop_list(request: HttpRequest) -> HttpResponseBase:
    rows = GateDrop.objects.visible_to(request.user).select_related("requested_by")
    if "export" in request.GET:
        return export_response(request, rows, DROPS)
    context = {
        "page": page_of(request, rows, DROPS),
        "is_working": rows.filter(status__in=WORKING).exists(),
        "folder": drops.folder(),
    }
    return render(request, "staff/suppliers/drops.html", context)


@drop_page
@require_POST
def drop_run(request: PersonRequest) -> HttpResponse:
    drops.run_now(by=request.user)
    messages.success(request, _("Today's file is being written."))
    return redirect("staff:drop-list")


@drop_page
def drop_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it lies in the folder; one that was taken away from there is 404."""
    drop = get_object_or_404(GateDrop.objects.visible_to(request.user), pk=pk, status=ReportStatus.READY)
    path = drops.folder() / drop.file_name
    if not path.is_file():
        raise Http404
    return file_response(path, name=drop.file_name, media_type="text/csv")
