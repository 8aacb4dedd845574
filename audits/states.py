"""Status codes and answers of the audits app. How they look is said in core/badges.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Criticality(TextChoices):
    ZERO_TOLERANCE = "zero-tolerance", _("Zero tolerance")
    CRITICAL = "critical", _("Critical")
    MAJOR = "major", _("Major")
    MINOR = "minor", _("Minor")


class VersionStatus(TextChoices):
    """A version of a questionnaire."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class InspectionStatus(TextChoices):
    """A self-inspection. Overdue is computed, never stored."""

    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")


EDITABLE = (InspectionStatus.ASSIGNED, InspectionStatus.IN_PROGRESS, InspectionStatus.RETURNED)
OPEN = (*EDITABLE, InspectionStatus.SUBMITTED)


class AnswerCode(TextChoices):
    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")
    NA = "na", _("Not applicable")


class AnswerVerdict(TextChoices):
    """What the reviewer says about an answer; empty: not looked at."""

    OK = "ok", _("In order")
    RETURNED = "returned", _("To be corrected")


class EvidenceVerdict(TextChoices):
    """What the reviewer says about a file; empty: not looked at."""

    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Not accepted")


class FileRefusal(TextChoices):
    """Why a file does not prove an answer (B17)."""

    UNREADABLE = "unreadable", _("Cannot be read")
    OTHER_SUBJECT = "other_subject", _("Does not show what was asked")
    INCOMPLETE = "incomplete", _("Not complete")
    EXPIRED = "expired", _("Too old or expired")
    OTHER_SITE = "other_site", _("About another site or company")
    UNSIGNED = "unsigned", _("Without signature, chop or date")
    OTHER = "other", _("Other reason")


class PlanStatus(TextChoices):
    """The yearly plan of site reviews."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    CLOSED = "closed", _("Closed")


class SiteReviewStatus(TextChoices):
    PLANNED = "planned", _("Planned")
    ANNOUNCED = "announced", _("Announced")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_PROGRESS = "in_progress", _("On site")
    CLOSED = "closed", _("Closed on site")
    REPORTED = "reported", _("Reported")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")


REVIEW_AHEAD = (
    SiteReviewStatus.PLANNED,
    SiteReviewStatus.ANNOUNCED,
    SiteReviewStatus.CONFIRMED,
    SiteReviewStatus.POSTPONED,
)
# Ahead with a date that holds: past it, the review is late.
REVIEW_DATED = (SiteReviewStatus.PLANNED, SiteReviewStatus.ANNOUNCED, SiteReviewStatus.CONFIRMED)
REVIEW_OPEN = (*REVIEW_AHEAD, SiteReviewStatus.IN_PROGRESS, SiteReviewStatus.CLOSED)
# What a supplier sees of our plan: from the announcement on.
REVIEW_SHOWN = (
    SiteReviewStatus.ANNOUNCED,
    SiteReviewStatus.CONFIRMED,
    SiteReviewStatus.IN_PROGRESS,
    SiteReviewStatus.CLOSED,
    SiteReviewStatus.REPORTED,
)


class Announcement(TextChoices):
    ANNOUNCED = "announced", _("Announced visit")
    SEMI = "semi", _("Semi-announced visit")
    UNANNOUNCED = "unannounced", _("Unannounced visit")


class ReviewReason(TextChoices):
    """Why a site is in the plan."""

    RISK = "risk", _("High risk")
    KEY_MATERIAL = "key_material", _("Key material")
    STRATEGIC = "strategic", _("Strategic supplier")
    FOLLOW_UP = "follow_up", _("Follow-up")
    OTHER = "other", _("Other reason")


class TeamPart(TextChoices):
    LEAD = "lead", _("Lead auditor")
    MEMBER = "member", _("Team member")
    OBSERVER = "observer", _("Observer")
    WITNESS = "witness", _("Witness")


class CheckpointCode(TextChoices):
    NOT_CHECKED = "not_checked", _("Not checked")
    CONFORM = "conform", _("Conform")
    PARTLY = "partly", _("Partly")
    NOT_CONFORM = "not_conform", _("Not conform")
    NA = "na", _("Not applicable")


class InterviewKind(TextChoices):
    INDIVIDUAL = "individual", _("Alone")
    GROUP = "group", _("In a group")


class FindingStatus(TextChoices):
    """A finding. Overdue is computed, never stored."""

    OPEN = "open", _("Open")
    PLAN_SUBMITTED = "plan_submitted", _("Plan submitted")
    PLAN_REJECTED = "plan_rejected", _("Plan not accepted")
    PLAN_APPROVED = "plan_approved", _("Plan approved")
    EVIDENCE_SUBMITTED = "evidence_submitted", _("Evidence submitted")
    EVIDENCE_REJECTED = "evidence_rejected", _("Progress made")
    VERIFIED_CLOSED = "verified_closed", _("Verified, closed")
    DISPUTED = "disputed", _("Disputed")
    REOPENED = "reopened", _("Reopened")


class Grade(TextChoices):
    """The common scale (R-NC-1), worst first."""

    ZERO_TOLERANCE = "zero_tolerance", _("Zero tolerance")
    CRITICAL = "critical", _("Critical")
    MAJOR = "major", _("Major")
    MINOR = "minor", _("Minor")
    OBSERVATION = "observation", _("Observation")


class Origin(TextChoices):
    SITE_REVIEW = "site_review", _("Site review")
    SELF_INSPECTION = "self_inspection", _("Self-inspection")
    COMPLAINT = "complaint", _("Customer complaint")
    OTHER = "other", _("Other information")


class Verification(TextChoices):
    """How the closure is checked (R-CAP-3)."""

    DESK = "desk", _("Photos and records")
    ON_SITE = "on_site", _("New visit")


class ActionKind(TextChoices):
    IMMEDIATE = "immediate", _("Immediate action")
    CORRECTIVE = "corrective", _("Corrective action")
    PREVENTIVE = "preventive", _("Preventive action")


class PlanVerdict(TextChoices):
    APPROVED = "approved", _("Plan approved")
    REJECTED = "rejected", _("Plan not accepted")


class SubmissionVerdict(TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    PROGRESS = "progress", _("Progress made")
    REJECTED = "rejected", _("Not accepted")
