"""Findings for staff: the list, one finding, raising one, judging plans and evidence."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audits import permissions
from audits.forms.findings import EvidenceVerdictForm, FindingForm, OtherFindingForm, ReasonForm
from audits.models import CheckpointResult, Finding
from audits.querysets import overdue_finding
from audits.states import FindingStatus, Grade, Origin, SiteReviewStatus
from audits.views.steps import taken, tell_errors
from audits.workflow import findings as workflow
from audits.workflow.evidence import keep_file
from csr_portal.core.access import staff_page
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import available
from suppliers.models import Evidence, Site
from suppliers.querysets import search_condition

FIELD = (Role.CSR_MANAGER, Role.AUDITOR)


def overdue_choice(code: str) -> Q:
    return overdue_finding(today()) if code == "yes" else ~overdue_finding(today())


def openness(code: str) -> Q:
    closed = Q(status=FindingStatus.VERIFIED_CLOSED)
    return ~closed if code == "open" else closed


LISTING = Listing(
    columns=[
        Column("number", gettext_lazy("Finding"), "number"),
        Column("title", gettext_lazy("Title"), ""),
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda f: f.supplier.name),
        Column("site", gettext_lazy("Site"), "", lambda f: f.site.name if f.site else ""),
        Column("grade", gettext_lazy("Grade"), "", lambda f: f.get_grade_display()),
        Column("status", gettext_lazy("Status"), "status", lambda f: f.get_status_display()),
        Column("turn", gettext_lazy("Whose turn"), "due_on", lambda f: Turn(f.turn).label),
        Column("close", gettext_lazy("Closed until"), "close_due_on", lambda f: f.close_due_on),
    ],
    filters=[
        Filter(
            "open",
            gettext_lazy("Open"),
            [("open", gettext_lazy("Open")), ("closed", gettext_lazy("Closed"))],
            apply=openness,
        ),
        Filter("grade", gettext_lazy("Grade"), Grade.choices),
        Filter("status", gettext_lazy("Status"), FindingStatus.choices),
        Filter(
            "overdue",
            gettext_lazy("Overdue"),
            [("yes", gettext_lazy("Overdue")), ("no", gettext_lazy("In time"))],
            apply=overdue_choice,
        ),
        Filter(
            "turn",
            gettext_lazy("Whose turn"),
            [(Turn.SUPPLIER, gettext_lazy("Supplier")), (Turn.CSR, gettext_lazy("CSR manager"))],
        ),
        Filter("origin", gettext_lazy("Origin"), Origin.choices),
    ],
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words) | Q(title__icontains=words),
    default_order="close_due_on",
    file_name="findings",
)


@staff_page()
def finding_list(request: HttpRequest) -> HttpResponse:
    rows = Finding.objects.visible_to(request.user).select_related("supplier", "site")
    if request.GET.get("export"):
        return export_response(request, rows, LISTING)
    page = page_of(request, rows, LISTING)
    may_raise = permissions.can_raise_finding(request.user)
    return render(request, "staff/audits/finding_list.html", {"page": page, "may_raise": may_raise})


@staff_page()
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    finding = _finding(request, pk)
    offers = {offer.name: offer for offer in available(workflow.STEPS, finding, request.user)}
    context = {
        "finding": finding,
        "offers": offers,
        "plans": finding.plans.select_related("submitted_by", "verdict_by").prefetch_related("actions"),
        "submissions": finding.submissions.select_related("submitted_by", "verdict_by").prefetch_related(
            "evidence__file"
        ),
        "photos": finding.photos.select_related("file"),
        "reason_form": ReasonForm(),
        "verdict_form": EvidenceVerdictForm(),
        "entries": HistoryEntry.objects.about(finding)[:30],
    }
    return render(request, "staff/audits/finding_detail.html", context)


def _finding(request: HttpRequest, pk: int) -> Finding:
    related = ("supplier", "site", "clause__standard", "site_review", "self_inspection", "previous", "raised_by")
    return get_object_or_404(Finding.objects.visible_to(request.user).select_related(*related), pk=pk)


@require_POST
@staff_page(*FIELD)
def finding_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    finding = _finding(request, pk)
    words: dict[str, Any] = {}
    if step in {"approve_plan", "verify"} or step in {"reject_plan", "accept_no_action"}:
        words = {"note": request.POST.get("reason", "")}
    elif step == "reject_evidence":
        form = EvidenceVerdictForm(request.POST)
        if not form.is_valid():
            tell_errors(request, form)
            return redirect("staff:finding-detail", pk=pk)
        words = {"note": form.cleaned_data["reason"], "verdict": form.cleaned_data["verdict"]}
    elif step in {"uphold", "drop", "reopen"}:
        words = {"reason": request.POST.get("reason", "")}
    else:
        return redirect("staff:finding-detail", pk=pk)
    taken(request, getattr(workflow, step), finding, **words)
    return redirect("staff:finding-detail", pk=pk)


@staff_page(*FIELD)
def finding_new(request: HttpRequest) -> HttpResponse:
    """A finding from a complaint or other information."""
    sites = Site.objects.visible_to(request.user).filter(is_active=True).select_related("supplier")
    initial = {"discovered_on": today(), "origin": Origin.COMPLAINT}
    form = OtherFindingForm(request.POST or None, request.FILES or None, sites=sites, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        finding = _raise(request, form, data.pop("site"), origin=data.pop("origin"))
        if finding:
            return redirect("staff:finding-detail", pk=finding.pk)
    return render(request, "staff/audits/finding_form.html", {"form": form})


@staff_page(*FIELD)
def finding_from_checkpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """A finding from what was seen at a checkpoint: clause, review and place are known."""
    rows = CheckpointResult.objects.visible_to(request.user)
    row = get_object_or_404(rows.select_related("review__site__supplier", "question__clause"), pk=pk)
    initial = {"clause": row.question.clause_id, "facts": row.note, "grade": _grade(row.question.criticality)}
    form = FindingForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        origin = {"origin": Origin.SITE_REVIEW, "site_review": row.review, "checkpoint": row}
        if row.review.status != SiteReviewStatus.IN_PROGRESS:
            messages.error(request, _("Findings are raised while the review is on site."))
        elif _raise(request, form, row.review.site, **origin):
            response = redirect("staff:site-review-field", pk=row.review_id)
            response["Location"] += f"#cp-{row.pk}"
            return response
    last = workflow.previous_finding(row.review.site, row.question.clause, today())
    return render(request, "staff/audits/finding_form.html", {"form": form, "row": row, "previous": last})


def _grade(criticality: str) -> str:
    return criticality.replace("-", "_")


def _raise(request: HttpRequest, form: BaseForm, site: Site, **origin: Any) -> Finding | None:
    data = form.cleaned_data
    uploads = data.pop("new_photos")
    try:
        with transaction.atomic():  # all of the photos or none
            photos = [keep_file(site.supplier, site, upload, by=request.user) for upload in uploads]
    except ValidationError as error:
        form.add_error("new_photos", error)
        return None
    return workflow.open_finding(site.supplier, site, by=request.user, photos=photos, **data, **origin)


@staff_page()
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of a finding or checkpoint; pictures in their smaller copy with `?view`."""
    return send_evidence(request, pk)


def send_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Evidence.objects.visible_to(request.user).select_related("file")
    stored = get_object_or_404(rows, pk=pk).file
    if "view" in request.GET and stored.viewing_copy:
        return file_response(stored.viewing_copy, name="view.jpg", media_type="image/jpeg", inline=True)
    return file_response(stored.file, name=stored.original_name, media_type=stored.media_type)
