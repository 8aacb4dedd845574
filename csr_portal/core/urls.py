"""Addresses of the core: `accounts` about oneself, `open_` for everybody."""

from django.urls import path

from csr_portal.core import health, views

accounts = [
    path("settings/", views.my_settings, name="my-settings"),
    path("notices/", views.my_notices, name="my-notices"),
    path("notices/read/", views.read_notices, name="my-notices-read"),
    path("notices/<int:pk>/open/", views.open_notice, name="my-notice-open"),
]
open_ = [
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
    path("language/", views.set_language, name="set-language"),
    path("theme/", views.set_theme, name="set-theme"),
    path("session/", views.session, name="session"),
]
