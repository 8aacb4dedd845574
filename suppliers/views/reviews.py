"""CSR review cases and waivers: list, case, preparation, decision by a second person, replay, record as PDF."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csr_portal.core import lists, reports
from csr_portal.core.files import file_response
from csr_portal.core.states import ReportStatus
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers import gates, snapshots
from suppliers.forms.decisions import DecideForm, OpenReviewForm, PrepareForm, WaiverForm
from suppliers.forms.fields import ReasonForm
from suppliers.lists import REVIEWS
from suppliers.models import DecisionReport, Review, Waiver
from suppliers.permissions import can_decide_review, can_decide_waiver
from suppliers.reports import decision_content
from suppliers.states import Outcome, ReviewStatus
from suppliers.tasks import build_decision_report
from suppliers.views.staff import find, procurement_page, run
from suppliers.workflow import reviews, waivers


@procurement_page
def review_list(request: HttpRequest) -> HttpResponse:
    rows = Review.objects.visible_to(request.user).select_related("supplier", "decision", "opened_by")
    rows = rows.prefetch_related("categories", "sites")
    if (supplier := request.GET.get("supplier", "")).isdecimal():
        rows = rows.filter(supplier=supplier)
    if request.GET.get("export"):
        return lists.export_response(request, rows, REVIEWS)
    return render(request, "staff/suppliers/reviews.html", {"page": lists.page_of(request, rows, REVIEWS)})


@procurement_page
def review_open(request: HttpRequest, pk: int) -> HttpResponse:
    supplier = find(request, pk)
    asked = {name: request.GET.getlist(name) for name in ("categories", "sites")}
    form = OpenReviewForm(request.POST or None, supplier=supplier, initial={"segment": "strategic", **asked})
    blockers: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            review = reviews.open_review(supplier, by=request.user, **form.cleaned_data)
        except WorkflowError as error:
            form.add_error(None, error.message)
            blockers = error.blockers
        else:
            return redirect("staff:review-detail", review.pk)
    gate = gates.check(supplier, form["segment"].value() or "strategic", leaving_out=reviews.LEFT_OUT)
    context = {"supplier": supplier, "form": form, "blockers": blockers, "gate": gate}
    return render(request, "staff/suppliers/review_open.html", context, status=422 if form.errors else 200)


def cases(request: HttpRequest) -> QuerySet[Review]:
    return (
        Review.objects.visible_to(request.user)
        .select_related(
            "supplier__owner", "opened_by", "prepared_by", "decision__decided_by", "decision__conditions_owner"
        )
        .prefetch_related("categories", "sites")
    )


def find_review(request: HttpRequest, pk: int) -> Review:
    return get_object_or_404(cases(request), pk=pk)


@procurement_page
def review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show_review(request, find_review(request, pk))


def show_review(request: HttpRequest, review: Review, **more: Any) -> HttpResponse:
    """The case as it stands: live conditions while it is open, the frozen ones once it is decided."""
    decided = review.status == ReviewStatus.DECIDED
    context = {
        "review": review,
        "supplier": review.supplier,
        "earlier": review.supplier.decisions.exclude(review=review)
        .select_related("review", "decided_by", "policy")
        .prefetch_related("review__categories", "review__sites"),
        "prepare_form": PrepareForm(initial={"recommendation": review.recommendation}),
        "decide_form": DecideForm(),
        "may_decide": can_decide_review(request.user, review),
    }
    context |= replay_of(review) if decided else live(review)
    status = 422 if more else 200
    return render(request, "staff/suppliers/review.html", context | more, status=status)


def live(review: Review) -> dict[str, Any]:
    gate = snapshots.gate_for(review)
    return {
        "gate": gate,
        "scope": review.scope_text,
        "closing": reviews.possible_outcomes(review),
        "lines": gate.in_order,
        "policy": gate.policy,
        "latest": reviews.latest_condition_day(gate.policy, today()),
        "may_be_conditional": gate.outcome == Outcome.CONDITIONAL,
        "rating": review.supplier.risk_ratings.filter(is_current=True).select_related("model").first(),
    }


def replay_of(review: Review) -> dict[str, Any]:
    decision = review.decision
    return {
        "decision": decision,
        "lines": snapshots.lines(decision.snapshot),
        "snapshot": decision.snapshot,
        "scope": snapshots.scope_of(decision.snapshot),
        "is_unchanged": snapshots.is_unchanged(decision),
        "documents": decision.documents.order_by("-pk"),
        "languages": settings.LANGUAGES,
        "language": translation.get_language(),
        "today": today(),
    }


@procurement_page
@require_POST
def review_prepare(request: HttpRequest, pk: int) -> HttpResponse:
    review, form = find_review(request, pk), PrepareForm(request.POST)
    form.full_clean()
    text = form.cleaned_data.get("recommendation", "")
    where = ("staff:review-detail", pk)
    done = _("Prepared. A second person decides now.")
    return run(request, lambda: reviews.prepare_review(review, recommendation=text, by=request.user), done, *where)


@procurement_page
@require_POST
def review_decide(request: HttpRequest, pk: int) -> HttpResponse:
    review, form = find_review(request, pk), DecideForm(request.POST)
    blockers: list[Any] = []
    if form.is_valid():
        try:
            reviews.decide_review(review, by=request.user, **form.cleaned_data)
        except WorkflowError as error:
            blockers = error.blockers
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Decided. The snapshot is frozen and both sides were told."))
            return redirect("staff:review-detail", pk)
    return show_review(request, find_review(request, pk), decide_form=form, blockers=blockers)


@procurement_page
@require_POST
def review_back(request: HttpRequest, pk: int) -> HttpResponse:
    review = find_review(request, pk)
    reason, where = request.POST.get("reason", ""), ("staff:review-detail", pk)
    act = lambda: reviews.send_review_back(review, reason=reason, by=request.user)  # noqa: E731
    return run(request, act, _("Sent back for preparation."), *where)


@procurement_page
@require_POST
def review_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    review = find_review(request, pk)
    reason, where = request.POST.get("reason", ""), ("staff:review-detail", pk)
    act = lambda: reviews.withdraw_review(review, reason=reason, by=request.user)  # noqa: E731
    return run(request, act, _("The case is withdrawn."), *where)


@procurement_page
@require_POST
def conditions_met(request: HttpRequest, pk: int) -> HttpResponse:
    review = get_object_or_404(cases(request), pk=pk, status=ReviewStatus.DECIDED)
    act = lambda: reviews.confirm_conditions(review.decision, by=request.user)  # noqa: E731
    return run(
        request, act, _("The conditions were met; the approval holds without a date."), "staff:review-detail", pk
    )


# The record as PDF


@procurement_page
@require_POST
def record_request(request: HttpRequest, pk: int) -> HttpResponse:
    review = get_object_or_404(cases(request), pk=pk, status=ReviewStatus.DECIDED)
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or "en"
    content = decision_content(review.decision)
    reports.request(
        DecisionReport,
        build_decision_report,
        content=content,
        language=language,
        by=request.user,
        decision=review.decision,
    )
    return redirect("staff:review-detail", pk)


def find_record(request: HttpRequest, pk: int) -> DecisionReport:
    return get_object_or_404(DecisionReport.objects.visible_to(request.user).select_related("decision"), pk=pk)


@procurement_page
def record_status(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "staff/suppliers/record_status.html", {"report": find_record(request, pk)})


@procurement_page
def record_file(request: HttpRequest, pk: int) -> HttpResponse:
    report = find_record(request, pk)
    if report.status != ReportStatus.READY:
        raise Http404
    return file_response(report.file, name=report.file_name, media_type="application/pdf")


# Waivers


@procurement_page
def waiver_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a condition rests for a time; zero tolerance is not offered."""
    supplier = find(request, pk)
    gate = gates.check(supplier, supplier.segment_aimed_at)
    choices = [(c.code, c.title) for c in gate.missing if c.can_be_waived]
    form = WaiverForm(request.POST or None, choices=choices)
    blockers: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            waivers.ask_for_waiver(supplier, by=request.user, **form.cleaned_data)
        except WorkflowError as error:
            blockers = error.blockers
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Asked. A second person decides."))
            return redirect("staff:supplier-detail", pk)
    context = {"supplier": supplier, "form": form, "choices": choices, "blockers": blockers}
    return render(request, "staff/suppliers/waiver_ask.html", context, status=422 if form.errors else 200)


@procurement_page
def waiver_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Waiver.objects.visible_to(request.user).select_related("supplier", "requested_by", "approved_by")
    waiver = get_object_or_404(rows, pk=pk)
    gate = gates.check(waiver.supplier, waiver.supplier.segment_aimed_at)
    condition = next((c for c in gate.conditions if c.code == waiver.condition), None)
    context = {
        "waiver": waiver,
        "supplier": waiver.supplier,
        "condition": condition,
        "may_decide": can_decide_waiver(request.user, waiver),
        "form": ReasonForm(),
    }
    return render(request, "staff/suppliers/waiver.html", context)


@procurement_page
@require_POST
def waiver_decide(request: HttpRequest, pk: int, answer: str) -> HttpResponse:
    waiver = get_object_or_404(Waiver.objects.visible_to(request.user), pk=pk)
    act = {"approve": waivers.approve_waiver, "refuse": waivers.refuse_waiver, "end": waivers.end_waiver}.get(answer)
    if act is None:
        raise Http404
    reason, where = request.POST.get("reason", ""), ("staff:waiver-detail", pk)
    return run(request, lambda: act(waiver, by=request.user, reason=reason), _("The waiver was decided."), *where)
