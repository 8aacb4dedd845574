"""Verification of a site review report, without an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audits import verification
from audits.models import SiteReviewReport
from csr_portal.core.access import open_page
from csr_portal.core.files import digest_sent
from csr_portal.core.models import Organisation


@open_page
def review_verify(request: HttpRequest, code: str) -> HttpResponse:
    """What anybody may know about a code; a file can be compared (hashed in the browser, or here and dropped)."""
    digest = digest_sent(request) if request.method == "POST" else ""
    return review_verification_page(request, verification.by_code(code), code, digest)


def review_verification_page(
    request: HttpRequest, report: SiteReviewReport | None, code: str, digest: str = ""
) -> HttpResponse:
    comparison = ("same" if report and digest == report.sha256 else "other") if digest else ""
    context = {
        "code": code,
        "report": report,
        "result": verification.result(report, digest),
        "comparison": comparison,
        "company": Organisation.current(),
        "checked_at": timezone.now(),
    }
    return render(request, "open/audits/verify.html", context)
