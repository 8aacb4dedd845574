"""Certificates of those who passed: issued, printed, revoked."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history, reports
from csr_portal.core.models import Organisation, User
from csr_portal.core.notices import tell
from csr_portal.core.timezones import last_valid_day, today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier
from suppliers.workflow import facts_changed, lock
from training.models import CertificateReport, Enrolment, Programme, TrainingCertificate
from training.permissions import can_run
from training.reports import certificate_content as printed_content
from training.tasks import build_certificate
from training.workflow.numbers import next_number


def issue_certificate(enrolment: Enrolment, *, by: User) -> TrainingCertificate:
    """The certificate of somebody who passed, with everything that stands on it, and the job that makes its PDF."""
    session = enrolment.session
    issued_on = max(today(), session.last_day)
    Programme.objects.select_for_update().get(pk=session.programme_id)
    certificate = TrainingCertificate.objects.create(
        enrolment=enrolment,
        number=next_number(TrainingCertificate, f"TC-{session.programme.year}-", 4),
        trained_on=session.last_day,
        issued_on=issued_on,
        valid_until=last_valid_day(session.last_day, months=session.course.validity_months),
        content=certificate_content(enrolment, by=by),
        issued_by=by,
    )
    history.record(certificate, "certificate.issued", by=by, data={"number": certificate.number})
    ask_for_certificate(certificate, language=language_of(enrolment), by=by)
    return certificate


def ask_for_certificate(certificate: TrainingCertificate, *, language: str, by: User | None) -> CertificateReport:
    """The PDF in this language: the ready one, or a new one that a worker makes."""
    return reports.request(
        CertificateReport,
        build_certificate,
        content=printed_content(certificate),
        language=language,
        by=by,
        certificate=certificate,
    )


def certificate_content(enrolment: Enrolment, *, by: User) -> dict[str, Any]:
    """What stands on the certificate, as it is on the day of issue."""
    session, supplier, company = enrolment.session, enrolment.supplier, Organisation.current()
    return {
        "name": enrolment.name,
        "name_latin": enrolment.name_latin,
        "company": supplier.name if supplier else company.name,
        "company_latin": supplier.name_latin if supplier else company.name_latin,
        "language": supplier.language if supplier else company.language,
        "course": session.course.title,
        "programme": session.programme.title,
        "standard": session.course.get_standard_display(),
        "first_day": session.first_day.isoformat(),
        "last_day": session.last_day.isoformat(),
        "place": session.place,
        "hours": str(session.course.hours.normalize()),
        "attended_hours": str(enrolment.attended_hours.normalize()),
        "attendance": enrolment.attendance_label,
        "attendance_needed": session.course.attendance_percent,
        "score": enrolment.score,
        "score_needed": session.course.pass_score,
        "trainer": session.trainer,
        "trainer_latin": session.trainer_latin,
        "provider": session.provider,
        "issuer": company.name,
        "issuer_latin": company.name_latin,
        "issued_by": str(by),
        "issued_by_title": by.job_title,
    }


def language_of(enrolment: Enrolment) -> str:
    """In which language the person gets the certificate."""
    if enrolment.user:
        return enrolment.user.language
    return enrolment.supplier.language if enrolment.supplier else enrolment.session.language


@transaction.atomic
def revoke_certificate(certificate: TrainingCertificate, *, by: User, reason: str) -> None:
    """Take a certificate back, for good and with the reason; the supplier's gate is asked again."""
    if not can_run(by, certificate):
        raise WorkflowError(_("Only the training coordinator revokes certificates."))
    if not reason.strip():
        raise WorkflowError(_("Say why the certificate is revoked."))
    supplier = lock(certificate.enrolment.supplier_id) if certificate.enrolment.supplier_id else None
    certificate.refresh_from_db(from_queryset=TrainingCertificate.objects.select_for_update())
    if certificate.revoked_at:
        raise WorkflowError(_("The certificate is revoked already."))
    certificate.revoked_at, certificate.revoked_by, certificate.revoked_reason = timezone.now(), by, reason.strip()
    certificate.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    history.record(certificate, "certificate.revoked", by=by, reason=reason, data={"number": certificate.number})
    if supplier is not None:
        facts_changed(supplier)
        tell(
            people_of(supplier),
            "training/revoked",
            about=certificate,
            event="revoked",
            url=reverse("portal:training-list"),
        )


def people_of(supplier: Supplier) -> list[User]:
    return [contact.user for contact in supplier.contacts.current().select_related("user").order_by("pk")]
