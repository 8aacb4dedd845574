"""The addresses of the audits app, by who they are for."""

from django.urls import URLPattern, path

from audits import review_urls
from audits.views.portal import inspections as own_inspections
from audits.views.staff import inspections

staff: list[URLPattern] = [
    path("inspections/", inspections.inspection_list, name="inspection-list"),
    path("inspections/assign/", inspections.inspection_assign, name="inspection-assign"),
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
    path("inspection-campaigns/", inspections.campaign_list, name="inspection-campaign-list"),
    path("inspection-campaigns/new/", inspections.campaign_create, name="inspection-campaign-create"),
    path("inspection-campaigns/<int:pk>/", inspections.campaign_detail, name="inspection-campaign-detail"),
    path("questionnaires/", inspections.questionnaire_list, name="questionnaire-list"),
    path("questionnaires/<int:pk>/", inspections.questionnaire_detail, name="questionnaire-detail"),
    *review_urls.staff,
]
portal: list[URLPattern] = [
    path("inspections/", own_inspections.inspection_list, name="inspection-list"),
    path("inspections/<int:pk>/", own_inspections.inspection_detail, name="inspection-detail"),
    path("inspections/<int:pk>/site/", own_inspections.inspection_facts, name="inspection-facts"),
    path(
        "inspections/<int:pk>/questions/<int:question_pk>/",
        own_inspections.inspection_question,
        name="inspection-question",
    ),
    path(
        "inspections/<int:pk>/questions/<int:question_pk>/answer/",
        own_inspections.inspection_answer,
        name="inspection-answer",
    ),
    path(
        "inspections/<int:pk>/questions/<int:question_pk>/files/",
        own_inspections.inspection_upload,
        name="inspection-upload",
    ),
    path("inspections/<int:pk>/submit/", own_inspections.inspection_submit, name="inspection-submit"),
    path("inspections/<int:pk>/result/", own_inspections.inspection_result, name="inspection-result"),
    path("inspections/<int:pk>/report/", own_inspections.inspection_report_request, name="inspection-report-request"),
    path("inspection-files/<int:pk>/", own_inspections.inspection_file, name="inspection-file"),
    path("inspection-files/<int:pk>/remove/", own_inspections.inspection_detach, name="inspection-detach"),
    path("inspection-reports/<int:pk>/", own_inspections.inspection_report, name="inspection-report"),
    path("inspection-reports/<int:pk>/file/", own_inspections.inspection_report_file, name="inspection-report-file"),
    *review_urls.portal,
]
open_: list[URLPattern] = []
