"""What the pages of staff, suppliers and signatories share."""

from django.core.files.base import ContentFile
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from rest_framework.request import Request

from agreements.models import Agreement, ChopFile
from agreements.reports import draw_record, read_file
from agreements.tasks import ensure_presented
from agreements.workflow import Trace
from csr_portal.core.attachments import attachment
from csr_portal.core.files import file_response
from csr_portal.core.models import User
from csr_portal.core.roles import Role

PDF = "application/pdf"
PROCUREMENT = (Role.BUYER, Role.CSR_MANAGER)


def owners(request: HttpRequest) -> list[tuple[str, str]]:
    """The buyers, to filter by."""
    return [(str(pk), name) for pk, name in User.objects.filter(groups__name=Role.BUYER).values_list("pk", "name")]


def trace_of(request: HttpRequest | Request) -> Trace:
    """From where somebody acts, whether on a page or by the API."""
    return Trace(request.META.get("REMOTE_ADDR") or None, request.headers.get("User-Agent", ""))


def agreement_file(agreement: Agreement, kind: str) -> FileResponse:
    """`text` (as presented), `sealed`, `evidence` (the signature record, drawn now), `record` (the evidence in the
    sealed file), `own-code`; of a chopped paper `chop` (its first file as received), `chop-<id>` (any other) and
    `chop-view` (all pages straightened).
    """
    if kind == "text":
        field = ensure_presented(agreement).presented_file
        return file_response(field, name=f"{agreement.number}.pdf", media_type=PDF, inline=True)
    if kind == "sealed" and agreement.sealed_file:
        return file_response(agreement.newest_seal, name=f"{agreement.number}-sealed.pdf", media_type=PDF)
    if kind == "evidence":
        data = ContentFile(draw_record(agreement, get_language() or agreement.language))
        return file_response(data, name=f"{agreement.number}-evidence.pdf", media_type=PDF, inline=True)
    if kind == "record" and agreement.sealed_file:
        record = ContentFile(attachment(read_file(agreement.sealed_file), "record.json"))
        return file_response(record, name=f"{agreement.number}-record.json", media_type="application/json")
    if kind == "chop-view" and (paper := agreement.chop_paper) and paper.viewing_file:
        return file_response(paper.viewing_file, name=f"{agreement.number}-chop.pdf", media_type=PDF, inline=True)
    if kind == "chop" and (paper := agreement.chop_paper):
        kind = paper.files.all()[0].key
    if (number := kind.removeprefix("chop-")).isdecimal():
        scan = get_object_or_404(ChopFile, paper__agreement=agreement, pk=number).file
        return file_response(scan.file, name=scan.original_name, media_type=scan.media_type)
    if kind == "own-code" and (code := agreement.own_codes.select_related("file").first()):
        return file_response(code.file.file, name=code.file.original_name, media_type=code.file.media_type)
    raise Http404
