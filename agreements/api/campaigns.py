"""Campaigns for programs: a dry run, the start of exactly what it showed, and how far it is."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agreements import campaigns
from agreements.api.issuing import (
    AudienceSerializer,
    CampaignStartSerializer,
    PlanSerializer,
    audience,
    planned,
    version_of,
)
from agreements.models import Campaign, CampaignTarget
from agreements.permissions import can_issue
from agreements.states import CampaignStatus
from csr_portal.core.api import VisibleRows
from csr_portal.core.idempotency import HEADER, idempotent

KEY = OpenApiParameter(HEADER, location=OpenApiParameter.HEADER)


class CampaignSerializer(serializers.ModelSerializer):
    document = serializers.CharField(source="version.document.code")
    version = serializers.CharField(source="version.number")
    created_by = serializers.CharField(source="created_by.name", default="")

    class Meta:
        model = Campaign
        fields = (
            "id", "name", "document", "version", "status", "status_since", "starts_on", "due_on", "created_at",
            "created_by", "end_reason",
        )  # fmt: skip


class CampaignDetailSerializer(CampaignSerializer):
    """`progress`: how many of `total` were gone through (`done`), got the text or were left out; what came of it."""

    progress = serializers.SerializerMethodField()

    class Meta(CampaignSerializer.Meta):
        fields = (*CampaignSerializer.Meta.fields, "progress")

    def get_progress(self, row: Campaign) -> dict[str, Any]:
        numbers = campaigns.progress(row)
        return {**numbers, "statuses": dict(numbers["statuses"])}


class CampaignTargetSerializer(serializers.ModelSerializer):
    supplier = serializers.CharField(source="supplier.number")
    left_out_because = serializers.CharField(source="note")

    class Meta:
        model = CampaignTarget
        fields = ("supplier", "done_at", "left_out_because")


class CampaignFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=CampaignStatus.choices)
    document = django_filters.CharFilter(field_name="version__document__code")
    changed_since = django_filters.IsoDateTimeFilter(field_name="status_since", lookup_expr="gte")

    class Meta:
        model = Campaign
        fields = ("status",)


class PlanChanged(APIException):
    """Since the dry run the audience or the text has become another one."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "plan_changed"


class CampaignViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset: QuerySet = Campaign.objects.select_related("version__document", "created_by").order_by("-pk")
    filterset_class = CampaignFilter
    parser_classes = (JSONParser, FormParser, MultiPartParser)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return CampaignSerializer if self.action == "list" else CampaignDetailSerializer

    @extend_schema(request=AudienceSerializer, responses=PlanSerializer)
    @action(detail=False, methods=["post"], filterset_class=None)
    def plan(self, request: Request) -> Response:
        """The dry run: who would get the text, who would not and why, who could not be told. Changes nothing."""
        return Response(self._plan(request, AudienceSerializer)[-1])

    @extend_schema(request=CampaignStartSerializer, responses={201: CampaignDetailSerializer}, parameters=[KEY])
    @idempotent
    def create(self, request: Request) -> Response:
        """Issue to everybody in the dry run, in the background. When the dry run would now say something else, 409."""
        asked, version, plan, answer = self._plan(request, CampaignStartSerializer)
        if asked["plan"] != answer["plan"]:
            raise PlanChanged(_("plan: the text or its suppliers have changed since the dry run. Ask for it again."))
        days = {name: asked.get(name) for name in ("due_on", "starts_on")}
        row = campaigns.start(version, plan.issued, by=request.user, **days)
        return Response(CampaignDetailSerializer(row).data, status=status.HTTP_201_CREATED)

    def _plan(self, request: Request, kind: type[serializers.Serializer]) -> tuple[Any, ...]:
        if not can_issue(request.user):
            raise PermissionDenied
        question = kind(data=request.data)
        question.is_valid(raise_exception=True)
        asked: Any = question.validated_data
        version = version_of(request, asked["document"])
        return asked, version, *planned(version, audience(request, version, asked))

    @extend_schema(responses=CampaignTargetSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def suppliers(self, request: Request, pk: Any = None) -> Response:
        """The suppliers of the campaign: when each was gone through, and why it was left out."""
        rows = self.get_object().targets.visible_to(request.user).select_related("supplier")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(CampaignTargetSerializer(page, many=True).data)
