"""A training session: planned, opened, held, closed or cancelled."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell, tell_address
from csr_portal.core.states import Turn
from csr_portal.core.workflow import Actor, Blocker, Step, WorkflowError, move
from suppliers.models import Contact, Supplier
from suppliers.workflow import facts_changed, lock
from training.models import Course, Programme, Session, SessionInvitation, TrainingCertificate, local_day
from training.permissions import can_run
from training.states import EnrolmentStatus as E
from training.states import SessionStatus as S
from training.workflow.certificates import issue_certificate, language_of, people_of
from training.workflow.enrolments import ENROLMENT_STEPS, rule_blockers
from training.workflow.numbers import next_number

RECORDS_WITHIN = dt.timedelta(days=7)


def hold_blockers(session: Session) -> list[Blocker]:
    """A session was held when it has begun and somebody was enrolled."""
    blockers = []
    if session.starts_at > timezone.now():
        blockers.append(Blocker("not_begun", _("The session has not begun yet."), Turn.TRAINER))
    if not session.enrolments.with_a_place().exists():
        blockers.append(Blocker("nobody", _("Nobody is enrolled."), Turn.TRAINER))
    return blockers


def close_blockers(session: Session) -> list[Blocker]:
    """Attendance of everybody, and the test of everybody who attended: all that is missing, person by person."""
    url = reverse("staff:training-session", args=[session.pk])
    blockers = [
        Blocker("attendance", _("%(person)s: attendance is not recorded.") % {"person": person}, Turn.TRAINER, url)
        for person in session.enrolments.filter(status=E.ENROLLED)
    ]
    if session.has_test:
        blockers += [
            Blocker("score", _("%(person)s: the test score is missing.") % {"person": person}, Turn.TRAINER, url)
            for person in session.enrolments.filter(status=E.ATTENDED, score=None)
        ]
    return blockers


SESSION_STEPS = {
    "session.open": Step((S.PLANNED,), S.OPEN, can_run, Turn.SUPPLIER),
    "session.hold": Step((S.OPEN,), S.HELD, can_run, Turn.TRAINER, hold_blockers),
    "session.close": Step((S.HELD,), S.CLOSED, can_run, "", close_blockers),
    "session.cancel": Step((S.PLANNED, S.OPEN), S.CANCELLED, can_run),
}


@transaction.atomic
def plan_session(course: Course, *, by: User, **fields: Any) -> Session:
    """Put a session into the programme of the year in which it begins, with the next number of that year."""
    day = local_day(fields["starts_at"])
    programme, _is_new = Programme.objects.get_or_create(
        year=day.year, defaults={"title": default_title(day.year), "created_by": by}
    )
    Programme.objects.select_for_update().get(pk=programme.pk)
    session = Session.objects.create(
        programme=programme,
        course=course,
        number=next_number(Session, f"T-{day.year}-", 3),
        status=S.PLANNED,
        turn=Turn.TRAINER,
        due_on=fields.get("enrol_until") or day,
        created_by=by,
        **fields,
    )
    history.record(session, "session.planned", by=by, to_status=S.PLANNED)
    return session


@transaction.atomic
def change_session(session: Session, changed: Sequence[str], *, by: User) -> None:
    """Keep the changed plan of a session; the number of places never falls below those that are taken."""
    if not can_run(by, session):
        raise WorkflowError(_("Only the training coordinator changes sessions."))
    Session.objects.select_for_update().get(pk=session.pk)
    session.capacity = max(session.capacity, session.enrolments.with_a_place().count())
    session.due_on = session.enrol_until or session.first_day
    session.save(update_fields={*changed, "capacity", "due_on"})
    history.record(session, "session.changed", by=by, data={"fields": list(changed)})


def default_title(year: int) -> dict[str, str]:
    return {
        "en": f"Supplier CSR and environmental training programme {year}",
        "zh-hans": f"{year}年供应商社会责任与环境培训计划",
        "ja": f"{year}年サプライヤーCSR・環境研修プログラム",
    }


@transaction.atomic
def open_session(session: Session, *, by: Actor) -> None:
    """Let suppliers enrol, until the day before it begins unless another day is set."""
    until = session.enrol_until or session.first_day - dt.timedelta(days=1)
    move(session, SESSION_STEPS, "session.open", by=by, enrol_until=until, due_on=until)


@transaction.atomic
def invite(session: Session, suppliers: Iterable[Supplier], *, by: User) -> int:
    """Ask suppliers to send people, each once, by mail in each contact's language; return how many were new."""
    if not can_run(by, session):
        raise WorkflowError(_("Only the training coordinator may invite."))
    if session.status != S.OPEN:
        raise WorkflowError(_("Open the session for enrolment first."))
    known = set(session.invitations.values_list("supplier_id", flat=True))
    new = [supplier for supplier in suppliers if supplier.pk not in known]
    people: dict[int, list[User]] = {}
    contacts = Contact.objects.current().filter(supplier__in=new)
    for contact in contacts.select_related("user").order_by("pk"):
        people.setdefault(contact.supplier_id, []).append(contact.user)
    for supplier in new:
        invitation = SessionInvitation.objects.create(session=session, supplier=supplier, invited_by=by)
        url = reverse("portal:training-session", args=[session.pk])
        tell(
            people.get(supplier.pk, []),
            "training/invited",
            about=invitation,
            event="invited",
            url=url,
            context={"session": session},
        )
        history.record(supplier, "training.invited", by=by, data={"session": session.number})
    return len(new)


@transaction.atomic
def hold_session(session: Session, *, by: Actor) -> None:
    """The session took place; attendance and tests are to be recorded within a week."""
    move(session, SESSION_STEPS, "session.hold", by=by, due_on=session.last_day + RECORDS_WITHIN)


@transaction.atomic
def close_session(session: Session, *, by: User) -> list[TrainingCertificate]:
    """Decide by the rule who passed, issue their certificates and tell everybody: all of it or nothing (B35)."""
    suppliers = [lock(pk) for pk in supplier_ids(session)]
    move(session, SESSION_STEPS, "session.close", by=by, due_on=None)
    certificates = []
    attended = session.enrolments.filter(status=E.ATTENDED).select_related("session__course", "supplier", "user")
    for enrolment in attended.order_by("pk") if session.has_test else attended.none():
        if enrolment.is_effective:
            move(enrolment, ENROLMENT_STEPS, "enrolment.pass", by=by)
            certificates.append(issue_certificate(enrolment, by=by))
        else:
            reasons = " ".join(blocker.text for blocker in rule_blockers(enrolment))
            move(enrolment, ENROLMENT_STEPS, "enrolment.fail", by=by, reason=reasons)
    for supplier in suppliers:
        facts_changed(supplier)
        tell(
            people_of(supplier),
            "training/results",
            about=session,
            event=f"results:{supplier.pk}",
            url=reverse("portal:training-list"),
            context={"enrolments": list(session.enrolments.filter(supplier=supplier).order_by("pk"))},
        )
    return certificates


def supplier_ids(session: Session) -> list[int]:
    """The suppliers of everybody in the session, in the order in which their rows are locked."""
    ids = session.enrolments.with_a_place().of_suppliers().values_list("supplier_id", flat=True)
    return sorted(set(ids))


@transaction.atomic
def cancel_session(session: Session, *, by: User, reason: str) -> None:
    """Call a session off; everybody enrolled or invited is told why."""
    if not reason.strip():
        raise WorkflowError(_("Say why the session is cancelled: everybody enrolled will read it."))
    suppliers = [lock(pk) for pk in sorted({*supplier_ids(session), *_invited_ids(session)})]
    move(session, SESSION_STEPS, "session.cancel", by=by, reason=reason, due_on=None)
    enrolments = list(session.enrolments.filter(status=E.ENROLLED).select_related("supplier", "user"))
    for enrolment in enrolments:
        move(enrolment, ENROLMENT_STEPS, "enrolment.withdraw", by=by, reason=reason)
    told: dict[str, User] = {}
    for supplier in suppliers:
        facts_changed(supplier)
        told |= {person.email: person for person in people_of(supplier)}
    told |= {enrolment.user.email: enrolment.user for enrolment in enrolments if enrolment.user}
    context = {"reason": reason.strip()}
    tell(told.values(), "training/cancelled", about=session, event="cancelled", context=context)
    for enrolment in enrolments:
        if enrolment.email and enrolment.email.lower() not in told:
            tell_address(
                enrolment.email.lower(),
                "training/cancelled",
                language=language_of(enrolment),
                about=session,
                event="cancelled",
                context=context,
            )


def _invited_ids(session: Session) -> Sequence[int]:
    return list(session.invitations.values_list("supplier_id", flat=True))
