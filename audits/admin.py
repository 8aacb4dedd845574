"""Audits for administrators: everything can be found; what was answered and decided is read only."""

from django.contrib import admin

from audits.models import (
    Clause,
    DeadlineRule,
    EvidenceType,
    Finding,
    InspectionCampaign,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    SelfInspection,
    SiteReview,
    SiteReviewPlan,
    Standard,
)
from csr_portal.core.admin import ReadOnlyAdmin


@admin.register(SelfInspection)
class SelfInspectionAdmin(ReadOnlyAdmin):
    list_display = ("number", "supplier", "site", "version", "status", "due_on", "score", "letter")
    list_filter = ("status", "letter", "is_blocked")
    list_select_related = ("supplier", "site", "version__questionnaire")
    search_fields = ("supplier__search_text", "site__name", "site__name_latin")


@admin.register(InspectionCampaign)
class InspectionCampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "year", "version", "due_on", "created_by")
    list_select_related = ("version__questionnaire", "created_by")
    search_fields = ("name",)


@admin.register(Standard)
class StandardAdmin(ReadOnlyAdmin):
    list_display = ("code", "edition", "owner", "clause_numbers_confidence")
    search_fields = ("code", "owner")


@admin.register(Clause)
class ClauseAdmin(ReadOnlyAdmin):
    list_display = ("key", "number", "standard", "criticality", "in_csr_agreement")
    list_filter = ("standard", "criticality", "in_csr_agreement")
    list_select_related = ("standard",)
    search_fields = ("key", "number")


@admin.register(EvidenceType)
class EvidenceTypeAdmin(admin.ModelAdmin):
    list_display = ("code", "__str__")
    search_fields = ("code",)


@admin.register(Questionnaire)
class QuestionnaireAdmin(admin.ModelAdmin):
    list_display = ("code", "__str__")
    search_fields = ("code",)


@admin.register(QuestionnaireVersion)
class QuestionnaireVersionAdmin(ReadOnlyAdmin):
    list_display = ("questionnaire", "number", "status", "published_at")
    list_filter = ("status",)
    list_select_related = ("questionnaire",)


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ("key", "version", "criticality", "allows_na")
    list_filter = ("version", "criticality")
    list_select_related = ("version__questionnaire",)
    search_fields = ("key",)


@admin.register(SiteReviewPlan)
class SiteReviewPlanAdmin(ReadOnlyAdmin):
    list_display = ("year", "status", "created_by", "approved_by")
    list_select_related = ("created_by", "approved_by")


@admin.register(SiteReview)
class SiteReviewAdmin(ReadOnlyAdmin):
    list_display = ("number", "supplier", "site", "status", "planned_from", "score", "letter", "valid_until")
    list_filter = ("status", "letter", "announcement")
    list_select_related = ("supplier", "site")
    search_fields = ("number", "supplier__search_text", "site__name")


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ("number", "supplier", "site", "grade", "status", "due_on", "close_due_on")
    list_filter = ("status", "grade", "origin", "is_repeat")
    list_select_related = ("supplier", "site")
    search_fields = ("number", "title", "supplier__search_text")


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(admin.ModelAdmin):
    """Editable: R-CAP-1 is a default. A change counts for findings raised from then on."""

    list_display = ("version", "is_current", "scheme", "grade", "topic", "step", "base", "amount", "unit", "basis")
    list_filter = ("is_current", "scheme", "grade")
