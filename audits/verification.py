"""What anybody may learn about a site review report by its code or its file: that it is ours, whole, and the newest."""

from django.db.models import QuerySet

from audits.models import SiteReviewReport
from csr_portal.core.codes import new_code
from csr_portal.core.seal import sha256
from csr_portal.core.states import ReportStatus


def code_of(report: SiteReviewReport) -> str:
    """The report's code, made when it is first drawn: a report that is drawn again keeps it."""
    if not report.verify_code:
        SiteReviewReport.objects.filter(pk=report.pk, verify_code=None).update(verify_code=new_code("REV"))
        report.refresh_from_db(fields=["verify_code"])
    return report.verify_code or ""


def by_code(code: str) -> SiteReviewReport | None:
    return _sealed().filter(verify_code=code.strip().upper()).first() if code else None


def by_file(digest: str) -> SiteReviewReport | None:
    return _sealed().filter(sha256=digest).first() if digest else None


def result(report: SiteReviewReport | None, digest: str = "") -> str:
    """valid, altered, superseded (the review has a newer report) or unknown. Our own copy is hashed each time."""
    if report is None:
        return "unknown"
    with report.file.open("rb") as file:
        is_intact = sha256(file.read()) == report.sha256
    if not is_intact or (digest and digest != report.sha256):
        return "altered"
    newer = _sealed().filter(review=report.review_id, language=report.language, finished_at__gt=report.finished_at)
    return "superseded" if newer.exclude(fingerprint=report.fingerprint).exists() else "valid"


def _sealed() -> QuerySet[SiteReviewReport]:
    rows = SiteReviewReport.objects.filter(status=ReportStatus.READY).exclude(verify_code=None)
    return rows.select_related("review__site__supplier")
