"""Pages of the company's staff about suppliers: list, supplier, steps, invitation, people, sites, history."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from csr_portal.core import lists
from csr_portal.core.access import staff_page
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.roles import Role
from csr_portal.core.workflow import WorkflowError, available
from suppliers import gates, workflow
from suppliers.forms.companies import SupplierForm
from suppliers.forms.fields import ReasonForm
from suppliers.forms.people import ColleagueForm
from suppliers.forms.registration import InviteForm
from suppliers.forms.sites import SiteForm
from suppliers.lists import CONTACTS, INVITATIONS, SITES, SUPPLIER_EXPORT, SUPPLIERS, all_views_of, sets_of, tabs
from suppliers.models import Contact, Invitation, JoinRequest, Site, Supplier
from suppliers.permissions import can_manage
from suppliers.states import ContactRole, SupplierStatus
from suppliers.views import bulk
from suppliers.workflow import duplicates, invitations, merging, people, profile
from suppliers.workflow import supplier as supplier_steps

SHOWN = 5  # of what has a page of its own
procurement_page = staff_page(Role.BUYER, Role.CSR_MANAGER)


@staff_page()
def supplier_list(request: HttpRequest) -> HttpResponseBase:
    """The suppliers in one of the saved views, searched and filtered."""
    everybody = Supplier.objects.visible_to(request.user)
    view = _view_of(request)
    chosen = everybody.filter(all_views_of(request.user)[view][1])
    if request.GET.get("export"):
        rows = chosen.select_related("owner").prefetch_related("categories")
        return lists.export_response(request, rows, SUPPLIER_EXPORT)
    rows = chosen.defer("search_text", "address", "website")
    page = lists.page_of(request, rows, SUPPLIERS, tabs=sets_of(everybody, request.user, view))
    context = {"page": page, "tabs": tabs(request, page.tab_counts, view), "view": view, "bulk": bulk.ACTIONS}
    return render(request, "staff/suppliers/list.html", context)


def _view_of(request: HttpRequest) -> str:
    """The view the URL names; for buyers their own suppliers, for everybody else all."""
    fallback = "mine" if Role.BUYER in request.user.roles and not request.GET.get("q") else "all"
    view = request.GET.get("view", fallback)
    return view if view in all_views_of(request.user) else fallback


@procurement_page
@require_POST
def supplier_bulk(request: HttpRequest) -> HttpResponse:
    """Two clicks: first who is in and who is left out and why, then it is done."""
    chosen = list(Supplier.objects.visible_to(request.user).filter(pk__in=bulk.chosen_ids(request)))
    action = bulk.ACTIONS_BY_CODE.get(request.POST.get("action", ""))
    if action is None or not chosen:
        messages.warning(request, _("Choose suppliers first, then what to do with them."))
        return redirect("staff:supplier-list")
    if page := action.get("page"):
        return redirect(f"{reverse(page)}?{urlencode([('supplier', supplier.pk) for supplier in chosen])}")
    plan = bulk.plan(chosen)
    if "confirmed" not in request.POST:
        return render(request, "staff/suppliers/bulk.html", {"action": action, "plan": plan})
    for supplier in plan.included:
        supplier_steps.remind(supplier, by=request.user)
    number = len(plan.included)
    text = ngettext("%(number)s supplier was reminded.", "%(number)s suppliers were reminded.", number)
    messages.success(request, text % {"number": number})
    return redirect("staff:supplier-list")


# One supplier


def find(request: HttpRequest, pk: int) -> Supplier:
    return get_object_or_404(Supplier.objects.visible_to(request.user).select_related("owner"), pk=pk)


@staff_page()
def supplier_detail(request: HttpRequest, pk: int) -> HttpResponse:
    supplier = find(request, pk)
    gate = gates.check(supplier, supplier.segment_aimed_at)
    entries = HistoryEntry.objects.of_threads(merging.threads_of(supplier)).select_related("by")
    context = {
        "supplier": supplier,
        "tab": "overview",
        "gate": gate,
        "sites": supplier.sites.all()[:SHOWN],
        "sites_count": supplier.sites.count(),
        "contacts": _contacts(supplier)[:SHOWN],
        "entries": entries[:6],
        "rating": supplier.risk_ratings.filter(is_current=True).first(),
        "decision": supplier.decisions.select_related("review").first(),
        "waivers": supplier.waivers.exclude(status__in=["refused", "ended"]).select_related("requested_by"),
        "invitation": supplier.invitations.order_by("-pk").first(),
        "steps": offers(supplier, request.user),
        "pairs": duplicates.pairs_of(supplier),
        "left_behind": merging.left_behind(supplier),
        "merge": supplier.merges_away.filter(undone_at=None).select_related("survivor", "by").first(),
    }
    return render(request, "staff/suppliers/detail.html", context)


def _contacts(supplier: Supplier) -> Any:
    return supplier.contacts.current().select_related("user").order_by("role", "pk")


STEP_LOOKS = {
    "admit": "user-check",
    "decline": "circle-slash",
    "suspend": "octagon-pause",
    "orders_reviewed": "clipboard-check",
    "resume": "play",
    "end": "archive",
    "end_strategic": "arrow-down",
}


def step_label(step: str) -> str:
    return {
        "admit": _("Admit as cooperating"),
        "decline": _("Decline"),
        "suspend": _("Suspend"),
        "orders_reviewed": _("Existing orders reviewed"),
        "resume": _("Resume"),
        "end": _("End the relation"),
        "end_strategic": _("End strategic status"),
    }[step]


def offers(supplier: Supplier, user: Any) -> list[dict[str, Any]]:
    """The steps this person may take now, each with its open reasons."""
    found = []
    for offer in available(workflow.STEPS, supplier, user):
        step = offer.name.removeprefix("supplier.")
        if step in supplier_steps.TAKE and not (step == "orders_reviewed" and offer.blockers):
            found.append(
                {"step": step, "label": step_label(step), "icon": STEP_LOOKS[step], "blockers": offer.blockers}
            )
    return found


@procurement_page
def supplier_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One page per step: what it means, what stands against it, the reason; POST takes it."""
    supplier = find(request, pk)
    offer = next((o for o in offers(supplier, request.user) if o["step"] == step), None)
    if step not in supplier_steps.TAKE:
        raise Http404
    form = ReasonForm(request.POST or None)
    if offer is None:
        messages.warning(request, _("This is not possible now: the status has changed."))
        return redirect("staff:supplier-detail", pk)
    if request.method == "POST" and form.is_valid():
        try:
            supplier_steps.TAKE[step](supplier, by=request.user, reason=form.cleaned_data["reason"])
        except WorkflowError as error:
            form.add_error("reason" if not error.blockers else None, error.message)
            offer["blockers"] = error.blockers or offer["blockers"]
        else:
            messages.success(
                request, _("Done. The status is now: %(status)s.") % {"status": supplier.get_status_display()}
            )
            return redirect("staff:supplier-detail", pk)
    context = {
        "supplier": supplier,
        "offer": offer,
        "form": form,
        "needs_reason": f"supplier.{step}" in supplier_steps.NEEDS_REASON,
    }
    return render(request, "staff/suppliers/step.html", context, status=422 if form.errors else 200)


@procurement_page
@require_POST
def supplier_remind(request: HttpRequest, pk: int) -> HttpResponse:
    supplier = find(request, pk)
    return run(
        request,
        lambda: supplier_steps.remind(supplier, by=request.user),
        _("The supplier was reminded."),
        "staff:supplier-detail",
        pk,
    )


def run(request: HttpRequest, act: Any, done: str, *where: Any) -> HttpResponse:
    """Take a step, say what happened or everything that stands against it, and go to the page."""
    try:
        act()
    except WorkflowError as error:
        messages.error(request, " ".join([error.message, *(str(b.text) for b in error.blockers)]))
    else:
        messages.success(request, done)
    return redirect(*where)


@procurement_page
def supplier_edit(request: HttpRequest, pk: int) -> HttpResponse:
    form = SupplierForm(request.POST or None, instance=find(request, pk))
    if request.method == "POST" and form.is_valid():
        profile.save_profile(form, by=request.user)
        messages.success(request, _("Saved. What changed stands in the history."))
        return redirect("staff:supplier-detail", pk)
    context = {"supplier": find(request, pk), "form": form, "title": _("Edit supplier")}
    return render(request, "staff/suppliers/form.html", context, status=422 if form.errors else 200)


@procurement_page
def site_edit(request: HttpRequest, pk: int, site_pk: int | None = None) -> HttpResponse:
    supplier = find(request, pk)
    site = get_object_or_404(supplier.sites, pk=site_pk) if site_pk else None
    initial = None if site else {"country": supplier.country}
    form = SiteForm(request.POST or None, instance=site, initial=initial, supplier=supplier)
    if request.method == "POST" and form.is_valid():
        profile.save_site(form, supplier=supplier, by=request.user)
        messages.success(request, _("Saved. What changed stands in the history."))
        return redirect("staff:supplier-detail", pk)
    context = {"supplier": supplier, "form": form, "title": _("Edit site") if site else _("Add site")}
    return render(request, "staff/suppliers/form.html", context, status=422 if form.errors else 200)


@staff_page()
def supplier_sites(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sites, and who works where, of one page of them."""
    supplier = find(request, pk)
    rows = Site.objects.visible_to(request.user).filter(supplier=supplier).with_headcount()
    rows = rows.prefetch_related("categories")
    if "export" in request.GET:
        return lists.export_response(request, rows, SITES)
    context = {"supplier": supplier, "page": lists.page_of(request, rows, SITES), "tab": "sites"}
    return render(request, "staff/suppliers/sites.html", context)


@staff_page()
def supplier_risk(request: HttpRequest, pk: int) -> HttpResponse:
    """The rating down to its inputs, and the ratings before it."""
    supplier = find(request, pk)
    ratings = supplier.risk_ratings.select_related("model")
    context = {
        "supplier": supplier,
        "rating": ratings.filter(is_current=True).first(),
        "earlier": ratings.filter(is_current=False)[:20],
    }
    return render(request, "staff/suppliers/risk.html", {**context, "tab": "risk"})


# Invitations and people


@procurement_page
def supplier_invite(request: HttpRequest) -> HttpResponse:
    """A new supplier and its link, on one page."""
    form = InviteForm(request.POST or None, initial={"country": "CN", "language": "zh-hans"})
    if request.method == "POST" and form.is_valid():
        invitation = invitations.invite_supplier(by=request.user, **form.values())
        return redirect("staff:invitation-detail", invitation.pk)
    context = {"form": form, "known": getattr(form, "known", None)}
    return render(request, "staff/suppliers/invite.html", context, status=422 if form.errors else 200)


def find_invitation(request: HttpRequest, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related("supplier", "invited_by", "used_by")
    return get_object_or_404(rows, pk=pk)


@procurement_page
def invitation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The link to copy and to scan, and what became of the mail."""
    invitation = find_invitation(request, pk)
    notices = Notice.objects.filter(key__startswith=f"suppliers/invitation:suppliers.invitation:{pk}:")
    link = request.build_absolute_uri(invitations.link_of(invitation))
    context = {
        "invitation": invitation,
        "supplier": invitation.supplier,
        "link": link,
        "usable": invitations.is_usable(invitation),
        "notices": notices,
    }
    return render(request, "staff/suppliers/invitation.html", context)


@procurement_page
@require_POST
def invitation_resend(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = find_invitation(request, pk)
    return run(
        request,
        lambda: invitations.resend(invitation, by=request.user),
        _("The invitation goes out again; the link stays the same."),
        "staff:invitation-detail",
        pk,
    )


@procurement_page
@require_POST
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = find_invitation(request, pk)
    return run(
        request,
        lambda: invitations.revoke(invitation, by=request.user),
        _("The link does not work any more."),
        "staff:invitation-detail",
        pk,
    )


@staff_page()
def supplier_people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who acts for the supplier; the buyer can appoint somebody new when everybody has left (B14)."""
    supplier = find(request, pk)
    rows = supplier.contacts.with_left_last().select_related("user")
    if "export" in request.GET:
        return lists.export_response(request, rows, CONTACTS)
    form = ColleagueForm(request.POST or None, initial=_first_contact(supplier))
    if request.method == "POST" and not can_manage(request.user, supplier):
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        invitation = invitations.invite(supplier, by=request.user, **form.cleaned_data)
        return redirect("staff:invitation-detail", invitation.pk)
    context = {
        "supplier": supplier,
        "tab": "people",
        "page": lists.page_of(request, rows, CONTACTS),
        "invitations": supplier.invitations.order_by("-pk")[:SHOWN],
        "requests": supplier.join_requests.filter(status="requested").select_related("user"),
        "form": form,
    }
    return render(request, "staff/suppliers/people.html", context, status=422 if form.errors else 200)


def _first_contact(supplier: Supplier) -> dict[str, str]:
    """What the form begins with: for a company that is only listed, the contact from the import."""
    initial = {"language": supplier.language, "role": ContactRole.ADMIN}
    if supplier.status == SupplierStatus.LISTED:
        initial |= {"person": supplier.contact_name, "email": supplier.contact_email}
    return initial


@staff_page()
def invitation_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every link that the supplier was sent."""
    supplier = find(request, pk)
    rows = supplier.invitations.select_related("invited_by")
    if "export" in request.GET:
        return lists.export_response(request, rows, INVITATIONS)
    context = {"supplier": supplier, "tab": "people", "page": lists.page_of(request, rows, INVITATIONS)}
    return render(request, "staff/suppliers/invitations.html", context)


@procurement_page
@require_POST
def contact_end(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.visible_to(request.user).select_related("user"), pk=pk)
    return run(
        request,
        lambda: people.end_access(contact, by=request.user),
        _("%(name)s has no access any more.") % {"name": contact.user.name},
        "staff:supplier-people",
        contact.supplier_id,
    )


@procurement_page
@require_POST
def join_decide(request: HttpRequest, pk: int, answer: str) -> HttpResponse:
    wanted = get_object_or_404(JoinRequest.objects.visible_to(request.user), pk=pk)
    act = {"approve": invitations.approve_join, "decline": invitations.decline_join}.get(answer)
    if act is None:
        raise Http404
    where = ("staff:supplier-people", wanted.supplier_id)
    return run(request, lambda: act(wanted, by=request.user), _("The person was told."), *where)
