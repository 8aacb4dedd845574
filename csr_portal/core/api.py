"""The base of the API: rows by `visible_to`, one shape of error."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework import exceptions, status, views, viewsets
from rest_framework.response import Response

from csr_portal.core.api_defaults import LoggedIn
from csr_portal.core.workflow import Blocker, WorkflowError


class VisibleRows(viewsets.GenericViewSet):
    """The base viewset: rows are those that `visible_to(request.user)` gives; what is not visible is 404."""

    permission_classes = [LoggedIn]
    queryset: QuerySet

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()
        rows: Any = self.queryset.all()
        return rows.visible_to(self.request.user)


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{code, message, blockers}`: 409 where the step is not possible now, DRF's answer otherwise."""
    if isinstance(error, WorkflowError):
        body = {"code": "not_now", "message": error.message, "blockers": [blocker_json(b) for b in error.blockers]}
        return Response(body, status=status.HTTP_409_CONFLICT)
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = views.exception_handler(error, context)
    if response is not None:
        code = getattr(error, "default_code", "error")
        detail = response.data.get("detail") if isinstance(response.data, dict) else None
        fields = None if detail else response.data
        response.data = {"code": code, "message": str(detail or ""), "fields": fields, "blockers": []}
    return response


def blocker_json(blocker: Blocker) -> dict[str, str]:
    return {"code": blocker.code, "text": str(blocker.text), "turn": blocker.turn, "url": blocker.url}
