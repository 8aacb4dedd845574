"""The nightly files for purchasing: what lies there, download, run now."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csr_portal.core.access import PersonRequest, staff_page
from csr_portal.core.files import file_response
from csr_portal.core.states import ReportStatus
from suppliers import drops
from suppliers.models import GateDrop

drop_page = staff_page(*drops.ROLES)


@drop_page
def drop_list(request: HttpRequest) -> HttpResponse:
    rows = list(GateDrop.objects.visible_to(request.user).select_related("requested_by"))
    is_working = any(row.status in {ReportStatus.QUEUED, ReportStatus.RUNNING} for row in rows)
    context = {"rows": rows, "is_working": is_working, "folder": drops.folder()}
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
