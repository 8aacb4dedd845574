"""PDFs that span the apps: the supplier dossier and the yearly CSR report."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext, override

from csr_portal import dossier, yearly
from csr_portal.core import reports
from csr_portal.core.jobs import job
from csr_portal.core.pdf import Attachment, content_fingerprint, render_pdf
from suppliers.models import SupplierReport, YearlyReport


@job("portal.build_dossier", time_limit=110)
def build_dossier(report_id: int) -> None:
    reports.build(SupplierReport, report_id, _draw_dossier)


@job("portal.build_yearly_report", time_limit=110)
def build_yearly_report(report_id: int) -> None:
    reports.build(YearlyReport, report_id, _draw_yearly)


def _draw_dossier(report: SupplierReport) -> tuple[bytes, str]:
    supplier = report.supplier
    with override(report.language):
        title = gettext("Supplier dossier")
        content = dossier.dossier_content(supplier)
        context = dossier.dossier_context(content)
    data = render_pdf(
        "reports/dossier.html",
        context | {"fingerprint": content_fingerprint(content)},
        language=report.language,
        title=title,
        number=supplier.number,
        attachments=[_as_data("dossier.json", content)],
    )
    return data, f"{title} {supplier.number} {supplier.name}.pdf"


def _draw_yearly(report: YearlyReport) -> tuple[bytes, str]:
    content = yearly.yearly_content(report.year)
    with override(report.language):
        title = gettext("CSR report %(year)s") % {"year": report.year}
        context = yearly.yearly_context(content)
    data = render_pdf(
        "reports/yearly.html",
        context | {"fingerprint": content_fingerprint(content)},
        language=report.language,
        title=title,
        attachments=[_as_data("figures.json", content)],
    )
    return data, f"{title}.pdf"


def _as_data(name: str, content: dict[str, Any]) -> Attachment:
    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return Attachment(name, "application/json", text.encode(), "The content of this report as data")
