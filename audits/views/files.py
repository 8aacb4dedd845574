"""Handing out what belongs to a self-inspection: evidence files and finished PDFs. The caller has checked who asks."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from audits.models import AnswerEvidence, SelfInspection, SelfInspectionReport
from audits.reports.inspections import Row, inspection_content
from audits.tasks import build_inspection_report
from csr_portal.core import reports
from csr_portal.core.files import file_response
from csr_portal.core.states import ReportStatus


def evidence_response(request: HttpRequest, link: AnswerEvidence) -> HttpResponse:
    """The file as received, or with `?view=1` the smaller picture."""
    stored = link.evidence.file
    if request.GET.get("view") and stored.viewing_copy:
        name = f"{stored.original_name}.jpg"
        return file_response(stored.viewing_copy, name=name, media_type="image/jpeg", inline=True)
    return file_response(stored.file, name=stored.original_name, media_type=stored.media_type)


def thumbs(row: Row, side: str, *, shows_verdicts: bool = True) -> list[dict[str, Any]]:
    """Files of an answer as the pictures component shows them."""
    states = {"accepted": "accepted", "refused": "not_accepted"}
    return [
        {
            "link": link,
            "name": link.evidence.file.original_name,
            "is_image": link.evidence.file.is_image and bool(link.evidence.file.viewing_copy),
            "state": states.get(link.verdict, "received") if shows_verdicts else "received",
            "note": link.verdict_text if shows_verdicts else "",
        }
        for link in row.files
    ]


def requested_report(request: HttpRequest, inspection: SelfInspection) -> SelfInspectionReport:
    """The report in the language chosen at the download (B9)."""
    language = request.POST.get("language", "")
    language = language if language in dict(settings.LANGUAGES) else translation.get_language() or "en"
    with translation.override(language):
        content = inspection_content(inspection)
    return reports.request(
        SelfInspectionReport,
        build_inspection_report,
        content=content,
        language=language,
        by=request.user,
        inspection=inspection,
    )


def report_status(request: HttpRequest, report: SelfInspectionReport, side: str) -> HttpResponse:
    """How far the PDF is: a fragment for htmx, a small page without it."""
    template = "components/report_status.html" if request.htmx else f"{side}/audits/inspection_report.html"
    context = {
        "report": report,
        "inspection": report.inspection,
        "status_url": reverse(f"{side}:inspection-report", args=[report.pk]),
        "download_url": reverse(f"{side}:inspection-report-file", args=[report.pk]),
        "retry_url": reverse(f"{side}:inspection-report-request", args=[report.inspection_id]),
    }
    return render(request, template, context)


def report_response(report: SelfInspectionReport) -> HttpResponse:
    if report.status != ReportStatus.READY:
        raise Http404
    return file_response(report.file, name=report.file_name, media_type="application/pdf")
