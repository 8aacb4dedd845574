"""Scheduled work of the core."""

from celery import shared_task

from csr_portal.core import drawn_files, history, jobs
from csr_portal.core.webhooks import delivery


@shared_task(name="core.send_stale_jobs", time_limit=60)
def send_stale_jobs() -> None:
    jobs.send_stale()


@shared_task(name="core.clear_drafts", time_limit=300)
def clear_drafts() -> None:
    """Files that a process was writing when it died."""
    drawn_files.clear_drafts()


@shared_task(name="core.seal_history", time_limit=300)
def seal_history() -> None:
    """Seal what a crash between a commit and its seal has left open."""
    history.seal()


@shared_task(name="core.forget_old_deliveries", time_limit=300)
def forget_old_deliveries() -> None:
    delivery.forget_old()
