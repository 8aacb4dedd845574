"""Certificates of others, for staff: list, one certificate, adding, verifying, not accepting, the file."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csr_portal.core import lists
from csr_portal.core.access import staff_page
from csr_portal.core.files import file_response, receive
from csr_portal.core.models import HistoryEntry
from csr_portal.core.timezones import today
from suppliers import certificates as rules
from suppliers.forms.certificates import CertificateForm, VerifyForm
from suppliers.lists import CERTIFICATES
from suppliers.models import Certificate
from suppliers.permissions import can_verify_certificate
from suppliers.states import CertificateStandard
from suppliers.views.staff import find, procurement_page, run
from suppliers.workflow.certificates import (
    reject_certificate,
    submit_certificate,
    verify_certificate,
    withdraw_certificate,
)


def find_certificate(request: HttpRequest, pk: int) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related("supplier", "verified_by", "evidence__file")
    return get_object_or_404(rows, pk=pk)


@staff_page()
def certificate_list(request: HttpRequest) -> HttpResponse:
    rows = Certificate.objects.visible_to(request.user).select_related("supplier").prefetch_related("sites")
    if (supplier := request.GET.get("supplier", "")).isdecimal():
        rows = rows.filter(supplier=supplier)
    if request.GET.get("export"):
        return lists.export_response(request, rows, CERTIFICATES)
    context = {"page": lists.page_of(request, rows, CERTIFICATES), "today": today()}
    return render(request, "staff/suppliers/certificates.html", context)


@staff_page()
def certificate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = find_certificate(request, pk)
    is_sa8000 = certificate.standard == CertificateStandard.SA8000
    context = {
        "certificate": certificate,
        "supplier": certificate.supplier,
        "flags": rules.flags(certificate, today()),
        "recognised": {site.pk: rules.recognised(site, today()) for site in certificate.sites.all()},
        "surveillance": rules.surveillance_days(certificate.issued_on, certificate.expires_on) if is_sa8000 else [],
        "may_verify": can_verify_certificate(request.user, certificate),
        "form": VerifyForm(),
        "entries": HistoryEntry.objects.about(certificate).select_related("by"),
    }
    return render(request, "staff/suppliers/certificate.html", context)


@procurement_page
def certificate_add(request: HttpRequest, pk: int) -> HttpResponse:
    supplier = find(request, pk)
    form = CertificateForm(request.POST or None, request.FILES or None, supplier=supplier)
    if request.method == "POST" and form.is_valid() and (certificate := add_certificate(request, form)):
        return redirect("staff:certificate-detail", certificate.pk)
    context = {"supplier": supplier, "form": form, "title": _("Add certificate"), "has_file": True}
    return render(request, "staff/suppliers/form.html", context, status=422 if form.errors else 200)


def add_certificate(request: HttpRequest, form: CertificateForm) -> Certificate | None:
    """Keep the file and the certificate; a file that is not accepted becomes an error of the form."""
    sites = list(form.cleaned_data["sites"])
    supplier = sites[0].supplier
    try:
        file = receive(form.cleaned_data["file"], by=request.user)
    except ValidationError as error:
        form.add_error("file", error)
        return None
    certificate = submit_certificate(supplier, sites=sites, by=request.user, file=file, **form.values())
    messages.success(request, _("Received. The company checks it."))
    return certificate


@procurement_page
@require_POST
def certificate_verify(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = find_certificate(request, pk)
    how, where = request.POST.get("how", "")[:300], ("staff:certificate-detail", pk)
    act = lambda: verify_certificate(certificate, how=how, by=request.user)  # noqa: E731
    return run(request, act, _("Verified. The gate counts it from now."), *where)


@procurement_page
@require_POST
def certificate_reject(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = find_certificate(request, pk)
    reason, where = request.POST.get("reason", ""), ("staff:certificate-detail", pk)
    act = lambda: reject_certificate(certificate, reason=reason, by=request.user)  # noqa: E731
    return run(request, act, _("Not accepted. The supplier was told why."), *where)


@procurement_page
@require_POST
def certificate_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = find_certificate(request, pk)
    act = lambda: withdraw_certificate(certificate, by=request.user)  # noqa: E731
    return run(request, act, _("Withdrawn."), "staff:certificate-detail", pk)


@staff_page()
def certificate_file(request: HttpRequest, pk: int) -> HttpResponse:
    return send_file(get_object_or_404(Certificate.objects.visible_to(request.user).exclude(evidence=None), pk=pk))


def send_file(certificate: Certificate) -> HttpResponse:
    file = certificate.evidence.file
    return file_response(file.file, name=file.original_name, media_type=file.media_type)
