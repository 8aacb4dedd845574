"""What administrators see. Evidence and states are read-only; texts are changed as drafts only."""

from django.contrib import admin

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
from csr_portal.core.admin import ReadOnlyAdmin


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    list_display = ("number", "supplier", "version", "status", "valid_until")
    list_filter = ("status", "language")
    list_select_related = ("supplier", "version__document")
    search_fields = ("number", "verify_code", "supplier__search_text")


@admin.register(Acknowledgement)
class AcknowledgementAdmin(ReadOnlyAdmin):
    list_display = ("supplier", "version", "status", "acknowledged_at")
    list_filter = ("status",)
    list_select_related = ("supplier", "version__document")
    search_fields = ("supplier__search_text",)


@admin.register(SignatureEvent)
class SignatureEventAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "kind", "actor_name", "at")
    list_filter = ("kind",)
    list_select_related = ("agreement",)
    search_fields = ("agreement__number", "actor_name")


@admin.register(SigningLink)
class SigningLinkAdmin(ReadOnlyAdmin):
    list_display = ("agreement", "name", "sent_at", "used_at", "revoked_at")
    list_select_related = ("agreement",)
    search_fields = ("agreement__number", "name")


admin.site.register([Document, Version, Campaign, FrameContract], ReadOnlyAdmin)
