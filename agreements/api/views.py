"""Agreements and acknowledgements for programs: list, detail, files, and the issue of a text to one supplier."""

from typing import Any

import django_filters
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agreements import workflow
from agreements.api.serializers import AcknowledgementSerializer, AgreementSerializer, IssueSerializer, written
from agreements.models import Acknowledgement, Agreement, Version
from agreements.permissions import can_issue
from agreements.states import AcknowledgementStatus, AgreementStatus
from agreements.views.shared import agreement_file
from csr_portal.core.api import VisibleRows
from suppliers.models import Supplier

KEY_HEADER = "Idempotency-Key"


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
        detail=True, url_path="files/(?P<kind>text|sealed|chop)", url_name="files", filterset_class=None,
        pagination_class=None,
    )  # fmt: skip
    def files(self, request: Request, pk: Any = None, kind: str = "text") -> FileResponse:
        """The PDF as presented (`text`), the sealed PDF (`sealed`), or the scan with the company chop (`chop`)."""
        return agreement_file(self.get_object(), kind)

    @extend_schema(
        request=IssueSerializer,
        responses={201: AgreementSerializer},
        parameters=[OpenApiParameter(KEY_HEADER, location=OpenApiParameter.HEADER)],
    )
    @action(
        detail=False, methods=["post"], filterset_class=None, parser_classes=[JSONParser, FormParser, MultiPartParser]
    )
    def issue(self, request: Request) -> Response:
        """Issue the published version of a text to one supplier. With the same `Idempotency-Key` it happens once;
        asked again, the answer is 200 with what was issued the first time."""
        if not can_issue(request.user):
            raise PermissionDenied
        asked = IssueSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data, key = dict(asked.validated_data), request.headers.get(KEY_HEADER, "")[:100]
        supplier = get_object_or_404(Supplier.objects.visible_to(request.user), number=data.pop("supplier"))
        versions = Version.objects.visible_to(request.user).published().select_related("document")
        version = get_object_or_404(versions, document__code=data.pop("document"))
        row = workflow.issued_before(version, supplier, by=request.user, request_key=key)
        code = status.HTTP_200_OK if row else status.HTTP_201_CREATED
        row = row or workflow.issue(version, supplier, by=request.user, request_key=key, **data)
        return Response(written(row, self.get_serializer_context()), status=code)


class AcknowledgementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = Acknowledgement.objects.select_related("supplier", "document", "version", "acknowledged_by")
    serializer_class = AcknowledgementSerializer
    filterset_class = AcknowledgementFilter
