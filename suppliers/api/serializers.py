"""How suppliers are written as JSON."""

from typing import ClassVar

from rest_framework import serializers

from suppliers.models import Site, Supplier


class SiteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Site
        fields: ClassVar[list[str]] = ["id", "name", "name_latin", "country", "city", "is_supplying", "workers"]


class SupplierSerializer(serializers.ModelSerializer):
    owner = serializers.CharField(source="owner.name", read_only=True)

    class Meta:
        model = Supplier
        fields: ClassVar[list[str]] = [
            "number",
            "name",
            "name_latin",
            "country",
            "city",
            "registration_number",
            "status",
            "status_since",
            "owner",
            "is_key_material",
            "agreement_status",
            "agreement_until",
            "guideline_status",
            "inspection_status",
            "inspection_score",
            "site_review_status",
            "site_review_letter",
            "site_review_until",
            "findings_open",
            "findings_overdue",
            "people_trained",
            "gate_met",
            "gate_expiring",
            "gate_missing",
            "grace_until",
            "conditional_until",
        ]


class SupplierDetailSerializer(SupplierSerializer):
    sites = SiteSerializer(many=True, read_only=True)

    class Meta(SupplierSerializer.Meta):
        fields: ClassVar[list[str]] = [*SupplierSerializer.Meta.fields, "sites"]


class ConditionSerializer(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    text = serializers.CharField()
    turn = serializers.CharField()
    until = serializers.DateField(allow_null=True)


class GateSerializer(serializers.Serializer):
    """`answer` for purchasing: allow, conditional (until), deny."""

    supplier = serializers.CharField()
    segment = serializers.CharField()
    answer = serializers.ChoiceField(choices=["allow", "conditional", "deny"])
    until = serializers.DateField(allow_null=True)
    reasons = ConditionSerializer(many=True)
    conditions = ConditionSerializer(many=True)
    policy = serializers.IntegerField()
