"""Without an account: the invitation link, registration on the phone, and the page of a dead link (B12, B13)."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from csr_portal.core.access import open_page, speak, too_often
from csr_portal.core.models import User
from csr_portal.core.workflow import WorkflowError
from suppliers.access import SESSION_KEY
from suppliers.forms.registration import PersonForm, RegistrationForm, draft_of
from suppliers.models import Contact, Invitation
from suppliers.states import SupplierStatus
from suppliers.workflow import invitations

BACKEND = "csr_portal.core.accounts.PersonBackend"


@open_page
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Register by a link, or take it up with the account one has; a dead link helps and reveals nothing."""
    found = invitations.invitation_of(token)
    if found is None or not invitations.is_usable(found):
        return dead_link(request, token)
    speak(request, found.language)
    invitations.mark_opened(found)
    known = User.objects.filter(email__iexact=found.email).first()
    if known:
        return take_up(request, found, known)
    form = form_of(found, request.POST or None)
    if request.method == "POST":
        invitations.keep_draft(found, draft_of(form))
        if "later" in request.POST:
            return render(request, "open/suppliers/draft_kept.html", {"invitation": found, "link": request.path})
        if form.is_valid():
            return registered(request, found, form)
    context = {
        "invitation": found,
        "supplier": found.supplier,
        "form": form,
        "token": token,
        "goes_on": bool(found.draft),
    }
    return render(request, "open/suppliers/register.html", context, status=422 if form.errors else 200)


def form_of(found: Invitation, data: QueryDict | None) -> PersonForm:
    """The first person gives company and person, every further one only the person."""
    is_first = found.supplier.status == SupplierStatus.INVITED
    return (RegistrationForm if is_first else PersonForm)(data, invitation=found)


@open_page
@require_POST
def invitation_draft(request: HttpRequest, token: str) -> HttpResponse:
    """What the page sends by itself while somebody types; a dead link keeps nothing and says nothing else."""
    found = invitations.invitation_of(token)
    kept = found is not None and invitations.keep_draft(found, draft_of(form_of(found, request.POST)))
    return HttpResponse(status=204 if kept else 410)


def registered(request: HttpRequest, found: Invitation, form: PersonForm) -> HttpResponse:
    """Make the account and lead in; who asked to join a known company reads that a colleague has to agree."""
    try:
        outcome = invitations.register(found, person=form.person(), company=form.company())
    except WorkflowError:
        return redirect("open:invitation", invitations.token_of(found))
    if not isinstance(outcome, Contact):
        return render(request, "open/suppliers/join_asked.html", {"email": found.email})
    login(request, outcome.user, backend=BACKEND)
    request.session[SESSION_KEY] = outcome.supplier_id
    first = outcome.supplier.sites.first()
    return redirect("portal:site-edit", first.pk) if first and not first.workers else redirect("portal:home")


def take_up(request: HttpRequest, found: Invitation, known: User) -> HttpResponse:
    """The invited address has an account: its owner logs in and accepts."""
    is_owner = request.user.is_authenticated and request.user.pk == known.pk
    if request.method == "POST" and is_owner:
        contact = invitations.accept(found, user=known)
        request.session[SESSION_KEY] = contact.supplier_id
        return redirect("portal:home")
    context = {"invitation": found, "supplier": found.supplier, "is_owner": is_owner}
    return render(request, "open/suppliers/accept.html", context)


def dead_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same page for every dead link: used, revoked, too old, or never made by us."""
    found = invitations.invitation_of(token)
    if found is not None:
        speak(request, found.language)
    problem = too_often(request, "new-link") if request.method == "POST" else ""
    asked = request.method == "POST" and not problem
    if asked:
        invitations.ask_for_new_link(token)
    context = {"asked": asked, "problem": problem}
    return render(request, "open/suppliers/dead_link.html", context, status=200 if asked else 410)
