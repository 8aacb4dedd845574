"""Pages of staff: agreements, coverage of the guideline, texts, issuing."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.files.base import ContentFile
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from agreements import campaigns, workflow
from agreements.audience import undeliverable
from agreements.forms.decisions import CountersignForm, FrameContractForm, ReasonForm, SignersForm
from agreements.forms.issuing import IssueForm, Whom
from agreements.models import Acknowledgement, Agreement, Campaign, Document, FrameContract, Version
from agreements.permissions import can_issue, signing_for
from agreements.placeholders import PLACEHOLDERS
from agreements.record import record_lines, sent_back
from agreements.reports import PDF_LANGUAGES, agreement_text, draw_text, text_content
from agreements.states import AcknowledgementStatus, AgreementStatus, CampaignStatus, DocumentKind, EventKind
from agreements.terms import notice_end
from agreements.views.shared import agreement_file, trace_of
from csr_portal.core.access import staff_page
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry, Organisation, User
from csr_portal.core.roles import Role
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, available
from suppliers.lists import country_filter, label_of
from suppliers.models import Supplier
from suppliers.querysets import SupplierQuerySet, search_condition
from suppliers.workflow.supplier import remind

PROCUREMENT = (Role.BUYER, Role.CSR_MANAGER)
CAMPAIGN_READERS = (*PROCUREMENT, Role.ADMINISTRATOR)


DECIDED = (EventKind.RESERVATION_ACCEPTED, EventKind.OWN_CODE_ACCEPTED)


def owners(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in User.objects.filter(groups__name=Role.BUYER).values_list("pk", "name")]


def versions(request: HttpRequest) -> list[tuple[str, str]]:
    rows = Version.objects.exclude(document__kind=DocumentKind.GUIDELINE).select_related("document")
    return [(str(row.pk), str(row)) for row in rows]


def campaign_choices(request: HttpRequest) -> list[tuple[str, str]]:
    rows = Campaign.objects.visible_to(request.user).exclude(version__document__kind=DocumentKind.GUIDELINE)[:50]
    return [(str(row.pk), f"{row.name} · {timezone.localdate(row.created_at)}") for row in rows]


SUPPLIER_FILTERS = (
    country_filter("supplier__country"),
    Filter("owner", gettext_lazy("Buyer"), owners, "supplier__owner"),
)
TURN = Column("turn", gettext_lazy("Whose turn"), "", label_of("turn", "turn"))
AGREEMENTS = Listing(
    columns=(
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda row: row.supplier.name),
        Column("number", gettext_lazy("Number"), "number"),
        Column("version", gettext_lazy("Version"), "", lambda row: str(row.version)),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column("valid_until", gettext_lazy("Valid to"), "valid_until"),
        Column("due_on", gettext_lazy("Whose turn"), "due_on"),
    ),
    filters=(
        Filter("status", gettext_lazy("Status"), AgreementStatus.choices),
        Filter("version", gettext_lazy("Version"), versions),
        Filter("campaign", gettext_lazy("Campaign"), campaign_choices),
        *SUPPLIER_FILTERS,
    ),
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words),
    default_order="-number",
    file_name="agreements",
)
AGREEMENT_EXPORT = replace(
    AGREEMENTS, columns=(*AGREEMENTS.columns[:-1], TURN, Column("due_on", gettext_lazy("until")))
)
GUIDELINES = Listing(
    columns=(
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda row: row.supplier.name),
        Column("version", gettext_lazy("Version"), "", lambda row: str(row.version)),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column("acknowledged_at", gettext_lazy("Acknowledged"), "acknowledged_at"),
        Column("due_on", gettext_lazy("Whose turn"), "due_on"),
    ),
    filters=(Filter("status", gettext_lazy("Status"), AcknowledgementStatus.choices), *SUPPLIER_FILTERS),
    search=lambda words: search_condition(words, "supplier__"),
    default_order="supplier__name",
    file_name="guideline",
)

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
TOLD = {
    "left_out": (gettext_lazy("Left out"), ~Q(note="")),
    "untold": (gettext_lazy("Could not be told"), Q(people=0)),
}
NOT_REACHED = Listing(
    columns=(
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda row: row.supplier.name),
        Column("number", gettext_lazy("Number"), value=lambda row: row.supplier.number, is_beside=True),
        Column(
            "note", gettext_lazy("Reason"), "note", lambda row: row.note or _("Nobody of this supplier has an account.")
        ),
    ),
    filters=(
        Filter(
            "why",
            gettext_lazy("What"),
            [(code, words) for code, (words, _condition) in TOLD.items()],
            apply=lambda code: TOLD[code][1],
        ),
    ),
    search=lambda words: search_condition(words, "supplier__"),
    default_order="supplier__name",
    file_name="campaign-not-reached",
)
GUIDELINE_EXPORT = replace(
    GUIDELINES, columns=(*GUIDELINES.columns[:-1], TURN, Column("due_on", gettext_lazy("until")))
)


def _to_sign(request: HttpRequest) -> Filter:
    """Agreements that wait for the reader's own signature for the company."""
    choices = [("mine", _("Waits for my signature"))]
    mine = Agreement.objects.to_sign_for_company(request.user, today()).values("pk")
    return Filter("sign", gettext_lazy("Signature for the company"), choices, apply=lambda code: Q(pk__in=mine))


def _list(
    request: HttpRequest, rows: QuerySet, listing: Listing, export: Listing, template: str, *more: Filter
) -> HttpResponseBase:
    listing, export = (replace(shown, filters=(*shown.filters, *more)) for shown in (listing, export))
    if "export" in request.GET:
        return export_response(request, rows, export)
    context = {"page": page_of(request, rows, listing), "coverage": coverage()}
    return render(request, template, context)


def coverage() -> dict[str, Any]:
    """How many suppliers we do business with stand on an agreement and on the guideline."""
    active = Supplier.objects.active()
    total = active.count()
    signed = active.filter(agreement_status__in=["in_force", "expiring"]).count()
    read = active.filter(guideline_status=AcknowledgementStatus.ACKNOWLEDGED).count()
    return {"total": total, "signed": signed, "missing": total - signed, "read": read, "unread": total - read}


@staff_page()
def agreement_list(request: HttpRequest) -> HttpResponseBase:
    rows = Agreement.objects.visible_to(request.user).select_related("supplier", "version__document")
    template = "staff/agreements/agreement_list.html"
    return _list(request, rows, AGREEMENTS, AGREEMENT_EXPORT, template, _to_sign(request))


@staff_page()
def guideline_list(request: HttpRequest) -> HttpResponseBase:
    rows = Acknowledgement.objects.visible_to(request.user).select_related(
        "supplier", "version__document", "acknowledged_by"
    )
    rows = rows.exclude(status=AcknowledgementStatus.SUPERSEDED) if "status" not in request.GET else rows
    return _list(request, rows, GUIDELINES, GUIDELINE_EXPORT, "staff/agreements/guideline_list.html")


@staff_page()
def agreement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    waits = agreement.is_open and agreement.turn in (Turn.SUPPLIER, Turn.SIGNATORY)
    context = {
        "agreement": agreement,
        "text": agreement_text(agreement, request.GET.get("text") or agreement.language, Organisation.current()),
        "languages": PDF_LANGUAGES,
        "lines": record_lines(agreement),
        "steps": {offer.name.partition(".")[2] for offer in available(workflow.STEPS, agreement, request.user)},
        "form": ReasonForm(),
        "decided": agreement.events.filter(kind__in=DECIDED).last(),
        "company_signatures": agreement.counter_signatures.select_related("person", "signed_by", "delegation__grantor"),
        "signing_for": signing_for(request.user, agreement) if agreement.status == AgreementStatus.SIGNED else None,
        "countersign_form": CountersignForm(
            person=request.user, initial={"presented_sha256": agreement.presented_sha256}
        ),
        "paper": agreement.chop_papers.prefetch_related("files__file").first(),
        "own_code": agreement.own_codes.select_related("file").first(),
        "refused": sent_back(agreement),
        "may_issue": can_issue(request.user),
        "may_remind": waits and can_issue(request.user),
        "history": HistoryEntry.objects.about(agreement).select_related("by")[:20],
        "declined": agreement.events.filter(kind=EventKind.DECLINED).last(),
    }
    return render(request, "staff/agreements/agreement_detail.html", context | _endings(request, agreement))


def _endings(request: HttpRequest, agreement: Agreement) -> dict[str, Any]:
    """What may end the agreement before its term: notice, the frame contract."""
    contract = FrameContract.objects.filter(supplier=agreement.supplier_id).first()
    is_limited = agreement.document.kind == DocumentKind.CSR_AGREEMENT and (agreement.is_open or agreement.holds)
    return {
        "contract": contract,
        "contract_form": FrameContractForm(contract=contract) if is_limited and can_issue(request.user) else None,
        "notice_end": notice_end(agreement, timezone.now()) if agreement.holds else None,
    }


def _agreement(request: HttpRequest, pk: int) -> Agreement:
    rows = Agreement.objects.visible_to(request.user)
    rows = rows.select_related("supplier__owner", "version__document", "document", "issued_by")
    return get_object_or_404(rows, pk=pk)


@staff_page(*PROCUREMENT)
@require_POST
def agreement_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Recall, terminate, confirm or refuse a chop; all but the confirmation need a reason."""
    agreement, form = _agreement(request, pk), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if not reason and step != "confirm_chop":
        messages.error(request, _("Give a reason."))
        return redirect("staff:agreement-detail", pk)
    more = {"trace": trace_of(request)} if step in ("recall", "confirm_chop", "refuse_chop") else {}
    try:
        getattr(workflow, step)(agreement, by=request.user, reason=reason, **more)
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("staff:agreement-detail", pk)


@staff_page()
def agreement_download(request: HttpRequest, pk: int, kind: str) -> FileResponse:
    return agreement_file(_agreement(request, pk), kind)


@staff_page(*PROCUREMENT)
def agreement_issue(request: HttpRequest) -> HttpResponse:
    """Choose a text and suppliers; look at who gets it and who does not; then issue."""
    suppliers = Supplier.objects.visible_to(request.user).in_relation()
    data = request.POST if request.method == "POST" else (request.GET if "version" in request.GET else None)
    form = IssueForm(data, suppliers=suppliers, initial=_preset(request, suppliers))
    plan, unreachable = None, []
    if form.is_bound and form.is_valid():
        plan = workflow.plan(form.cleaned_data["version"], form.audience().order_by("name"))
        if request.method == "POST" and "confirm" in request.POST:
            return _issue(request, form, plan)
        unreachable = undeliverable(plan.issued)
    context = {"form": form, "plan": plan, "unreachable": unreachable}
    return render(request, "staff/agreements/issue.html", context)


def _preset(request: HttpRequest, suppliers: SupplierQuerySet) -> dict[str, Any]:
    """The suppliers, and the text, that a link or the supplier list has chosen already."""
    pks = [int(pk) for pk in request.GET.getlist("supplier")[:200] if pk.isdecimal()]
    numbers = list(suppliers.filter(pk__in=pks).order_by("number").values_list("number", flat=True)) if pks else []
    whom = {"whom": Whom.LIST, "suppliers": "\n".join(numbers)} if numbers else {"whom": Whom.ALL}
    return whom | _preset_text(request.GET.get("document", ""))


def _preset_text(document: str) -> dict[str, Any]:
    """The version of a document that can be issued now."""
    version = Version.objects.published().filter(document=int(document)).first() if document.isdecimal() else None
    return {"version": version.pk} if version else {}


def _issue(request: HttpRequest, form: IssueForm, plan: workflow.Plan) -> HttpResponse:
    """One supplier gets it at once; several get it in the background, with a page that shows how far it is."""
    version, due_on, starts_on = (form.cleaned_data[name] for name in ("version", "due_on", "starts_on"))
    try:
        if len(plan.issued) != 1 or (starts_on and starts_on > today()):
            campaign = campaigns.start(version, plan.issued, by=request.user, due_on=due_on, starts_on=starts_on)
            return redirect("staff:campaign-detail", campaign.pk)
        row = workflow.issue(version, plan.issued[0], by=request.user, due_on=due_on, trace=trace_of(request))
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect("staff:agreement-issue")
    messages.success(request, _("Issued to %(supplier)s.") % {"supplier": row.supplier})
    return (
        redirect("staff:guideline-list")
        if version.document.is_guideline
        else redirect("staff:agreement-detail", row.pk)
    )


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    rows = Campaign.objects.visible_to(request.user).select_related("version__document", "created_by")
    return get_object_or_404(rows, pk=pk)


@staff_page(*CAMPAIGN_READERS)
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far an issue is, what came of it, and who was left out or could not be told, and why."""
    campaign = _campaign(request, pk)
    rows = campaign.targets.visible_to(request.user).not_reached().select_related("supplier")
    if "export" in request.GET:
        return export_response(request, rows, NOT_REACHED)
    context = {
        "campaign": campaign,
        "progress": campaigns.progress(campaign),
        "page": page_of(request, rows, NOT_REACHED),
        "steps": {offer.name.partition(".")[2] for offer in available(campaigns.STEPS, campaign, request.user)},
        "form": ReasonForm(),
    }
    return render(request, "staff/agreements/campaign_detail.html", context)


@staff_page(*CAMPAIGN_READERS)
def campaign_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the campaign's page asks for while the issue runs; at the end the page loads once more."""
    campaign = _campaign(request, pk)
    context = {"campaign": campaign, "progress": campaigns.progress(campaign)}
    answer = render(request, "staff/agreements/_campaign_progress.html", context)
    if campaign.status != CampaignStatus.RUNNING:
        answer["HX-Refresh"] = "true"
    return answer


@staff_page(*PROCUREMENT)
@require_POST
def campaign_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Begin, pause, resume or recall an issue; taking back needs a reason."""
    campaign, form = _campaign(request, pk), ReasonForm(request.POST)
    reason = {"reason": form.cleaned_data["reason"]} if step == "recall" and form.is_valid() else {}
    if step == "recall" and not reason:
        messages.error(request, _("Give a reason."))
        return redirect("staff:campaign-detail", pk)
    try:
        getattr(campaigns, step)(campaign, by=request.user, **reason)
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("staff:campaign-detail", pk)


@staff_page(*PROCUREMENT)
@require_POST
def campaign_remind(request: HttpRequest, pk: int) -> HttpResponse:
    campaigns.remind_all(_campaign(request, pk), by=request.user)
    text = _("Everybody who has not signed yet is being reminded; whoever was reminded today already is left out.")
    messages.success(request, text)
    return redirect("staff:campaign-detail", pk)


@staff_page(*PROCUREMENT)
@require_POST
def agreement_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the supplier of everything that waits for it, this agreement among it; never twice a day."""
    try:
        remind(_agreement(request, pk).supplier, by=request.user)
    except WorkflowError as error:
        messages.error(request, " ".join([error.message, *(str(blocker.text) for blocker in error.blockers)]))
    else:
        messages.success(request, _("The supplier was reminded."))
    return redirect("staff:agreement-detail", pk)


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
