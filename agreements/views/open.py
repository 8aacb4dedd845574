"""Pages without an account: the signatory's three steps behind link and code, and the verification for anybody."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import verification, workflow
from agreements.forms.signing import CodeForm, DeclineForm, OwnCodeForm, ReadForm, SignForm, WhoForm
from agreements.models import Agreement, SigningLink
from agreements.reports import (
    CONSENT_VERSION,
    PDF_LANGUAGES,
    agreement_text,
    changes_for,
    consent_text,
    drawing_bytes,
    signature_of,
)
from agreements.states import EventKind
from agreements.tasks import ensure_presented
from agreements.views.shared import agreement_file, trace_of
from csr_portal.core.access import open_page, speak, too_often
from csr_portal.core.files import digest_sent
from csr_portal.core.models import Organisation
from csr_portal.core.workflow import Outsider, WorkflowError

SESSION_KEY = "signing"
SESSION_HOURS = 2


def _link(token: str) -> SigningLink | None:
    nonce = SigningLink.nonce_of(token)
    rows = SigningLink.objects.select_related("agreement__supplier", "agreement__version__document", "created_by")
    return rows.filter(nonce=nonce).first() if nonce else None


def _state(request: HttpRequest, link: SigningLink) -> dict[str, Any] | None:
    """What this browser has done with this link, if its code was accepted within the last hours."""
    state = request.session.get(SESSION_KEY) or {}
    if state.get("link") != link.pk:
        return None
    age = timezone.now() - dt.datetime.fromisoformat(state["at"])
    return state if age < dt.timedelta(hours=SESSION_HOURS) else None


def _closed(request: HttpRequest, link: SigningLink | None) -> HttpResponse | None:
    """The page that says why a link does not work; nothing while it does. Both in the language of the link's mail."""
    if link:
        speak(request, link.agreement.language)
    problem = workflow.link_problem(link)
    return _closed_page(request, link, problem) if problem else None


def _closed_page(request: HttpRequest, link: SigningLink | None, problem: str, asked: bool = False) -> HttpResponse:
    context = {
        "problem": problem,
        "asked": asked,
        "contact": workflow.contact_of(link) if link else None,
        "token": link.token if link and workflow.wants_new_link(link) else "",
    }
    return render(request, "open/agreements/closed.html", context, status=200 if asked else 410)


@open_page
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """The code. Accepted, it opens the three steps in this browser. A link that was used shows what was signed."""
    link = _link(token)
    if link and link.used_at:
        return redirect("open:sign-done", token)
    if (closed := _closed(request, link)) or link is None:
        return closed or redirect("home")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        problem = too_often(request, "sign-code")
        problem = problem or workflow.enter_code(link, form.cleaned_data["code"], trace=trace_of(request))
        if not problem:
            request.session.cycle_key()
            request.session[SESSION_KEY] = {"link": link.pk, "at": timezone.now().isoformat()}
            return redirect("open:sign-who", token)
        form.add_error("code", problem)
    context = {"link": link, "form": form, "token": token, "was_sent": bool(link.code_sent_at)}
    return render(request, "open/agreements/code.html", context)


@open_page
@require_POST
def sign_code(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(token)
    if (closed := _closed(request, link)) or link is None:
        return closed or redirect("home")
    if link.email:
        try:
            workflow.send_code(link, trace=trace_of(request))
        except WorkflowError as error:
            messages.error(request, error.message)
    return redirect("open:sign", token)


@open_page
@require_POST
def sign_new_link(request: HttpRequest, token: str) -> HttpResponse:
    """Who holds a link that has run out or was withdrawn asks the contact person for a new one."""
    link = _link(token)
    if link is None or not workflow.wants_new_link(link):
        return redirect("open:sign", token)
    speak(request, link.agreement.language)
    if problem := too_often(request, "sign-new-link"):
        return _closed_page(request, link, problem)
    workflow.ask_for_new_link(link)
    return _closed_page(request, link, "", asked=True)


@open_page
def sign_who(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(token)
    if (closed := _closed(request, link)) or link is None:
        return closed or redirect("home")
    if (state := _state(request, link)) is None:
        return redirect("open:sign", token)
    initial = {"name": link.name, "name_latin": link.name_latin, "title": link.title} | state.get("who", {})
    form = WhoForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        who = {key: form.cleaned_data[key] for key in ("name", "name_latin", "title")}
        request.session[SESSION_KEY] = state | {"who": who}
        more = {"name": who["name"], "name_latin": who["name_latin"], "title": who["title"]}
        workflow.note_event(link, EventKind.IDENTIFIED, trace=trace_of(request), **more)
        return redirect("open:sign-read", token)
    return render(request, "open/agreements/who.html", {"link": link, "form": form, "token": token})


@open_page
def sign_read(request: HttpRequest, token: str) -> HttpResponse:
    """The exact text, in any of its languages; on when it was read to its end."""
    link = _link(token)
    if (closed := _closed(request, link)) or link is None:
        return closed or redirect("home")
    state = _state(request, link)
    if state is None or "who" not in state:
        return redirect("open:sign", token)
    language = request.GET.get("text") or get_language() or link.agreement.language
    before = {f"reserve_{key}": words for key, words in state.get("reservations", {}).items()}
    form = ReadForm(request.POST or None, version=link.agreement.version, initial=before)
    if request.method == "POST" and form.is_valid():
        shown = ensure_presented(link.agreement).presented_sha256
        request.session[SESSION_KEY] = state | {
            "read": shown,
            "text_language": language,
            "reservations": form.reservations(),
        }
        workflow.note_event(link, EventKind.READ, trace=trace_of(request), name=state["who"]["name"], text_sha256=shown)
        return redirect("open:sign-sign", token)
    context = {
        "link": link,
        "agreement": link.agreement,
        "text": agreement_text(link.agreement, language, Organisation.current()),
        "form": form,
        "decline_form": DeclineForm(version=link.agreement.version),
        "own_code_form": OwnCodeForm(),
        "changes": changes_for(link.agreement, language),
        "languages": PDF_LANGUAGES,
        "token": token,
        "who": state["who"],
    }
    return render(request, "open/agreements/read.html", context)


@open_page
def sign_sign(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(token)
    if link and link.used_at and _state(request, link):
        return redirect("open:sign-done", token)
    if (closed := _closed(request, link)) or link is None:
        return closed or redirect("home")
    state = _state(request, link)
    if state is None or "read" not in state:
        return redirect("open:sign", token)
    form = SignForm(request.POST or None, initial={"presented_sha256": state["read"]})
    if request.method == "POST" and form.is_valid() and _signed(request, link, form, state):
        return redirect("open:sign-done", token)
    context = {
        "link": link,
        "agreement": link.agreement,
        "form": form,
        "token": token,
        "who": state["who"],
        "consent": consent_text(),
        "reservations": _reserved(link.agreement, state),
        "sha256": state["read"],
    }
    return render(request, "open/agreements/sign.html", context)


def _reserved(agreement: Agreement, state: dict[str, Any]) -> list[tuple[Any, str]]:
    """What the signatory wrote as reservations, beside its clauses."""
    texts = state.get("reservations", {})
    return [(clause, texts[clause.key]) for clause in agreement.version.clauses.all() if clause.key in texts]


def _signed(request: HttpRequest, link: SigningLink, form: SignForm, state: dict[str, Any]) -> bool:
    who, data = state["who"], form.cleaned_data
    if "".join(data["typed_name"].split()).lower() != "".join(who["name"].split()).lower():
        form.add_error("typed_name", _("This is not the name you gave: %(name)s.") % {"name": who["name"]})
        return False
    try:
        workflow.sign(
            link, **who, authority=_("Stated to be authorised to sign for the company"), trace=trace_of(request),
            presented_sha256=data["presented_sha256"], drawing=drawing_bytes(data["drawing"]),
            text_language=state.get("text_language", ""), reservations=state.get("reservations", {}),
        )  # fmt: skip
    except WorkflowError as error:
        form.add_error(None, error.message)
        return False
    return True


@open_page
@require_POST
def sign_decline(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(token)
    if (closed := _closed(request, link)) or link is None:
        return closed or redirect("home")
    if (state := _state(request, link)) is None:
        return redirect("open:sign", token)
    form = DeclineForm(request.POST, version=link.agreement.version)
    if not form.is_valid():
        messages.error(request, _("Give a reason."))
        return redirect("open:sign-read", token)
    who = state.get("who") or {"name": link.name, "name_latin": link.name_latin, "title": link.title}
    more = {"name_latin": who["name_latin"], "title": who["title"], "trace": trace_of(request)}
    try:
        workflow.decline(link.agreement, by=Outsider(who["name"]), link=link, **more, **form.cleaned_data)
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect("open:sign", token)
    return render(request, "open/agreements/declined.html", {"agreement": link.agreement})


@open_page
@require_POST
def sign_own_code(request: HttpRequest, token: str) -> HttpResponse:
    """The signatory offers the company's own code of conduct instead of signing ours."""
    link = _link(token)
    if (closed := _closed(request, link)) or link is None:
        return closed or redirect("home")
    state, form = _state(request, link), OwnCodeForm(request.POST, request.FILES)
    if state is None or "who" not in state:
        return redirect("open:sign", token)
    if not form.is_valid():
        messages.error(request, _("Choose the PDF of your code of conduct."))
        return redirect("open:sign-read", token)
    upload, note = form.cleaned_data["file"], form.cleaned_data["note"]
    by = Outsider(state["who"]["name"])
    try:
        workflow.offer_own_code(link.agreement, upload, by=by, note=note, link=link, trace=trace_of(request))
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect("open:sign", token)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("open:sign-read", token)
    return render(request, "open/agreements/own_code_sent.html", {"agreement": link.agreement})


@open_page
def sign_done(request: HttpRequest, token: str) -> HttpResponse:
    """Thanks, what comes next, and the sealed file. The link keeps showing it."""
    link = _link(token)
    if link is None or not link.used_at:
        return redirect("open:sign", token)
    speak(request, link.agreement.language)
    refusals = link.agreement.events.filter(kind=EventKind.RESERVATION_REFUSED, at__gte=link.used_at)
    context = {"agreement": link.agreement, "token": token, "link": link, "refused": refusals.first()}
    return render(request, "open/agreements/done.html", context)


@open_page
def sign_download(request: HttpRequest, token: str, kind: str) -> FileResponse | HttpResponse:
    """The text while signing (after the code), the sealed file afterwards (with the link)."""
    link = _link(token)
    if link is None or kind not in ("text", "sealed"):
        raise Http404
    if not (link.used_at if kind == "sealed" else _state(request, link)):
        return redirect("open:sign", token)
    return agreement_file(link.agreement, kind)


@open_page
def agreement_verify(request: HttpRequest, code: str) -> HttpResponse:
    """What anybody may know about a code; a file can be compared (hashed in the browser, or here and dropped)."""
    agreement, comparison = verification.by_code(code), ""
    if agreement and request.method == "POST" and (digest := digest_sent(request)):
        comparison = verification.compare(agreement, digest)
    return verification_page(request, agreement, code, comparison)


def verification_page(
    request: HttpRequest, agreement: Agreement | None, code: str, comparison: str = ""
) -> HttpResponse:
    context = {
        "code": code,
        "agreement": agreement,
        "result": verification.result(agreement, comparison),
        "comparison": comparison,
        "event": signature_of(agreement) if agreement else None,
        "company": Organisation.current(),
        "checked_at": timezone.now(),
        "consent_version": CONSENT_VERSION,
    }
    return render(request, "open/agreements/verify.html", context)
