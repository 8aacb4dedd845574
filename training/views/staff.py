"""Staff pages of the training programme: the year, its sessions, who comes, hours and scores."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from csr_portal.core import charts, palette
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, available
from suppliers.models import Supplier
from training import figures, workflow
from training.forms import InviteForm, PasteForm, ProgrammeForm, ReasonForm, ResultsForm, SessionForm, StaffEnrolForm
from training.models import Course, Enrolment, Programme, Session, local_day
from training.permissions import can_run
from training.states import EnrolmentStatus, SessionStatus

COORDINATORS = (Role.TRAINING_COORDINATOR, Role.CSR_MANAGER)
STEPS = {"open": workflow.open_session, "hold": workflow.hold_session, "close": workflow.close_session}
STEP_LOOKS = {
    "session.open": (gettext_lazy("Open for enrolment"), "door-open"),
    "session.hold": (gettext_lazy("Session was held"), "users-round"),
    "session.close": (gettext_lazy("Close and issue certificates"), "badge-check"),
}

SESSIONS = Listing(
    columns=[
        Column("number", gettext_lazy("Session"), order="number", value="number"),
        Column("course", gettext_lazy("Course"), value=lambda s: str(s.course)),
        Column("starts", gettext_lazy("Begins"), order="starts_at", value="starts_at"),
        Column("place", gettext_lazy("Place"), order="place", value="place"),
        Column("trainer", gettext_lazy("Trainer"), value="trainer"),
        Column("places", gettext_lazy("Places taken"), value=lambda s: s.places_taken, is_number=True),
        Column("passed", gettext_lazy("Passed"), value=lambda s: s.passed, is_number=True),
        Column("status", gettext_lazy("Status"), order="status", value=lambda s: s.get_status_display()),
    ],
    filters=[
        Filter("status", gettext_lazy("Status"), SessionStatus.choices),
        Filter(
            "year",
            gettext_lazy("Year"),
            lambda request: [(str(year), year) for year in Programme.objects.values_list("year", flat=True)],
            field="programme__year",
        ),
        Filter(
            "course",
            gettext_lazy("Course"),
            lambda request: [(str(course.pk), str(course)) for course in Course.objects.all()],
            field="course_id",
        ),
    ],
    search=lambda words: Q(number__icontains=words) | Q(place__icontains=words) | Q(trainer__icontains=words),
    default_order="-starts_at",
    file_name="training-sessions",
)


@staff_page()
def home(request: HttpRequest) -> HttpResponse:
    """The year's programme: sessions by month, coverage, participation over the years."""
    programmes = list(Programme.objects.visible_to(request.user))
    wanted = request.GET.get("year", "")
    programme = next((p for p in programmes if str(p.year) == wanted), programmes[0] if programmes else None)
    sessions = Session.objects.visible_to(request.user).filter(programme=programme).select_related("course")
    rows = list(sessions.with_counts().order_by("starts_at", "pk"))
    years = figures.participation()
    context = {
        "programmes": programmes,
        "programme": programme,
        "months": [(month, list(items)) for month, items in groupby(rows, key=lambda s: _month(s))],
        "coverage": figures.coverage(programme) if programme else None,
        "years": years,
        "this_year": next((y for y in years if programme and y.year == programme.year), None),
        "chart": _chart(years) if years else "",
        "can_run": can_run(request.user, programme),
        "today": today(),
    }
    return render(request, "staff/training/home.html", context)


def _chart(years: list[figures.YearOfTraining]) -> Any:
    """People who took part: those of the years before below, those of the year on top."""
    before = charts.Series(_("Years before"), [y.people_so_far - y.people for y in years], palette.SECOND)
    during = charts.Series(_("In the year"), [y.people for y in years], palette.MAIN)
    title = _("People who took part, all years together")
    return charts.bar_chart(title, [y.year for y in years], [before, during], width=charts.NARROW)


def _month(session: Session) -> Any:
    return local_day(session.starts_at).replace(day=1)


@staff_page(*COORDINATORS)
def programme_edit(request: HttpRequest, year: int) -> HttpResponse:
    programme = get_object_or_404(Programme.objects.visible_to(request.user), year=year)
    form = ProgrammeForm(request.POST or None, instance=programme)
    if form.is_valid():
        form.save()
        return redirect(f"{reverse('staff:training-home')}?year={year}")
    return render(request, "staff/training/form.html", {"form": form, "heading": programme})


@staff_page()
def session_list(request: HttpRequest) -> HttpResponse:
    rows = Session.objects.visible_to(request.user).select_related("course").with_counts()
    if "export" in request.GET:
        return export_response(request, rows, SESSIONS)
    context = {"page": page_of(request, rows, SESSIONS), "can_run": can_run(request.user, None)}
    return render(request, "staff/training/sessions.html", context)


@staff_page(*COORDINATORS)
def session_new(request: HttpRequest) -> HttpResponse:
    form = SessionForm(request.POST or None, initial={"capacity": 20, "language": "zh-hans", "has_test": True})
    if form.is_valid():
        fields = dict(form.cleaned_data)
        session = workflow.plan_session(fields.pop("course"), by=request.user, **fields)
        return redirect("staff:training-session", session.pk)
    return render(request, "staff/training/form.html", {"form": form, "heading": _("Plan a session")})


@staff_page(*COORDINATORS)
def session_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Only while it is planned or open: what was held stays as it was."""
    changeable = Session.objects.visible_to(request.user).filter(status__in=[SessionStatus.PLANNED, SessionStatus.OPEN])
    session = get_object_or_404(changeable, pk=pk)
    form = SessionForm(request.POST or None, instance=session)
    if form.is_valid():
        workflow.change_session(form.save(commit=False), form.changed_data, by=request.user)
        return redirect("staff:training-session", pk)
    return render(request, "staff/training/form.html", {"form": form, "heading": _("Change the session")})


@staff_page()
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(_sessions(request), pk=pk)
    return render(request, "staff/training/session.html", _session_context(request, session))


def _sessions(request: HttpRequest) -> Any:
    return Session.objects.visible_to(request.user).select_related("course", "programme", "created_by").with_counts()


def _session_context(request: HttpRequest, session: Session, **forms: Any) -> dict[str, Any]:
    people = session.enrolments.select_related("supplier", "user", "certificate", "session__course").order_by("pk")
    offers = available(workflow.SESSION_STEPS, session, request.user)
    if session.starts_at > timezone.now():  # nobody misses a step that cannot have happened yet
        offers = [offer for offer in offers if offer.name != "session.hold"]
    return {
        "session": session,
        "people": people,
        "places_free": max(0, session.capacity - session.places_taken),
        "invited": session.invitations.count(),
        "offers": [_offer(session, offer) for offer in offers if offer.name in STEP_LOOKS],
        "blockers": [b for offer in offers if offer.name in STEP_LOOKS for b in offer.blockers],
        "may_cancel": any(offer.name == "session.cancel" for offer in offers),
        "can_run": can_run(request.user, session),
        "may_enrol": can_run(request.user, session) and session.status in {"planned", "open", "held"},
        "enrol_form": StaffEnrolForm(visible=Supplier.objects.visible_to(request.user)),
        "history_entries": HistoryEntry.objects.about(session)[:8],
        **forms,
    }


def _offer(session: Session, offer: Any) -> dict[str, Any]:
    label, icon = STEP_LOOKS[offer.name]
    step = offer.name.removeprefix("session.")
    return {
        "label": label,
        "icon": icon,
        "url": reverse("staff:training-session-step", args=[session.pk, step]),
        "blockers": offer.blockers,
        "primary": True,
    }


@staff_page(*COORDINATORS)
@require_POST
def session_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    session = get_object_or_404(Session.objects.visible_to(request.user), pk=pk)
    try:
        done = STEPS[step](session, by=request.user)
    except WorkflowError as error:
        messages.error(request, " ".join([error.message, *(b.text for b in error.blockers)]))
    else:
        if step == "close":
            messages.success(request, _closed_message(len(done)))
    return redirect("staff:training-session", pk)


def _closed_message(number: int) -> str:
    return ngettext("%(number)s certificate was issued.", "%(number)s certificates were issued.", number) % {
        "number": number
    }


@staff_page(*COORDINATORS)
def session_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            workflow.cancel_session(session, by=request.user, reason=form.cleaned_data["reason"])
        except WorkflowError as error:
            messages.error(request, error.message)
        return redirect("staff:training-session", pk)
    context = {"form": form, "heading": _("Cancel the session"), "submit": _("Cancel the session"), "session": session}
    return render(request, "staff/training/form.html", context)


@staff_page(*COORDINATORS)
def session_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """First who would be invited, then the invitation."""
    session = get_object_or_404(Session.objects.visible_to(request.user).select_related("course"), pk=pk)
    form = InviteForm(request.POST if request.method == "POST" else request.GET or None)
    chosen = form.suppliers(Supplier.objects.visible_to(request.user)) if form.is_valid() else Supplier.objects.none()
    chosen = chosen.exclude(training_invitations__session=session)
    if request.method == "POST" and form.is_valid():
        return _invited(request, session, chosen)
    context = {"session": session, "form": form, "count": chosen.count(), "chosen": chosen[:20], "asked": form.is_bound}
    return render(request, "staff/training/invite.html", context)


def _invited(request: HttpRequest, session: Session, chosen: Any) -> HttpResponse:
    try:
        number = workflow.invite(session, list(chosen), by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        text = ngettext("%(number)s supplier was invited.", "%(number)s suppliers were invited.", number)
        messages.success(request, text % {"number": number})
    return redirect("staff:training-session", session.pk)


@staff_page(*COORDINATORS)
@require_POST
def session_enrol(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(_sessions(request), pk=pk)
    form = StaffEnrolForm(request.POST, visible=Supplier.objects.visible_to(request.user))
    if form.is_valid():
        try:
            workflow.enrol(session, by=request.user, **form.person())
        except WorkflowError as error:
            form.add_error(None, error.message)
        else:
            return redirect("staff:training-session", pk)
    context = _session_context(request, session, enrol_form=form, enrol_is_open=True)
    return render(request, "staff/training/session.html", context, status=422)


@staff_page(*COORDINATORS)
@require_POST
def enrolment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user), pk=pk)
    try:
        workflow.withdraw(enrolment, by=request.user, reason=request.POST.get("reason", ""))
    except WorkflowError as error:
        messages.error(request, error.message)
    return redirect("staff:training-session", enrolment.session_id)


@staff_page(*COORDINATORS)
def session_results(request: HttpRequest, pk: int) -> HttpResponse:
    """Hours and scores as a table; or rows pasted from a spreadsheet."""
    session = get_object_or_404(_sessions(request).filter(status=SessionStatus.HELD), pk=pk)
    people = session.enrolments.exclude(status=EnrolmentStatus.WITHDRAWN).select_related("supplier", "session__course")
    people = list(people.prefetch_related("attendances").order_by("pk"))
    pasted = "sheet" in request.POST
    table = ResultsForm(None if pasted else request.POST or None, session=session, enrolments=people)
    paste = PasteForm(request.POST if pasted else None, session=session, enrolments=people)
    form = paste if pasted else table
    if form.is_valid():
        return _recorded(request, session, paste.cleaned_data["sheet"] if pasted else table.results())
    context = {"session": session, "table": table, "paste": paste}
    return render(request, "staff/training/results.html", context, status=422 if form.is_bound else 200)


def _recorded(request: HttpRequest, session: Session, results: Any) -> HttpResponse:
    try:
        number = workflow.record_all(session, results, by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        text = ngettext("Results of %(number)s person recorded.", "Results of %(number)s people recorded.", number)
        messages.success(request, text % {"number": number})
    return redirect("staff:training-session", session.pk)
