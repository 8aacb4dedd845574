"""What runs after a step: the PDFs of audits."""

from django.utils import translation

from audits.models import SelfInspectionReport
from audits.reports import inspection_content, printed
from csr_portal.core import reports
from csr_portal.core.jobs import job
from csr_portal.core.pdf import render_pdf


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
