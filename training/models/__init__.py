"""What training stores, split by what belongs together."""

from training.models.auditors import AuditorQualification, AuditorTie
from training.models.certificates import CertificateReport, TrainingCertificate, new_code
from training.models.enrolments import Attendance, Enrolment
from training.models.sessions import Course, Programme, Session, SessionInvitation, local_day

__all__ = [
    "Attendance",
    "AuditorQualification",
    "AuditorTie",
    "CertificateReport",
    "Course",
    "Enrolment",
    "Programme",
    "Session",
    "SessionInvitation",
    "TrainingCertificate",
    "local_day",
    "new_code",
]
