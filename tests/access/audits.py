"""Who may open which address of the audits app."""

from audits.models import AnswerEvidence, InspectionCampaign, SelfInspectionReport, SiteReviewReport
from tests.access.table import ANYBODY, EVERYBODY, PROCUREMENT, STAFF, SUPPLIER, Route
from tests.factories.audits import (
    AnswerFactory,
    CheckpointResultFactory,
    FindingFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    SelfInspectionFactory,
    SiteReviewFactory,
    SiteReviewPlanFactory,
    TeamMemberFactory,
)
from tests.factories.suppliers import EvidenceFactory, SiteFactory

READERS = PROCUREMENT | {"auditor"}
CSR = frozenset({"csr_manager"})
OWN = SUPPLIER | {"mallory"}


def inspection(world):
    return {"pk": world.inspection.pk}


def question(world):
    return {"pk": world.inspection.pk, "question_pk": world.question.pk}


def answer(world):
    return {"pk": world.answer.pk}


def file(world):
    return {"pk": world.answer_file.pk}


def report(world):
    return {"pk": world.inspection_report.pk}


def review(world):
    return {"pk": world.site_review.pk}


def finding(world):
    return {"pk": world.finding.pk}


def of_review(**more):
    return lambda world: {"pk": world.site_review.pk} | {name: value(world) for name, value in more.items()}


def year(world):
    return {"year": world.plan.year}


FIELD = frozenset({"csr_manager", "auditor"})

ROUTES = {
    "open:review-verify": Route(ANYBODY, lambda world: {"code": "REV-0000-0000-0000-0000"}),
    "api:finding-list": Route(EVERYBODY),
    "api:finding-detail": Route(STAFF | SUPPLIER, finding, foreign=404),
    "api:site-review-list": Route(EVERYBODY),
    "api:site-review-detail": Route(STAFF | SUPPLIER, review, foreign=404),
    "staff:plan-list": Route(STAFF),
    "staff:plan-create": Route(CSR, method="post"),
    "staff:plan-detail": Route(STAFF, year),
    "staff:plan-step": Route(CSR, lambda world: {"year": world.plan.year, "step": "propose"}, "post"),
    "staff:plan-remove": Route(CSR, lambda w: {"year": w.plan.year, "pk": w.planned_review.pk}, "post"),
    "staff:site-review-list": Route(STAFF),
    "staff:site-review-detail": Route(STAFF, review),
    "staff:site-review-new": Route(CSR),
    "staff:site-review-dates": Route(CSR, review, "post"),
    "staff:site-review-edit": Route(CSR, review, "post"),
    "staff:site-review-texts": Route(FIELD, review, "post"),
    "staff:site-review-team": Route(CSR, review, "post"),
    "staff:site-review-team-remove": Route(CSR, of_review(member=lambda w: w.team_member.pk), "post"),
    "staff:site-review-declare": Route(FIELD, review, "post"),
    "staff:site-review-interview": Route(FIELD, review, "post"),
    "staff:site-review-field": Route(FIELD, review),
    "staff:site-review-checkpoint": Route(FIELD, of_review(row=lambda w: w.checkpoint.pk), "post"),
    "staff:site-review-report-new": Route(STAFF, review, "post"),
    "staff:site-review-report": Route(STAFF, lambda world: {"pk": world.site_review_report.pk}),
    "staff:site-review-report-file": Route(STAFF, lambda world: {"pk": world.site_review_report.pk}),
    "staff:site-review-step": Route(FIELD, of_review(step=lambda w: "report"), "post"),
    "staff:finding-list": Route(STAFF),
    "staff:finding-new": Route(FIELD),
    "staff:finding-from-checkpoint": Route(FIELD, lambda world: {"pk": world.checkpoint.pk}),
    "staff:finding-file": Route(STAFF, lambda world: {"pk": world.finding_photo.pk}),
    "staff:finding-detail": Route(STAFF, finding),
    "staff:finding-step": Route(FIELD, lambda world: {"pk": world.finding.pk, "step": "approve_plan"}, "post"),
    "portal:site-review-list": Route(OWN),
    "portal:site-review-detail": Route(SUPPLIER, review, foreign=404),
    "portal:site-review-confirm": Route(SUPPLIER, review, "post", foreign=404),
    "portal:site-review-wish": Route(SUPPLIER, review, "post", foreign=404),
    "portal:site-review-report-file": Route(SUPPLIER, lambda world: {"pk": world.site_review_report.pk}, foreign=404),
    "portal:finding-list": Route(OWN),
    "portal:finding-detail": Route(SUPPLIER, finding, foreign=404),
    "portal:finding-plan": Route(SUPPLIER, finding, "post", foreign=404),
    "portal:finding-evidence": Route(SUPPLIER, finding, "post", foreign=404),
    "portal:finding-dispute": Route(SUPPLIER, finding, "post", foreign=404),
    "portal:finding-file": Route(SUPPLIER, lambda world: {"pk": world.finding_photo.pk}, foreign=404),
    "staff:inspection-list": Route(READERS),
    "staff:inspection-assign": Route(PROCUREMENT),
    "staff:inspection-extend-many": Route(PROCUREMENT, method="post"),
    "staff:inspection-detail": Route(READERS, inspection),
    "staff:inspection-return": Route(CSR, inspection, "post"),
    "staff:inspection-accept": Route(CSR, inspection, "post"),
    "staff:inspection-findings": Route(FIELD, inspection, "post"),
    "staff:inspection-reopen": Route(CSR, inspection, "post"),
    "staff:inspection-extend": Route(PROCUREMENT, inspection, "post"),
    "staff:inspection-report-request": Route(READERS, inspection, "post"),
    "staff:inspection-verdict": Route(CSR, answer, "post"),
    "staff:inspection-file": Route(READERS, file),
    "staff:inspection-file-verdict": Route(CSR, file, "post"),
    "staff:inspection-report": Route(READERS, report),
    "staff:inspection-report-file": Route(READERS, report),
    "staff:inspection-campaign-list": Route(READERS),
    "staff:inspection-campaign-create": Route(PROCUREMENT),
    "staff:inspection-campaign-detail": Route(READERS, lambda world: {"pk": world.inspection_campaign.pk}),
    "staff:questionnaire-list": Route(READERS),
    "staff:questionnaire-detail": Route(READERS, lambda world: {"pk": world.inspection.version_id}),
    "portal:inspection-list": Route(OWN),
    "portal:inspection-detail": Route(SUPPLIER, inspection, foreign=404),
    "portal:inspection-facts": Route(SUPPLIER, inspection, foreign=404),
    "portal:inspection-question": Route(SUPPLIER, question, foreign=404),
    "portal:inspection-answer": Route(SUPPLIER, question, "post", foreign=400),
    "portal:inspection-upload": Route(SUPPLIER, question, "post", foreign=404),
    "portal:inspection-submit": Route(SUPPLIER, inspection, foreign=404),
    "portal:inspection-result": Route(SUPPLIER, inspection, foreign=404),
    "portal:inspection-report-request": Route(SUPPLIER, inspection, "post", foreign=404),
    "portal:inspection-file": Route(SUPPLIER, file, foreign=404),
    "portal:inspection-detach": Route(SUPPLIER, file, "post", foreign=404),
    "portal:inspection-report": Route(SUPPLIER, report, foreign=404),
    "portal:inspection-report-file": Route(SUPPLIER, report, foreign=404),
    "api:self-inspection-list": Route(EVERYBODY),
    "api:self-inspection-detail": Route(STAFF | SUPPLIER, inspection, foreign=404),
}


def fill(world):
    """Put one object of each kind, all Acme's, into `world` (a SimpleNamespace)."""
    version = QuestionnaireVersionFactory()
    world.question = QuestionFactory(version=version)
    world.inspection_campaign = InspectionCampaign.objects.create(
        name="2026", year=2026, version=version, due_on="2026-12-31", created_by=world.buyer
    )
    world.inspection = SelfInspectionFactory(
        site=SiteFactory(supplier=world.acme), version=version, campaign=world.inspection_campaign, total=1
    )
    world.answer = AnswerFactory(inspection=world.inspection, question=world.question)
    world.answer_file = AnswerEvidence.objects.create(
        answer=world.answer, evidence=EvidenceFactory(supplier=world.acme)
    )
    world.inspection_report = SelfInspectionReport.objects.create(
        inspection=world.inspection,
        language="en",
        fingerprint="0" * 64,
        status="ready",
        file=world.answer_file.evidence.file.file.name,
        file_name="SI.pdf",
    )
    fill_reviews(world, SiteFactory(supplier=world.acme))


def fill_reviews(world, site):
    world.plan = SiteReviewPlanFactory(created_by=world.csr_manager)
    world.planned_review = SiteReviewFactory(site=site, plan=world.plan)
    world.site_review = SiteReviewFactory(site=site, status="closed", announced_at="2026-11-01T00:00Z")
    world.team_member = TeamMemberFactory(review=world.site_review, user=world.auditor)
    TeamMemberFactory(review=world.site_review, user=world.csr_manager, part="member")
    world.checkpoint = CheckpointResultFactory(review=world.site_review)
    world.finding = FindingFactory(site=site, site_review=world.site_review)
    world.finding_photo = EvidenceFactory(supplier=world.acme)
    world.site_review_report = SiteReviewReport.objects.create(
        review=world.site_review,
        language="en",
        fingerprint="0" * 64,
        status="ready",
        file=world.finding_photo.file.file.name,
        file_name="R.pdf",
    )
