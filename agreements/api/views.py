"""Agreements and acknowledgements for programs: list, detail, files, and the issue of a text to one supplier."""

from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agreements import workflow
from agreements.api.issuing import IssueSerializer, PlanSerializer, planned, supplier_of, version_of
from agreements.api.serializers import AcknowledgementSerializer, AgreementSerializer, written
from agreements.models import Acknowledgement, Agreement
from agreements.permissions import can_issue
from agreements.states import AcknowledgementStatus, AgreementStatus
from agreements.views.shared import agreement_file, trace_of
from csr_portal.core.api import VisibleRows
from csr_portal.core.idempotency import HEADER, idempotent

FILES = ("text", "sealed", "record", "chop", "chop-view", "own-code")


class AgreementFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=AgreementStatus.choices)
    supplier = django_filters.CharFilter(field_name="supplier__number")
    document = django_filters.CharFilter(field_name="document__code")
    changed_since = django_filters.IsoDateTimeFilter(field_name="status_since", lookup_expr="gte")

    class Meta:
        model = Agreement
        fields = ("number", "campaign")


class AcknowledgementFilter(AgreementFilter):
    status = django_filters.MultipleChoiceFilter(choices=AcknowledgementStatus.choices)

    class Meta:
        model = Acknowledgement
        fields = ("campaign",)


class AgreementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = Agreement.objects.select_related("supplier", "document", "version").order_by("-pk")
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(
        detail=True, url_path=f"files/(?P<kind>{'|'.join(FILES)})", url_name="files", filterset_class=None,
        pagination_class=None,
    )  # fmt: skip
    def files(self, request: Request, pk: Any = None, kind: str = "text") -> FileResponse:
        """The PDF as presented (`text`), the sealed PDF (`sealed`), the evidence record inside it (`record`), the scan
        with the company chop (`chop`), or the supplier's own code of conduct (`own-code`)."""
        return agreement_file(self.get_object(), kind)

    @extend_schema(
        request=IssueSerializer,
        responses={200: PlanSerializer, 201: AgreementSerializer},
        parameters=[OpenApiParameter(HEADER, location=OpenApiParameter.HEADER)],
    )
    @action(
        detail=False, methods=["post"], filterset_class=None, parser_classes=[JSONParser, FormParser, MultiPartParser]
    )
    @idempotent
    def issue(self, request: Request) -> Response:
        """Issue the published version of a text to one supplier; with `dry_run` only say what would happen."""
        if not can_issue(request.user):
            raise PermissionDenied
        asked = IssueSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        supplier, version = supplier_of(request, data.pop("supplier")), version_of(request, data.pop("document"))
        if data.pop("dry_run"):
            return Response(planned(version, [supplier])[-1])
        row = workflow.issue(version, supplier, by=request.user, trace=trace_of(request), **data)
        return Response(written(row, self.get_serializer_context()), status=status.HTTP_201_CREATED)


class AcknowledgementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = Acknowledgement.objects.select_related("supplier", "document", "version", "acknowledged_by")
    serializer_class = AcknowledgementSerializer
    filterset_class = AcknowledgementFilter
