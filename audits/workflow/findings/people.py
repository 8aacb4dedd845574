"""Who is told about a finding."""

from django.urls import reverse

from audits.models import Finding
from audits.recipients import judges_of, people_of
from csr_portal.core.notices import tell


def tell_supplier(finding: Finding, kind: str, event: str, note: str = "") -> None:
    url = reverse("portal:finding-detail", args=[finding.pk])
    context = {"finding": finding, "note": note}
    tell(people_of(finding.supplier), kind, about=finding, event=event, url=url, context=context)


def tell_judges(finding: Finding, kind: str, event: str) -> None:
    url = reverse("staff:finding-detail", args=[finding.pk])
    tell(judges_of(finding), kind, about=finding, event=event, url=url, context={"finding": finding})
