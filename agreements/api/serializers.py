"""How agreements and acknowledgements are written as JSON, with the places of their files."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.reverse import reverse

from agreements.models import Acknowledgement, Agreement


class AgreementSerializer(serializers.ModelSerializer):
    """`text_url` is the PDF as presented, `sealed_url` the sealed one, `record_url` the evidence record inside it
    (both null until it is in force)."""

    supplier = serializers.CharField(source="supplier.number")
    document = serializers.CharField(source="document.code")
    version = serializers.CharField(source="version.number")
    text_url = serializers.SerializerMethodField()
    sealed_url = serializers.SerializerMethodField()
    record_url = serializers.SerializerMethodField()
    verify_url = serializers.SerializerMethodField()

    class Meta:
        model = Agreement
        fields: ClassVar[list[str]] = [
            "id",
            "number",
            "supplier",
            "document",
            "version",
            "language",
            "status",
            "status_since",
            "turn",
            "due_on",
            "issued_at",
            "valid_from",
            "valid_until",
            "end_reason",
            "campaign",
            "reservations",
            "is_own_code",
            "presented_sha256",
            "sealed_sha256",
            "verify_code",
            "text_url",
            "sealed_url",
            "record_url",
            "verify_url",
        ]

    def _file(self, row: Agreement, kind: str) -> str:
        return reverse("api:agreement-files", kwargs={"pk": row.pk, "kind": kind}, request=self.context.get("request"))

    def get_text_url(self, row: Agreement) -> str:
        return self._file(row, "text")

    def get_sealed_url(self, row: Agreement) -> str | None:
        return self._file(row, "sealed") if row.sealed_sha256 else None

    def get_record_url(self, row: Agreement) -> str | None:
        return self._file(row, "record") if row.sealed_sha256 else None

    def get_verify_url(self, row: Agreement) -> str | None:
        if not row.sealed_sha256:
            return None
        return reverse("open:agreement-verify", args=[row.verify_code], request=self.context.get("request"))


class AcknowledgementSerializer(serializers.ModelSerializer):
    supplier = serializers.CharField(source="supplier.number")
    document = serializers.CharField(source="document.code")
    version = serializers.CharField(source="version.number")
    acknowledged_by = serializers.CharField(source="acknowledged_by.name", default="")

    class Meta:
        model = Acknowledgement
        fields: ClassVar[list[str]] = [
            "id",
            "supplier",
            "document",
            "version",
            "language",
            "status",
            "status_since",
            "turn",
            "due_on",
            "issued_at",
            "acknowledged_at",
            "acknowledged_by",
        ]


def written(row: Agreement | Acknowledgement, context: dict[str, Any]) -> dict[str, Any]:
    """What was issued, whichever of the two it is."""
    kind = AgreementSerializer if isinstance(row, Agreement) else AcknowledgementSerializer
    return dict(kind(row, context=context).data)
