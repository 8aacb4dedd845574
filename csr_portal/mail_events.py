"""Where a mail provider, or a mail server's script, reports what did not arrive (docs/operations.md, “Mail”)."""

import hmac
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from csr_portal import undelivered
from csr_portal.core.bounces.reports import Bounce, notice_of

HEADER = "X-Bounce-Secret"


class KnowsTheSecret(BasePermission):
    """The shared secret of the settings; without one nobody may report."""

    def has_permission(self, request: Request, view: Any) -> bool:
        given, wanted = request.headers.get(HEADER, ""), settings.BOUNCE_SECRET
        return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


class MailEventSerializer(serializers.Serializer):
    """`notice` is the value of the header X-Notice of the mail that came back."""

    notice = serializers.CharField(max_length=80)
    recipient = serializers.EmailField()
    reason = serializers.CharField(max_length=1000, allow_blank=True, default="")

    def validate_notice(self, value: str) -> int:
        if (number := notice_of(value)) is None:
            raise serializers.ValidationError("This is not the X-Notice header of one of our mails.")
        return number


class MailEventAnswerSerializer(serializers.Serializer):
    noted = serializers.IntegerField()


class MailEventViewSet(viewsets.ViewSet):
    permission_classes = [KnowsTheSecret]

    @extend_schema(request=MailEventSerializer(many=True), responses=MailEventAnswerSerializer)
    def create(self, request: Request) -> Response:
        """Mails that did not arrive. Said twice it is noted once; `noted` counts what was news."""
        events = MailEventSerializer(data=request.data, many=isinstance(request.data, list))
        events.is_valid(raise_exception=True)
        rows: Any = events.validated_data if isinstance(events.validated_data, list) else [events.validated_data]
        noted = undelivered.take([Bounce(**row) for row in rows])
        return Response({"noted": len(noted)})
