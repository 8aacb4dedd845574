"""Pages of the supplier's people about their own company: status, data, sites, people, certificates."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csr_portal.core.lists import export_response, page_of
from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import WorkflowError
from suppliers import gates
from suppliers.access import SESSION_KEY, portal_admin_page, portal_page
from suppliers.forms.certificates import CertificateForm
from suppliers.forms.companies import CompanyForm
from suppliers.forms.people import ColleagueForm, RoleForm, SuccessorForm
from suppliers.forms.sites import SiteForm
from suppliers.lists import CERTIFICATES, COLLEAGUES, INVITATIONS, SITES
from suppliers.models import Certificate, Contact, Invitation, JoinRequest, Site, Supplier
from suppliers.states import ContactRole
from suppliers.views.certificates import add_certificate, send_file
from suppliers.workflow import invitations, people, profile
from suppliers.workflow.certificates import withdraw_certificate

SHOWN = 5  # of what has a page of its own


def run(request: HttpRequest, act: Any, done: str, where: str) -> HttpResponse:
    """Take a step, say what happened or everything that stands against it, and go to the page."""
    try:
        act()
    except WorkflowError as error:
        messages.error(request, " ".join([error.message, *(str(b.text) for b in error.blockers)]))
    else:
        messages.success(request, done)
    return redirect(where)


@portal_page
def status(request: HttpRequest) -> HttpResponse:
    """The gate as the supplier sees it: what is missing, whose turn it is, where to go."""
    supplier = request.supplier
    gate = gates.check(supplier, supplier.segment_aimed_at)
    context = {
        "supplier": supplier,
        "gate": gate,
        "decision": supplier.decisions.select_related("review").first(),
        "clearances": supplier.clearances.select_related("category", "site"),
    }
    return render(request, "portal/suppliers/status.html", context)


# Company and sites


@portal_page
def company(request: HttpRequest) -> HttpResponse:
    supplier = request.supplier
    entries = HistoryEntry.objects.about(supplier).filter(action__in=["supplier.edit", "site.add", "site.edit"])
    context = {
        "supplier": supplier,
        "is_admin": request.contact.role == ContactRole.ADMIN,
        "sites": supplier.sites.all()[:SHOWN],
        "sites_count": supplier.sites.count(),
        "others": Contact.objects.filter(user=request.user, ended_at=None).exclude(supplier=supplier).exists(),
        "certificates": supplier.certificates.count(),
        "people": supplier.contacts.current().count(),
        "entries": entries[:5],
    }
    return render(request, "portal/suppliers/company.html", context)


@portal_admin_page
def company_edit(request: HttpRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, instance=Supplier.objects.get(pk=request.supplier.pk))
    if request.method == "POST" and form.is_valid():
        profile.save_profile(form, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("portal:company")
    context = {"form": form, "title": _("Company data"), "back": "portal:company"}
    return render(request, "portal/suppliers/form.html", context, status=422 if form.errors else 200)


@portal_page
def site_list(request: HttpRequest) -> HttpResponseBase:
    rows = Site.objects.visible_to(request.user).filter(supplier=request.supplier)
    rows = rows.with_headcount().prefetch_related("categories")
    if "export" in request.GET:
        return export_response(request, rows, SITES)
    context = {"page": page_of(request, rows, SITES), "is_admin": request.contact.role == ContactRole.ADMIN}
    return render(request, "portal/suppliers/sites.html", context)


@portal_admin_page
def site_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    supplier = request.supplier
    site = get_object_or_404(Site.objects.visible_to(request.user), supplier=supplier, pk=pk) if pk else None
    initial = None if site else {"country": supplier.country}
    form = SiteForm(request.POST or None, instance=site, initial=initial, supplier=supplier)
    if request.method == "POST" and form.is_valid():
        profile.save_site(form, supplier=supplier, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("portal:company")
    context = {"form": form, "title": _("Edit site") if site else _("Add site"), "back": "portal:company"}
    return render(request, "portal/suppliers/form.html", context, status=422 if form.errors else 200)


# People


@portal_page
def people_page(request: HttpRequest) -> HttpResponseBase:
    """Who has access now, the newest invitations that are open, who wants to join, and handing over."""
    supplier = request.supplier
    rows = supplier.contacts.current().select_related("user")
    if "export" in request.GET:
        return export_response(request, rows, COLLEAGUES)
    context = {
        "contact": request.contact,
        "is_admin": request.contact.role == ContactRole.ADMIN,
        "page": page_of(request, rows, COLLEAGUES),
        "has_colleagues": rows.exclude(pk=request.contact.pk).exists(),
        "invitations": supplier.invitations.pending().order_by("-pk")[:SHOWN],
        "requests": supplier.join_requests.filter(status="requested").select_related("user"),
        "successor_form": SuccessorForm(contact=request.contact),
    }
    return render(request, "portal/suppliers/people.html", context)


@portal_page
def invitation_list(request: HttpRequest) -> HttpResponseBase:
    """Every link that anybody was sent to act for this company."""
    rows = Invitation.objects.visible_to(request.user).filter(supplier=request.supplier).select_related("invited_by")
    if "export" in request.GET:
        return export_response(request, rows, INVITATIONS)
    context = {"page": page_of(request, rows, INVITATIONS), "is_admin": request.contact.role == ContactRole.ADMIN}
    return render(request, "portal/suppliers/invitations.html", context)


@portal_admin_page
def people_invite(request: HttpRequest) -> HttpResponse:
    initial = {"language": request.user.language, "role": ContactRole.MEMBER}
    form = ColleagueForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        invitation = invitations.invite(request.supplier, by=request.user, **form.cleaned_data)
        return redirect("portal:people-invited", invitation.pk)
    context = {"form": form, "title": _("Invite a colleague"), "back": "portal:people", "verb": _("Invite")}
    return render(request, "portal/suppliers/form.html", context, status=422 if form.errors else 200)


@portal_admin_page
def people_invited(request: HttpRequest, pk: int) -> HttpResponse:
    """The link to send by WeChat, beside the mail."""
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), supplier=request.supplier, pk=pk)
    link = request.build_absolute_uri(invitations.link_of(invitation))
    context = {"invitation": invitation, "link": link, "usable": invitations.is_usable(invitation)}
    return render(request, "portal/suppliers/invited.html", context)


@portal_admin_page
@require_POST
def invitation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), supplier=request.supplier, pk=pk)
    act = lambda: invitations.revoke(invitation, by=request.user)  # noqa: E731
    return run(request, act, _("The link does not work any more."), "portal:people")


def find_contact(request: HttpRequest, pk: int) -> Contact:
    rows = Contact.objects.visible_to(request.user).select_related("user", "supplier")
    return get_object_or_404(rows, supplier=request.supplier, pk=pk)


@portal_admin_page
@require_POST
def contact_role(request: HttpRequest, pk: int) -> HttpResponse:
    contact, form = find_contact(request, pk), RoleForm(request.POST)
    role = form.cleaned_data["role"] if form.is_valid() else contact.role
    return run(
        request,
        lambda: people.change_role(contact, role=role, by=request.user),
        _("The role was changed."),
        "portal:people",
    )


@portal_admin_page
@require_POST
def contact_end(request: HttpRequest, pk: int) -> HttpResponse:
    contact = find_contact(request, pk)
    done = _("%(name)s has no access any more.") % {"name": contact.user.name}
    return run(request, lambda: people.end_access(contact, by=request.user), done, "portal:people")


@portal_page
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Anybody may name a successor for themselves."""
    form = SuccessorForm(request.POST, contact=request.contact)
    if not form.is_valid():
        messages.error(request, _("Choose who takes over."))
        return redirect("portal:people")
    act = lambda: people.hand_over(request.contact, to=form.cleaned_data["successor"], by=request.user)  # noqa: E731
    return run(request, act, _("Handed over. Your access to this company has ended."), "home")


@portal_admin_page
@require_POST
def join_approve(request: HttpRequest, pk: int) -> HttpResponse:
    wanted = get_object_or_404(JoinRequest.objects.visible_to(request.user), supplier=request.supplier, pk=pk)
    act = lambda: invitations.approve_join(wanted, by=request.user)  # noqa: E731
    return run(request, act, _("The person may act for the company now."), "portal:people")


@portal_admin_page
@require_POST
def join_decline(request: HttpRequest, pk: int) -> HttpResponse:
    wanted = get_object_or_404(JoinRequest.objects.visible_to(request.user), supplier=request.supplier, pk=pk)
    act = lambda: invitations.decline_join(wanted, by=request.user)  # noqa: E731
    return run(request, act, _("The person was told."), "portal:people")


@portal_page
def choose_company(request: HttpRequest) -> HttpResponse:
    """For who acts for several companies: which one now."""
    contacts = Contact.objects.filter(user=request.user, ended_at=None).select_related("supplier").order_by("pk")
    if request.method == "POST":
        chosen = get_object_or_404(contacts, supplier=request.POST.get("supplier") or 0)
        request.session[SESSION_KEY] = chosen.supplier_id
        return redirect("portal:home")
    return render(request, "portal/suppliers/choose.html", {"contacts": contacts})


# Certificates


OWN_CERTIFICATES = replace(
    CERTIFICATES,
    columns=[column for column in CERTIFICATES.columns if column.key != "supplier"],
    search=lambda words: Q(number__icontains=words) | Q(body__icontains=words),
    default_order="-expires_on",
)


@portal_page
def certificate_list(request: HttpRequest) -> HttpResponseBase:
    rows = Certificate.objects.visible_to(request.user).filter(supplier=request.supplier).prefetch_related("sites")
    if "export" in request.GET:
        return export_response(request, rows, OWN_CERTIFICATES)
    return render(request, "portal/suppliers/certificates.html", {"page": page_of(request, rows, OWN_CERTIFICATES)})


@portal_page
def certificate_add(request: HttpRequest) -> HttpResponse:
    form = CertificateForm(request.POST or None, request.FILES or None, supplier=request.supplier)
    if request.method == "POST" and form.is_valid() and add_certificate(request, form):
        return redirect("portal:certificate-list")
    context = {"form": form, "title": _("Add certificate"), "back": "portal:certificate-list", "has_file": True}
    return render(request, "portal/suppliers/form.html", context, status=422 if form.errors else 200)


def find_certificate(request: HttpRequest, pk: int) -> Certificate:
    return get_object_or_404(Certificate.objects.visible_to(request.user), supplier=request.supplier, pk=pk)


@portal_page
def certificate_file(request: HttpRequest, pk: int) -> HttpResponse:
    return send_file(find_certificate(request, pk))


@portal_page
@require_POST
def certificate_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    certificate = find_certificate(request, pk)
    act = lambda: withdraw_certificate(certificate, by=request.user)  # noqa: E731
    return run(request, act, _("Withdrawn."), "portal:certificate-list")
