"""Self-inspections for programs: read only."""

from typing import Any

from django.db.models import Prefetch
from rest_framework import mixins

from audits.api.serializers import SelfInspectionDetailSerializer, SelfInspectionSerializer
from audits.models import Answer, SelfInspection
from csr_portal.core.api import VisibleRows


class SelfInspectionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = SelfInspection.objects.select_related("supplier", "site", "version__questionnaire").order_by("pk")
    filterset_fields = ("status", "supplier__number", "letter", "is_blocked")

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if self.action != "retrieve":
            return rows.defer("result")
        return rows.prefetch_related(Prefetch("answers", Answer.objects.select_related("question")))

    def get_serializer_class(self) -> Any:
        return SelfInspectionDetailSerializer if self.action == "retrieve" else SelfInspectionSerializer
