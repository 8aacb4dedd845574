"""What runs after a step of a site review: its report as PDF."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from audits.models import SiteReview, SiteReviewReport
from audits.review_report import TEMPLATE, file_name, review_content, review_images
from csr_portal.core import pdf, reports
from csr_portal.core.jobs import job
from csr_portal.core.models import User


@job("audits.build_review_report", time_limit=120)
def build_review_report(report_id: int) -> None:
    """Print the review as it is now. Run twice, the second run claims nothing."""
    reports.build(SiteReviewReport, report_id, draw)


def draw(report: SiteReviewReport) -> tuple[bytes, str]:
    """The PDF in the report's language, and its name."""
    review = report.review
    content = review_content(review, report.language)
    with override(report.language):
        title = _("Site review report")
    data = pdf.render_pdf(
        TEMPLATE,
        {"content": content, "fingerprint": report.fingerprint},
        language=report.language,
        title=title,
        number=review.number,
        images=review_images(review),
    )
    return data, file_name(review, report.language)


def request_report(review: SiteReview, language: str, *, by: User | None) -> SiteReviewReport:
    """The report of the review as it stands, in that language; asking twice gives the same one."""
    content = review_content(review, language)
    return reports.request(
        SiteReviewReport, build_review_report, content=content, language=language, by=by, review=review
    )
