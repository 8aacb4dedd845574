"""Pages of suppliers: their agreements, who signs, the company chop, the guideline."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import workflow
from agreements.forms.signing import CheckForm, DeclineForm, OwnCodeForm, ShareForm
from agreements.models import Acknowledgement, Agreement
from agreements.record import record_lines, reserved_then, sent_back
from agreements.reports import PDF_LANGUAGES, agreement_text, changes_for, text_content
from agreements.states import READABLE, AcknowledgementStatus, EventKind
from agreements.views.shared import agreement_file, trace_of
from csr_portal.core.models import Organisation
from csr_portal.core.qr import qr_svg
from csr_portal.core.workflow import WorkflowError
from suppliers.access import portal_page

ACCEPTED = (EventKind.RESERVATION_ACCEPTED, EventKind.OWN_CODE_ACCEPTED)


def _agreement(request: HttpRequest, pk: int) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).filter(supplier=request.supplier)
    return get_object_or_404(rows.select_related("supplier", "version__document"), pk=pk)


@portal_page
def agreement_list(request: HttpRequest) -> HttpResponse:
    own = {"supplier": request.supplier}
    context = {
        "agreements": Agreement.objects.visible_to(request.user).filter(**own).select_related("version__document"),
        "guidelines": Acknowledgement.objects.visible_to(request.user)
        .filter(**own)
        .select_related("version__document"),
    }
    return render(request, "portal/agreements/agreement_list.html", context)


@portal_page
def agreement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    workflow.view(agreement, by=request.user)
    link = agreement.signing_links.filter(used_at=None, revoked_at=None).first()
    link_url = request.build_absolute_uri(reverse("open:sign", args=[link.token])) if link else ""
    language = request.GET.get("text") or get_language() or agreement.language
    context = {
        "agreement": agreement,
        "changes": changes_for(agreement, language),
        "text": agreement_text(agreement, language, Organisation.current()),
        "languages": PDF_LANGUAGES,
        "is_readable": agreement.status in READABLE,
        "link": link,
        "link_url": link_url,
        "qr": qr_svg(link_url, label=_("QR code of the signing link")) if link else "",
        "share_form": ShareForm(),
        "decline_form": DeclineForm(version=agreement.version),
        "own_code_form": OwnCodeForm(),
        "paper": agreement.chop_papers.prefetch_related("files__file").first(),
        "refused": (refused := sent_back(agreement)),
        "refused_reservations": reserved_then(refused),
        "own_code": agreement.own_codes.select_related("file").first(),
        "lines": record_lines(agreement),
        "declined": agreement.events.filter(kind=EventKind.DECLINED).last(),
        "decided": agreement.events.filter(kind__in=ACCEPTED).last(),
    }
    return render(request, "portal/agreements/agreement_detail.html", context)


@portal_page
@require_POST
def agreement_share(request: HttpRequest, pk: int) -> HttpResponse:
    agreement, form = _agreement(request, pk), ShareForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Name and title of the signatory are needed; the address must be complete."))
        return redirect("portal:agreement-detail", pk)
    try:
        link = workflow.share(agreement, by=request.user, trace=trace_of(request), **form.cleaned_data)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        sent = _("The link was sent to %(email)s.") % {"email": link.email}
        messages.success(request, sent if link.email else _("Hand over the link and the code below."))
    return redirect("portal:agreement-detail", pk)


@portal_page
@require_POST
def agreement_chop(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    try:
        workflow.upload_chop(agreement, request.FILES.getlist("file"), by=request.user, trace=trace_of(request))
    except WorkflowError as error:
        messages.error(request, error.message)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Sent. The company compares it with its text and answers."))
    return redirect("portal:agreement-detail", pk)


@portal_page
@require_POST
def agreement_own_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The supplier's own code of conduct in place of the text."""
    agreement, form = _agreement(request, pk), OwnCodeForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose the PDF of your code of conduct."))
        return redirect("portal:agreement-detail", pk)
    upload, note = form.cleaned_data["file"], form.cleaned_data["note"]
    try:
        workflow.offer_own_code(agreement, upload, by=request.user, note=note, trace=trace_of(request))
    except WorkflowError as error:
        messages.error(request, error.message)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Sent. The company compares it with its text and answers."))
    return redirect("portal:agreement-detail", pk)


@portal_page
@require_POST
def agreement_decline(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    form = DeclineForm(request.POST, version=agreement.version)
    if not form.is_valid():
        messages.error(request, _("Give a reason."))
        return redirect("portal:agreement-detail", pk)
    try:
        workflow.decline(agreement, by=request.user, trace=trace_of(request), **form.cleaned_data)
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("portal:agreement-detail", pk)


@portal_page
def agreement_download(request: HttpRequest, pk: int, kind: str) -> FileResponse:
    return agreement_file(_agreement(request, pk), kind)


@portal_page
def guideline_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Read, then answer the three questions; wrong answers lead back to their clauses."""
    rows = Acknowledgement.objects.visible_to(request.user).filter(supplier=request.supplier)
    row = get_object_or_404(rows.select_related("version__document", "acknowledged_by"), pk=pk)
    workflow.view_guideline(row, by=request.user)
    is_open = row.status in (AcknowledgementStatus.ISSUED, AcknowledgementStatus.VIEWED)
    form = CheckForm(request.POST or None, questions=list(row.version.check_questions.all()))
    wrong = []
    if request.method == "POST" and is_open and form.is_valid():
        wrong = workflow.acknowledge(row, by=request.user, answers=form.answers(), language=get_language() or "")
        if not wrong:
            return redirect("portal:guideline-detail", pk)
    text = text_content(row.version, request.GET.get("text") or get_language() or "en")
    context = {"row": row, "text": text, "form": form, "wrong": wrong, "is_open": is_open, "languages": PDF_LANGUAGES}
    return render(request, "portal/agreements/guideline_detail.html", context)
