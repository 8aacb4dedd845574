"""Background work that cannot get lost: the database is the queue of record, the broker only carries ids.

`@job` makes a Celery task whose `enqueue()` writes a Job row in the current transaction and sends its id after the
commit. Whatever dies, the row stays; `send_stale_jobs` sends it again. A job may run twice: it must be written so.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, update_wrapper
from typing import Any

from celery import current_app, shared_task
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from csr_portal.core.bulk import BATCH
from csr_portal.core.models import Job as JobRow
from csr_portal.core.states import JobStatus

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
RESEND_AFTER = dt.timedelta(seconds=30)
LEASE_MARGIN = dt.timedelta(seconds=5)


class Job:
    """A function that runs in a worker. After `time_limit` seconds the worker is stopped and the job sent again."""

    def __init__(self, function: Callable[..., None], name: str, time_limit: int) -> None:
        self.function, self.name, self.time_limit = function, name, time_limit
        update_wrapper(self, function)

        @shared_task(name=name, time_limit=time_limit, soft_time_limit=time_limit - 5)
        def run(job_id: int) -> None:
            self.run(job_id)

    def __call__(self, *arguments: Any) -> None:
        self.function(*arguments)

    def enqueue(self, *arguments: int | str, key: str = "", not_before: dt.datetime | None = None) -> JobRow:
        """Write the job in this transaction and send it after the commit. The same `key` never makes a second job.

        With `not_before` it waits for `send_stale_jobs`, which sends it within a minute of that time.
        """
        key = f"{self.name}:{key or ':'.join(map(str, arguments)) + ':' + timezone.now().isoformat()}"
        fields = {"task": self.name, "arguments": list(arguments), "send_after": not_before or timezone.now()}
        row, is_new = JobRow.objects.get_or_create(key=key, defaults=fields)
        if is_new and not_before is None:
            transaction.on_commit(lambda: send(row))
        return row

    def enqueue_all(self, arguments: dict[str, tuple[int | str, ...]]) -> None:
        """Very many at once, by key. The keys must be new: a second job of the same key is an error here."""
        made = [
            JobRow(task=self.name, key=f"{self.name}:{key}", arguments=list(given)) for key, given in arguments.items()
        ]
        rows = JobRow.objects.bulk_create(made, batch_size=BATCH)
        for row in rows:
            transaction.on_commit(partial(send, row))

    def run(self, job_id: int) -> None:
        """What the worker does: claim the row, do the work, close the row. A second delivery claims nothing."""
        if not claim(job_id, lease=dt.timedelta(seconds=self.time_limit) + LEASE_MARGIN):
            return
        row = JobRow.objects.get(pk=job_id)
        try:
            self.function(*row.arguments)
        except Exception as error:
            log.exception("job %s failed", row)
            _failed(row, error)
        else:
            JobRow.objects.filter(pk=job_id).update(
                status=JobStatus.DONE, finished_at=timezone.now(), lease_until=None, error=""
            )


def job(name: str, *, time_limit: int = 55) -> Callable[[Callable[..., None]], Job]:
    """Declare a background job: `@job("agreements.seal")`. Arguments are ids and short strings only."""

    def decorate(function: Callable[..., None]) -> Job:
        return Job(function, name, time_limit)

    return decorate


def claim(job_id: int, *, lease: dt.timedelta) -> bool:
    """Take the job if nobody has it, or if who had it is certainly dead (its lease is over)."""
    now = timezone.now()
    is_free = Q(status=JobStatus.QUEUED) | Q(status=JobStatus.RUNNING, lease_until__lt=now)
    return (
        JobRow.objects.filter(is_free, pk=job_id).update(
            status=JobStatus.RUNNING, lease_until=now + lease, attempts=F("attempts") + 1
        )
        == 1
    )


_done_here: ContextVar[frozenset[str] | None] = ContextVar("tasks that this process does itself", default=None)


@contextmanager
def done_here(*tasks: str) -> Iterator[None]:
    """Inside, jobs of these tasks run in this process right after their commit; all others wait for a worker."""
    token = _done_here.set(frozenset(tasks))
    try:
        yield
    finally:
        _done_here.reset(token)


def send(row: JobRow) -> None:
    """Hand the job's id to the broker. If the broker is away, the row waits for `send_stale_jobs`."""
    if (own := _done_here.get()) is not None:
        if row.task in own:
            current_app.tasks[row.task].run(row.pk)
        return
    try:
        current_app.tasks[row.task].apply_async((row.pk,))
    except (OperationalError, OSError) as error:
        log.warning("job %s waits, the broker does not answer: %s", row, error)


def send_stale(now: dt.datetime | None = None) -> int:
    """Send again what was not taken in time and what died while running; return how many. Safe to run twice."""
    now = now or timezone.now()
    lost = Q(status=JobStatus.QUEUED, send_after__lt=now - RESEND_AFTER) | Q(
        status=JobStatus.RUNNING, lease_until__lt=now
    )
    rows = list(JobRow.objects.filter(lost).order_by("pk")[:1000])
    JobRow.objects.filter(pk__in=[row.pk for row in rows], status=JobStatus.QUEUED).update(send_after=now)
    for row in rows:
        send(row)
    return len(rows)


def _failed(row: JobRow, error: Exception) -> None:
    """Back into the queue with growing pauses (1, 2, 4 … minutes); after MAX_ATTEMPTS it stays failed, with reason."""
    given_up = row.attempts >= MAX_ATTEMPTS
    pause = dt.timedelta(minutes=2 ** (row.attempts - 1))
    JobRow.objects.filter(pk=row.pk).update(
        status=JobStatus.FAILED if given_up else JobStatus.QUEUED,
        lease_until=None,
        send_after=timezone.now() + pause,
        error=f"{type(error).__name__}: {error}"[:500],
        finished_at=timezone.now() if given_up else None,
    )
