"""Imports of suppliers for programs: which there were, and what each line has done to which supplier."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from csr_portal.core.api import VisibleRows
from csr_portal.core.api_defaults import LoggedIn
from suppliers.imports.applying import own_number
from suppliers.models import ImportRow, Supplier, SupplierImport
from suppliers.permissions import can_manage
from suppliers.states import ImportStatus


class Procurement(LoggedIn):
    """Those who open the pages of imports."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(super().has_permission(request, view)) and can_manage(request.user, None)


class SupplierImportSerializer(serializers.ModelSerializer):
    """`counts`: lines per outcome as the check found them; `accepted` are the doubtful ones that came in."""

    number = serializers.CharField(read_only=True)
    file = serializers.CharField(source="file.original_name")
    uploaded_by = serializers.CharField(source="uploaded_by.name")

    class Meta:
        model = SupplierImport
        fields = ("id", "number", "status", "status_since", "file", "uploaded_by", "uploaded_at", "counts")


class ImportRowSerializer(serializers.Serializer):
    """A line that is carried out. `fields`: what it changed; of a new supplier nothing is listed."""

    line = serializers.IntegerField()
    what = serializers.ChoiceField(choices=["created", "changed"])
    supplier_id = serializers.IntegerField()
    supplier = serializers.CharField(help_text="its number; of one that was removed by the undo the number it had")
    fields_changed = serializers.ListField(child=serializers.CharField())


class SupplierImportFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=ImportStatus.choices)
    changed_since = django_filters.IsoDateTimeFilter(field_name="status_since", lookup_expr="gte")

    class Meta:
        model = SupplierImport
        fields = ("status",)


class SupplierImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset: QuerySet = SupplierImport.objects.select_related("file", "uploaded_by").order_by("-pk")
    serializer_class = SupplierImportSerializer
    filterset_class = SupplierImportFilter
    permission_classes = [Procurement]

    @extend_schema(responses=ImportRowSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def rows(self, request: Request, pk: Any = None) -> Response:
        """The lines that the import creates or changes suppliers by, in the order of the file."""
        page = self.paginate_queryset(self.get_object().rows.to_do().order_by("line"))
        return self.get_paginated_response(ImportRowSerializer(list(described(page or [])), many=True).data)


def described(rows: list[ImportRow]) -> Iterable[dict[str, Any]]:
    """What each line did to which supplier; the numbers of all are read at once."""
    numbers = dict(Supplier.objects.filter(pk__in=[row.supplier_key for row in rows]).values_list("pk", "number"))
    for row in rows:
        key = row.supplier_key
        yield {
            "line": row.line,
            "what": "created" if row.is_new else "changed",
            "supplier_id": key,
            "supplier": numbers.get(key) or row.values.get("number") or own_number(key or 0),
            "fields_changed": [name.removesuffix("_id") for name in row.changes],
        }
