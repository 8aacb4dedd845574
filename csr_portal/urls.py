"""Every address of the portal: /staff/ /portal/ /open/ /api/v1/ /admin/ /accounts/, and nothing else."""

from django.contrib import admin
from django.urls import include, path

import agreements.urls
import audits.urls
import csr_portal.core.urls
import suppliers.urls
import training.urls
from csr_portal import (
    calendar_views,
    digest_views,
    extending_views,
    handover_views,
    report_views,
    spared_views,
    views,
)
from csr_portal.api import router

staff = [
    path("", views.staff_home, name="home"),
    path("tasks/", views.staff_tasks, name="tasks"),
    path("due/", extending_views.due_list, name="due-list"),
    path("due/extend/", extending_views.extend_many, name="extend-many"),
    path("indicators/", views.staff_indicators, name="indicators"),
    path("indicators/reviews-spared/", spared_views.reviews_spared, name="reviews-spared"),
    path("colleagues/", handover_views.colleague_list, name="colleague-list"),
    path("colleagues/<int:pk>/hand-over/", handover_views.hand_over, name="hand-over"),
    path("undelivered/", views.undelivered_mail, name="notice-list"),
    path("reminders/", digest_views.digest_preview, name="digest-preview"),
    path("reports/", report_views.report_list, name="report-list"),
    path("reports/mine/<slug:kind>/", report_views.report_kind_list, name="report-kind-list"),
    path("reports/yearly/", report_views.yearly_report, name="yearly-report"),
    path("reports/<slug:kind>/<int:pk>/", report_views.report_status, name="report-status"),
    path("reports/<slug:kind>/<int:pk>/download/", report_views.report_download, name="report-download"),
    path("suppliers/<int:pk>/dossier/", report_views.supplier_dossier, name="supplier-dossier"),
    *csr_portal.core.urls.staff,
    *suppliers.urls.staff,
    *agreements.urls.staff,
    *audits.urls.staff,
    *training.urls.staff,
]
portal = [
    path("", views.portal_home, name="home"),
    path("reports/<slug:kind>/<int:pk>/", report_views.portal_report_status, name="report-status"),
    path("reports/<slug:kind>/<int:pk>/download/", report_views.portal_report_download, name="report-download"),
    *suppliers.urls.portal,
    *agreements.urls.portal,
    *audits.urls.portal,
    *training.urls.portal,
]
open_ = [
    path("verify/", views.verify, name="verify"),
    path("calendar/<str:token>.ics", calendar_views.calendar, name="calendar"),
    path("verify/file/", views.verify_file, name="verify-file"),
    *csr_portal.core.urls.open_,
    *suppliers.urls.open_,
    *agreements.urls.open_,
    *audits.urls.open_,
    *training.urls.open_,
]

urlpatterns = [
    path("", views.home, name="home"),
    path("staff/", include((staff, "staff"))),
    path("portal/", include((portal, "portal"))),
    path("open/", include((open_, "open"))),
    path("api/v1/", include((router.urls, "api"))),
    path("admin/", admin.site.urls),
    path("accounts/", include(csr_portal.core.urls.accounts)),
    path("accounts/calendar/", calendar_views.my_calendar, name="my-calendar"),
    path("accounts/calendar/new/", calendar_views.my_calendar_new, name="my-calendar-new"),
    path("accounts/calendar/off/", calendar_views.my_calendar_off, name="my-calendar-off"),
    path("accounts/", include("allauth.urls")),
]

handler500 = "csr_portal.views.server_error"
