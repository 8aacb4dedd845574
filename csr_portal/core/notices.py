"""Tell people what happened: on the screen and by mail, once per event and person, in the reader's language."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation

from csr_portal.core.bulk import BATCH, batches
from csr_portal.core.models import Notice, User
from csr_portal.core.tasks import mail_notice, mail_notices

MAILED_TOGETHER = 25  # notices of one job


def tell(
    recipients: Iterable[User],
    kind: str,
    *,
    about: models.Model,
    event: str,
    url: str = "",
    context: dict[str, Any] | None = None,
) -> None:
    """Write a notice to each person; a worker mails it after the commit. The same event never reaches one twice.

    `kind` names the templates `emails/<kind>_subject.txt` and `emails/<kind>.txt`; `event` tells this event from
    others of its kind about the same object; `url` is a path of this portal.
    """
    for person in recipients:
        if person.is_active:
            _keep(_notice(kind, about, event, url, context or {}, person.email, person.language, person))


def tell_address(
    email: str,
    kind: str,
    *,
    language: str,
    about: models.Model,
    event: str,
    url: str = "",
    context: dict[str, Any] | None = None,
) -> None:
    """The same to somebody without an account (an invited clerk, a signatory)."""
    _keep(_notice(kind, about, event, url, context or {}, email, language, None))


def tell_first(told: Iterable[tuple[models.Model, Iterable[User], str]], kind: str, *, event: str) -> None:
    """As `tell`, about objects made in this transaction, `(about, recipients, url)` each: nobody has heard of them."""
    written = [
        _notice(kind, about, event, url, {}, person.email, person.language, person)
        for about, recipients, url in told
        for person in recipients
        if person.is_active
    ]
    rows = Notice.objects.bulk_create(written, batch_size=BATCH)
    keys = [str(row.pk) for row in rows]
    mail_notices.enqueue_all({few[0]: (",".join(few),) for few in batches(keys, MAILED_TOGETHER)})


def _keep(written: Notice) -> None:
    """Unless the same was told before."""
    names = ("kind", "recipient", "email", "language", "subject", "body", "url", "thread")
    values = {name: getattr(written, name) for name in names}
    notice, is_new = Notice.objects.get_or_create(key=written.key, defaults=values)
    if is_new:
        mail_notice.enqueue(notice.pk, key=str(notice.pk))


def _notice(
    kind: str,
    about: models.Model,
    event: str,
    url: str,
    context: dict[str, Any],
    email: str,
    language: str,
    person: User | None,
) -> Notice:
    content = {**context, "object": about, "person": person, "link": settings.PUBLIC_URL + url if url else ""}
    with translation.override(language):
        subject = " ".join(render_to_string(f"emails/{kind}_subject.txt", content).split())
        body = render_to_string(f"emails/{kind}.txt", content).strip() + "\n"
    return Notice(
        key=f"{kind}:{about._meta.label_lower}:{about.pk}:{event}:{email}"[:200],
        kind=kind,
        recipient=person,
        email=email,
        language=language,
        subject=subject[:250],
        body=body,
        url=url,
        thread=getattr(about, "history_thread", ""),
    )
