"""A person's secret calendar address: made from the row, so nothing secret is stored; a new nonce ends the old one."""

import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils import timezone

_signer = Signer(salt="core.calendar")


def new_nonce() -> str:
    return secrets.token_urlsafe(24)


class CalendarFeed(models.Model):
    """There is one while the person wants it."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    nonce = models.CharField(max_length=40, default=new_nonce, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "core"

    def __str__(self) -> str:
        return str(self.person)

    @property
    def token(self) -> str:
        return _signer.sign(f"{self.pk}:{self.nonce}")


def feed_of(token: str) -> CalendarFeed | None:
    """The feed behind an address; nothing for an old or invented one, or when the person's access has ended."""
    try:
        pk, nonce = _signer.unsign(token).split(":", 1)
    except (BadSignature, ValueError):
        return None
    rows = CalendarFeed.objects.select_related("person").filter(pk=pk, nonce=nonce, person__is_active=True)
    return rows.first()
