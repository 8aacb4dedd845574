"""What audits stores. Split by subject: standards, questionnaires, self-inspections, site reviews, findings."""

from audits.models.findings import (
    CorrectiveAction,
    DeadlineRule,
    EvidenceSubmission,
    Finding,
    FindingPlan,
)
from audits.models.inspections import (
    FACTS,
    Answer,
    AnswerChange,
    AnswerEvidence,
    InspectionCampaign,
    SelfInspection,
    SelfInspectionReport,
)
from audits.models.questionnaires import Choice, Question, Questionnaire, QuestionnaireVersion, Section
from audits.models.reviews import (
    CheckpointResult,
    InterviewRecord,
    SiteReview,
    SiteReviewPlan,
    SiteReviewReport,
    TeamMember,
)
from audits.models.standards import Clause, EvidenceType, Standard, StandardSection, Topic

__all__ = [
    "FACTS",
    "Answer",
    "AnswerChange",
    "AnswerEvidence",
    "CheckpointResult",
    "Choice",
    "Clause",
    "CorrectiveAction",
    "DeadlineRule",
    "EvidenceSubmission",
    "EvidenceType",
    "Finding",
    "FindingPlan",
    "InspectionCampaign",
    "InterviewRecord",
    "Question",
    "Questionnaire",
    "QuestionnaireVersion",
    "Section",
    "SelfInspection",
    "SelfInspectionReport",
    "SiteReview",
    "SiteReviewPlan",
    "SiteReviewReport",
    "Standard",
    "StandardSection",
    "TeamMember",
    "Topic",
]
