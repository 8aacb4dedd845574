"""Where suppliers said something else than yes: declined, signed with a reservation, offered their own code."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import mixins, serializers
from rest_framework.reverse import reverse

from agreements.models import SignatureEvent
from agreements.states import AgreementStatus, EventKind
from csr_portal.core.api import VisibleRows

KINDS = {
    EventKind.DECLINED: "decline",
    EventKind.RESERVED: "reservation",
    EventKind.OWN_CODE_OFFERED: "own_code",
}
DECISIONS = {
    EventKind.RESERVATION_ACCEPTED: "accepted",
    EventKind.RESERVATION_REFUSED: "refused",
    EventKind.OWN_CODE_ACCEPTED: "accepted",
    EventKind.OWN_CODE_REFUSED: "refused",
}
WAITING = (AgreementStatus.RESERVED, AgreementStatus.OWN_CODE)


class SupplierAnswerSerializer(serializers.ModelSerializer):
    """`state`: final (a decline), open (a CSR manager decides), accepted, refused, or dropped (recalled meanwhile)."""

    supplier = serializers.CharField(source="agreement.supplier.number")
    agreement_number = serializers.CharField(source="agreement.number")
    kind = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    by = serializers.CharField(source="actor_name")
    reason = serializers.SerializerMethodField()
    clauses = serializers.SerializerMethodField()
    decided_at = serializers.SerializerMethodField()
    decided_by = serializers.SerializerMethodField()
    decision_reason = serializers.SerializerMethodField()
    file_url = serializers.SerializerMethodField()

    class Meta:
        model = SignatureEvent
        fields = (
            "id", "agreement", "agreement_number", "supplier", "kind", "state", "at", "by", "reason", "clauses",
            "decided_at", "decided_by", "decision_reason", "file_url",
        )  # fmt: skip

    def _decision(self, row: SignatureEvent) -> SignatureEvent | None:
        if row.kind == EventKind.DECLINED:
            return None
        return next((event for event in row.agreement.decisions if event.pk > row.pk), None)  # type: ignore[attr-defined]

    def get_kind(self, row: SignatureEvent) -> str:
        return KINDS[EventKind(row.kind)]

    def get_state(self, row: SignatureEvent) -> str:
        if row.kind == EventKind.DECLINED:
            return "final"
        if decision := self._decision(row):
            return DECISIONS[EventKind(decision.kind)]
        return "open" if row.agreement.status in WAITING else "dropped"

    def get_reason(self, row: SignatureEvent) -> str:
        return row.data.get("reason", "")

    def get_clauses(self, row: SignatureEvent) -> list[dict[str, str]]:
        """By key; of a reservation with its words."""
        reserved = [{"clause": item["clause"], "text": item["text"]} for item in row.data.get("reservations", [])]
        return reserved or [{"clause": key, "text": ""} for key in row.data.get("clauses", [])]

    def get_decided_at(self, row: SignatureEvent) -> Any:
        decision = self._decision(row)
        return decision.at if decision else None

    def get_decided_by(self, row: SignatureEvent) -> str:
        decision = self._decision(row)
        return decision.actor_name if decision else ""

    def get_decision_reason(self, row: SignatureEvent) -> str:
        decision = self._decision(row)
        return decision.data.get("reason", "") if decision else ""

    def get_file_url(self, row: SignatureEvent) -> str | None:
        if row.kind != EventKind.OWN_CODE_OFFERED:
            return None
        arguments = {"pk": row.agreement_id, "kind": "own-code"}
        return reverse("api:agreement-files", kwargs=arguments, request=self.context.get("request"))


class AnswerFilter(django_filters.FilterSet):
    kind = django_filters.MultipleChoiceFilter(choices=[(name, name) for name in KINDS.values()], method="of_kind")
    supplier = django_filters.CharFilter(field_name="agreement__supplier__number")
    document = django_filters.CharFilter(field_name="agreement__document__code")
    campaign = django_filters.NumberFilter(field_name="agreement__campaign")
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")

    class Meta:
        model = SignatureEvent
        fields = ("agreement",)

    def of_kind(self, rows: QuerySet, name: str, value: list[str]) -> QuerySet:
        return rows.filter(kind__in=[kind for kind, word in KINDS.items() if word in value]) if value else rows


class AnswerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    """Declines, reservations and own codes of conduct, the newest first, each with what became of it."""

    queryset = (
        SignatureEvent.objects.filter(kind__in=KINDS)
        .select_related("agreement__supplier")
        .prefetch_related(
            Prefetch(
                "agreement__events",
                SignatureEvent.objects.filter(kind__in=DECISIONS).order_by("pk"),
                to_attr="decisions",
            )
        )
        .order_by("-pk")
    )
    serializer_class = SupplierAnswerSerializer
    filterset_class = AnswerFilter
