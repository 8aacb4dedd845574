"""Findings and site reviews for programs: read only; what the team notes stays inside (B27)."""

from rest_framework import mixins, serializers

from audits.models import Finding, SiteReview
from csr_portal.core.api import VisibleRows


class FindingSerializer(serializers.ModelSerializer):
    supplier = serializers.CharField(source="supplier.number")
    site = serializers.CharField(source="site.name", default="")
    clause = serializers.CharField(source="clause.key", default="")
    is_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Finding
        fields = (
            "id",
            "number",
            "supplier",
            "site",
            "origin",
            "clause",
            "grade",
            "title",
            "facts",
            "status",
            "status_since",
            "turn",
            "due_on",
            "discovered_on",
            "plan_due_on",
            "approval_due_on",
            "close_due_on",
            "closed_on",
            "is_repeat",
            "is_overdue",
        )


class SiteReviewSerializer(serializers.ModelSerializer):
    supplier = serializers.CharField(source="supplier.number")
    site = serializers.CharField(source="site.name")

    class Meta:
        model = SiteReview
        fields = (
            "id",
            "number",
            "supplier",
            "site",
            "status",
            "status_since",
            "turn",
            "due_on",
            "announcement",
            "planned_from",
            "planned_to",
            "score",
            "letter",
            "valid_until",
        )


class FindingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = Finding.objects.select_related("supplier", "site", "clause").order_by("pk")
    serializer_class = FindingSerializer
    filterset_fields = ("status", "grade", "origin", "supplier__number", "is_repeat")


class SiteReviewViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = SiteReview.objects.select_related("supplier", "site").order_by("pk")
    serializer_class = SiteReviewSerializer
    filterset_fields = ("status", "letter", "supplier__number")
