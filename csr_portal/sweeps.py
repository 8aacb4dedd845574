"""What time changes by itself, once a day in every app; safe to run as often as one likes."""

import logging

from celery import shared_task

import agreements.sweeps
import audits.sweeps
import suppliers.sweeps
from csr_portal import digest, undelivered

log = logging.getLogger(__name__)

# Suppliers last: their gates ask what the others have just brought up to date.
SWEEPS = (
    agreements.sweeps.nightly,
    audits.sweeps.nightly,
    suppliers.sweeps.nightly,
)


@shared_task(name="csr_portal.nightly", time_limit=3600)
def nightly() -> None:
    """Run by the schedule every hour, so that a worker that was down at night catches up in the morning.

    One app's failure does not keep the others from their turn; it is raised at the end.
    """
    failures = []
    for sweep in SWEEPS:
        try:
            sweep()
        except Exception as error:
            log.exception("%s.%s failed", sweep.__module__, sweep.__name__)
            failures.append(error)
    if failures:
        raise ExceptionGroup("sweeps failed", failures)


@shared_task(name="csr_portal.send_digests", time_limit=3000)
def send_digests() -> None:
    """Several times an hour: somewhere it is always morning."""
    digest.send_due()


@shared_task(name="csr_portal.read_bounces", time_limit=280)
def read_bounces() -> None:
    """Reports of mails that did not arrive."""
    undelivered.read_mailbox()
