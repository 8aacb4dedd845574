"""Work of the core that follows a commit."""

import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from csr_portal.core.bounces.reports import HEADER, mark
from csr_portal.core.jobs import job
from csr_portal.core.models import Notice
from csr_portal.core.states import MailStatus

log = logging.getLogger(__name__)


@job("core.mail_notice", time_limit=60)
def mail_notice(notice_id: int) -> None:
    """Send one notice by mail. Sent once; a crash between sending and noting it may send it a second time, under the
    same Message-ID, so that mail servers and readers drop it."""
    notice = Notice.objects.get(pk=notice_id)
    if notice.mail_status == MailStatus.SENT:
        return
    try:
        _send(notice)
    except OSError as error:
        Notice.objects.filter(pk=notice.pk).update(mail_status=MailStatus.FAILED, mail_error=str(error)[:300])
        raise


@job("core.mail_notices", time_limit=300)
def mail_notices(ids: str) -> None:
    """Send several notices over one connection. From the first that fails on, each gets a job of its own."""
    keys = [int(pk) for pk in ids.split(",")]
    waiting = Notice.objects.filter(pk__in=keys).exclude(mail_status=MailStatus.SENT)
    try:
        with get_connection() as connection:
            for notice in waiting.order_by("pk"):
                _send(notice, connection)
    except Exception:
        log.exception("notices %s were not all mailed together", ids)
        for pk in waiting.order_by("pk").values_list("pk", flat=True):
            mail_notice.enqueue(pk, key=str(pk))


def _send(notice: Notice, connection: Any = None) -> None:
    sender = settings.BOUNCE_ADDRESS or None  # of the envelope: reports go there, answers to the From address
    headers = _headers(notice)
    EmailMessage(notice.subject, notice.body, sender, [notice.email], connection=connection, headers=headers).send()
    Notice.objects.filter(pk=notice.pk).update(mail_status=MailStatus.SENT, mailed_at=timezone.now(), mail_error="")


def _headers(notice: Notice) -> dict[str, str]:
    host = urlsplit(settings.PUBLIC_URL).hostname
    message_id = f"<notice-{notice.pk}-{notice.created_at.timestamp():.0f}@{host}>"
    return {
        "From": settings.DEFAULT_FROM_EMAIL,
        HEADER: mark(notice.pk),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
    }
