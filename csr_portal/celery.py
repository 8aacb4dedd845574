"""The Celery app: finds `tasks` (work after a step) and `sweeps` (scheduled work) in every installed app."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csr_portal.settings")

app = Celery("csr_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="sweeps")
