"""Mails that came back, from the mailbox or by a mail provider's call: noted, and named to the buyer in charge."""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from csr_portal.core.bounces import mailboxes, notes
from csr_portal.core.bounces.reports import Bounce, bounces_in
from csr_portal.core.models import Notice
from csr_portal.core.notices import tell
from suppliers.models import Supplier

log = logging.getLogger(__name__)
KIND = "mail_undelivered"


def read_mailbox() -> int:
    """Work through the mailbox of the settings; without one, nothing. Returns how many reports there were."""
    if not settings.BOUNCE_MAILBOX:
        return 0
    return mailboxes.read(settings.BOUNCE_MAILBOX, take_report)


def take_report(raw: bytes) -> bool:
    """Whether it was a report about one of our mails; it is noted before the message is taken away."""
    bounces = bounces_in(raw)
    take(bounces)
    return bool(bounces)


@transaction.atomic
def take(bounces: Iterable[Bounce]) -> list[Notice]:
    """Note what did not arrive, and tell the buyer of the supplier it was about: who, what, why."""
    notices = notes.note(bounces)
    for notice in notices:
        supplier = _supplier_of(notice)
        if supplier is not None and notice.kind != KIND and notice.recipient_id != supplier.owner_id:
            url = reverse("staff:supplier-people", args=[supplier.pk])
            context = {"notice": notice, "supplier": supplier}
            tell([supplier.owner], KIND, about=notice, event="bounced", url=url, context=context)
    return notices


def _supplier_of(notice: Notice) -> Supplier | None:
    """By the thread of what the mail was about, or by the company its reader acts for."""
    kind, _colon, pk = notice.thread.partition(":")
    suppliers = Supplier.objects.select_related("owner")
    if kind == "supplier" and pk.isdecimal():
        return suppliers.filter(pk=pk).first()
    if notice.recipient_id is None:
        return None
    return suppliers.filter(contacts__user=notice.recipient_id, contacts__ended_at=None).order_by("pk").first()
