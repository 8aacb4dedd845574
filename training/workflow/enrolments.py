"""Who takes part: enrolment, attendance, test."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from csr_portal.core import history
from csr_portal.core.dates import day_text
from csr_portal.core.models import User
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Actor, Blocker, Step, WorkflowError, move
from suppliers.models import Supplier
from suppliers.workflow import facts_changed, lock
from training.models import Attendance, Enrolment, Session
from training.permissions import can_enrol, can_run
from training.states import EnrolmentStatus as E
from training.states import SessionStatus as S


@dataclass(frozen=True)
class Result:
    """One line of the results table: hours per day, and the test score."""

    enrolment_id: int
    hours: Mapping[dt.date, Decimal | None]
    score: int | None


def rule_blockers(enrolment: Enrolment) -> list[Blocker]:
    """Why this person has not passed (R-TRN-1); empty: passed."""
    course, blockers = enrolment.session.course, []
    if not enrolment.session.has_test:
        blockers.append(Blocker("no_test", _("The session has no test.")))
    if not enrolment.met_attendance:
        text = _("Attendance %(attended)s %%, %(needed)s %% needed.")
        numbers = {"attended": enrolment.attendance_label, "needed": course.attendance_percent}
        blockers.append(Blocker("attendance", text % numbers))
    if enrolment.session.has_test and not enrolment.met_score:
        score = "–" if enrolment.score is None else enrolment.score
        text = _("Test %(score)s of 100, %(needed)s needed.")
        blockers.append(Blocker("score", text % {"score": score, "needed": course.pass_score}))
    return blockers


ENROLMENT_STEPS = {
    "enrolment.attend": Step((E.ENROLLED, E.ABSENT), E.ATTENDED, can_run),
    "enrolment.absent": Step((E.ENROLLED, E.ATTENDED), E.ABSENT, can_run),
    "enrolment.withdraw": Step((E.ENROLLED,), E.WITHDRAWN, can_enrol),
    "enrolment.pass": Step((E.ATTENDED,), E.PASSED, can_run, "", rule_blockers),
    "enrolment.fail": Step((E.ATTENDED,), E.FAILED, can_run),
}


@transaction.atomic
def enrol(
    session: Session, *, by: User, supplier: Supplier | None = None, user: User | None = None, **person: Any
) -> Enrolment:
    """Give a person a place. Refused, with the reason, when enrolment is over or all places are taken."""
    if supplier is not None:
        supplier = lock(supplier.pk)
    session = Session.objects.select_for_update().get(pk=session.pk)
    enrolment = Enrolment(
        session=session, supplier=supplier, user=user, status=E.ENROLLED, enrolled_by=by, **_person(user, person)
    )
    if not can_enrol(by, enrolment):
        raise WorkflowError(_("You cannot enrol people for this supplier."))
    if blockers := enrolment_blockers(session, supplier, by=by):
        raise WorkflowError(blockers[0].text, blockers)
    try:
        with transaction.atomic():
            enrolment.full_clean(validate_constraints=False)
            enrolment.save()
    except IntegrityError as error:
        raise WorkflowError(_("%(person)s is enrolled already.") % {"person": enrolment.name}) from error
    history.record(enrolment, "enrolment.enrolled", by=by, to_status=E.ENROLLED, data={"session": session.number})
    if supplier is not None:
        facts_changed(supplier)
    return enrolment


def _person(user: User | None, person: Mapping[str, Any]) -> dict[str, Any]:
    """A colleague's own data where the form gave none."""
    if user is None:
        return dict(person)
    known = {"name": user.name, "name_latin": user.name_latin, "email": user.email, "job_title": user.job_title}
    return known | {key: value for key, value in person.items() if value}


def enrolment_blockers(session: Session, supplier: Supplier | None, *, by: Actor) -> list[Blocker]:
    """Why nobody more can be enrolled. There is no waiting list: who cannot come in is told so, not kept waiting."""
    blockers = []
    is_coordinator = can_run(by, session)
    if session.status != S.OPEN and not (is_coordinator and session.status in {S.PLANNED, S.HELD}):
        blockers.append(Blocker("closed", _("The session is not open for enrolment."), Turn.TRAINER))
    elif not is_coordinator and (session.enrol_until or session.first_day) < today():
        text = _("Enrolment ended on %(date)s.") % {"date": day_text(session.enrol_until or session.first_day)}
        blockers.append(Blocker("too_late", text, Turn.TRAINER))
    if session.enrolments.with_a_place().count() >= session.capacity:
        text = ngettext(
            "The only place is taken. There is no waiting list.",
            "All %(count)s places are taken. There is no waiting list.",
            session.capacity,
        ) % {"count": session.capacity}
        blockers.append(Blocker("full", text, Turn.TRAINER))
    return blockers


@transaction.atomic
def withdraw(enrolment: Enrolment, *, by: Actor, reason: str = "") -> None:
    """Take a person off the list; the place is free again."""
    supplier = lock(enrolment.supplier_id) if enrolment.supplier_id else None
    move(enrolment, ENROLMENT_STEPS, "enrolment.withdraw", by=by, reason=reason)
    if supplier is not None:
        facts_changed(supplier)


@transaction.atomic
def record_results(
    enrolment: Enrolment, *, by: User, hours: Mapping[dt.date, Decimal | None], score: int | None
) -> None:
    """Write the hours of each day and the test score. A day left empty is not known yet; zero hours in all is absent.

    Raises WorkflowError when the session is not being recorded now, or hours belong to no day of it.
    """
    session = enrolment.session
    if not can_run(by, session):
        raise WorkflowError(_("Only the training coordinator records attendance."))
    if session.status != S.HELD:
        raise WorkflowError(_("Attendance is recorded after the session was held and before it is closed."))
    if unknown := set(hours) - set(session.days):
        raise WorkflowError(_("%(day)s is not a day of this session.") % {"day": f"{min(unknown):%Y-%m-%d}"})
    enrolment.refresh_from_db(from_queryset=Enrolment.objects.select_for_update())
    if enrolment.status == E.WITHDRAWN:
        raise WorkflowError(_("%(person)s was withdrawn.") % {"person": enrolment})
    before: dict[str, Any] = {"hours": str(enrolment.attended_hours), "score": enrolment.score}
    for day, number in hours.items():
        if number is None:
            Attendance.objects.filter(enrolment=enrolment, day=day).delete()
        else:
            Attendance.objects.update_or_create(
                enrolment=enrolment, day=day, defaults={"hours": number, "recorded_by": by}
            )
    recorded = list(Attendance.objects.filter(enrolment=enrolment).values_list("hours", flat=True))
    total = sum(recorded, Decimal(0))
    after = {"hours": str(total), "score": score}
    if (Decimal(before["hours"]), before["score"]) != (total, score):
        enrolment.attended_hours, enrolment.score = total, score
        enrolment.clean_fields(exclude={f.name for f in enrolment._meta.fields} - {"score", "attended_hours"})
        enrolment.save(update_fields=["attended_hours", "score"])
        history.record(enrolment, "enrolment.recorded", by=by, data={"before": before, "after": after})
    _follow_attendance(enrolment, recorded, total, by=by)


@transaction.atomic
def record_all(session: Session, results: Iterable[Result], *, by: User) -> int:
    """Record the whole table, or nothing of it; return how many people it holds."""
    known = {enrolment.pk: enrolment for enrolment in session.enrolments.select_related("session").order_by("pk")}
    results = list(results)
    for result in results:
        record_results(known[result.enrolment_id], by=by, hours=result.hours, score=result.score)
    return len(results)


def _follow_attendance(enrolment: Enrolment, recorded: list[Decimal], total: Decimal, *, by: User) -> None:
    if total > 0 and enrolment.status != E.ATTENDED:
        move(enrolment, ENROLMENT_STEPS, "enrolment.attend", by=by)
    elif recorded and total == 0 and enrolment.status != E.ABSENT:
        move(enrolment, ENROLMENT_STEPS, "enrolment.absent", by=by)
