"""Verification of a training certificate, without an account: only what stands on the paper."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from csr_portal.core.access import open_page
from csr_portal.core.names import script_language
from csr_portal.core.timezones import today
from training.forms import CodeForm, normalised_code
from training.models import TrainingCertificate
from training.reports import certificate_context


@open_page
def verify_code(request: HttpRequest) -> HttpResponse:
    """Where somebody types the code from the paper."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("open:training-verify", form.cleaned_data["code"])
    return render(request, "open/training/verify_code.html", {"form": form})


@open_page
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Valid, expired, revoked or unknown. The code itself is the key: there is no list and nothing to guess from."""
    wanted = normalised_code(code)
    certificate = TrainingCertificate.objects.filter(code=wanted).first()
    context = {"code": wanted, "certificate": certificate, "checked_at": timezone.now()}
    if certificate is None:
        return render(request, "open/training/verify.html", context | {"state": "unknown"}, status=404)
    content = certificate_context(certificate)
    context |= {"state": certificate.state_on(today()), "content": content}
    context["holder_script"] = script_language(content["name"])
    return render(request, "open/training/verify.html", context)
