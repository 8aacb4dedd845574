"""What runs after a step: the PDF of a training certificate."""

from django.utils.translation import gettext, override

from csr_portal.core import pdf, reports
from csr_portal.core.jobs import job
from training.models import CertificateReport
from training.reports import TEMPLATE, certificate_context, file_name


@job("training.build_certificate", time_limit=120)
def build_certificate(report_id: int) -> None:
    """Draw the certificate and keep it. Run twice, the second run claims nothing."""
    reports.build(CertificateReport, report_id, draw)


def draw(report: CertificateReport) -> tuple[bytes, str]:
    """The PDF in the report's language, and its name."""
    certificate = report.certificate
    with override(report.language):
        title = gettext("Certificate of training")
    data = pdf.render_pdf(
        TEMPLATE,
        certificate_context(certificate),
        language=report.language,
        title=title,
        number=certificate.number,
    )
    return data, file_name(certificate, report.language)
