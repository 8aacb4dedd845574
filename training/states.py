"""Status codes and kinds of the training app. How they look is said in core/badges.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

EXPIRING_DAYS = 60  # before the last valid day of a certificate or qualification


class SessionStatus(TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open for enrolment")
    HELD = "held", _("Held")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class EnrolmentStatus(TextChoices):
    """Registered is not attended, attended is not passed (B35)."""

    ENROLLED = "enrolled", _("Enrolled")
    ATTENDED = "attended", _("Attended")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")
    ABSENT = "absent", _("Absent")
    WITHDRAWN = "withdrawn", _("Withdrawn")


TAKES_A_PLACE = [s for s in EnrolmentStatus.values if s != EnrolmentStatus.WITHDRAWN]
TOOK_PART = [EnrolmentStatus.ATTENDED, EnrolmentStatus.PASSED, EnrolmentStatus.FAILED]


class CourseStandard(TextChoices):
    SA8000 = "sa8000", "SA8000"
    RBA = "rba", "RBA (EICC)"
    BSCI = "bsci", "amfori BSCI"
    SAFETY = "safety", _("Occupational health and safety")
    OTHER = "other", _("Other")


class Audience(TextChoices):
    SUPPLIER = "supplier", _("Suppliers")
    STAFF = "staff", _("Own staff")
    BOTH = "both", _("Suppliers and own staff")


class Target(TextChoices):
    """Which suppliers a year's programme is for: the denominator of coverage (R-TRN-1)."""

    ACTIVE = "active", _("All active suppliers")
    STRATEGIC = "strategic", _("Strategic suppliers")
    KEY_MATERIAL = "key_material", _("Suppliers of key material")


class CertificateState(TextChoices):
    """Computed from the dates; never stored."""

    VALID = "valid", _("Valid")
    EXPIRING = "expiring", _("Expires soon")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class Scheme(TextChoices):
    SA8000 = "sa8000", "SA8000"
    RBA = "rba", "RBA (EICC)"
    BSCI = "bsci", "amfori BSCI"
    APSCA = "apsca", "APSCA"


class Level(TextChoices):
    CSCA = "csca", _("CSCA (certified)")
    ASCA = "asca", _("ASCA (associate)")
    LEAD = "lead", _("Lead auditor")
    AUDITOR = "auditor", _("Auditor")
    INTERNAL = "internal", _("Internal auditor")


class Standing(TextChoices):
    GOOD = "good", _("In good standing")
    LAPSED = "lapsed", _("Lapsed")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")


class TieKind(TextChoices):
    EMPLOYED = "employed", _("Employed by the supplier")
    PAID = "paid", _("Paid by the supplier")
    CONSULTANT = "consultant", _("Consultant who prepared the supplier")
