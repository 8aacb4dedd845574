import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from csr_portal.core.models import Job, Notice
from csr_portal.core.workflow import WorkflowError, move
from tests.factories.core import UserFactory
from tests.factories.suppliers import ContactFactory, SupplierFactory
from tests.factories.training import CourseFactory, EnrolmentFactory, SessionFactory, TrainingCertificateFactory
from training import workflow
from training.models import CertificateReport, Session, SessionInvitation, TrainingCertificate
from training.states import EnrolmentStatus, SessionStatus
from training.workflow.numbers import next_number

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 5, 22)
ROLES = ["buyer", "csr_manager", "auditor", "training_coordinator", "administrator"]

# Written by hand: from where each step leads, and nowhere else.
SESSION_TABLE = {
    "session.open": {"planned": "open"},
    "session.hold": {"open": "held"},
    "session.close": {"held": "closed"},
    "session.cancel": {"planned": "cancelled", "open": "cancelled"},
}
ENROLMENT_TABLE = {
    "enrolment.attend": {"enrolled": "attended", "absent": "attended"},
    "enrolment.absent": {"enrolled": "absent", "attended": "absent"},
    "enrolment.withdraw": {"enrolled": "withdrawn"},
    "enrolment.pass": {"attended": "passed"},
    "enrolment.fail": {"attended": "failed"},
}


@pytest.fixture
def held(training_coordinator):
    return SessionFactory(status=SessionStatus.HELD)


def result_of(obj, steps, step, by):
    try:
        move(obj, steps, step, by=by)
    except WorkflowError:
        return None
    return obj.status


@pytest.mark.parametrize("status", SessionStatus.values)
@pytest.mark.parametrize("step", SESSION_TABLE)
def test_session_step_leads_where_the_table_says(step, status, training_coordinator):
    session = SessionFactory(status=status)
    EnrolmentFactory(session=session, status=EnrolmentStatus.ABSENT)
    expected = SESSION_TABLE[step].get(status)
    assert result_of(session, workflow.SESSION_STEPS, step, training_coordinator) == expected


@pytest.mark.parametrize("status", EnrolmentStatus.values)
@pytest.mark.parametrize("step", ENROLMENT_TABLE)
def test_enrolment_step_leads_where_the_table_says(step, status, training_coordinator):
    enrolment = EnrolmentFactory(status=status, attended_hours=Decimal(6), score=90)
    expected = ENROLMENT_TABLE[step].get(status)
    assert result_of(enrolment, workflow.ENROLMENT_STEPS, step, training_coordinator) == expected


@pytest.mark.parametrize("role", ROLES)
def test_only_coordinators_and_csr_managers_open_sessions(role):
    session, person = SessionFactory(status=SessionStatus.PLANNED), UserFactory(roles=[role])
    if role in {"csr_manager", "training_coordinator"}:
        workflow.open_session(session, by=person)
        assert session.status == SessionStatus.OPEN
    else:
        with pytest.raises(PermissionDenied):
            workflow.open_session(session, by=person)


def test_session_gets_the_next_number_of_its_year(training_coordinator):
    fields = {
        "starts_at": dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC),
        "ends_at": dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC),
        "place": "东莞",
        "language": "zh-hans",
        "trainer": "王芳",
        "capacity": 20,
    }
    course = CourseFactory()
    numbers = [workflow.plan_session(course, by=training_coordinator, **fields).number for _n in range(2)]
    assert numbers == ["T-2026-001", "T-2026-002"]


def test_opened_session_takes_people_until_the_day_before(training_coordinator):
    session = SessionFactory(status=SessionStatus.PLANNED, enrol_until=None)
    workflow.open_session(session, by=training_coordinator)
    assert (session.enrol_until, session.due_on, session.turn) == (dt.date(2026, 5, 21),) * 2 + ("supplier",)


def test_invitation_reaches_each_contact_once_in_their_language(acme, alice, bob, rival, training_coordinator):
    bob.language = "ja"
    bob.save()
    session = SessionFactory()
    assert workflow.invite(session, [acme], by=training_coordinator) == 1
    assert workflow.invite(session, [acme], by=training_coordinator) == 0
    told = Notice.objects.order_by("pk").values_list("recipient__name", "language")
    assert list(told) == [("刘敏", "zh-hans"), (bob.name, "ja")]
    assert SessionInvitation.objects.count() == 1


def future(**fields):
    begins = dt.datetime(2099, 5, 22, 1, tzinfo=dt.UTC)
    return SessionFactory(
        starts_at=begins, ends_at=begins + dt.timedelta(hours=8), enrol_until=dt.date(2099, 5, 21), **fields
    )


def test_clerk_enrols_own_people(acme, alice):
    enrolment = workflow.enrol(future(), by=alice, supplier=acme, name="王强", name_latin="Wang Qiang")
    assert (enrolment.status, enrolment.supplier, enrolment.enrolled_by) == ("enrolled", acme, alice)


def test_clerk_cannot_enrol_for_another_supplier(acme, rival, mallory):
    session = future()
    with pytest.raises(WorkflowError):
        workflow.enrol(session, by=mallory, supplier=acme, name="王强")
    assert session.enrolments.count() == 0


def test_full_session_refuses_and_says_that_nobody_waits(acme, alice):
    session = future(capacity=1)
    EnrolmentFactory(session=session)
    with pytest.raises(WorkflowError, match="The only place is taken. There is no waiting list."):
        workflow.enrol(session, by=alice, supplier=acme, name="王强")
    assert session.enrolments.count() == 1


def test_withdrawn_person_frees_the_place(acme, alice):
    session = future(capacity=1)
    first = workflow.enrol(session, by=alice, supplier=acme, name="王强")
    workflow.withdraw(first, by=alice)
    workflow.enrol(session, by=alice, supplier=acme, name="李娜")
    assert list(session.enrolments.values_list("name", "status")) == [("王强", "withdrawn"), ("李娜", "enrolled")]


def test_person_is_enrolled_once(acme, alice):
    session = future()
    workflow.enrol(session, by=alice, supplier=acme, name="王强", email="w@acme.example")
    with pytest.raises(WorkflowError, match="王强 is enrolled already."):
        workflow.enrol(session, by=alice, supplier=acme, name="王强", email="w@acme.example")


def test_clerk_cannot_enrol_after_the_last_day(acme, alice):
    with pytest.raises(WorkflowError, match="Enrolment ended on 21 May 2026."):
        workflow.enrol(SessionFactory(), by=alice, supplier=acme, name="王强")


def test_colleague_is_enrolled_with_own_data(training_coordinator, buyer):
    enrolment = workflow.enrol(SessionFactory(), by=training_coordinator, user=buyer, name="")
    assert (enrolment.name, enrolment.email, enrolment.supplier) == ("Anna Keller", "buyer@example.com", None)


def test_recorded_hours_make_somebody_attended(held, training_coordinator, acme):
    enrolment = EnrolmentFactory(session=held, supplier=acme)
    workflow.record_results(enrolment, by=training_coordinator, hours={DAY: Decimal("5.5")}, score=90)
    assert (enrolment.status, enrolment.attended_hours, enrolment.score) == ("attended", Decimal("5.5"), 90)


def test_no_hours_make_somebody_absent_and_a_correction_brings_them_back(held, training_coordinator, acme):
    enrolment = EnrolmentFactory(session=held, supplier=acme)
    workflow.record_results(enrolment, by=training_coordinator, hours={DAY: Decimal(0)}, score=None)
    assert enrolment.status == "absent"
    workflow.record_results(enrolment, by=training_coordinator, hours={DAY: Decimal(6)}, score=None)
    assert enrolment.status == "attended"


def test_empty_day_is_not_known_yet(held, training_coordinator, acme):
    enrolment = EnrolmentFactory(session=held, supplier=acme)
    workflow.record_results(enrolment, by=training_coordinator, hours={DAY: None}, score=None)
    assert enrolment.status == "enrolled"


def test_hours_of_another_day_are_refused(held, training_coordinator, acme):
    enrolment = EnrolmentFactory(session=held, supplier=acme)
    with pytest.raises(WorkflowError, match="2026-05-23 is not a day of this session."):
        workflow.record_results(
            enrolment, by=training_coordinator, hours={DAY + dt.timedelta(days=1): Decimal(6)}, score=90
        )


def test_close_names_everything_that_is_missing(held, training_coordinator, acme):
    EnrolmentFactory(session=held, supplier=acme, name="王强")
    EnrolmentFactory(session=held, supplier=acme, name="李娜", status=EnrolmentStatus.ATTENDED)
    with pytest.raises(WorkflowError) as refused:
        workflow.close_session(held, by=training_coordinator)
    assert [blocker.text for blocker in refused.value.blockers] == [
        "王强: attendance is not recorded.",
        "李娜: the test score is missing.",
    ]
    assert TrainingCertificate.objects.count() == 0


def test_close_passes_by_the_rule_and_issues_certificates_only_then(held, training_coordinator, acme, alice):
    attended = {"session": held, "supplier": acme, "status": EnrolmentStatus.ATTENDED}
    EnrolmentFactory(**attended, name="passes", attended_hours=Decimal("4.8"), score=80)
    EnrolmentFactory(**attended, name="too few hours", attended_hours=Decimal("4.74"), score=80)
    EnrolmentFactory(**attended, name="too few points", attended_hours=Decimal(6), score=79)
    EnrolmentFactory(session=held, supplier=acme, status=EnrolmentStatus.ABSENT, name="absent")
    certificates = workflow.close_session(held, by=training_coordinator)
    assert list(held.enrolments.values_list("name", "status").order_by("pk")) == [
        ("passes", "passed"),
        ("too few hours", "failed"),
        ("too few points", "failed"),
        ("absent", "absent"),
    ]
    assert [(c.number, c.trained_on, c.valid_until) for c in certificates] == [
        ("TC-2026-0001", DAY, dt.date(2027, 5, 21))
    ]


def test_close_asks_for_the_pdf_in_the_suppliers_language_and_tells_its_people(
    held, training_coordinator, acme, alice, rival, mallory
):
    EnrolmentFactory(session=held, supplier=acme, status=EnrolmentStatus.ATTENDED, attended_hours=Decimal(6), score=88)
    workflow.close_session(held, by=training_coordinator)
    assert list(CertificateReport.objects.values_list("language", "status")) == [("zh-hans", "queued")]
    assert Job.objects.filter(task="training.build_certificate").count() == 1
    assert list(Notice.objects.values_list("kind", "recipient__email")) == [("training/results", "alice@acme.example")]
    acme.refresh_from_db()
    assert acme.findings_open == 0


def test_close_writes_the_suppliers_standing(held, training_coordinator, acme, monkeypatch):
    person = EnrolmentFactory(
        session=held, supplier=acme, status=EnrolmentStatus.ATTENDED, attended_hours=Decimal(6), score=88
    )
    workflow.close_session(held, by=training_coordinator)
    acme.refresh_from_db()
    assert (acme.people_trained, person.certificate.content["score"]) == (1, 88)


def test_close_without_a_test_issues_nothing(training_coordinator, acme):
    session = SessionFactory(status=SessionStatus.HELD, has_test=False)
    person = EnrolmentFactory(
        session=session, supplier=acme, status=EnrolmentStatus.ATTENDED, attended_hours=Decimal(6)
    )
    assert workflow.close_session(session, by=training_coordinator) == []
    person.refresh_from_db()
    assert person.status == "attended"


def test_certificate_keeps_what_was_true_on_the_day_of_issue(held, training_coordinator, acme):
    person = EnrolmentFactory(
        session=held, supplier=acme, status=EnrolmentStatus.ATTENDED, attended_hours=Decimal(6), score=88
    )
    [certificate] = workflow.close_session(held, by=training_coordinator)
    acme.name = "新名字"
    acme.save()
    certificate.refresh_from_db()
    assert (certificate.content["company"], certificate.content["name"]) == ("东莞市宏达五金制品有限公司", person.name)


def test_revoked_certificate_counts_no_more_and_the_supplier_is_told(training_coordinator, acme, alice):
    certificate = TrainingCertificateFactory(enrolment__supplier=acme)
    workflow.revoke_certificate(certificate, by=training_coordinator, reason="test was copied")
    acme.refresh_from_db()
    assert (certificate.state, acme.people_trained) == ("revoked", 0)
    assert "test was copied" in Notice.objects.get(kind="training/revoked").body


@pytest.mark.parametrize("reason", ["", "  "])
def test_revoking_needs_a_reason(training_coordinator, reason):
    certificate = TrainingCertificateFactory()
    with pytest.raises(WorkflowError):
        workflow.revoke_certificate(certificate, by=training_coordinator, reason=reason)
    certificate.refresh_from_db()
    assert certificate.revoked_at is None


def test_cancelling_tells_everybody_once_and_frees_them(training_coordinator, acme, alice):
    session = future()
    workflow.invite(session, [acme], by=training_coordinator)
    other = SupplierFactory(language="ja")
    ContactFactory(supplier=other, user__email="clerk@other.example")
    EnrolmentFactory(session=session, supplier=acme, email="alice@acme.example")
    EnrolmentFactory(session=session, supplier=other, email="guest@other.example")
    workflow.cancel_session(session, by=training_coordinator, reason="台风")
    told = Notice.objects.filter(kind="training/cancelled").order_by("email").values_list("email", "language")
    assert list(told) == [
        ("alice@acme.example", "zh-hans"),
        ("clerk@other.example", "zh-hans"),
        ("guest@other.example", "ja"),
    ]
    assert set(session.enrolments.values_list("status", flat=True)) == {"withdrawn"}


def test_thousandth_number_of_a_year_follows_the_999th(db):
    SessionFactory(number="T-2024-999")
    SessionFactory(number="T-2024-1000")
    assert next_number(Session, "T-2024-", 3) == "T-2024-1001"
    assert next_number(Session, "T-2023-", 3) == "T-2023-001"
