"""What programs read of audits."""

from typing import Any

from rest_framework import serializers

from audits.models import Answer, SelfInspection


class AnswerSerializer(serializers.ModelSerializer):
    question = serializers.CharField(source="question.key")
    criticality = serializers.CharField(source="question.criticality")

    class Meta:
        model = Answer
        fields = ("question", "criticality", "choice", "note", "na_reason", "confirmed", "revision", "answered_at")


class SelfInspectionSerializer(serializers.ModelSerializer):
    supplier = serializers.CharField(source="supplier.number")
    site = serializers.CharField(source="site.name")
    questionnaire = serializers.CharField(source="version.questionnaire.code")
    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = SelfInspection
        fields: Any = (
            "id",
            "number",
            "supplier",
            "site",
            "questionnaire",
            "version",
            "status",
            "status_since",
            "turn",
            "due_on",
            "answered",
            "total",
            "submitted_at",
            "accepted_at",
            "score",
            "letter",
            "is_blocked",
            "valid_until",
        )


class SelfInspectionDetailSerializer(SelfInspectionSerializer):
    """With every answer given so far and the arithmetic of an accepted score."""

    answers = AnswerSerializer(many=True)

    class Meta(SelfInspectionSerializer.Meta):
        fields = (*SelfInspectionSerializer.Meta.fields, "facts", "result", "answers")
