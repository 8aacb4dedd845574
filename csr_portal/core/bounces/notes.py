"""A mail that came back is noted at its notice: sent, but not delivered, and why."""

from collections.abc import Iterable

from csr_portal.core.bounces.reports import Bounce
from csr_portal.core.models import Notice
from csr_portal.core.states import MailStatus


def note(bounces: Iterable[Bounce]) -> list[Notice]:
    """Mark the notices that did not arrive; returns those that were not known as such. Safe to run twice.

    The address must be the one the notice went to: a report about a forwarded copy says nothing about ours.
    """
    changed = []
    for bounce in bounces:
        rows = Notice.objects.filter(pk=bounce.notice, email__iexact=bounce.recipient, mail_status=MailStatus.SENT)
        if rows.update(mail_status=MailStatus.FAILED, mail_error=bounce.reason[:300]):
            changed.append(Notice.objects.select_related("recipient").get(pk=bounce.notice))
    return changed
