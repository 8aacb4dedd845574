"""Is the process alive, and is what it needs there? For load balancers and supervisors; strangers learn no details."""

import logging
import os
import shutil
from collections.abc import Callable

from celery import current_app
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from csr_portal.core.access import open_page

log = logging.getLogger(__name__)

LEAST_FREE_BYTES = 100 * 1024 * 1024


@open_page
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so that a database that is away does not restart every web process."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@open_page
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Send people here, or (503) not now. Which check failed is in the log only."""
    failed = [name for name, check in CHECKS.items() if not _passes(name, check)]
    return HttpResponse(
        "not ready\n" if failed else "ready\n",
        status=503 if failed else 200,
        content_type="text/plain; charset=utf-8",
    )


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_broker() -> None:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=3)


def check_files() -> None:
    """Writable and with room left. Another storage than a folder is only asked for a name that is not there."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        storage.exists("health")
        return
    folder = storage.location
    os.makedirs(folder, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise OSError(f"{folder} is not writable")
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        raise OSError(f"{folder}: the disk is full")


CHECKS = {"database": check_database, "broker": check_broker, "files": check_files}


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        log.exception("not ready: %s", name)
        return False
    return True
