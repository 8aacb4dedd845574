"""The Celery app: finds `tasks` (work after a step) and `sweeps` (scheduled work) in every installed app."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csr_portal.settings")

app = Celery("csr_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="sweeps")
app.autodiscover_tasks(["suppliers.imports"])


@worker_init.connect
def prepare(**_signal: Any) -> None:
    """Load what drawing needs before the processes are forked: they share it, and the collector leaves it alone."""
    from csr_portal.core import pdf  # noqa: PLC0415 (Django's apps are loaded only when a worker starts)

    pdf.preload()
    spare_the_collector()


def spare_the_collector() -> None:
    """What is loaded now stays; jobs make very many objects at once and drop them at once, documents by themselves
    (core/pdf.py)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)
