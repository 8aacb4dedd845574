import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from tests.factories.suppliers import SupplierFactory
from tests.factories.training import (
    AuditorQualificationFactory,
    EnrolmentFactory,
    SessionFactory,
    TrainingCertificateFactory,
)
from training import defaults
from training.forms import PasteForm, normalised_code
from training.models import Course, Enrolment, Programme, TrainingCertificate
from training.states import EnrolmentStatus, SessionStatus

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "revoked", "says"),
    [
        ("2026-06-01", False, "Genuine and valid"),
        ("2027-05-21", False, "Genuine and valid"),
        ("2027-05-22", False, "Genuine, no longer valid"),
        ("2026-06-01", True, "Revoked"),
    ],
)
def test_verification_says_what_the_certificate_is_worth(client, time_machine_at, day, revoked, says):
    certificate = TrainingCertificateFactory()
    if revoked:
        TrainingCertificate.objects.update(revoked_at="2026-05-30T00:00Z", revoked_reason="the test was copied")
    with time_machine_at(day):
        page = client.get(reverse("open:training-verify", args=[certificate.code])).content.decode()
    assert (f"<h1>{says}</h1>" in page, "the test was copied" in page) == (True, False)


@pytest.fixture
def time_machine_at():
    return lambda day: time_machine.travel(dt.datetime.fromisoformat(f"{day}T04:00+00:00"), tick=False)


def test_verification_of_an_unknown_code_shows_nothing(client):
    TrainingCertificateFactory()
    response = client.get(reverse("open:training-verify", args=["CSR-0000-0000-0000-0000"]))
    assert (response.status_code, "No such certificate" in response.content.decode()) == (404, True)


@pytest.mark.parametrize("typed", ["csr-19d2-66f0-b8a4-7k2m", "CSR 19D2 66FO B8A4 7K2M", "19d266f0b8a47k2m"])
def test_code_is_read_as_people_type_it(typed):
    assert normalised_code(typed) == "CSR-19D2-66F0-B8A4-7K2M"


def test_clerk_enrols_a_person_on_the_page(login, acme, alice):
    begins = dt.datetime(2099, 5, 22, 1, tzinfo=dt.UTC)
    session = SessionFactory(starts_at=begins, ends_at=begins.replace(hour=9), enrol_until=dt.date(2099, 5, 21))
    address = reverse("portal:training-session", args=[session.pk])
    assert login(alice).post(address, {"name": "王强", "name_latin": "Wang Qiang"}).status_code == 302
    assert list(Enrolment.objects.values_list("name", "supplier__number", "status")) == [
        ("王强", "S-10417", "enrolled")
    ]


def test_supplier_sees_only_its_own_people(login, acme, alice, rival, mallory):
    session = SessionFactory()
    EnrolmentFactory(session=session, supplier=acme, name="王强")
    EnrolmentFactory(session=session, supplier=rival, name="秘密的人")
    page = login(alice).get(reverse("portal:training-session", args=[session.pk])).content.decode()
    assert ("王强" in page, "秘密的人" in page) == (True, False)


def test_results_are_recorded_from_pasted_rows(login, training_coordinator, acme):
    session = SessionFactory(status=SessionStatus.HELD)
    EnrolmentFactory(session=session, supplier=acme, name="王强", email="w@acme.example")
    EnrolmentFactory(session=session, supplier=acme, name="李娜", name_latin="Li Na")
    address = reverse("staff:training-session-results", args=[session.pk])
    login(training_coordinator).post(address, {"sheet": "W@acme.example\t6\t88\nLI NA\t0\t"})
    assert list(Enrolment.objects.order_by("pk").values_list("status", "score")) == [("attended", 88), ("absent", None)]


def test_pasted_rows_are_refused_as_a_whole_with_every_reason(acme):
    session = SessionFactory(status=SessionStatus.HELD)
    person = EnrolmentFactory(session=session, supplier=acme, name="王强")
    form = PasteForm({"sheet": "王强\t25\t88\n陌生人\t6\t88\n王强\t6"}, session=session, enrolments=[person])
    assert form.errors["sheet"] == [
        "Line 1: 25 is not between 0 and 24.",
        "Line 2: “陌生人” is nobody of this session.",
        "Line 3: 2 columns, 3 expected.",
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_people_list_takes_the_same_queries_for_any_number_of_rows(
    login, training_coordinator, rows, django_assert_max_num_queries
):
    for _n in range(rows):
        TrainingCertificateFactory()
    client = login(training_coordinator)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("staff:training-people")).status_code == 200


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["training-session-list", "training-people", "training-staff", "qualification-list"])
def test_lists_are_exported(login, training_coordinator, buyer, name, kind):
    TrainingCertificateFactory()
    AuditorQualificationFactory()
    EnrolmentFactory(supplier=None, user=buyer)
    response = login(training_coordinator).get(reverse(f"staff:{name}"), {"export": kind})
    assert (response.status_code, response["Content-Disposition"].endswith(f'.{kind}"')) == (200, True)


@pytest.mark.parametrize("status", SessionStatus.values)
def test_session_page_opens_in_every_state(login, training_coordinator, acme, status):
    session = SessionFactory(status=status)
    for state in EnrolmentStatus.values:
        EnrolmentFactory(session=session, supplier=acme, status=state)
    page = login(training_coordinator).get(reverse("staff:training-session", args=[session.pk]))
    assert page.status_code == 200


def test_year_page_shows_coverage_and_participation(login, training_coordinator, acme):
    TrainingCertificateFactory(enrolment__supplier=acme)
    SupplierFactory()
    page = login(training_coordinator).get(reverse("staff:training-home")).content.decode()
    assert ("50.0 %" in page, "1 of 2 suppliers have somebody who passed" in page) == (True, True)


def test_defaults_loaded_twice_stay_the_same(training_coordinator):
    for _n in range(2):
        defaults.load(training_coordinator)
    assert (Course.objects.count(), Programme.objects.count()) == (5, 1)


def test_default_courses_speak_every_language():
    assert [c["code"] for c in defaults.COURSES if set(c["title"]) != {"en", "zh-hans", "ja"}] == []


def test_models_and_migrations_agree():
    call_command("makemigrations", "training", check=True, dry_run=True, verbosity=0)


def test_api_enrols_and_refuses_like_the_page(login, acme, alice):
    session = SessionFactory()
    address = reverse("api:training-session-enrol", args=[session.pk])
    response = login(alice).post(address, {"supplier": "S-10417", "name": "王强"}, content_type="application/json")
    assert (response.status_code, [b["code"] for b in response.json()["blockers"]]) == (409, ["too_late"])
