"""Scheduled work of the core."""

from celery import shared_task

from csr_portal.core import drawn_files, history, idempotency, jobs, seal_watch
from csr_portal.core.webhooks import delivery


@shared_task(name="core.send_stale_jobs", time_limit=60)
def send_stale_jobs() -> None:
    jobs.send_stale()


@shared_task(name="core.clear_drafts", time_limit=300)
def clear_drafts() -> None:
    """Files that a process was writing when it died."""
    drawn_files.clear_drafts()


@shared_task(name="core.watch_seal", time_limit=60)
def watch_seal() -> None:
    """The certificate of the seal runs out one day; administrators hear of it 60, 30 and 7 days before."""
    seal_watch.announce_expiry()


@shared_task(name="core.seal_history", time_limit=300)
def seal_history() -> None:
    """Seal what a crash between a commit and its seal has left open."""
    history.seal()


@shared_task(name="core.forget_old_deliveries", time_limit=300)
def forget_old_deliveries() -> None:
    delivery.forget_old()


@shared_task(name="core.forget_old_answers", time_limit=300)
def forget_old_answers() -> None:
    idempotency.forget_old()
