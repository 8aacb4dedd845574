"""Pages of staff: reservations, own codes of conduct, signatures for the company."""

from typing import Any

from django.contrib import messages
from django.core.files.base import ContentFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import viewing, workflow
from agreements.forms.decisions import CountersignForm, FrameContractForm, ReasonForm, SignersForm, clause_forms
from agreements.models import Agreement, ChopPage, ChopPaper, Document
from agreements.permissions import can_decide
from agreements.states import AgreementStatus
from agreements.views.shared import PROCUREMENT, trace_of
from agreements.workflow.steps import own_code_blockers
from csr_portal.core.access import PersonRequest, staff_page
from csr_portal.core.files import file_response
from csr_portal.core.roles import Role
from csr_portal.core.workflow import WorkflowError, available


def _agreement(request: HttpRequest, pk: int) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).select_related("supplier", "version__document", "document")
    return get_object_or_404(rows, pk=pk)


def _say(request: HttpRequest, error: WorkflowError) -> None:
    messages.error(request, " ".join([error.message, *(str(blocker.text) for blocker in error.blockers)]))


@staff_page(Role.CSR_MANAGER)
@require_POST
def agreement_decision(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Accept or refuse a reservation or an own code; a refusal needs a reason."""
    agreement, form = _agreement(request, pk), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if not reason and step.startswith("refuse"):
        messages.error(request, _("Give a reason."))
        return redirect("staff:agreement-detail", pk)
    try:
        getattr(workflow, step)(agreement, by=request.user, reason=reason, trace=trace_of(request))
    except WorkflowError as error:
        _say(request, error)
    return redirect("staff:agreement-detail", pk)


@staff_page(*PROCUREMENT)
def agreement_own_code(request: PersonRequest, pk: int) -> HttpResponse:
    """Our clauses on the left, what the supplier's code says on the right; saved as far as it is filled in."""
    agreement = _agreement(request, pk)
    code = get_object_or_404(agreement.own_codes.select_related("file"))
    may_compare = can_decide(request.user) and agreement.status == AgreementStatus.OWN_CODE
    rows = clause_forms(code, request.POST if request.method == "POST" and may_compare else None)
    if request.method == "POST" and may_compare and _compared(request, rows):
        messages.success(request, _("Saved."))
        return redirect("staff:agreement-own-code", pk)
    context = {
        "agreement": agreement,
        "code": code,
        "rows": rows,
        "may_compare": may_compare,
        "blockers": own_code_blockers(agreement) if may_compare else [],
        "form": ReasonForm(),
    }
    return render(request, "staff/agreements/own_code.html", context)


def _compared(request: PersonRequest, rows: list[tuple[Any, Any]]) -> bool:
    """Save every clause that is right; a clause that is not says so beside its field."""
    is_right = True
    for row, form in rows:
        if not form.is_valid():
            is_right = False
            continue
        try:
            if form.has_changed():
                workflow.compare_clause(row, by=request.user, **form.cleaned_data)
        except WorkflowError as error:
            form.add_error("place", error.message)
            is_right = False
    return is_right


def _paper(request: HttpRequest, pk: int) -> tuple[Agreement, ChopPaper]:
    agreement = _agreement(request, pk)
    if (paper := agreement.chop_paper) is None:
        raise Http404
    return agreement, paper


@staff_page()
def agreement_paper(request: PersonRequest, pk: int) -> HttpResponse:
    """The text on the left, the straightened paper with the company chop on the right; confirmed or sent back."""
    agreement, paper = _paper(request, pk)
    rows = viewing.pairs(paper)
    context = {
        "agreement": agreement,
        "paper": paper,
        "files": paper.files.select_related("file"),
        "done": paper.pages.count(),
        "pairs": rows,
        "missing": [row.number for row in rows if row.number and not row.pages] if paper.is_ready else [],
        "earlier": agreement.chop_papers.exclude(pk=paper.pk).prefetch_related("files__file"),
        "steps": {offer.name.partition(".")[2] for offer in available(workflow.STEPS, agreement, request.user)},
        "form": ReasonForm(),
    }
    return render(request, "staff/agreements/paper.html", context)


@staff_page()
def agreement_paper_progress(request: PersonRequest, pk: int) -> HttpResponse:
    """The fragment that the page asks for while the copy is made; at the end the page loads once more."""
    agreement, paper = _paper(request, pk)
    context = {"agreement": agreement, "paper": paper, "done": paper.pages.count()}
    answer = render(request, "staff/agreements/_paper_progress.html", context)
    if paper.is_ready:
        answer["HX-Refresh"] = "true"
    return answer


@staff_page()
def agreement_text_page(request: PersonRequest, pk: int, number: int) -> HttpResponse:
    """One page of the text as presented, as a picture."""
    data = ContentFile(viewing.text_page(_agreement(request, pk), number))
    return file_response(data, name=f"{number}.png", media_type="image/png", inline=True)


@staff_page()
def agreement_paper_page(request: PersonRequest, pk: int, page: int) -> HttpResponse:
    """One straightened page of a paper with the company chop."""
    row = get_object_or_404(ChopPage.objects.exclude(picture=""), paper__agreement=_agreement(request, pk), pk=page)
    return file_response(row.picture, name=f"{row.position}.jpg", media_type="image/jpeg", inline=True)


@staff_page(*PROCUREMENT)
@require_POST
def agreement_frame_contract(request: PersonRequest, pk: int) -> HttpResponse:
    """When the frame contract with this supplier ends; the agreement ends with it."""
    agreement, form = _agreement(request, pk), FrameContractForm(request.POST, contract=None)
    if not form.is_valid():
        messages.error(request, _("Last day: give a date."))
        return redirect("staff:agreement-detail", pk)
    try:
        workflow.set_frame_contract(agreement.supplier, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
    except WorkflowError as error:
        _say(request, error)
    return redirect("staff:agreement-detail", pk)


@staff_page()
@require_POST
def agreement_countersign(request: PersonRequest, pk: int) -> HttpResponse:
    """The signature for the company: one's own name typed, the text as presented."""
    agreement, form = _agreement(request, pk), CountersignForm(request.POST, person=request.user)
    if not form.is_valid():
        messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
        return redirect("staff:agreement-detail", pk)
    try:
        shown = form.cleaned_data["presented_sha256"]
        workflow.countersign(agreement, by=request.user, presented_sha256=shown, trace=trace_of(request))
        messages.success(request, _("Signed for the company."))
    except WorkflowError as error:
        _say(request, error)
    return redirect("staff:agreement-detail", pk)


@staff_page(Role.CSR_MANAGER)
@require_POST
def document_signers(request: PersonRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    form = SignersForm(request.POST, document=document)
    try:
        if form.is_valid():
            workflow.set_company_signers(document, form.people(), by=request.user)
            messages.success(request, _("Saved."))
        else:
            messages.error(request, _("Choose people of the company."))
    except WorkflowError as error:
        _say(request, error)
    return redirect("staff:document-detail", pk)
