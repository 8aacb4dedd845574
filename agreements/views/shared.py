"""What the pages of staff, suppliers and signatories share."""

from django.http import FileResponse, Http404, HttpRequest

from agreements.models import Agreement
from agreements.tasks import ensure_presented
from agreements.workflow import Trace
from csr_portal.core.files import file_response

PDF = "application/pdf"


def trace_of(request: HttpRequest) -> Trace:
    return Trace(request.META.get("REMOTE_ADDR") or None, request.headers.get("User-Agent", ""))


def agreement_file(agreement: Agreement, kind: str) -> FileResponse:
    """`text` (as presented), `sealed`, or `chop` (the scan)."""
    if kind == "text":
        field = ensure_presented(agreement).presented_file
        return file_response(field, name=f"{agreement.number}.pdf", media_type=PDF, inline=True)
    if kind == "sealed" and agreement.sealed_file:
        return file_response(agreement.newest_seal, name=f"{agreement.number}-sealed.pdf", media_type=PDF)
    if kind == "chop" and agreement.chop_scan:
        scan = agreement.chop_scan
        return file_response(scan.file, name=scan.original_name, media_type=scan.media_type)
    if kind == "chop-view" and agreement.chop_scan and agreement.chop_scan.viewing_copy:
        field = agreement.chop_scan.viewing_copy
        return file_response(field, name="chop.jpg", media_type="image/jpeg", inline=True)
    if kind == "own-code" and (code := agreement.own_codes.select_related("file").first()):
        return file_response(code.file.file, name=code.file.original_name, media_type=code.file.media_type)
    raise Http404
