"""What administrators see. Evidence and states are read-only; texts are changed as drafts only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from agreements.models import (
    Acknowledgement,
    Agreement,
    Campaign,
    Document,
    FrameContract,
    SignatureEvent,
    SigningLink,
    Version,
)


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Agreement)
class AgreementAdmin(ReadOnly):
    list_display = ("number", "supplier", "version", "status", "valid_until")
    list_filter = ("status", "language")
    list_select_related = ("supplier", "version__document")
    search_fields = ("number", "verify_code", "supplier__search_text")


@admin.register(Acknowledgement)
class AcknowledgementAdmin(ReadOnly):
    list_display = ("supplier", "version", "status", "acknowledged_at")
    list_filter = ("status",)
    list_select_related = ("supplier", "version__document")
    search_fields = ("supplier__search_text",)


@admin.register(SignatureEvent)
class SignatureEventAdmin(ReadOnly):
    list_display = ("agreement", "kind", "actor_name", "at")
    list_filter = ("kind",)
    list_select_related = ("agreement",)
    search_fields = ("agreement__number", "actor_name")


@admin.register(SigningLink)
class SigningLinkAdmin(ReadOnly):
    list_display = ("agreement", "name", "sent_at", "used_at", "revoked_at")
    list_select_related = ("agreement",)
    search_fields = ("agreement__number", "name")


admin.site.register([Document, Version, Campaign, FrameContract], ReadOnly)
