"""What a supplier's people see of training: open sessions, their own people, certificates."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.states import ReportStatus
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.access import portal_page
from training import gates, workflow
from training.forms import PersonForm
from training.models import CertificateReport, Enrolment, Session, TrainingCertificate
from training.states import EnrolmentStatus


def _valid_until(row: Enrolment) -> Any:
    certificate = getattr(row, "certificate", None)
    return certificate.valid_until if certificate else ""


PEOPLE = Listing(
    columns=(
        Column("name", gettext_lazy("Name"), "name"),
        Column("name_latin", gettext_lazy("Name in Latin letters"), is_beside=True),
        Column("course", gettext_lazy("Course"), value=lambda row: str(row.session.course)),
        Column("day", gettext_lazy("Date"), "session__starts_at", lambda row: row.session.last_day),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column("valid_until", gettext_lazy("Certificate valid until"), "certificate__valid_until", _valid_until),
    ),
    filters=(Filter("status", gettext_lazy("Status"), EnrolmentStatus.choices),),
    search=lambda words: Q(name__icontains=words) | Q(name_latin__icontains=words),
    default_order="-session__starts_at",
    file_name="our-people",
)


@portal_page
def training(request: HttpRequest) -> HttpResponseBase:
    """Open sessions, those in the reader's language first; the supplier's people and their certificates."""
    mine = Case(When(language=request.user.language, then=Value(0)), default=Value(1), output_field=IntegerField())
    sessions = Session.objects.visible_to(request.user).open_to_suppliers(timezone.now()).select_related("course")
    people = Enrolment.objects.visible_to(request.user).filter(supplier=request.supplier)
    people = people.select_related("session__course", "certificate")
    if "export" in request.GET:
        return export_response(request, people, PEOPLE)
    context = {
        "sessions": sessions.with_counts().annotate(other_language=mine).order_by("other_language", "starts_at", "pk"),
        "invited": set(request.supplier.training_invitations.values_list("session_id", flat=True)),
        "page": page_of(request, people, PEOPLE),
        "trained": len(gates.trained_people(request.supplier, today())),
    }
    return render(request, "portal/training/home.html", context)


@portal_page
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: what, when, where; who of ours comes; a place for one more."""
    rows = Session.objects.visible_to(request.user).select_related("course", "programme")
    session = get_object_or_404(rows, pk=pk)
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            workflow.enrol(session, by=request.user, supplier=request.supplier, **form.cleaned_data)
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            return redirect("portal:training-session", pk)
    people = Enrolment.objects.visible_to(request.user).filter(session=session, supplier=request.supplier)
    context = {
        "session": session,
        "form": form,
        "people": people.exclude(status=EnrolmentStatus.WITHDRAWN).order_by("pk"),
        "places_free": session.capacity - session.enrolments.with_a_place().count(),
        "blockers": workflow.enrolment_blockers(session, request.supplier, by=request.user),
    }
    return render(request, "portal/training/session.html", context, status=422 if form.errors else 200)


@portal_page
@require_POST
def enrolment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Enrolment.objects.visible_to(request.user).filter(supplier=request.supplier)
    enrolment = get_object_or_404(rows, pk=pk)
    try:
        workflow.withdraw(enrolment, by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("portal:training-session", enrolment.session_id)


@portal_page
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """One certificate of the supplier's people and its PDFs; POST asks for one in the reader's language."""
    rows = TrainingCertificate.objects.visible_to(request.user).filter(enrolment__supplier=request.supplier)
    certificate = get_object_or_404(rows.select_related("enrolment"), pk=pk)
    if request.method == "POST":
        workflow.ask_for_certificate(certificate, language=request.user.language, by=request.user)
        return redirect("portal:training-certificate", pk)
    context = {
        "certificate": certificate,
        "content": certificate.content,
        "reports": certificate.documents.order_by("-pk"),
        "has_own_language": certificate.documents.filter(language=request.user.language).exists(),
    }
    return render(request, "portal/training/certificate.html", context)


@portal_page
def certificate_report(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CertificateReport.objects.visible_to(request.user).filter(certificate__enrolment__supplier=request.supplier)
    return render(request, "portal/training/_report.html", {"report": get_object_or_404(rows, pk=pk)})


@portal_page
def certificate_download(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CertificateReport.objects.visible_to(request.user).filter(certificate__enrolment__supplier=request.supplier)
    report = get_object_or_404(rows.filter(status=ReportStatus.READY), pk=pk)
    return file_response(report.file, name=report.file_name, media_type="application/pdf")
