"""The life of a report row: requested, claimed by one worker, ready or failed. Asking twice gives the same row."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q
from django.utils import timezone

from csr_portal.core.drawn_files import keep
from csr_portal.core.jobs import Job
from csr_portal.core.models import AbstractReport, User
from csr_portal.core.pdf import content_fingerprint
from csr_portal.core.seal import sha256
from csr_portal.core.states import ReportStatus

log = logging.getLogger(__name__)

R = TypeVar("R", bound=AbstractReport)

LEASE = dt.timedelta(seconds=120)


def request(
    model: type[R], build: Job, *, content: dict[str, Any], language: str, by: User | None, **subject: Any
) -> R:
    """The report of this content in this language: the ready one, or a new row that a worker will fill.

    A report that failed before is tried again.
    """
    fingerprint = content_fingerprint(content)
    report, is_new = model._default_manager.get_or_create(
        language=language, fingerprint=fingerprint, **subject, defaults={"requested_by": by}
    )
    retry = (
        not is_new
        and model._default_manager.filter(pk=report.pk, status=ReportStatus.FAILED).update(
            status=ReportStatus.QUEUED, error="", progress=0, requested_at=timezone.now()
        )
        == 1
    )
    if retry:
        report.refresh_from_db()
    if is_new or retry:
        build.enqueue(report.pk, key=f"{report.pk}:{report.requested_at.isoformat()}")
    return report


def build(model: type[R], report_id: int, draw: Callable[[R], tuple[bytes, str]]) -> None:
    """What a report's job does: claim the row, draw, keep the bytes; or note why not, so that the job is tried again.

    `draw(report)` gives the PDF and its file name. A report that is gone, ready or in other hands is left alone.
    """
    report = model._default_manager.filter(pk=report_id).first()
    if report is None or not claim(report):
        log.info("%s %s is gone or taken", model.__name__, report_id)
        return
    try:
        data, file_name = draw(report)
    except Exception as error:
        fail(report, f"{type(error).__name__}: {error}")
        raise
    finish(report, data, file_name)


def claim(report: AbstractReport) -> bool:
    """Take the report for this worker: exactly one claims it; one that failed or died is followed."""
    now = timezone.now()
    is_free = Q(status__in=[ReportStatus.QUEUED, ReportStatus.FAILED]) | Q(
        status=ReportStatus.RUNNING, lease_until__lt=now
    )
    return (
        type(report)
        ._default_manager.filter(is_free, pk=report.pk)
        .update(status=ReportStatus.RUNNING, lease_until=now + LEASE, progress=10)
        == 1
    )


def progress(report: AbstractReport, per_cent: int) -> None:
    type(report)._default_manager.filter(pk=report.pk).update(progress=per_cent)


def finish(report: AbstractReport, data: bytes, file_name: str) -> None:
    """Keep the bytes under a name made from their hash, then show the report as ready."""
    digest = sha256(data)
    path = f"reports/{report._meta.model_name}/{report.pk}-{digest[:16]}.pdf"
    storage = type(report)._meta.get_field("file").storage
    stored = keep(path, data, storage)
    type(report)._default_manager.filter(pk=report.pk).update(
        status=ReportStatus.READY,
        progress=100,
        file=stored,
        file_name=file_name,
        sha256=digest,
        finished_at=timezone.now(),
        lease_until=None,
        error="",
    )


def fail(report: AbstractReport, reason: str) -> None:
    """Show why there is no report; asking again tries again."""
    type(report)._default_manager.filter(pk=report.pk).update(
        status=ReportStatus.FAILED, error=reason[:300], lease_until=None, finished_at=timezone.now()
    )
