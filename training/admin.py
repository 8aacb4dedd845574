"""Training for administrators: courses and programmes are kept here; what proves something is shown, never deleted."""

from django.contrib import admin

from csr_portal.core.admin import KeptAdmin, ReadOnlyAdmin
from training.models import (
    AuditorQualification,
    AuditorTie,
    CertificateReport,
    Course,
    Enrolment,
    Programme,
    Session,
    TrainingCertificate,
)


@admin.register(Programme)
class ProgrammeAdmin(KeptAdmin):
    list_display = ["year", "__str__", "target"]
    readonly_fields = ["created_by", "created_at"]


@admin.register(Course)
class CourseAdmin(KeptAdmin):
    list_display = ["code", "__str__", "standard", "audience", "hours", "pass_score", "is_active"]
    list_filter = ["standard", "audience", "is_active"]
    search_fields = ["code", "title"]


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ["number", "course", "starts_at", "place", "status"]
    list_filter = ["status", "programme"]
    list_select_related = ["course", "programme"]
    search_fields = ["number", "place", "trainer"]


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ["name", "name_latin", "supplier", "session", "status", "attended_hours", "score"]
    list_filter = ["status"]
    list_select_related = ["supplier", "session"]
    search_fields = ["name", "name_latin", "email", "supplier__name", "session__number"]


@admin.register(TrainingCertificate)
class TrainingCertificateAdmin(ReadOnlyAdmin):
    list_display = ["number", "enrolment", "trained_on", "valid_until", "revoked_at"]
    list_select_related = ["enrolment"]
    search_fields = ["number", "code", "enrolment__name", "enrolment__name_latin"]


@admin.register(AuditorQualification)
class AuditorQualificationAdmin(ReadOnlyAdmin):
    list_display = ["user", "scheme", "level", "number", "expires_on", "standing"]
    list_filter = ["scheme", "standing"]
    list_select_related = ["user"]
    search_fields = ["user__name", "number"]


@admin.register(AuditorTie)
class AuditorTieAdmin(ReadOnlyAdmin):
    list_display = ["user", "supplier", "kind", "from_on", "to_on"]
    list_select_related = ["user", "supplier"]
    search_fields = ["user__name", "supplier__name", "supplier__number"]


@admin.register(CertificateReport)
class CertificateReportAdmin(ReadOnlyAdmin):
    list_display = ["certificate", "language", "status", "requested_at", "error"]
    list_filter = ["status", "language"]
    list_select_related = ["certificate"]
