"""Pages of staff: agreements, and who has acknowledged the guideline."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agreements import workflow
from agreements.forms.decisions import CountersignForm, FrameContractForm, ReasonForm
from agreements.models import Acknowledgement, Agreement, Campaign, FrameContract, Version
from agreements.permissions import can_issue, signing_for
from agreements.record import record_lines, sent_back
from agreements.reports import PDF_LANGUAGES, agreement_text
from agreements.states import AcknowledgementStatus, AgreementStatus, DocumentKind, EventKind
from agreements.terms import notice_end
from agreements.views.shared import PROCUREMENT, agreement_file, owners, trace_of
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry, Organisation
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, available
from suppliers.lists import country_filter, label_of
from suppliers.models import Supplier
from suppliers.querysets import search_condition
from suppliers.workflow.supplier import remind

DECIDED = (EventKind.RESERVATION_ACCEPTED, EventKind.OWN_CODE_ACCEPTED)


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
