"""What can happen to a session and to each person in it. Certificates are issued here, in the step that closes it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from csr_portal.core import history, reports
from csr_portal.core.dates import day_text
from csr_portal.core.files import EVIDENCE_TYPES, receive
from csr_portal.core.models import Organisation, User
from csr_portal.core.notices import tell, tell_address
from csr_portal.core.states import Turn
from csr_portal.core.timezones import last_valid_day, today
from csr_portal.core.workflow import Actor, Blocker, Step, WorkflowError, move
from suppliers.models import Contact, Supplier
from suppliers.workflow import facts_changed, lock
from training.models import (
    Attendance,
    AuditorQualification,
    AuditorTie,
    CertificateReport,
    Course,
    Enrolment,
    Programme,
    Session,
    SessionInvitation,
    TrainingCertificate,
    local_day,
)
from training.permissions import can_enrol, can_run
from training.reports import certificate_content as printed_content
from training.states import EnrolmentStatus as E
from training.states import SessionStatus as S
from training.tasks import build_certificate

RECORDS_WITHIN = dt.timedelta(days=7)


@dataclass(frozen=True)
class Result:
    """One line of the results table: hours per day, and the test score."""

    enrolment_id: int
    hours: Mapping[dt.date, Decimal | None]
    score: int | None


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


SESSION_STEPS = {
    "session.open": Step((S.PLANNED,), S.OPEN, can_run, Turn.SUPPLIER),
    "session.hold": Step((S.OPEN,), S.HELD, can_run, Turn.TRAINER, hold_blockers),
    "session.close": Step((S.HELD,), S.CLOSED, can_run, "", close_blockers),
    "session.cancel": Step((S.PLANNED, S.OPEN), S.CANCELLED, can_run),
}
ENROLMENT_STEPS = {
    "enrolment.attend": Step((E.ENROLLED, E.ABSENT), E.ATTENDED, can_run),
    "enrolment.absent": Step((E.ENROLLED, E.ATTENDED), E.ABSENT, can_run),
    "enrolment.withdraw": Step((E.ENROLLED,), E.WITHDRAWN, can_enrol),
    "enrolment.pass": Step((E.ATTENDED,), E.PASSED, can_run, "", rule_blockers),
    "enrolment.fail": Step((E.ATTENDED,), E.FAILED, can_run),
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
        number=_next_number(Session, f"T-{day.year}-", 3),
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
        facts_changed(supplier, by=by)
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
        facts_changed(supplier, by=by)


@transaction.atomic
def hold_session(session: Session, *, by: Actor) -> None:
    """The session took place; attendance and tests are to be recorded within a week."""
    move(session, SESSION_STEPS, "session.hold", by=by, due_on=session.last_day + RECORDS_WITHIN)


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


@transaction.atomic
def close_session(session: Session, *, by: User) -> list[TrainingCertificate]:
    """Decide by the rule who passed, issue their certificates and tell everybody: all of it or nothing (B35)."""
    suppliers = [lock(pk) for pk in _supplier_ids(session)]
    move(session, SESSION_STEPS, "session.close", by=by, due_on=None)
    certificates = []
    attended = session.enrolments.filter(status=E.ATTENDED).select_related("session__course", "supplier", "user")
    for enrolment in attended.order_by("pk") if session.has_test else attended.none():
        if enrolment.is_effective:
            move(enrolment, ENROLMENT_STEPS, "enrolment.pass", by=by)
            certificates.append(_issue(enrolment, by=by))
        else:
            reasons = " ".join(blocker.text for blocker in rule_blockers(enrolment))
            move(enrolment, ENROLMENT_STEPS, "enrolment.fail", by=by, reason=reasons)
    for supplier in suppliers:
        facts_changed(supplier, by=by)
        tell(
            _people_of(supplier),
            "training/results",
            about=session,
            event=f"results:{supplier.pk}",
            url=reverse("portal:training-list"),
            context={"enrolments": list(session.enrolments.filter(supplier=supplier).order_by("pk"))},
        )
    return certificates


def _supplier_ids(session: Session) -> list[int]:
    """The suppliers of everybody in the session, in the order in which their rows are locked."""
    ids = session.enrolments.with_a_place().of_suppliers().values_list("supplier_id", flat=True)
    return sorted(set(ids))


def _issue(enrolment: Enrolment, *, by: User) -> TrainingCertificate:
    """The certificate of somebody who passed, with everything that stands on it, and the job that makes its PDF."""
    session = enrolment.session
    issued_on = max(today(), session.last_day)
    Programme.objects.select_for_update().get(pk=session.programme_id)
    certificate = TrainingCertificate.objects.create(
        enrolment=enrolment,
        number=_next_number(TrainingCertificate, f"TC-{session.programme.year}-", 4),
        trained_on=session.last_day,
        issued_on=issued_on,
        valid_until=last_valid_day(session.last_day, months=session.course.validity_months),
        content=certificate_content(enrolment, by=by),
        issued_by=by,
    )
    history.record(certificate, "certificate.issued", by=by, data={"number": certificate.number})
    ask_for_certificate(certificate, language=language_of(enrolment), by=by)
    return certificate


def ask_for_certificate(certificate: TrainingCertificate, *, language: str, by: User | None) -> CertificateReport:
    """The PDF in this language: the ready one, or a new one that a worker makes."""
    return reports.request(
        CertificateReport,
        build_certificate,
        content=printed_content(certificate),
        language=language,
        by=by,
        certificate=certificate,
    )


def certificate_content(enrolment: Enrolment, *, by: User) -> dict[str, Any]:
    """What stands on the certificate, as it is on the day of issue."""
    session, supplier, company = enrolment.session, enrolment.supplier, Organisation.current()
    return {
        "name": enrolment.name,
        "name_latin": enrolment.name_latin,
        "company": supplier.name if supplier else company.name,
        "company_latin": supplier.name_latin if supplier else company.name_latin,
        "language": supplier.language if supplier else company.language,
        "course": session.course.title,
        "programme": session.programme.title,
        "standard": session.course.get_standard_display(),
        "first_day": session.first_day.isoformat(),
        "last_day": session.last_day.isoformat(),
        "place": session.place,
        "hours": str(session.course.hours.normalize()),
        "attended_hours": str(enrolment.attended_hours.normalize()),
        "attendance": enrolment.attendance_label,
        "attendance_needed": session.course.attendance_percent,
        "score": enrolment.score,
        "score_needed": session.course.pass_score,
        "trainer": session.trainer,
        "trainer_latin": session.trainer_latin,
        "provider": session.provider,
        "issuer": company.name,
        "issuer_latin": company.name_latin,
        "issued_by": str(by),
        "issued_by_title": by.job_title,
    }


def language_of(enrolment: Enrolment) -> str:
    """In which language the person gets the certificate."""
    if enrolment.user:
        return enrolment.user.language
    return enrolment.supplier.language if enrolment.supplier else enrolment.session.language


@transaction.atomic
def revoke_certificate(certificate: TrainingCertificate, *, by: User, reason: str) -> None:
    """Take a certificate back, for good and with the reason; the supplier's gate is asked again."""
    if not can_run(by, certificate):
        raise WorkflowError(_("Only the training coordinator revokes certificates."))
    if not reason.strip():
        raise WorkflowError(_("Say why the certificate is revoked."))
    supplier = lock(certificate.enrolment.supplier_id) if certificate.enrolment.supplier_id else None
    certificate.refresh_from_db(from_queryset=TrainingCertificate.objects.select_for_update())
    if certificate.revoked_at:
        raise WorkflowError(_("The certificate is revoked already."))
    certificate.revoked_at, certificate.revoked_by, certificate.revoked_reason = timezone.now(), by, reason.strip()
    certificate.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    history.record(certificate, "certificate.revoked", by=by, reason=reason, data={"number": certificate.number})
    if supplier is not None:
        facts_changed(supplier, by=by)
        tell(
            _people_of(supplier),
            "training/revoked",
            about=certificate,
            event="revoked",
            url=reverse("portal:training-list"),
        )


@transaction.atomic
def cancel_session(session: Session, *, by: User, reason: str) -> None:
    """Call a session off; everybody enrolled or invited is told why."""
    if not reason.strip():
        raise WorkflowError(_("Say why the session is cancelled: everybody enrolled will read it."))
    suppliers = [lock(pk) for pk in sorted({*_supplier_ids(session), *_invited_ids(session)})]
    move(session, SESSION_STEPS, "session.cancel", by=by, reason=reason, due_on=None)
    enrolments = list(session.enrolments.filter(status=E.ENROLLED).select_related("supplier", "user"))
    for enrolment in enrolments:
        move(enrolment, ENROLMENT_STEPS, "enrolment.withdraw", by=by, reason=reason)
    told: dict[str, User] = {}
    for supplier in suppliers:
        facts_changed(supplier, by=by)
        told |= {person.email: person for person in _people_of(supplier)}
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


def _people_of(supplier: Supplier) -> list[User]:
    return [contact.user for contact in supplier.contacts.current().select_related("user").order_by("pk")]


def _next_number(model: type[Session] | type[TrainingCertificate], prefix: str, digits: int) -> str:
    """The next free number of the year. The caller holds the programme's row, so that no number is given twice."""
    newest = model._default_manager.filter(number__startswith=prefix).order_by("-number").values_list("number").first()
    return f"{prefix}{int(newest[0].removeprefix(prefix)) + 1 if newest else 1:0{digits}d}"


@transaction.atomic
def record_qualification(
    qualification: AuditorQualification, *, by: User, upload: UploadedFile | None = None
) -> AuditorQualification:
    """Add an auditor certificate; the one that it renews stays, as superseded."""
    if not can_run(by, qualification):
        raise WorkflowError(_("Only the training coordinator records qualifications."))
    qualification.recorded_by = by
    if upload is not None:
        qualification.file = receive(upload, by=by, accepted=EVIDENCE_TYPES)
    qualification.save()
    data = {"certificate": str(qualification), "expires_on": qualification.expires_on}
    history.record(qualification, "qualification.recorded", by=by, data=data)
    return qualification


@transaction.atomic
def change_standing(qualification: AuditorQualification, standing: str, *, by: User, reason: str) -> None:
    """Note that the scheme's owner lapsed, suspended or restored a certificate."""
    if not can_run(by, qualification):
        raise WorkflowError(_("Only the training coordinator records qualifications."))
    data = {"certificate": str(qualification), "before": qualification.standing, "after": standing}
    qualification.standing = standing
    qualification.clean_fields(exclude={f.name for f in qualification._meta.fields} - {"standing"})
    qualification.save(update_fields=["standing"])
    history.record(qualification, "qualification.standing", by=by, reason=reason, data=data)


@transaction.atomic
def record_tie(tie: AuditorTie, *, by: User) -> AuditorTie:
    """Note why somebody is not independent of a supplier."""
    if not can_run(by, tie):
        raise WorkflowError(_("Only the training coordinator records ties."))
    tie.recorded_by = by
    tie.save()
    data = {"supplier": tie.supplier.number, "kind": tie.kind, "from": tie.from_on, "to": tie.to_on}
    history.record(tie, "tie.recorded", by=by, data=data)
    return tie
