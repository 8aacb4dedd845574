"""Work of the core that follows a commit."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from csr_portal.core.bounces.reports import HEADER, mark
from csr_portal.core.jobs import job
from csr_portal.core.models import Notice
from csr_portal.core.states import MailStatus


@job("core.mail_notice", time_limit=60)
def mail_notice(notice_id: int) -> None:
    """Send one notice by mail. Sent once; a crash between sending and noting it may send it a second time, under the
    same Message-ID, so that mail servers and readers drop it."""
    notice = Notice.objects.get(pk=notice_id)
    if notice.mail_status == MailStatus.SENT:
        return
    sender = settings.BOUNCE_ADDRESS or None  # of the envelope: reports go there, answers to the From address
    message = EmailMessage(notice.subject, notice.body, sender, [notice.email], headers=_headers(notice))
    try:
        message.send()
    except OSError as error:
        Notice.objects.filter(pk=notice.pk).update(mail_status=MailStatus.FAILED, mail_error=str(error)[:300])
        raise
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
