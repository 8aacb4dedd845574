"""Training for programs: sessions, enrolments, certificates, auditor qualifications. Steps call the same workflow."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from csr_portal.core.api import VisibleRows
from suppliers.models import Supplier
from training import workflow
from training.api.serializers import (
    AuditorQualificationSerializer,
    EnrolmentSerializer,
    NewEnrolmentSerializer,
    SessionSerializer,
    TrainingCertificateSerializer,
)
from training.models import AuditorQualification, Enrolment, Session, TrainingCertificate


class SessionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = Session.objects.select_related("course", "programme").order_by("-starts_at", "-pk")
    serializer_class = SessionSerializer
    filterset_fields = ["status", "programme__year", "language"]

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().with_counts()

    @action(
        detail=True,
        methods=["post"],
        serializer_class=NewEnrolmentSerializer,
        parser_classes=[JSONParser, FormParser, MultiPartParser],
    )
    def enrol(self, request: Request, pk: Any = None) -> Response:
        """Enrol a person of the supplier whose number is given as `supplier`."""
        session = self.get_object()
        visible = Supplier.objects.visible_to(request.user)
        supplier = visible.filter(number=str(request.data.get("supplier", ""))).first()
        if supplier is None:
            return Response({"code": "not_found", "message": "", "blockers": []}, status=status.HTTP_404_NOT_FOUND)
        person = NewEnrolmentSerializer(data=request.data)
        person.is_valid(raise_exception=True)
        enrolment = workflow.enrol(session, by=request.user, supplier=supplier, **person.validated_data)
        return Response(EnrolmentSerializer(enrolment).data, status=status.HTTP_201_CREATED)


class EnrolmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = Enrolment.objects.select_related("supplier", "session").order_by("-pk")
    serializer_class = EnrolmentSerializer
    filterset_fields = ["status", "session__number", "supplier__number"]


class TrainingCertificateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = TrainingCertificate.objects.select_related("enrolment__supplier").order_by("-pk")
    serializer_class = TrainingCertificateSerializer
    filterset_fields = ["enrolment__supplier__number", "trained_on", "valid_until"]


class AuditorQualificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, VisibleRows):
    queryset = AuditorQualification.objects.select_related("user").order_by("-pk")
    serializer_class = AuditorQualificationSerializer
    filterset_fields = ["scheme", "standing"]
