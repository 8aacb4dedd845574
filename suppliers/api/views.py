"""Suppliers for programs: list, one by its number, and the gate as purchasing asks it."""

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from csr_portal.core.api import VisibleRows
from suppliers import purchasing
from suppliers.api.serializers import GateSerializer, SupplierDetailSerializer, SupplierSerializer
from suppliers.models import Supplier
from suppliers.querysets import search_condition
from suppliers.states import Segment, SupplierStatus


class SupplierFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=SupplierStatus.choices)
    q = django_filters.CharFilter(method="search", label="name, number or registration number")
    changed_since = django_filters.IsoDateTimeFilter(field_name="status_since", lookup_expr="gte")

    class Meta:
        model = Supplier
        fields = ("country", "is_key_material", "agreement_status")

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(search_condition(value))


class SupplierViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = Supplier.objects.select_related("owner").order_by("number")
    filterset_class = SupplierFilter
    lookup_field = "number"
    lookup_value_regex = "[^/]+"

    def get_serializer_class(self) -> type[BaseSerializer]:
        return SupplierSerializer if self.action == "list" else SupplierDetailSerializer

    @extend_schema(
        parameters=[OpenApiParameter("segment", enum=Segment.values, default=Segment.COOPERATING)],
        responses=GateSerializer,
    )
    @action(detail=True, filterset_class=None)
    def gate(self, request: Request, number: str) -> Response:
        """May we order from this supplier: allow, conditional or deny, with every reason and until when."""
        segment = request.query_params.get("segment", Segment.COOPERATING)
        if segment not in Segment.values:
            raise ValidationError({"segment": Segment.values})
        supplier = get_object_or_404(self.get_queryset(), number=number)
        return Response(GateSerializer(purchasing.ask(supplier, segment)).data)
