"""Pages of staff: who signs for the company in whose place."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agreements import workflow
from agreements.forms.decisions import DelegationForm
from agreements.models import Delegation
from agreements.permissions import can_delegate_for_others, can_revoke
from csr_portal.core.access import PersonRequest, staff_page
from csr_portal.core.lists import Column, Filter, Listing, Page, export_response, page_of
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError

DELEGATORS = (Role.BUYER, Role.CSR_MANAGER, Role.ADMINISTRATOR)
STATES = {
    "holds": gettext_lazy("holds now"),
    "coming": gettext_lazy("begins later"),
    "expired": gettext_lazy("expired"),
    "revoked": gettext_lazy("revoked"),
}


def _in_state(code: str) -> Q:
    day = today()
    return {
        "holds": Q(revoked_at=None, starts_on__lte=day, ends_on__gte=day),
        "coming": Q(revoked_at=None, starts_on__gt=day),
        "expired": Q(revoked_at=None, ends_on__lt=day),
        "revoked": Q(revoked_at__isnull=False),
    }[code]


def state_of(row: Delegation) -> str:
    if row.revoked_at:
        return "revoked"
    return "holds" if row.holds(day := today()) else "coming" if row.starts_on > day else "expired"


def _document_names(row: Delegation) -> str:
    return "; ".join(str(document) for document in row.documents.all())


def _of_person(words: str) -> Q:
    return Q(grantor__name__icontains=words) | Q(delegate__name__icontains=words) | Q(reason__icontains=words)


DELEGATIONS = Listing(
    columns=(
        Column("grantor", gettext_lazy("In place of"), "grantor__name"),
        Column("delegate", gettext_lazy("Who may sign"), "delegate__name"),
        Column("documents", gettext_lazy("Which documents"), value=_document_names),
        Column("starts_on", gettext_lazy("When"), "starts_on"),
        Column("ends_on", gettext_lazy("until"), is_beside=True),
        Column("state", gettext_lazy("Status"), value=lambda row: STATES[state_of(row)], is_beside=True),
        Column("reason", gettext_lazy("Reason"), "reason"),
    ),
    filters=(Filter("state", gettext_lazy("Status"), list(STATES.items()), apply=_in_state),),
    search=_of_person,
    default_order="-pk",
    file_name="delegations",
)


@staff_page(*DELEGATORS)
def delegation_list(request: PersonRequest) -> HttpResponseBase:
    """Who signs in whose place, and the form for another delegation."""
    rows = Delegation.objects.visible_to(request.user).select_related("grantor", "delegate")
    rows = rows.prefetch_related("documents")
    if "export" in request.GET:
        return export_response(request, rows, DELEGATIONS)
    form = DelegationForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.delegate(by=request.user, **form.cleaned_data)
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Saved. Both were told."))
            return redirect("staff:delegation-list")
    context = _shown(request, page_of(request, rows, DELEGATIONS))
    return render(request, "staff/agreements/delegation_list.html", {"form": form, **context})


def _shown(request: PersonRequest, page: Page) -> dict[str, Any]:
    """The rows with their state, and whether the reader may revoke them."""
    states = [(row, state_of(row)) for row in page.rows]
    rows = [
        (row, code == "holds", code in {"holds", "coming"} and can_revoke(request.user, row)) for row, code in states
    ]
    return {"page": page, "rows": rows, "for_others": can_delegate_for_others(request.user)}


@staff_page(*DELEGATORS)
@require_POST
def delegation_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delegation.objects.visible_to(request.user), pk=pk)
    try:
        workflow.revoke_delegation(row, by=request.user)
        messages.success(request, _("Revoked. Both were told."))
    except WorkflowError as error:
        messages.error(request, " ".join([error.message, *(str(blocker.text) for blocker in error.blockers)]))
    return redirect("staff:delegation-list")
