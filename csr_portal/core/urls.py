"""Addresses of the core: `accounts` about oneself, `staff` for those who run it, `open_` for everybody."""

from django.urls import path

from csr_portal.core import email_views, health, views
from csr_portal.core.webhooks import views as webhooks

accounts = [
    path("settings/", views.my_settings, name="my-settings"),
    path("settings/email/", email_views.my_email, name="my-email"),
    path("notices/", views.my_notices, name="my-notices"),
    path("notices/read/", views.read_notices, name="my-notices-read"),
    path("notices/<int:pk>/open/", views.open_notice, name="my-notice-open"),
]
staff = [
    path("webhooks/", webhooks.webhook_list, name="webhook-list"),
    path("webhooks/add/", webhooks.webhook_add, name="webhook-add"),
    path("webhooks/<int:pk>/", webhooks.webhook_detail, name="webhook-detail"),
    path("webhooks/<int:pk>/edit/", webhooks.webhook_edit, name="webhook-edit"),
    path("webhooks/<int:pk>/secret/", webhooks.webhook_secret, name="webhook-secret"),
    path("webhooks/<int:pk>/test/", webhooks.webhook_test, name="webhook-test"),
    path("webhooks/<int:pk>/pause/", webhooks.webhook_pause, name="webhook-pause"),
    path("webhooks/<int:pk>/resume/", webhooks.webhook_resume, name="webhook-resume"),
    path("webhooks/deliveries/<int:pk>/", webhooks.webhook_delivery, name="webhook-delivery"),
    path("webhooks/deliveries/<int:pk>/again/", webhooks.webhook_again, name="webhook-again"),
]
open_ = [
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
    path("language/", views.set_language, name="set-language"),
    path("theme/", views.set_theme, name="set-theme"),
    path("session/", views.session, name="session"),
    path("email/<str:token>/confirm/", email_views.email_confirm, name="email-confirm"),
    path("email/<str:token>/veto/", email_views.email_veto, name="email-veto"),
]
