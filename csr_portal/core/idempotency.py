"""A program asks twice, because the answer was lost: it happens once, and the same answer comes again.

The answer is kept in the transaction of what it reports, for KEPT. What failed changed nothing and is not kept: the
same key may be used again. Whoever comes at the same moment with the same key waits for the first.
"""

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

HEADER = "Idempotency-Key"
REPEATED = "Idempotency-Repeated"
MAX_LENGTH = 100
KEPT = dt.timedelta(hours=24)


class IdempotentAnswer(models.Model):
    """What a person's program was answered under a key, and to which question (address and body)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=MAX_LENGTH)
    asked_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    asked_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        app_label = "core"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key


class KeyReused(exceptions.APIException):
    """The key belongs to another question."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "key_reused"


def idempotent(view: Callable[..., Response]) -> Callable[..., Response]:
    """For a method of a viewset that changes something: the header `Idempotency-Key` makes a repetition harmless."""

    @functools.wraps(view)
    def once(viewset: Any, request: Request, *arguments: Any, **named: Any) -> Response:
        key = request.headers.get(HEADER, "").strip()
        if not key:
            return view(viewset, request, *arguments, **named)
        if len(key) > MAX_LENGTH:
            text = _("%(header)s: at most %(limit)s characters; this one has %(number)s.")
            values = {"header": HEADER, "limit": MAX_LENGTH, "number": len(key)}
            raise exceptions.ValidationError({HEADER: [text % values]})
        with transaction.atomic():
            kept, is_new = _kept(request, key)
            return _first(kept, view(viewset, request, *arguments, **named)) if is_new else _again(kept, request)

    return once


def _kept(request: Request, key: str) -> tuple[IdempotentAnswer, bool]:
    person: Any = request.user
    rows = IdempotentAnswer.objects.filter(user=person, key=key)
    rows.filter(asked_at__lt=timezone.now() - KEPT).delete()
    return rows.get_or_create(user=person, key=key, defaults={"asked_sha256": _question(request)})


def _question(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def _first(kept: IdempotentAnswer, response: Response) -> Response:
    kept.status, kept.answer = response.status_code, json.loads(JSONRenderer().render(response.data))
    kept.save(update_fields=["status", "answer"])
    return response


def _again(kept: IdempotentAnswer, request: Request) -> Response:
    if kept.asked_sha256 != _question(request):
        text = _("%(header)s “%(key)s” was used for another request at %(time)s. Use a new key, or send the same body.")
        time = timezone.localtime(kept.asked_at).isoformat(timespec="seconds")
        raise KeyReused(text % {"header": HEADER, "key": kept.key, "time": time})
    return Response(kept.answer, status=kept.status, headers={REPEATED: "true"})


def forget_old(now: dt.datetime | None = None) -> int:
    """Remove answers that are no longer repeated; return how many."""
    return IdempotentAnswer.objects.filter(asked_at__lt=(now or timezone.now()) - KEPT).delete()[0]
