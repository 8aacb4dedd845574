"""Status codes of the suppliers app. How they look is said in core/badges.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SupplierStatus(TextChoices):
    LISTED = "listed", _("Not invited yet")
    INVITED = "invited", _("Invited")
    REGISTERED = "registered", _("Registered")
    COOPERATING = "cooperating", _("Cooperating")
    STRATEGIC = "strategic", _("Strategic")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")
    DECLINED = "declined", _("Declined")


# Who has registered and is neither declined nor ended.
IN_RELATION = (
    SupplierStatus.REGISTERED,
    SupplierStatus.COOPERATING,
    SupplierStatus.STRATEGIC,
    SupplierStatus.SUSPENDED,
)


class Segment(TextChoices):
    """What a gate leads to."""

    COOPERATING = "cooperating", _("Cooperating")
    STRATEGIC = "strategic", _("Strategic")


class InvitationStatus(TextChoices):
    SENT = "sent", _("Sent")
    OPENED = "opened", _("Opened")
    REGISTERED = "registered", _("Registered")
    REVOKED = "revoked", _("Revoked")


class JoinStatus(TextChoices):
    REQUESTED = "requested", _("Requested")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")


class DuplicateStatus(TextChoices):
    """A pair of suppliers that may be one company."""

    SUSPECTED = "suspected", _("Suspected")
    DISMISSED = "dismissed", _("Not a duplicate")
    MERGED = "merged", _("Merged")
    CLEARED = "cleared", _("No longer alike")


class ContactRole(TextChoices):
    ADMIN = "supplier_admin", _("Supplier administrator")
    MEMBER = "supplier_member", _("Supplier member")


class RegistrationKind(TextChoices):
    USCC = "uscc", _("Unified social credit code (China)")
    JP_CORPORATE = "jp", _("Corporate number (Japan)")
    MST = "mst", _("Tax code (Vietnam)")
    VAT = "vat", _("VAT number (EU)")
    OTHER = "other", _("Other register")


class Spend(TextChoices):
    MINOR = "minor", _("Minor")
    KEY = "key_material", _("Key material")
    STRATEGIC = "strategic", _("Strategic")


class RiskBand(TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class CertificateStatus(TextChoices):
    SUBMITTED = "submitted", _("To be checked")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CertificateStandard(TextChoices):
    SA8000 = "sa8000", "SA8000"
    RBA_VAP = "rba_vap", "RBA VAP"
    BSCI = "bsci", "amfori BSCI"
    SMETA = "smeta", "SMETA"
    ISO45001 = "iso45001", "ISO 45001"
    ISO14001 = "iso14001", "ISO 14001"
    ISO9001 = "iso9001", "ISO 9001"
    SSI = "ssi", "SSI"
    OTHER = "other", _("Other")


class ImportStatus(TextChoices):
    """A file of suppliers."""

    UPLOADED = "uploaded", _("Columns to be matched")
    CHECKING = "checking", _("Being checked")
    PLANNED = "planned", _("Waiting for your word")
    APPLYING = "applying", _("Being imported")
    APPLIED = "applied", _("Imported")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")


class RowOutcome(TextChoices):
    """What a line of a file comes to."""

    CREATE = "create", _("New")
    UPDATE = "update", _("Changed")
    QUESTION = "question", _("Doubtful")
    UNCHANGED = "unchanged", _("Unchanged")
    DUPLICATE = "duplicate", _("Twice in the file")
    ERROR = "error", _("Wrong")


class ReviewStatus(TextChoices):
    """The CSR review case."""

    OPENED = "opened", _("In preparation")
    PREPARED = "prepared", _("Waiting for decision")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Outcome(TextChoices):
    APPROVED = "approved", _("Approved")
    CONDITIONAL = "conditional", _("Conditional")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")


OPENING = (Outcome.APPROVED, Outcome.CONDITIONAL)


class WaiverStatus(TextChoices):
    REQUESTED = "requested", _("Requested")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class ConditionState(TextChoices):
    MET = "met", _("Met")
    EXPIRING = "expiring", _("Expiring")
    MISSING = "missing", _("Missing")
    WAIVED = "waived", _("Waived")
    NOT_REQUIRED = "not_required", _("Not required")


class VersionState(TextChoices):
    """A version of a rule."""

    DRAFT = "draft", _("Draft")
    CURRENT = "current", _("In force")
    RETIRED = "retired", _("Retired")
    DISCARDED = "discarded", _("Discarded")


class RiskKind(TextChoices):
    POINTS = "points", _("Points per factor (R-RISK-1)")
    ADDITIVE = "additive", _("Inherent risk, control, residual risk")


class TrialEffect(TextChoices):
    """What a draft would do: with the gate the first four, with the risk the last three."""

    LOSES = "loses", _("would lose it")
    GAINS = "gains", _("would gain it")
    KEEPS = "keeps", _("keeps it")
    STAYS_OUT = "stays_out", _("still not ready")
    HIGHER = "higher", _("higher band")
    LOWER = "lower", _("lower band")
    SAME = "same", _("same band")


class ClearanceStatus(TextChoices):
    """A category or a site of a supplier."""

    APPROVED = "approved", _("Approved")
    CONDITIONAL = "conditional", _("Conditional")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")
