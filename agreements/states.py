"""Status codes of the agreements app. How they look is said in core/badges.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DocumentKind(TextChoices):
    CSR_AGREEMENT = "csr_agreement", _("CSR agreement")
    OTHER_AGREEMENT = "other_agreement", _("Other agreement")
    GUIDELINE = "guideline", _("Guideline")


class ClauseKey(TextChoices):
    """What a clause is about: the closed list by which versions and suppliers' own codes are compared."""

    CHILD_LABOUR = "child_labour", _("Child labour and young workers")
    FORCED_LABOUR = "forced_labour", _("Forced labour")
    OHS = "occupational_health_and_safety", _("Occupational health and safety")
    ASSOCIATION = "freedom_of_association_and_collective_bargaining", _("Freedom of association and bargaining")
    DISCRIMINATION = "discrimination", _("Discrimination and harassment")
    DISCIPLINE = "disciplinary_practices", _("Disciplinary practices")
    WORKING_HOURS = "working_hours", _("Working hours")
    REMUNERATION = "remuneration", _("Wages and social insurance")
    EMERGENCY = "emergency", _("Emergencies and fire")
    CHEMICALS = "chemicals", _("Chemicals and exposure")
    MACHINERY = "machinery", _("Machines and electricity")
    FACILITIES = "facilities", _("Dormitories, canteens, sanitation")
    PROTECTIVE_EQUIPMENT = "protective_equipment", _("Protective equipment")
    ACCIDENTS = "accidents", _("Accidents and occupational diseases")
    ENVIRONMENT = "environment", _("Environment")
    ETHICS = "ethics", _("Business ethics")
    DATA_PROTECTION = "data_protection", _("Data protection")
    RISK_MATERIALS = "risk_materials", _("Risk materials")
    GRIEVANCES = "grievances", _("Grievances and whistle-blowing")
    MANAGEMENT_SYSTEM = "management_system", _("Management system")
    SUBCONTRACTORS = "subcontractors", _("Subcontractors")
    COOPERATION = "cooperation_with_reviews", _("Cooperation with reviews")
    SIGNATURE = "electronic_signature", _("Electronic signature")
    VALIDITY = "validity", _("Validity and end")
    SCOPE = "scope", _("Scope")
    AGREEMENT = "agreement", _("CSR agreement")
    ZERO_TOLERANCE = "zero_tolerance", _("Zero tolerance")
    SELF_INSPECTION = "self_inspection", _("Self-inspection")
    SITE_REVIEW = "site_review", _("Site review")
    CORRECTIVE_ACTION = "corrective_action", _("Corrective action")
    TRAINING = "training", _("Training")
    OUR_SIDE = "our_side", _("Our own side")
    OTHER = "other", _("Other")


# What every supplier promises, whatever text it signs: the agreement's own clauses (requirement M4).
ALWAYS_PROMISED = (
    "child_labour",
    "forced_labour",
    "occupational_health_and_safety",
    "freedom_of_association_and_collective_bargaining",
)


class VersionStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class CampaignStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class AgreementStatus(TextChoices):
    ISSUED = "issued", pgettext_lazy("agreement", "Issued")
    VIEWED = "viewed", _("Viewed")
    CHOP_PENDING = "chop_pending", _("Chop pending")
    RESERVED = "reserved", _("Signed with reservation")
    OWN_CODE = "own_code", _("Own code offered")
    SIGNED = "signed", _("Signed")
    IN_FORCE = "in_force", _("In force")
    DECLINED = "declined", pgettext_lazy("agreement", "Declined")
    RECALLED = "recalled", _("Recalled")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("Expired")
    TERMINATED = "terminated", _("Terminated")


READABLE = (AgreementStatus.ISSUED, AgreementStatus.VIEWED)
WITH_COMPANY = (AgreementStatus.CHOP_PENDING, AgreementStatus.RESERVED, AgreementStatus.OWN_CODE)
RECALLABLE = (*READABLE, *WITH_COMPANY)
OPEN = (*READABLE, *WITH_COMPANY, AgreementStatus.SIGNED)


class AcknowledgementStatus(TextChoices):
    ISSUED = "issued", pgettext_lazy("agreement", "Issued")
    VIEWED = "viewed", _("Viewed")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    SUPERSEDED = "superseded", _("Superseded")


class Party(TextChoices):
    SUPPLIER = "supplier", _("Supplier")
    COMPANY = "company", _("Company")


class EventKind(TextChoices):
    """What the evidence record of a signature is made of (R-SIG-3)."""

    LINK_SENT = "link_sent", _("Signing link made")
    LINK_REVOKED = "link_revoked", _("Signing link withdrawn")
    CODE_SENT = "code_sent", _("Code sent")
    CODE_WRONG = "code_wrong", _("Wrong code")
    CODE_ACCEPTED = "code_accepted", _("Code accepted")
    IDENTIFIED = "identified", _("Signatory named themselves")
    READ = "read", _("Text read to the end")
    SIGNED = "signed", _("Signed")
    DECLINED = "declined", _("Signature refused")
    CHOP_UPLOADED = "chop_uploaded", _("Paper with company chop uploaded")
    CHOP_CONFIRMED = "chop_confirmed", _("Company chop confirmed")
    CHOP_REFUSED = "chop_refused", _("Company chop not accepted")
    RESERVED = "reserved", _("Signed with reservation")
    RESERVATION_ACCEPTED = "reservation_accepted", _("Reservation accepted")
    RESERVATION_REFUSED = "reservation_refused", _("Reservation not accepted")
    OWN_CODE_OFFERED = "own_code_offered", _("Own code of conduct offered")
    OWN_CODE_ACCEPTED = "own_code_accepted", _("Own code of conduct accepted")
    OWN_CODE_REFUSED = "own_code_refused", _("Own code of conduct not accepted")
    COUNTERSIGNED = "countersigned", _("Signed for the company")


class Method(TextChoices):
    TYPED = "typed", _("Name typed")
    DRAWN = "drawn", _("Signature drawn")
    CHOP = "chop", _("Company chop on paper")
    OWN_CODE = "own_code", _("Own code of conduct")


class Cover(TextChoices):
    """Whether a supplier's own code covers one of our clauses."""

    COVERED = "covered", _("Covered")
    NOT_COVERED = "not_covered", _("Not covered")


class CodeDelivery(TextChoices):
    MAIL = "mail", _("by mail to the signatory")
    HANDED_OVER = "handed_over", _("handed over by the contact person")
