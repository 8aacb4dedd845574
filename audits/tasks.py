"""What runs after a step: the PDFs of audits."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from audits.models import SelfInspectionReport, SiteReview, SiteReviewReport
from audits.reports.inspections import inspection_content, printed
from audits.reports.reviews import TEMPLATE, file_name, review_content, review_images
from audits.verification import code_of
from csr_portal.core import reports
from csr_portal.core.jobs import job
from csr_portal.core.models import User
from csr_portal.core.pdf import render_pdf
from csr_portal.core.seal import seal_pdf


@job("audits.build_inspection_report", time_limit=110)
def build_inspection_report(report_id: int) -> None:
    reports.build(SelfInspectionReport, report_id, draw_inspection_report)


def draw_inspection_report(report: SelfInspectionReport) -> tuple[bytes, str]:
    """The PDF and its file name, in the language of the report."""
    with translation.override(report.language):
        content = printed(inspection_content(report.inspection))
        title = translation.gettext("Self-inspection report")
    data = render_pdf(
        "reports/audits/inspection.html",
        {**content, "fingerprint": report.fingerprint},
        language=report.language,
        title=title,
        number=content["number"],
    )
    return data, f"{content['number']}-{report.language}.pdf"


@job("audits.build_review_report", time_limit=120)
def build_review_report(report_id: int) -> None:
    """Print the review as it is now. Run twice, the second run claims nothing."""
    reports.build(SiteReviewReport, report_id, draw_review_report)


def draw_review_report(report: SiteReviewReport) -> tuple[bytes, str]:
    """The PDF in the report's language, and its name."""
    review = report.review
    content = review_content(review, report.language)
    code = code_of(report)
    addresses = {
        "verify_url": settings.PUBLIC_URL + reverse("open:review-verify", args=[code]),
        "verify_address": f"{settings.PUBLIC_URL.partition('//')[2]}/open/verify/",
    }
    with translation.override(report.language):
        title = translation.gettext("Site review report")
    data = render_pdf(
        TEMPLATE,
        {"content": content, "fingerprint": report.fingerprint, "verify_code": code, **addresses},
        language=report.language,
        title=title,
        number=review.number,
        sealed=True,
        images=review_images(review),
    )
    return seal_pdf(data, reason=f"{review.number} {code}"), file_name(review, report.language)


def request_review_report(review: SiteReview, language: str, *, by: User | None) -> SiteReviewReport:
    """The report of the review as it stands, in that language; asking twice gives the same one."""
    content = review_content(review, language)
    return reports.request(
        SiteReviewReport, build_review_report, content=content, language=language, by=by, review=review
    )
