"""How suppliers are written as JSON."""

from typing import ClassVar

from rest_framework import serializers

from suppliers.models import Site, Supplier
from suppliers.purchasing import MOST_AT_ONCE
from suppliers.states import ClearanceStatus, Segment


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


class ClearanceAnswerSerializer(serializers.Serializer):
    """The answer for a category, a site, or a category from a site that has a status of its own."""

    category = serializers.CharField(allow_null=True)
    category_name = serializers.CharField()
    site = serializers.IntegerField(allow_null=True)
    site_name = serializers.CharField()
    status = serializers.ChoiceField(choices=ClearanceStatus.values)
    answer = serializers.ChoiceField(choices=["allow", "conditional", "deny"])
    until = serializers.DateField(allow_null=True)
    reasons = ConditionSerializer(many=True)


class GateSerializer(serializers.Serializer):
    """`answer` for purchasing: allow, conditional (until), deny with every reason."""

    asked = serializers.CharField()
    supplier = serializers.CharField()
    status = serializers.CharField()
    segment = serializers.CharField()
    answer = serializers.ChoiceField(choices=["allow", "conditional", "deny"])
    until = serializers.DateField(allow_null=True)
    day = serializers.DateField()
    reasons = ConditionSerializer(many=True)
    conditions = ConditionSerializer(many=True)
    clearances = ClearanceAnswerSerializer(many=True)
    policy = serializers.IntegerField(allow_null=True)


class GateQuestionSerializer(serializers.Serializer):
    """Several suppliers at once, by our number or their registration number (`CN:91…` or without the country)."""

    numbers = serializers.ListField(
        child=serializers.CharField(max_length=60), allow_empty=False, max_length=MOST_AT_ONCE
    )
    segment = serializers.ChoiceField(choices=Segment.choices, default=Segment.COOPERATING)


class GateAnswersSerializer(serializers.Serializer):
    answers = GateSerializer(many=True)
