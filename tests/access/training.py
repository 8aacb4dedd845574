"""Who may open which address of the training app."""

from tests.access.table import ANYBODY, EVERYBODY, STAFF, SUPPLIER, Route
from tests.factories.core import StoredFileFactory
from tests.factories.training import (
    AuditorQualificationFactory,
    EnrolmentFactory,
    SessionFactory,
    TrainingCertificateFactory,
)
from training.models import CertificateReport
from training.states import SessionStatus

COORDINATORS = frozenset({"csr_manager", "training_coordinator"})


def of(name):
    return lambda world: {"pk": getattr(world, name).pk}


ROUTES = {
    "staff:training-home": Route(STAFF),
    "staff:training-programme-edit": Route(COORDINATORS, lambda world: {"year": 2026}),
    "staff:training-session-list": Route(STAFF),
    "staff:training-session-new": Route(COORDINATORS),
    "staff:training-session": Route(STAFF, of("session")),
    "staff:training-session-edit": Route(COORDINATORS, of("session")),
    "staff:training-session-cancel": Route(COORDINATORS, of("session")),
    "staff:training-session-invite": Route(COORDINATORS, of("session")),
    "staff:training-session-enrol": Route(COORDINATORS, of("session"), "post"),
    "staff:training-session-results": Route(COORDINATORS, of("held_session")),
    "staff:training-session-step": Route(COORDINATORS, lambda world: {"pk": world.session.pk, "step": "hold"}, "post"),
    "staff:training-withdraw": Route(COORDINATORS, of("enrolment"), "post"),
    "staff:training-people": Route(STAFF),
    "staff:training-staff": Route(STAFF),
    "staff:training-certificate": Route(STAFF, of("training_certificate")),
    "staff:training-certificate-pdf": Route(STAFF, of("training_certificate"), "post"),
    "staff:training-certificate-revoke": Route(COORDINATORS, of("training_certificate"), "post"),
    "staff:training-report": Route(STAFF, of("training_report")),
    "staff:training-report-download": Route(STAFF, of("training_report")),
    "staff:qualification-list": Route(STAFF),
    "staff:qualification-new": Route(COORDINATORS),
    "staff:qualification": Route(STAFF, lambda world: {"pk": world.qualification.user_id}),
    "staff:auditor-tie-new": Route(COORDINATORS, lambda world: {"pk": world.qualification.user_id}),
    "staff:qualification-standing": Route(COORDINATORS, of("qualification"), "post"),
    "staff:qualification-file": Route(STAFF, of("qualification")),
    "portal:training-list": Route(SUPPLIER | {"mallory"}),
    "portal:training-session": Route(SUPPLIER, of("held_session"), foreign=404),
    "portal:training-withdraw": Route(SUPPLIER, of("enrolment"), "post", foreign=404),
    "portal:training-certificate": Route(SUPPLIER, of("training_certificate"), foreign=404),
    "portal:training-report": Route(SUPPLIER, of("training_report"), foreign=404),
    "portal:training-report-download": Route(SUPPLIER, of("training_report"), foreign=404),
    "api:training-session-list": Route(EVERYBODY),
    "api:training-session-detail": Route(STAFF | SUPPLIER, of("held_session"), foreign=404),
    "api:training-session-enrol": Route(frozenset(), of("held_session"), "post"),
    "api:training-enrolment-list": Route(EVERYBODY),
    "api:training-enrolment-detail": Route(STAFF | SUPPLIER, of("enrolment"), foreign=404),
    "api:training-certificate-list": Route(EVERYBODY),
    "api:training-certificate-detail": Route(STAFF | SUPPLIER, of("training_certificate"), foreign=404),
    "api:auditor-qualification-list": Route(EVERYBODY),
    "api:auditor-qualification-detail": Route(STAFF, of("qualification")),
    "open:training-verify-code": Route(ANYBODY),
    "open:training-verify": Route(ANYBODY, lambda world: {"code": world.training_certificate.code}),
}


def fill(world):
    """Put one object of each kind, all Acme's, into `world` (a SimpleNamespace)."""
    world.session = SessionFactory()
    world.held_session = SessionFactory(status=SessionStatus.HELD)
    world.enrolment = EnrolmentFactory(session=world.session, supplier=world.acme)
    world.training_certificate = TrainingCertificateFactory(
        enrolment__session=world.held_session, enrolment__supplier=world.acme
    )
    world.training_report = CertificateReport.objects.create(
        certificate=world.training_certificate,
        language="en",
        fingerprint="0" * 64,
        status="ready",
        file=StoredFileFactory().file.name,
        file_name="TC-2026-0001-en.pdf",
    )
    world.qualification = AuditorQualificationFactory(file=StoredFileFactory())
