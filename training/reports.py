"""What is printed: the training certificate, as the content that was frozen when it was issued."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_date

from csr_portal.core.names import script_language
from training.models import TrainingCertificate

TEMPLATE = "reports/training/certificate.html"


def certificate_content(certificate: TrainingCertificate) -> dict[str, Any]:
    """Everything on the certificate. The same content gives the same PDF; a revocation does not change the paper."""
    return {
        **certificate.content,
        "number": certificate.number,
        "code": certificate.code,
        "trained_on": certificate.trained_on.isoformat(),
        "issued_on": certificate.issued_on.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "verify_path": verify_path(certificate),
    }


def verify_path(certificate: TrainingCertificate) -> str:
    return reverse("open:training-verify", args=[certificate.code])


def certificate_context(certificate: TrainingCertificate) -> dict[str, Any]:
    """The content as the template wants it: dates as dates, names with their language, addresses in full."""
    content = certificate_content(certificate)
    days = ("first_day", "last_day", "trained_on", "issued_on", "valid_until")
    host = settings.PUBLIC_URL.partition("://")[2]
    return {
        **content,
        **{day: parse_date(content[day]) for day in days},
        "name_script": script_language(content["name"], ""),
        "company_script": script_language(content["company"], ""),
        "issuer_script": script_language(content["issuer"], ""),
        "place_script": script_language(content["place"], ""),
        "signer_script": script_language(content["issued_by"], ""),
        "verify_url": settings.PUBLIC_URL + content["verify_path"],
        "verify_address": host + reverse("open:training-verify-code"),
    }


def file_name(certificate: TrainingCertificate, language: str) -> str:
    return f"{certificate.number}-{language}.pdf"
