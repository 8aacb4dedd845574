"""Suppliers for programs: list, one by its number, and the gate as purchasing asks it."""

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from csr_portal.core.api import VisibleRows
from csr_portal.core.pdf import content_fingerprint
from suppliers import purchasing
from suppliers.api.serializers import (
    GateAnswersSerializer,
    GateQuestionSerializer,
    GateSerializer,
    SupplierDetailSerializer,
    SupplierSerializer,
)
from suppliers.clearances import Scope
from suppliers.models import Category, Supplier
from suppliers.querysets import search_condition
from suppliers.states import Segment, SupplierStatus

SEGMENT = OpenApiParameter("segment", enum=Segment.values, default=Segment.COOPERATING)


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
        parameters=[
            SEGMENT,
            OpenApiParameter("category", description="code of a category, to ask for it alone"),
            OpenApiParameter("site", int, description="id of a site of the supplier, to ask for it alone"),
        ],
        responses={200: GateSerializer, 304: None},
    )
    @action(detail=True, filterset_class=None)
    def gate(self, request: Request, number: str) -> Response:
        """May we order from this supplier: allow, conditional or deny, with every reason and until when.

        The answer has an ETag; with `If-None-Match` an unchanged one is 304.
        """
        question = self._question({"numbers": [number], "segment": request.query_params.get("segment")})
        supplier = get_object_or_404(self.get_queryset(), number=number)
        scope = scope_of(request, supplier)
        return etagged(request, GateSerializer(purchasing.ask(supplier, question["segment"], scope=scope)).data)

    @extend_schema(
        parameters=[SEGMENT, OpenApiParameter("number", many=True, required=True)],
        responses={200: GateAnswersSerializer, 304: None}, filters=False,
    )  # fmt: skip
    @action(detail=False, filterset_class=None, pagination_class=None, url_path="gates", url_name="gates")
    def gates(self, request: Request) -> Response:
        """The same for up to 100 suppliers, `?number=S-10417&number=CN:91440300…`, answered in the order asked.

        A number is ours or a registration number. One that is not known is a `deny` with the reason `unknown`.
        """
        numbers = request.query_params.getlist("number")
        return self._answers({"numbers": numbers, "segment": request.query_params.get("segment")})

    @extend_schema(request=GateQuestionSerializer, responses={200: GateAnswersSerializer, 304: None})
    @gates.mapping.post
    def ask_gates(self, request: Request) -> Response:
        """The same with the numbers in the body, for lists that are too long for an address. Changes nothing."""
        return self._answers(request.data)

    def _answers(self, data: Any) -> Response:
        question = self._question(data)
        answers = purchasing.ask_all(self.get_queryset(), question["numbers"], question["segment"])
        return etagged(self.request, GateAnswersSerializer({"answers": list(answers)}).data)

    def _question(self, data: Any) -> Any:
        given = {name: value for name, value in data.items() if value is not None} if hasattr(data, "items") else data
        question = GateQuestionSerializer(data=given)
        question.is_valid(raise_exception=True)
        return question.validated_data


def scope_of(request: Request, supplier: Supplier) -> Scope | None:
    """The category and site of the query, both checked: one that is not known is refused, never passed over."""
    code, site = request.query_params.get("category", ""), request.query_params.get("site", "")
    if not (code or site):
        return None
    category = Category.objects.filter(code=code).first() if code else None
    place = supplier.sites.filter(pk=site).first() if site.isdecimal() else None
    unknown = {"category": bool(code) and category is None, "site": bool(site) and place is None}
    if any(unknown.values()):
        raise ValidationError({name: [_("This is not known.")] for name, is_unknown in unknown.items() if is_unknown})
    return Scope(category, place)


def etagged(request: Request, data: Any) -> Response:
    """The answer with its ETag, or 304 without one to who has it already."""
    etag = quote_etag(content_fingerprint(data)[:32])
    known = parse_etags(request.headers.get("If-None-Match", ""))
    headers = {"ETag": etag}
    return Response(status=304, headers=headers) if etag in known or "*" in known else Response(data, headers=headers)
