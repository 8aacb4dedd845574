"""The API's router: registers each app's viewsets. Nothing else is decided here."""

from rest_framework.routers import SimpleRouter

import csr_portal.api_schema  # noqa: F401  (registers itself)
from agreements.api.answers import AnswerViewSet
from agreements.api.campaigns import CampaignViewSet
from agreements.api.views import AcknowledgementViewSet, AgreementViewSet
from audits.api.reviews import FindingViewSet, SiteReviewViewSet
from audits.api.views import SelfInspectionViewSet
from csr_portal.mail_events import MailEventViewSet
from suppliers.api.imports import SupplierImportViewSet
from suppliers.api.views import SupplierViewSet
from training.api.views import (
    AuditorQualificationViewSet,
    EnrolmentViewSet,
    SessionViewSet,
    TrainingCertificateViewSet,
)

router = SimpleRouter()
router.register("suppliers", SupplierViewSet, "supplier")
router.register("supplier-imports", SupplierImportViewSet, "supplier-import")
router.register("training-sessions", SessionViewSet, "training-session")
router.register("training-enrolments", EnrolmentViewSet, "training-enrolment")
router.register("training-certificates", TrainingCertificateViewSet, "training-certificate")
router.register("auditor-qualifications", AuditorQualificationViewSet, "auditor-qualification")
router.register("self-inspections", SelfInspectionViewSet, "self-inspection")
router.register("findings", FindingViewSet, "finding")
router.register("site-reviews", SiteReviewViewSet, "site-review")
router.register("agreements", AgreementViewSet, "agreement")
router.register("agreement-campaigns", CampaignViewSet, "agreement-campaign")
router.register("agreement-answers", AnswerViewSet, "agreement-answer")
router.register("acknowledgements", AcknowledgementViewSet, "acknowledgement")
router.register("mail-events", MailEventViewSet, "mail-event")
