"""Site reviews for staff: the list, one review, the page for the tablet on site, its report."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audits import checklist, permissions, tasks
from audits.forms.reviews import (
    CheckpointForm,
    DatesForm,
    DeclarationForm,
    InterviewForm,
    NewReviewForm,
    ReasonForm,
    ReviewForm,
    ReviewTextsForm,
    TeamForm,
)
from audits.models import CheckpointResult, SiteReview, SiteReviewPlan, SiteReviewReport, TeamMember
from audits.states import REVIEW_AHEAD, CheckpointCode, PlanStatus, ReviewReason, SiteReviewStatus
from audits.views.steps import buttons, taken, tell_errors
from audits.workflow import plans
from audits.workflow import reviews as workflow
from csr_portal.core.access import staff_page
from csr_portal.core.badges import badge
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.pdf import language_tag
from csr_portal.core.roles import Role
from csr_portal.core.states import ReportStatus
from csr_portal.core.timezones import today
from csr_portal.core.translated import in_language
from csr_portal.core.workflow import WorkflowError, available
from suppliers.models import Site
from suppliers.querysets import search_condition

FIELD = (Role.CSR_MANAGER, Role.AUDITOR)
LISTING = Listing(
    columns=[
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda r: r.supplier.name),
        Column("site", gettext_lazy("Site"), "", lambda r: r.site.name),
        Column("number", gettext_lazy("Number"), "number"),
        Column("status", gettext_lazy("Status"), "status", lambda r: r.get_status_display()),
        Column("dates", gettext_lazy("Dates on site"), "planned_from", lambda r: r.planned_from),
        Column("lead", gettext_lazy("Lead auditor"), "", lambda r: lead_name(r)),
        Column("result", gettext_lazy("Result"), "score", lambda r: f"{r.letter} {r.score or ''}".strip()),
        Column("until", gettext_lazy("Valid until"), "valid_until", lambda r: r.valid_until),
    ],
    filters=[
        Filter("status", gettext_lazy("Status"), SiteReviewStatus.choices),
        Filter("reason", gettext_lazy("Reason"), ReviewReason.choices),
        Filter("letter", gettext_lazy("Letter"), [(letter, letter) for letter in "ABCDE"]),
    ],
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words),
    default_order="-planned_from",
    file_name="site-reviews",
)
LOOKS: dict[str, dict[str, Any]] = {
    "announce": {"label": gettext_lazy("Announce to supplier"), "icon": "megaphone", "primary": True},
    "start": {"label": gettext_lazy("Start on site"), "icon": "clipboard-pen-line", "primary": True},
    "close": {"label": gettext_lazy("Hold closing meeting"), "icon": "door-closed", "primary": True},
    "report": {"label": gettext_lazy("Issue report"), "icon": "file-check", "primary": True},
}


def lead_name(review: SiteReview) -> str:
    return next((str(member.user) for member in review.team.all() if member.part == "lead"), "")


@staff_page()
def site_review_list(request: HttpRequest) -> HttpResponse:
    rows = SiteReview.objects.visible_to(request.user).select_related("supplier", "site").prefetch_related("team__user")
    if request.GET.get("export"):
        return export_response(request, rows, LISTING)
    page = page_of(request, rows, LISTING)
    return render(request, "staff/audits/review_list.html", {"page": page, "may_plan": _may_plan(request)})


def _may_plan(request: HttpRequest) -> bool:
    return permissions.can_plan_reviews(request.user)


@staff_page(Role.CSR_MANAGER)
def site_review_new(request: HttpRequest) -> HttpResponse:
    """Plan a site review: in a plan of a year (an approved one is supplemented), or outside of it."""
    open_plans = SiteReviewPlan.objects.visible_to(request.user).exclude(status=PlanStatus.CLOSED)
    form = NewReviewForm(
        request.POST or None, sites=_sites_to_plan(request), plans=open_plans, initial=_asked_for(request, open_plans)
    )
    if request.method == "POST" and form.is_valid():
        try:
            review = _plan(form.cleaned_data, by=request.user)
        except WorkflowError as error:
            form.add_error(None, " ".join([error.message, *(str(blocker.text) for blocker in error.blockers)]))
        else:
            return redirect("staff:site-review-detail", pk=review.pk)
    return render(request, "staff/audits/review_form.html", {"form": form})


def _sites_to_plan(request: HttpRequest) -> Any:
    """All active sites; those of one supplier where the page was opened for it or for one of its sites."""
    sites = Site.objects.visible_to(request.user).filter(is_active=True).select_related("supplier")
    supplier, site = request.GET.get("supplier", ""), request.GET.get("site", "")
    if supplier.isdecimal():
        sites = sites.filter(supplier_id=int(supplier))
    elif site.isdecimal():
        sites = sites.filter(supplier__sites=int(site))
    return sites.order_by("supplier__name", "name")


def _asked_for(request: HttpRequest, open_plans: Any) -> dict[str, Any]:
    """What the form starts with: the site and plan of the link, else the plan of the year in which the day lies."""
    first_day = today() + dt.timedelta(weeks=4)
    year = request.GET.get("plan", "")
    plan = open_plans.filter(year=int(year) if year.isdecimal() else first_day.year).first()
    if plan and plan.year > first_day.year:
        first_day = dt.date(plan.year, 1, 10)
    return {"first_day": first_day, "reason": ReviewReason.OTHER, "plan": plan, "site": request.GET.get("site")}


def _plan(data: dict[str, Any], *, by: User) -> SiteReview:
    site, plan, first_day = data.pop("site"), data.pop("plan"), data.pop("first_day")
    if plan:
        return plans.add_site(plan, site, by=by, first_day=first_day, **data)
    return workflow.plan_review(site, by=by, planned_from=first_day, **data)


@require_POST
@staff_page(Role.CSR_MANAGER)
def site_review_dates(request: HttpRequest, pk: int) -> HttpResponse:
    """Announce the review with other dates, in one step."""
    review, form = _review(request, pk), DatesForm(request.POST)
    if not form.is_valid():
        tell_errors(request, form)
    elif taken(request, workflow.announce, review, **form.cleaned_data):
        messages.success(request, _("Done: %(status)s.") % {"status": review.get_status_display()})
    return redirect("staff:site-review-detail", pk=pk)


def _dates_form(review: SiteReview) -> DatesForm:
    """What the supplier wishes, else what is planned; as many days as before."""
    first = review.wished_from or review.planned_from
    return DatesForm(initial={"planned_from": first, "planned_to": first + (review.planned_to - review.planned_from)})


@staff_page()
def site_review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    offers = available(workflow.STEPS, review, request.user)
    seat = review.team.filter(user=request.user).first()
    context = {
        "review": review,
        "offers": offers,
        "buttons": buttons(offers, LOOKS, "staff:site-review-step", review.pk),
        "team": [(member, _open_points(review, member)) for member in review.team.select_related("user")],
        "sections": checklist.by_section(checklist.rows_of(review)),
        "interviews": review.interviews.select_related("by"),
        "findings": review.findings.select_related("clause__standard"),
        "reports": SiteReviewReport.objects.visible_to(request.user).filter(review=review),
        "languages": settings.LANGUAGES,
        "seat": seat,
        "may_manage": permissions.can_manage_review(request.user, review),
        "may_conduct": permissions.can_conduct_review(request.user, review),
        "is_ahead": review.status in REVIEW_AHEAD,
        "dates_form": _dates_form(review),
        "may_announce": any(offer.name == "announce" for offer in offers) and review.announcement != "unannounced",
        "review_form": ReviewForm(instance=review),
        "texts_form": ReviewTextsForm(instance=review),
        "team_form": TeamForm(),
        "declaration_form": DeclarationForm(),
        "interview_form": InterviewForm(),
        "reason_form": ReasonForm(),
        "entries": HistoryEntry.objects.about(review)[:12],
    }
    return render(request, "staff/audits/review_detail.html", context)


def _review(request: HttpRequest, pk: int) -> SiteReview:
    rows = SiteReview.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("supplier", "site", "plan", "checklist__questionnaire"), pk=pk)


def _open_points(review: SiteReview, member: TeamMember) -> list[Any]:
    """Why this person may not lead, asked again now; only the lead has to be qualified."""
    is_due = member.part == "lead" and review.status in REVIEW_AHEAD
    return workflow.lead_blockers(review, member.user) if is_due else []


@require_POST
@staff_page(*FIELD)
def site_review_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    review = _review(request, pk)
    steps = {name: getattr(workflow, name) for name in ("announce", "start", "close", "report", "postpone", "cancel")}
    if step not in steps:
        return redirect("staff:site-review-detail", pk=pk)
    reason = {"reason": request.POST.get("reason", "")} if step in {"postpone", "cancel"} else {}
    if taken(request, steps[step], review, **reason):
        messages.success(request, _("Done: %(status)s.") % {"status": review.get_status_display()})
        if step in {"close", "report"}:
            for language in {request.user.language, review.supplier.language}:
                tasks.request_review_report(review, language, by=request.user)
    return redirect("staff:site-review-detail", pk=pk)


@require_POST
@staff_page(Role.CSR_MANAGER)
def site_review_edit(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    form = ReviewForm(request.POST, instance=review)
    if review.status in REVIEW_AHEAD and form.is_valid():
        form.save()
    else:
        tell_errors(request, form)
    return redirect("staff:site-review-detail", pk=pk)


@require_POST
@staff_page(*FIELD)
def site_review_texts(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    form = ReviewTextsForm(request.POST, instance=review)
    may = permissions.can_conduct_review(request.user, review) or permissions.can_manage_review(request.user, review)
    if may and review.status in {SiteReviewStatus.IN_PROGRESS, SiteReviewStatus.CLOSED} and form.is_valid():
        form.save()
    else:
        tell_errors(request, form)
    return redirect("staff:site-review-detail", pk=pk)


@require_POST
@staff_page(Role.CSR_MANAGER)
def team_add(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    form = TeamForm(request.POST)
    if form.is_valid():
        taken(request, workflow.name_member, review, form.cleaned_data["user"], part=form.cleaned_data["part"])
    else:
        tell_errors(request, form)
    return redirect("staff:site-review-detail", pk=pk)


@require_POST
@staff_page(Role.CSR_MANAGER)
def team_remove(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    review = _review(request, pk)
    taken(request, workflow.remove_member, review, get_object_or_404(review.team.all(), pk=member))
    return redirect("staff:site-review-detail", pk=pk)


@require_POST
@staff_page(*FIELD)
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    form = DeclarationForm(request.POST)
    if form.is_valid():
        taken(request, workflow.declare_no_conflict, review, **form.cleaned_data)
    else:
        tell_errors(request, form)
    return redirect("staff:site-review-detail", pk=pk)


@require_POST
@staff_page(*FIELD)
def interview_add(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    form = InterviewForm(request.POST)
    if form.is_valid():
        taken(request, workflow.add_interview, review, **form.cleaned_data)
    else:
        tell_errors(request, form)
    return redirect("staff:site-review-detail", pk=pk)


@staff_page(*FIELD)
def field(request: HttpRequest, pk: int) -> HttpResponse:
    """Every checkpoint on one page, so that it goes on working without a network until it is closed."""
    review = _review(request, pk)
    rows = checklist.rows_of(review)
    for row in rows:
        row.next_client_id = uuid.uuid4()  # a repeated send of the same form changes nothing
        row.local_text = _other_language(row, review)
    context = {
        "review": review,
        "sections": checklist.by_section(rows),
        "checked": sum(row.result != CheckpointCode.NOT_CHECKED for row in rows),
        "total": len(rows),
        "findings": review.findings.count(),
        "local_lang": language_tag(review.supplier.language),
        "looks": [
            (code, badge("checkpoint", code)) for code in ("conform", "partly", "not_conform", "na", "not_checked")
        ],
        "may_note": review.status == "in_progress" and permissions.can_conduct_review(request.user, review),
    }
    return render(request, "staff/audits/review_field.html", context)


def _other_language(row: CheckpointResult, review: SiteReview) -> str:
    """The question in the supplier's language, where the auditor reads another one."""
    text = in_language(row.question.text, review.supplier.language)
    return "" if text == str(row.question) else text


@require_POST
@staff_page(*FIELD)
def checkpoint_save(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Answers JSON to the page's script (200 kept, 409 somebody else was faster), a redirect without it."""
    checkpoint = get_object_or_404(
        CheckpointResult.objects.visible_to(request.user), pk=row, review=_review(request, pk)
    )
    form = CheckpointForm(request.POST, request.FILES)
    wants_json = request.headers.get("Accept") == "application/json"
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400) if wants_json else _back(request, checkpoint, form)
    data = form.cleaned_data
    photos = data.pop("photos")
    try:
        is_kept = workflow.save_checkpoint(checkpoint, by=request.user, **data)
        workflow.add_photos(checkpoint, photos, by=request.user)
    except ValidationError as error:
        return JsonResponse({"errors": error.messages}, status=400) if wants_json else _back(request, checkpoint, error)
    checkpoint.refresh_from_db()
    if wants_json:
        return JsonResponse(_as_json(checkpoint), status=200 if is_kept else 409)
    return _back(request, checkpoint, None if is_kept else _("Somebody else changed this checkpoint in the meantime."))


def _as_json(checkpoint: CheckpointResult) -> dict[str, Any]:
    return {
        "revision": checkpoint.revision,
        "result": checkpoint.result,
        "note": checkpoint.note,
        "by": str(checkpoint.by or ""),
        "client_id": str(checkpoint.client_id),
    }


def _back(request: HttpRequest, checkpoint: CheckpointResult, problem: Any) -> HttpResponse:
    if problem:
        messages.error(request, str(problem))
    response = redirect("staff:site-review-field", pk=checkpoint.review_id)
    response["Location"] += f"#cp-{checkpoint.pk}"
    return response


@require_POST
@staff_page()
def report_request(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        tasks.request_review_report(review, language, by=request.user)
    return redirect("staff:site-review-detail", pk=pk)


@staff_page()
def report_status(request: HttpRequest, pk: int) -> HttpResponse:
    report = get_object_or_404(SiteReviewReport.objects.visible_to(request.user), pk=pk)
    return render(request, "staff/audits/review_report.html", {"report": report})


@staff_page()
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    reports = SiteReviewReport.objects.visible_to(request.user).filter(status=ReportStatus.READY)
    report = get_object_or_404(reports, pk=pk)
    return file_response(report.file, name=report.file_name, media_type="application/pdf")
