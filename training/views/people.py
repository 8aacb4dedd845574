"""Staff pages about people: who was trained, certificates, the company's own staff, auditors and what they may lead."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from csr_portal.core.access import staff_page
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.states import ReportStatus
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier
from suppliers.querysets import search_condition
from training import gates, workflow
from training.forms import QualificationForm, ReasonForm, TieForm, staff_people
from training.models import (
    AuditorQualification,
    AuditorTie,
    CertificateReport,
    Enrolment,
    Programme,
    TrainingCertificate,
)
from training.permissions import can_run
from training.states import EnrolmentStatus, Scheme, Standing
from training.views.staff import COORDINATORS


def _until(enrolment: Enrolment) -> Any:
    return enrolment.certificate.valid_until if hasattr(enrolment, "certificate") else ""


def _certificate_number(enrolment: Enrolment) -> str:
    return enrolment.certificate.number if hasattr(enrolment, "certificate") else ""


YEARS = Filter(
    "year",
    gettext_lazy("Year"),
    lambda request: [(str(year), year) for year in Programme.objects.values_list("year", flat=True)],
    field="session__programme__year",
)
PEOPLE = Listing(
    columns=[
        Column("name", gettext_lazy("Person"), order="name", value="name"),
        Column("name_latin", gettext_lazy("Latin letters"), value="name_latin"),
        Column("supplier", gettext_lazy("Supplier"), order="supplier__name", value=lambda e: e.supplier or ""),
        Column("course", gettext_lazy("Course"), value=lambda e: str(e.session.course)),
        Column("day", gettext_lazy("Date"), order="session__starts_at", value=lambda e: e.session.last_day),
        Column("hours", gettext_lazy("Attendance"), value=lambda e: e.attendance_label, is_number=True),
        Column(
            "score",
            gettext_lazy("Test"),
            order="score",
            value=lambda e: "" if e.score is None else e.score,
            is_number=True,
        ),
        Column("status", gettext_lazy("Status"), order="status", value=lambda e: e.get_status_display()),
        Column("certificate", gettext_lazy("Certificate"), order="certificate__number", value=_certificate_number),
        Column("until", gettext_lazy("Last valid day"), order="certificate__valid_until", value=_until),
    ],
    filters=[
        Filter("status", gettext_lazy("Status"), EnrolmentStatus.choices),
        YEARS,
        Filter(
            "certificate",
            gettext_lazy("Certificate"),
            [
                ("valid", gettext_lazy("Valid")),
                ("expired", gettext_lazy("Expired")),
                ("revoked", gettext_lazy("Revoked")),
            ],
            apply=lambda code: _certificate_condition(code),
        ),
    ],
    search=lambda words: (
        Q(name__icontains=words)
        | Q(name_latin__icontains=words)
        | Q(certificate__number__icontains=words)
        | search_condition(words, "supplier__")
    ),
    default_order="-session__starts_at",
    file_name="trained-people",
)


def _certificate_condition(code: str) -> Q:
    if code == "revoked":
        return Q(certificate__revoked_at__isnull=False)
    in_time = {"valid": "certificate__valid_until__gte", "expired": "certificate__valid_until__lt"}[code]
    return Q(certificate__revoked_at=None, **{in_time: today()})


def _enrolments(request: HttpRequest) -> Any:
    return Enrolment.objects.visible_to(request.user).select_related("supplier", "session__course", "certificate")


@staff_page()
def people(request: HttpRequest) -> HttpResponse:
    """Everybody of the suppliers who was enrolled, with attendance, test and certificate."""
    rows = _enrolments(request).of_suppliers()
    supplier = Supplier.objects.visible_to(request.user).filter(pk=_number(request.GET.get("supplier"))).first()
    if supplier is not None:
        rows = rows.filter(supplier=supplier)
    if "export" in request.GET:
        return export_response(request, rows, PEOPLE)
    context = {"page": page_of(request, rows, PEOPLE), "supplier": supplier, "heading": _("Trained people")}
    return render(request, "staff/training/people.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


@staff_page()
def staff_records(request: HttpRequest) -> HttpResponse:
    """What the company's own people were trained in (M5)."""
    rows = _enrolments(request).of_staff()
    if "export" in request.GET:
        return export_response(request, rows, PEOPLE)
    context = {"page": page_of(request, rows, PEOPLE), "heading": _("Training of our own staff"), "own": True}
    return render(request, "staff/training/people.html", context)


@staff_page()
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    context = _certificate_context(request, _certificate(request, pk))
    return render(request, "staff/training/certificate.html", context)


def _certificate(request: HttpRequest, pk: int) -> TrainingCertificate:
    rows = TrainingCertificate.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("enrolment__supplier", "enrolment__session__course"), pk=pk)


def _certificate_context(request: HttpRequest, certificate: TrainingCertificate, **more: Any) -> dict[str, Any]:
    return {
        "certificate": certificate,
        "content": certificate.content,
        "reports": certificate.documents.order_by("-pk"),
        "can_run": can_run(request.user, certificate),
        "revoke_form": ReasonForm(),
        "history_entries": HistoryEntry.objects.about(certificate)[:8],
        "verify_path": reverse("open:training-verify", args=[certificate.code]),
        **more,
    }


@staff_page()
@require_POST
def certificate_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = _certificate(request, pk)
    workflow.ask_for_certificate(certificate, language=_language(request), by=request.user)
    return redirect("staff:training-certificate", pk)


def _language(request: HttpRequest) -> str:
    wanted = request.POST.get("language", "")
    known = [code for code, _name in User._meta.get_field("language").choices]
    return wanted if wanted in known else request.user.language


@staff_page()
def certificate_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The state of a PDF as a fragment that asks again until it is ready."""
    report = get_object_or_404(CertificateReport.objects.visible_to(request.user), pk=pk)
    return render(request, "staff/training/_report.html", {"report": report})


@staff_page()
def certificate_download(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CertificateReport.objects.visible_to(request.user).filter(status=ReportStatus.READY)
    report = get_object_or_404(rows, pk=pk)
    return file_response(report.file, name=report.file_name, media_type="application/pdf")


@staff_page(*COORDINATORS)
@require_POST
def certificate_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = _certificate(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            workflow.revoke_certificate(certificate, by=request.user, reason=form.cleaned_data["reason"])
        except WorkflowError as error:
            messages.error(request, error.message)
        return redirect("staff:training-certificate", pk)
    context = _certificate_context(request, certificate, revoke_form=form)
    return render(request, "staff/training/certificate.html", context, status=422)


def _problems_today(row: AuditorQualification) -> list[str]:
    return gates.qualification_problems([row], [today()])[row.scheme]


QUALIFICATIONS = Listing(
    columns=[
        Column("person", gettext_lazy("Person"), order="user__name", value=lambda q: q.user),
        Column("scheme", gettext_lazy("Scheme"), order="scheme", value=lambda q: q.get_scheme_display()),
        Column("level", gettext_lazy("Level"), value=lambda q: q.get_level_display()),
        Column("number", gettext_lazy("Number"), value="number"),
        Column("expires", gettext_lazy("Last valid day"), order="expires_on", value="expires_on"),
        Column(
            "witnessed",
            gettext_lazy("Witnessed audits"),
            order="witnessed_audits",
            value="witnessed_audits",
            is_number=True,
        ),
        Column("standing", gettext_lazy("Standing"), value=lambda q: q.get_standing_display()),
        Column("lead", gettext_lazy("May lead today"), value=lambda q: " ".join(_problems_today(q)) or _("Yes")),
    ],
    filters=[
        Filter("scheme", gettext_lazy("Scheme"), Scheme.choices),
        Filter("standing", gettext_lazy("Standing"), Standing.choices),
    ],
    search=lambda words: Q(user__name__icontains=words) | Q(user__name_latin__icontains=words) | Q(number=words),
    default_order="user__name",
    file_name="auditor-certificates",
)


@staff_page()
def qualification_list(request: HttpRequest) -> HttpResponse:
    """Every auditor certificate: until when, who may lead today, and if not, why."""
    rows = AuditorQualification.objects.visible_to(request.user).current().select_related("user")
    if "export" in request.GET:
        return export_response(request, rows, QUALIFICATIONS)
    page = page_of(request, rows, QUALIFICATIONS)
    for row in page.rows:
        row.problems = _problems_today(row)
    context = {"page": page, "can_run": can_run(request.user, None)}
    return render(request, "staff/training/qualifications.html", context)


@staff_page()
def qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: certificates, who renews which, ties to suppliers, and whether they may lead today."""
    person = get_object_or_404(User.objects.filter(pk__in=_auditor_ids(request)), pk=pk)
    rows = list(AuditorQualification.objects.visible_to(request.user).filter(user=person).order_by("-expires_on"))
    problems = gates.qualification_problems(rows, [today()])
    context = {
        "person": person,
        "rows": rows,
        "schemes": [(Scheme(scheme).label, missing) for scheme, missing in problems.items()],
        "may_lead": any(not missing for missing in problems.values()),
        "ties": AuditorTie.objects.visible_to(request.user).filter(user=person).select_related("supplier"),
        "can_run": can_run(request.user, None),
        "standings": Standing.choices,
    }
    return render(request, "staff/training/qualification.html", context)


def _auditor_ids(request: HttpRequest) -> set[int]:
    """People of the company, and whoever has a certificate recorded."""
    own = set(staff_people().values_list("pk", flat=True))
    return own | set(AuditorQualification.objects.visible_to(request.user).values_list("user_id", flat=True))


@staff_page(*COORDINATORS)
def qualification_new(request: HttpRequest) -> HttpResponse:
    form = QualificationForm(request.POST or None, request.FILES or None, initial={"user": request.GET.get("person")})
    if form.is_valid():
        try:
            row = workflow.record_qualification(
                form.save(commit=False), by=request.user, upload=form.cleaned_data["upload"]
            )
        except ValidationError as error:
            form.add_error("upload", error)
        else:
            return redirect("staff:qualification", row.user_id)
    heading = _("Record an auditor certificate")
    return render(request, "staff/training/form.html", {"form": form, "heading": heading, "has_files": True})


@staff_page(*COORDINATORS)
@require_POST
def qualification_standing(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(AuditorQualification.objects.visible_to(request.user), pk=pk)
    standing = request.POST.get("standing", "")
    if standing in Standing.values:
        workflow.change_standing(row, standing, by=request.user, reason=request.POST.get("reason", "")[:300])
    return redirect("staff:qualification", row.user_id)


@staff_page()
def qualification_file(request: HttpRequest, pk: int) -> HttpResponse:
    rows = AuditorQualification.objects.visible_to(request.user).exclude(file=None).select_related("file")
    stored = get_object_or_404(rows, pk=pk).file
    return file_response(stored.file, name=stored.original_name, media_type=stored.media_type)


@staff_page(*COORDINATORS)
def tie_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.filter(pk__in=_auditor_ids(request)), pk=pk)
    form = TieForm(request.POST or None, visible=Supplier.objects.visible_to(request.user))
    if form.is_valid():
        tie = form.save(commit=False)
        tie.user, tie.supplier = person, form.cleaned_data["supplier_number"]
        workflow.record_tie(tie, by=request.user)
        return redirect("staff:qualification", pk)
    context = {"form": form, "heading": _("Record a tie to a supplier"), "person": person}
    return render(request, "staff/training/form.html", context)
