"""Pages of staff: the texts, their versions, and how they were issued."""

from django.contrib import messages
from django.core.files.base import ContentFile
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from agreements import workflow
from agreements.forms.decisions import SignersForm
from agreements.models import Campaign, Document, Version
from agreements.placeholders import PLACEHOLDERS
from agreements.reports import PDF_LANGUAGES, draw_text, text_content
from agreements.states import CampaignStatus
from csr_portal.core.access import staff_page
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.workflow import WorkflowError

CAMPAIGNS = Listing(
    columns=(
        Column("version", gettext_lazy("Campaign"), "version__document__code", lambda row: str(row.version)),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column("suppliers", gettext_lazy("Suppliers"), is_number=True),
        Column("created_at", pgettext_lazy("agreement", "Issued"), "created_at"),
        Column("created_by", gettext_lazy("Made by"), "created_by__name", lambda row: row.created_by or ""),
    ),
    filters=(Filter("status", gettext_lazy("Status"), CampaignStatus.choices),),
    search=lambda words: Q(name__icontains=words) | Q(created_by__name__icontains=words),
    default_order="-pk",
    file_name="campaigns",
)


@staff_page()
def document_list(request: HttpRequest) -> HttpResponseBase:
    """The texts with their versions, and the issues of them."""
    rows = Campaign.objects.visible_to(request.user).select_related("version__document", "created_by")
    rows = rows.annotate(suppliers=Count("targets"))
    if "export" in request.GET:
        return export_response(request, rows, CAMPAIGNS)
    documents = Document.objects.visible_to(request.user).prefetch_related("versions")
    context = {"documents": documents, "page": page_of(request, rows, CAMPAIGNS)}
    return render(request, "staff/agreements/document_list.html", context)


@staff_page()
def document_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One text over all its versions, and who signs it for the company."""
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    context = {
        "document": document,
        "versions": document.versions.all(),
        "signers": document.company_signers.select_related("person"),
        "form": SignersForm(document=document),
        "history": HistoryEntry.objects.filter(thread=document.history_thread)
        .select_related("by")
        .order_by("-pk")[:20],
    }
    return render(request, "staff/agreements/document_detail.html", context)


@staff_page()
def version_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The text beside its other languages."""
    version = get_object_or_404(Version.objects.visible_to(request.user).select_related("document"), pk=pk)
    texts = [text_content(version, code) for code, _name in PDF_LANGUAGES]
    context = {
        "version": version,
        "languages": PDF_LANGUAGES,
        "texts": texts,
        "rows": list(zip(*(text["clauses"] for text in texts), strict=True)),
        "blockers": [] if version.is_frozen else workflow.missing_in_text(version),
        "clauses": version.clauses.all(),
        "questions": version.check_questions.select_related("clause"),
        "has_older": version.document.versions.filter(pk__lt=version.pk).exists(),
        "placeholders": PLACEHOLDERS,
    }
    return render(request, "staff/agreements/version_detail.html", context)


@staff_page()
def version_pdf(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    version = get_object_or_404(Version.objects.visible_to(request.user).select_related("document"), pk=pk)
    name = f"{version.document.code}-{version.number}-{language}.pdf"
    return file_response(ContentFile(draw_text(version, language)), name=name, media_type="application/pdf")


@staff_page(Role.CSR_MANAGER)
@require_POST
def version_publish(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(Version.objects.visible_to(request.user), pk=pk)
    try:
        workflow.publish(version, by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("staff:version-detail", pk)
