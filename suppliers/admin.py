"""For administrators: everything can be found; status, history and evidence cannot be changed here."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from csr_portal.core.admin import KeptAdmin, ReadOnlyAdmin
from suppliers.models import (
    Category,
    Certificate,
    Contact,
    CountryValue,
    Decision,
    DecisionReport,
    DuplicatePair,
    Evidence,
    GatePolicy,
    Invitation,
    JoinRequest,
    Merge,
    RecognitionRule,
    Review,
    RiskModel,
    RiskRating,
    Site,
    Supplier,
    SupplierReport,
    Waiver,
    YearlyReport,
)

TRACKED = ("status", "status_since", "turn", "due_on")


class VersionedAdmin(ReadOnlyAdmin):
    """Versions are drafted, tried and put in force on the pages about rules; here they are read."""

    list_display = ("__str__", "is_current", "created_by", "created_at", "activated_by", "activated_at")
    list_select_related = ("created_by", "activated_by")


@admin.register(Supplier)
class SupplierAdmin(KeptAdmin):
    list_display = ("number", "name", "name_latin", "country", "status", "owner", "gate_missing")
    list_filter = ("status", "country", "risk_band", "is_key_material")
    list_select_related = ("owner",)
    search_fields = ("search_text",)
    readonly_fields = (*TRACKED, "registration_key", "resume_status")
    autocomplete_fields = ("categories",)
    raw_id_fields = ("owner",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    list_display = ("code", "__str__", "parent", "is_key_material", "goods_on_labour_list")
    list_select_related = ("parent",)
    search_fields = ("code",)


@admin.register(Site)
class SiteAdmin(KeptAdmin):
    list_display = ("name", "name_latin", "supplier", "country", "city", "is_supplying", "is_active")
    list_filter = ("country", "is_supplying", "is_active")
    list_select_related = ("supplier",)
    search_fields = ("name", "name_latin", "supplier__search_text")
    raw_id_fields = ("supplier",)


@admin.register(CountryValue)
class CountryValueAdmin(KeptAdmin):
    list_display = ("country", "source", "indicator", "value", "year", "confidence")
    list_filter = ("source", "confidence", "year")
    search_fields = ("country", "indicator")


@admin.register(RecognitionRule)
class RecognitionRuleAdmin(KeptAdmin):
    list_display = ("standard", "spares", "accepted_results", "highest_risk", "is_active")


admin.site.register([GatePolicy, RiskModel], VersionedAdmin)

LISTS: dict[type[models.Model], dict[str, Any]] = {
    Contact: {
        "list_display": ("user", "supplier", "role", "since", "ended_at"),
        "search_fields": ("user__email", "user__name"),
    },
    Invitation: {
        "list_display": ("email", "supplier", "status", "expires_on", "invited_by"),
        "search_fields": ("email",),
        "exclude": ("nonce",),
    },
    JoinRequest: {"list_display": ("user", "supplier", "status", "status_since")},
    Evidence: {
        "list_display": ("__str__", "supplier", "site", "effective_on", "expires_on", "added_at"),
        "search_fields": ("title", "file__original_name"),
    },
    RiskRating: {
        "list_display": ("supplier", "band", "points", "model", "rated_at", "is_current"),
        "list_filter": ("band", "is_current"),
    },
    Certificate: {
        "list_display": ("number", "standard", "supplier", "status", "expires_on"),
        "list_filter": ("standard", "status"),
        "search_fields": ("number", "supplier__search_text"),
    },
    Review: {
        "list_display": ("number", "supplier", "segment", "status", "opened_by", "prepared_by"),
        "list_filter": ("status",),
        "search_fields": ("number", "supplier__search_text"),
    },
    Decision: {
        "list_display": ("review", "supplier", "outcome", "until", "decided_by", "decided_at", "snapshot_hash"),
        "list_filter": ("outcome",),
    },
    Waiver: {
        "list_display": ("supplier", "condition", "status", "valid_until", "requested_by", "approved_by"),
        "list_filter": ("status",),
    },
    DuplicatePair: {
        "list_display": ("first", "second", "score", "status", "found_at"),
        "list_filter": ("status",),
        "search_fields": ("first__search_text", "second__search_text"),
    },
    Merge: {"list_display": ("merged", "survivor", "by", "at", "undo_until", "undone_at")},
    SupplierReport: {"list_display": ("supplier", "language", "status", "requested_at", "finished_at")},
    DecisionReport: {"list_display": ("decision", "language", "status", "requested_at", "finished_at")},
    YearlyReport: {"list_display": ("year", "language", "status", "requested_at", "finished_at")},
}
for _model, _options in LISTS.items():
    _related = tuple(name for name in _options["list_display"] if hasattr(_model, f"{name}_id"))
    _class = type(f"{_model.__name__}Admin", (ReadOnlyAdmin,), {**_options, "list_select_related": _related})
    admin.site.register(_model, _class)
