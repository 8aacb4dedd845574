"""The addresses of the training app, by who they are for."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from training.views import open as open_views
from training.views import people as p
from training.views import portal as portal_views
from training.views import staff as s


class StepConverter(StringConverter):
    """The steps of a session that need no further words."""

    regex = "open|hold|close"


register_converter(StepConverter, "training_step")

staff = [
    path("training/", s.home, name="training-home"),
    path("training/programmes/<int:year>/edit/", s.programme_edit, name="training-programme-edit"),
    path("training/sessions/", s.session_list, name="training-session-list"),
    path("training/sessions/new/", s.session_new, name="training-session-new"),
    path("training/sessions/<int:pk>/", s.session_detail, name="training-session"),
    path("training/sessions/<int:pk>/edit/", s.session_edit, name="training-session-edit"),
    path("training/sessions/<int:pk>/cancel/", s.session_cancel, name="training-session-cancel"),
    path("training/sessions/<int:pk>/invite/", s.session_invite, name="training-session-invite"),
    path("training/sessions/<int:pk>/enrol/", s.session_enrol, name="training-session-enrol"),
    path("training/sessions/<int:pk>/results/", s.session_results, name="training-session-results"),
    path("training/sessions/<int:pk>/<training_step:step>/", s.session_step, name="training-session-step"),
    path("training/enrolments/<int:pk>/withdraw/", s.enrolment_withdraw, name="training-withdraw"),
    path("training/people/", p.people, name="training-people"),
    path("training/staff/", p.staff_records, name="training-staff"),
    path("training/certificates/<int:pk>/", p.certificate, name="training-certificate"),
    path("training/certificates/<int:pk>/pdf/", p.certificate_pdf, name="training-certificate-pdf"),
    path("training/certificates/<int:pk>/revoke/", p.certificate_revoke, name="training-certificate-revoke"),
    path("training/reports/<int:pk>/", p.certificate_report, name="training-report"),
    path("training/reports/<int:pk>/download/", p.certificate_download, name="training-report-download"),
    path("training/auditors/", p.qualification_list, name="qualification-list"),
    path("training/auditors/new/", p.qualification_new, name="qualification-new"),
    path("training/auditors/<int:pk>/", p.qualification, name="qualification"),
    path("training/auditors/<int:pk>/ties/new/", p.tie_new, name="auditor-tie-new"),
    path("training/qualifications/<int:pk>/standing/", p.qualification_standing, name="qualification-standing"),
    path("training/qualifications/<int:pk>/file/", p.qualification_file, name="qualification-file"),
]
portal = [
    path("training/", portal_views.training, name="training-list"),
    path("training/sessions/<int:pk>/", portal_views.session, name="training-session"),
    path("training/enrolments/<int:pk>/withdraw/", portal_views.enrolment_withdraw, name="training-withdraw"),
    path("training/certificates/<int:pk>/", portal_views.certificate, name="training-certificate"),
    path("training/reports/<int:pk>/", portal_views.certificate_report, name="training-report"),
    path("training/reports/<int:pk>/download/", portal_views.certificate_download, name="training-report-download"),
]
open_ = [
    path("verify/training/", open_views.verify_code, name="training-verify-code"),
    path("verify/training/<str:code>/", open_views.verify, name="training-verify"),
]
