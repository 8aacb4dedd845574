"""Reports of every kind: asked for, watched and downloaded, by staff and by suppliers."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from audits.models import SelfInspectionReport, SiteReviewReport
from csr_portal import dossier, indicators, yearly
from csr_portal.core import reports
from csr_portal.core.access import staff_page
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import AbstractReport
from csr_portal.core.roles import Role
from csr_portal.core.states import ReportStatus
from csr_portal.core.timezones import today
from csr_portal.tasks import build_dossier, build_yearly_report
from suppliers.access import portal_page
from suppliers.models import DecisionReport, Supplier, SupplierReport, YearlyReport
from training.models import CertificateReport

KINDS: dict[str, tuple[Any, Any]] = {
    "dossier": (SupplierReport, _("Supplier dossier")),
    "yearly": (YearlyReport, _("Yearly CSR report")),
    "decision": (DecisionReport, _("Decision record")),
    "self-inspection": (SelfInspectionReport, _("Self-inspection report")),
    "site-review": (SiteReviewReport, _("Site review report")),
    "certificate": (CertificateReport, _("Training certificate")),
}
SHOWN = 15
REPORTS = Listing(
    columns=(
        Column("file_name", _("Report"), "file_name"),
        Column("language", _("Language"), "language", lambda row: row.get_language_display()),
        Column("requested_at", _("Asked for"), "requested_at"),
        Column("status", _("State"), "status", lambda row: row.get_status_display()),
    ),
    filters=(
        Filter("status", _("State"), ReportStatus.choices),
        Filter("language", _("Language"), settings.LANGUAGES),
    ),
    search=lambda words: Q(file_name__icontains=words),
    default_order="-pk",
    file_name="reports",
)


class YearlyReportForm(forms.Form):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = reversed(indicators.years_until(today().year))
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]


@staff_page()
def report_list(request: HttpRequest) -> HttpResponse:
    """The person's latest reports of all kinds, and the form for a yearly one."""
    form = YearlyReportForm(initial={"year": today().year, "language": request.user.language})
    return _reports_page(request, form)


def _reports_page(request: HttpRequest, form: YearlyReportForm) -> HttpResponse:
    context = {"rows": _latest(request), "form": form, "tabs": _tabs()}
    return render(request, "staff/reports/list.html", context, status=422 if form.errors else 200)


def _mine(request: HttpRequest, kind: str) -> Any:
    return KINDS[kind][0].objects.visible_to(request.user).filter(requested_by=request.user)


def _row(kind: str, report: AbstractReport) -> dict[str, Any]:
    return {
        "report": report,
        "label": KINDS[kind][1],
        "about": report.file_name,
        "status_url": reverse("staff:report-status", args=[kind, report.pk]),
        "download_url": reverse("staff:report-download", args=[kind, report.pk]),
    }


def _latest(request: HttpRequest) -> list[dict[str, Any]]:
    rows = [_row(kind, report) for kind in KINDS for report in _mine(request, kind).order_by("-pk")[:SHOWN]]
    return sorted(rows, key=lambda row: row["report"].requested_at, reverse=True)[:SHOWN]


def _tabs(here: str = "") -> list[dict[str, Any]]:
    kinds = [
        {"label": label, "url": reverse("staff:report-kind-list", args=[kind]), "here": kind == here}
        for kind, (_model, label) in KINDS.items()
    ]
    return [{"label": _("Latest"), "url": reverse("staff:report-list"), "here": not here}, *kinds]


@staff_page()
def report_kind_list(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All reports of one kind that the person has asked for."""
    if kind not in KINDS:
        raise Http404
    if "export" in request.GET:
        return export_response(request, _mine(request, kind), REPORTS)
    page = page_of(request, _mine(request, kind), REPORTS)
    rows = [_row(kind, report) for report in page.rows]
    context = {"page": page, "rows": rows, "label": KINDS[kind][1], "tabs": _tabs(kind)}
    return render(request, "staff/reports/kind.html", context)


@staff_page()
@require_POST
def yearly_report(request: HttpRequest) -> HttpResponse:
    form = YearlyReportForm(request.POST)
    if not form.is_valid():
        return render(
            request, "staff/reports/list.html", {"rows": _latest(request), "form": form, "tabs": _tabs()}, status=422
        )
    year = form.cleaned_data["year"]
    reports.request(
        YearlyReport,
        build_yearly_report,
        content=yearly.yearly_content(year),
        language=form.cleaned_data["language"],
        by=request.user,
        year=year,
    )
    return redirect("staff:report-list")


@staff_page(Role.BUYER, Role.CSR_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)
@require_POST
def supplier_dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a supplier's dossier in the language of the form; it appears in the list of reports."""
    supplier = get_object_or_404(Supplier.objects.visible_to(request.user), pk=pk)
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = request.user.language
    with override(language):
        content = dossier.dossier_content(supplier)
    reports.request(
        SupplierReport, build_dossier, content=content, language=language, by=request.user, supplier=supplier
    )
    return redirect("staff:report-list")


def _report(request: HttpRequest, kind: str, pk: int) -> AbstractReport:
    if kind not in KINDS:
        raise Http404
    return get_object_or_404(KINDS[kind][0].objects.visible_to(request.user), pk=pk)


def _status(request: HttpRequest, kind: str, pk: int, side: str) -> HttpResponse:
    context = {
        "report": _report(request, kind, pk),
        "status_url": reverse(f"{side}:report-status", args=[kind, pk]),
        "download_url": reverse(f"{side}:report-download", args=[kind, pk]),
    }
    return render(request, "components/report_status.html", context)


def _download(request: HttpRequest, kind: str, pk: int) -> FileResponse:
    report = _report(request, kind, pk)
    if report.status != ReportStatus.READY:
        raise Http404(gettext("This report is not ready yet."))
    return file_response(report.file, name=report.file_name, media_type="application/pdf")


@staff_page()
def report_status(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    return _status(request, kind, pk, "staff")


@staff_page()
def report_download(request: HttpRequest, kind: str, pk: int) -> FileResponse:
    return _download(request, kind, pk)


@portal_page
def portal_report_status(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    return _status(request, kind, pk, "portal")


@portal_page
def portal_report_download(request: HttpRequest, kind: str, pk: int) -> FileResponse:
    return _download(request, kind, pk)
