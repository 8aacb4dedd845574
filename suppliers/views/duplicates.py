"""Suspected duplicates for procurement: the list, two suppliers side by side, merge and its undoing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csr_portal.core import lists
from csr_portal.core.access import staff_page
from csr_portal.core.models import Job
from csr_portal.core.roles import Role
from csr_portal.core.workflow import WorkflowError
from suppliers.forms.companies import PairForm
from suppliers.lists import DUPLICATES
from suppliers.models import DuplicatePair, Merge, Supplier
from suppliers.states import DuplicateStatus
from suppliers.sweeps import search_duplicates
from suppliers.views.staff import run
from suppliers.workflow import duplicates, merging

procurement_page = staff_page(Role.BUYER, Role.CSR_MANAGER)
MERGES_SHOWN = 10


@procurement_page
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """The suspected pairs, the likeliest first; what was decided stays findable by the filter of the status."""
    rows = DuplicatePair.objects.visible_to(request.user).select_related("first", "second")
    if not request.GET.get("status"):
        rows = rows.filter(status=DuplicateStatus.SUSPECTED)
    if request.GET.get("export"):
        return lists.export_response(request, rows, DUPLICATES)
    context = {
        "page": lists.page_of(request, rows, DUPLICATES),
        "search": Job.objects.filter(task=search_duplicates.name).order_by("-pk").first(),
        "merges": Merge.objects.visible_to(request.user).select_related("survivor", "merged", "by")[:MERGES_SHOWN],
        "form": PairForm(),
    }
    return render(request, "staff/suppliers/duplicates.html", context)


@procurement_page
@require_POST
def duplicate_search(request: HttpRequest) -> HttpResponse:
    """Compare everybody now; while one search waits or runs no second one is started."""
    open_jobs = Job.objects.filter(task=search_duplicates.name, status__in=["queued", "running"])
    if not open_jobs.exists():
        search_duplicates.enqueue()
    messages.info(request, _("The search is under way. This page shows when it is done."))
    return redirect("staff:duplicate-list")


@procurement_page
@require_POST
def duplicate_compare(request: HttpRequest) -> HttpResponse:
    """Two suppliers that somebody names by their numbers."""
    form = PairForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(text for errors in form.errors.values() for text in errors))
        return redirect("staff:duplicate-list")
    try:
        pair = duplicates.pair_up(form.cleaned_data["left"], form.cleaned_data["right"], by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect("staff:duplicate-list")
    return redirect("staff:duplicate-detail", pair.pk)


def find_pair(request: HttpRequest, pk: int) -> DuplicatePair:
    rows = DuplicatePair.objects.visible_to(request.user).select_related("first__owner", "second__owner")
    return get_object_or_404(rows, pk=pk)


@procurement_page
def duplicate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the two look alike, and the preview of the merge: which values win, what moves, what stays."""
    pair = find_pair(request, pk)
    survivor, merged = _sides(pair, request.GET.get("survivor", ""))
    context = {
        "pair": pair,
        "survivor": survivor,
        "merged": merged,
        "plan": merging.plan(survivor, merged),
        "is_open": pair.status == DuplicateStatus.SUSPECTED,
        "merge": Merge.objects.filter(survivor__in=[pair.first, pair.second], merged__in=[pair.first, pair.second])
        .select_related("survivor", "merged", "by", "undone_by")
        .first(),
    }
    return render(request, "staff/suppliers/duplicate.html", context)


def _sides(pair: DuplicatePair, asked: str) -> tuple[Supplier, Supplier]:
    """Who survives: whom the reader chose, otherwise the one with the higher standing, otherwise the older one."""
    if asked in {str(pair.first_id), str(pair.second_id)}:
        first_survives = asked == str(pair.first_id)
    else:
        first_survives = _weight(pair.first) >= _weight(pair.second)
    return (pair.first, pair.second) if first_survives else (pair.second, pair.first)


def _weight(supplier: Supplier) -> int:
    order = ["declined", "ended", "listed", "invited", "registered", "cooperating", "strategic", "suspended"]
    return order.index(supplier.status)


@procurement_page
@require_POST
def duplicate_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    pair, reason = find_pair(request, pk), request.POST.get("reason", "")[:2000]
    return run(
        request,
        lambda: duplicates.dismiss(pair, by=request.user, reason=reason),
        _("Noted: these are two companies. They will not be shown again."),
        "staff:duplicate-detail",
        pk,
    )


@procurement_page
@require_POST
def duplicate_look_again(request: HttpRequest, pk: int) -> HttpResponse:
    pair = find_pair(request, pk)
    act = lambda: duplicates.look_again(pair, by=request.user)  # noqa: E731
    return run(request, act, _("The pair is open again."), "staff:duplicate-detail", pk)


@procurement_page
@require_POST
def duplicate_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what the preview said, with the values that were ticked."""
    pair = find_pair(request, pk)
    survivor, merged = _sides(pair, request.POST.get("survivor", ""))
    take = frozenset(name for name in merging.VALUES if request.POST.get(f"take_{name}") == "other")
    reason = request.POST.get("reason", "")[:2000]
    act = lambda: merging.merge(survivor, merged, by=request.user, take=take, reason=reason)  # noqa: E731
    done = _("%(merged)s was merged into %(survivor)s. This can be undone for %(days)s days.")
    values: dict[str, Any] = {"merged": merged.number, "survivor": survivor.number, "days": merging.UNDO_DAYS}
    return run(request, act, done % values, "staff:duplicate-detail", pk)


@procurement_page
@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Merge.objects.visible_to(request.user).select_related("survivor", "merged"), pk=pk)
    reason = request.POST.get("reason", "")[:2000]
    act = lambda: merging.undo(row, by=request.user, reason=reason)  # noqa: E731
    return run(request, act, _("The merge was undone."), "staff:supplier-detail", row.merged_id)
