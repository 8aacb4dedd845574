"""The addresses of plans, site reviews and findings, by who they are for."""

from django.urls import path

from audits.views.portal import findings as portal_findings
from audits.views.portal import reviews as portal_reviews
from audits.views.staff import findings, plan, reviews

staff = [
    path("plans/", plan.plan_list, name="plan-list"),
    path("plans/new/", plan.plan_create, name="plan-create"),
    path("plans/<int:year>/", plan.plan_detail, name="plan-detail"),
    path("plans/<int:year>/sites/", plan.plan_add, name="plan-add"),
    path("plans/<int:year>/sites/<int:pk>/remove/", plan.plan_remove, name="plan-remove"),
    path("plans/<int:year>/<slug:step>/", plan.plan_step, name="plan-step"),
    path("site-reviews/", reviews.site_review_list, name="site-review-list"),
    path("site-reviews/<int:pk>/", reviews.site_review_detail, name="site-review-detail"),
    path("site-reviews/new/", reviews.site_review_new, name="site-review-new"),
    path("site-reviews/<int:pk>/dates/", reviews.site_review_dates, name="site-review-dates"),
    path("site-reviews/<int:pk>/edit/", reviews.site_review_edit, name="site-review-edit"),
    path("site-reviews/<int:pk>/texts/", reviews.site_review_texts, name="site-review-texts"),
    path("site-reviews/<int:pk>/team/", reviews.team_add, name="site-review-team"),
    path("site-reviews/<int:pk>/team/<int:member>/remove/", reviews.team_remove, name="site-review-team-remove"),
    path("site-reviews/<int:pk>/declare/", reviews.declare, name="site-review-declare"),
    path("site-reviews/<int:pk>/interviews/", reviews.interview_add, name="site-review-interview"),
    path("site-reviews/<int:pk>/field/", reviews.field, name="site-review-field"),
    path("site-reviews/<int:pk>/checkpoints/<int:row>/", reviews.checkpoint_save, name="site-review-checkpoint"),
    path("site-reviews/<int:pk>/reports/", reviews.report_request, name="site-review-report-new"),
    path("site-reviews/reports/<int:pk>/", reviews.report_status, name="site-review-report"),
    path("site-reviews/reports/<int:pk>/file/", reviews.report_file, name="site-review-report-file"),
    path("site-reviews/<int:pk>/<slug:step>/", reviews.site_review_step, name="site-review-step"),
    path("findings/", findings.finding_list, name="finding-list"),
    path("findings/new/", findings.finding_new, name="finding-new"),
    path("findings/checkpoints/<int:pk>/", findings.finding_from_checkpoint, name="finding-from-checkpoint"),
    path("findings/files/<int:pk>/", findings.evidence_file, name="finding-file"),
    path("findings/<int:pk>/", findings.finding_detail, name="finding-detail"),
    path("findings/<int:pk>/<slug:step>/", findings.finding_step, name="finding-step"),
]
portal = [
    path("site-reviews/", portal_reviews.site_review_list, name="site-review-list"),
    path("site-reviews/<int:pk>/", portal_reviews.site_review_detail, name="site-review-detail"),
    path("site-reviews/<int:pk>/confirm/", portal_reviews.site_review_confirm, name="site-review-confirm"),
    path("site-reviews/<int:pk>/date/", portal_reviews.site_review_wish, name="site-review-wish"),
    path("site-reviews/reports/<int:pk>/", portal_reviews.report_file, name="site-review-report-file"),
    path("findings/", portal_findings.finding_list, name="finding-list"),
    path("findings/<int:pk>/", portal_findings.finding_detail, name="finding-detail"),
    path("findings/<int:pk>/plan/", portal_findings.finding_plan, name="finding-plan"),
    path("findings/<int:pk>/evidence/", portal_findings.finding_evidence, name="finding-evidence"),
    path("findings/<int:pk>/dispute/", portal_findings.finding_dispute, name="finding-dispute"),
    path("findings/files/<int:pk>/", portal_findings.evidence_file, name="finding-file"),
]
