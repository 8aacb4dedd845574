"""The addresses of the audits app, by who they are for."""

from django.urls import URLPattern, path

from audits.views import open as open_reviews
from audits.views.portal import answers as own_answers
from audits.views.portal import findings as own_findings
from audits.views.portal import inspections as own_inspections
from audits.views.portal import reviews as own_reviews
from audits.views.staff import campaigns, findings, inspections, plan, questionnaires, reviews

staff: list[URLPattern] = [
    path("inspections/", inspections.inspection_list, name="inspection-list"),
    path("inspections/assign/", campaigns.inspection_assign, name="inspection-assign"),
    path("inspections/extend/", inspections.inspection_extend_many, name="inspection-extend-many"),
    path("inspections/<int:pk>/", inspections.inspection_detail, name="inspection-detail"),
    path("inspections/<int:pk>/return/", inspections.inspection_return, name="inspection-return"),
    path("inspections/<int:pk>/accept/", inspections.inspection_accept, name="inspection-accept"),
    path("inspections/<int:pk>/findings/", inspections.inspection_findings, name="inspection-findings"),
    path("inspections/<int:pk>/reopen/", inspections.inspection_reopen, name="inspection-reopen"),
    path("inspections/<int:pk>/extend/", inspections.inspection_extend, name="inspection-extend"),
    path("inspections/<int:pk>/report/", inspections.inspection_report_request, name="inspection-report-request"),
    path("inspection-answers/<int:pk>/verdict/", inspections.inspection_verdict, name="inspection-verdict"),
    path("inspection-files/<int:pk>/", inspections.inspection_file, name="inspection-file"),
    path("inspection-files/<int:pk>/verdict/", inspections.inspection_file_verdict, name="inspection-file-verdict"),
    path("inspection-reports/<int:pk>/", inspections.inspection_report, name="inspection-report"),
    path("inspection-reports/<int:pk>/file/", inspections.inspection_report_file, name="inspection-report-file"),
    path("inspection-campaigns/", campaigns.campaign_list, name="inspection-campaign-list"),
    path("inspection-campaigns/new/", campaigns.campaign_create, name="inspection-campaign-create"),
    path("inspection-campaigns/<int:pk>/", campaigns.campaign_detail, name="inspection-campaign-detail"),
    path("questionnaires/", questionnaires.questionnaire_list, name="questionnaire-list"),
    path("questionnaires/<int:pk>/", questionnaires.questionnaire_detail, name="questionnaire-detail"),
    path("plans/", plan.plan_list, name="plan-list"),
    path("plans/new/", plan.plan_create, name="plan-create"),
    path("plans/<int:year>/", plan.plan_detail, name="plan-detail"),
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
portal: list[URLPattern] = [
    path("inspections/", own_inspections.inspection_list, name="inspection-list"),
    path("inspections/<int:pk>/", own_inspections.inspection_detail, name="inspection-detail"),
    path("inspections/<int:pk>/site/", own_inspections.inspection_facts, name="inspection-facts"),
    path(
        "inspections/<int:pk>/questions/<int:question_pk>/",
        own_answers.inspection_question,
        name="inspection-question",
    ),
    path(
        "inspections/<int:pk>/questions/<int:question_pk>/answer/",
        own_answers.inspection_answer,
        name="inspection-answer",
    ),
    path(
        "inspections/<int:pk>/questions/<int:question_pk>/files/",
        own_answers.inspection_upload,
        name="inspection-upload",
    ),
    path("inspections/<int:pk>/submit/", own_inspections.inspection_submit, name="inspection-submit"),
    path("inspections/<int:pk>/result/", own_inspections.inspection_result, name="inspection-result"),
    path("inspections/<int:pk>/report/", own_inspections.inspection_report_request, name="inspection-report-request"),
    path("inspection-files/<int:pk>/", own_answers.inspection_file, name="inspection-file"),
    path("inspection-files/<int:pk>/remove/", own_answers.inspection_detach, name="inspection-detach"),
    path("inspection-reports/<int:pk>/", own_inspections.inspection_report, name="inspection-report"),
    path("inspection-reports/<int:pk>/file/", own_inspections.inspection_report_file, name="inspection-report-file"),
    path("site-reviews/", own_reviews.site_review_list, name="site-review-list"),
    path("site-reviews/<int:pk>/", own_reviews.site_review_detail, name="site-review-detail"),
    path("site-reviews/<int:pk>/confirm/", own_reviews.site_review_confirm, name="site-review-confirm"),
    path("site-reviews/<int:pk>/date/", own_reviews.site_review_wish, name="site-review-wish"),
    path("site-reviews/reports/<int:pk>/", own_reviews.report_file, name="site-review-report-file"),
    path("findings/", own_findings.finding_list, name="finding-list"),
    path("findings/<int:pk>/", own_findings.finding_detail, name="finding-detail"),
    path("findings/<int:pk>/plan/", own_findings.finding_plan, name="finding-plan"),
    path("findings/<int:pk>/evidence/", own_findings.finding_evidence, name="finding-evidence"),
    path("findings/<int:pk>/dispute/", own_findings.finding_dispute, name="finding-dispute"),
    path("findings/files/<int:pk>/", own_findings.evidence_file, name="finding-file"),
]
open_: list[URLPattern] = [path("verify/review/<str:code>/", open_reviews.review_verify, name="review-verify")]
