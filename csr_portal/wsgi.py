"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csr_portal.settings")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 (loads every page now, so that the first visitor does not wait for it)
