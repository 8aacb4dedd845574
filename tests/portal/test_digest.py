"""One mail a day at most, in the person's language, on their own morning; what nobody has to do is in none (B31)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone, translation

from csr_portal import digest, dues
from csr_portal.core.digests import Digest
from csr_portal.core.models import Notice, User
from csr_portal.sweeps import send_digests
from suppliers.models import Contact, Supplier
from suppliers.states import CertificateStatus
from tests.factories.agreements import AgreementFactory
from tests.factories.audits import FindingFactory, SelfInspectionFactory
from tests.factories.core import UserFactory
from tests.factories.suppliers import CertificateFactory, ContactFactory, SiteFactory
from tests.factories.training import AuditorQualificationFactory

DUE = dt.date(2026, 11, 24)
LONG_AGO = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
ISSUED = dt.date(2024, 1, 1)


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


def morning(day, hour=8):
    """That hour in Shanghai."""
    return time_machine.travel(dt.datetime.combine(day, dt.time(hour - 8 + 24 * (hour < 8)), tzinfo=dt.UTC)
                               - dt.timedelta(days=hour < 8), tick=False)  # fmt: skip


def send_on(day, hour=8):
    with morning(day, hour):
        return digest.send_due()


def told(person):
    return list(Notice.objects.filter(recipient=person, kind="digest").order_by("pk").values_list("subject", flat=True))


def days_told(person, first, last):
    """On which days, relative to DUE, the person gets a mail when beat runs on each of them."""
    found = []
    for days in range(first, last + 1):
        before = len(told(person))
        send_on(DUE + dt.timedelta(days=days))
        if len(told(person)) > before:
            found.append(days)
    return found


def test_task_is_reminded_of_by_the_plan_then_it_goes_to_the_buyer_and_the_csr_managers(
    site, alice, mallory, buyer, csr_manager, auditor
):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    seen = {alice: [], buyer: [], csr_manager: [], mallory: [], auditor: []}
    for days in range(-20, 30):
        numbers = {person: len(told(person)) for person in seen}
        send_on(DUE + dt.timedelta(days=days))
        for person, found in seen.items():
            if len(told(person)) > numbers[person]:
                found.append(days)
    assert seen[alice] == [-14, -7, -1, 0, 3, 7]
    assert (seen[buyer], seen[csr_manager], seen[mallory], seen[auditor]) == ([8], [14], [], [])


def test_everything_of_a_person_is_in_one_mail_in_their_language(
    site, alice, buyer, django_capture_on_commit_callbacks
):
    FindingFactory(site=site, due_on=DUE - dt.timedelta(3), status_since=LONG_AGO)
    SelfInspectionFactory(site=site, due_on=DUE + dt.timedelta(10), status_since=LONG_AGO)
    AgreementFactory(supplier=site.supplier, due_on=DUE, status_since=LONG_AGO)
    AgreementFactory(supplier=site.supplier, due_on=DUE + dt.timedelta(15), status_since=LONG_AGO)
    alice.language = "en"
    alice.save()
    with django_capture_on_commit_callbacks(execute=True), translation.override("ja"):
        assert send_on(DUE) == 1
    [message] = mail.outbox
    assert (message.to, message.subject) == (["alice@acme.example"], "Late: 1, due soon: 2")
    lines = [line for line in message.body.splitlines() if line.startswith(("- ", "Late", "Due"))]
    about = f"{site.supplier.name} · {site.name}"
    assert lines[0] == "Late:"
    assert lines[1].startswith(f"- 21 Nov 2026: Send a corrective action plan – {about}")
    assert [line.partition(" – ")[0] for line in lines[2:]] == [
        "Due soon:",
        "- 24 Nov 2026: Have the CSR agreement signed by your legal representative",
        "- 4 Dec 2026: Fill in the self-inspection",
    ]
    assert "/accounts/settings/" in message.body


def test_chinese_reader_gets_chinese(site, alice):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    send_on(DUE)
    with translation.override("zh-hans"):
        assert told(alice) == [translation.gettext("Due soon: %(soon)s") % {"soon": 1}]


@pytest.mark.parametrize(("hour", "number"), [(6, 0), (7, 1), (23, 1)])
def test_mail_waits_for_the_morning_where_the_person_is(site, alice, hour, number):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    send_on(DUE, hour)
    assert len(told(alice)) == number


def test_everybody_has_their_own_date(site, alice, bob):
    """At 22:30 UTC on the 23rd it is the morning of the 24th in Tokyo, and still evening of the 23rd in Berlin."""
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Tokyo")
    User.objects.filter(pk=bob.pk).update(time_zone="Europe/Berlin")
    with time_machine.travel(dt.datetime(2026, 11, 23, 22, 30, tzinfo=dt.UTC), tick=False):
        digest.send_due()
    assert {(row.person, row.day) for row in Digest.objects.all()} == {
        (alice, dt.date(2026, 11, 24)),
        (bob, dt.date(2026, 11, 23)),
    }


def test_never_twice_a_day_though_beat_comes_often_or_the_clock_is_set_back(site, alice):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    for day, hour in ((DUE, 8), (DUE, 9), (DUE - dt.timedelta(1), 9), (DUE, 8), (DUE, 23)):
        send_on(day, hour)
    FindingFactory(site=site, due_on=DUE + dt.timedelta(1), status_since=LONG_AGO)
    send_on(DUE, 23)
    assert len(told(alice)) == 1
    assert not digest.send(alice, DUE)


def test_day_that_brought_nothing_is_done_with_its_morning(site, alice, csr_manager):
    assert send_on(DUE) == 0
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    assert send_on(DUE, 23) == 0
    assert {*User.objects.values_list("digest_on", flat=True)} == {DUE}
    assert send_on(DUE + dt.timedelta(1)) == 1


@pytest.mark.parametrize("number", [1, 5])
def test_morning_that_brings_nothing_costs_the_same_for_few_people_and_for_many(
    site, number, django_assert_max_num_queries
):
    ContactFactory.create_batch(number, supplier=site.supplier)
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    with django_assert_max_num_queries(19):
        send_on(DUE - dt.timedelta(10))


def test_task_of_the_company_reaches_whose_turn_it_is(site, alice, csr_manager, auditor):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO, status="plan_submitted", turn="csr")
    assert days_told(csr_manager, -16, 8) == [-14, -7, -1, 0, 3, 7]
    assert told(alice) == told(auditor) == []


def test_same_stage_is_not_told_on_the_next_day_and_a_missed_day_is_made_up_for(site, alice):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    assert days_told(alice, -14, -12) == [-14]
    assert days_told(alice, -5, -5) == [-5]  # the server was away at -7 and -6
    assert days_told(alice, -4, -2) == []


@pytest.mark.parametrize("turn", ["csr", ""])
def test_nobody_is_reminded_of_what_is_not_their_turn(site, alice, buyer, turn):
    status = {"csr": "plan_submitted", "": "verified_closed"}[turn]
    closed = {"closed_on": DUE} if not turn else {}
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO, status=status, turn=turn, **closed)
    SelfInspectionFactory(site=site, due_on=DUE, status_since=LONG_AGO, status="submitted", turn="csr")
    assert days_told(alice, -14, 8) == []


def test_task_that_was_just_given_is_not_reminded_of_at_once(site, alice):
    given = dt.datetime.combine(DUE - dt.timedelta(5), dt.time(8), tzinfo=dt.UTC)
    FindingFactory(site=site, due_on=DUE, status_since=given)
    assert days_told(alice, -5, 0) == [-1, 0]


@pytest.mark.parametrize("status", ["ended", "declined"])
def test_supplier_that_has_left_is_not_reminded_nor_named(site, alice, buyer, csr_manager, status):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    CertificateFactory(supplier=site.supplier, status="verified", issued_on=ISSUED, expires_on=DUE)
    Supplier.objects.filter(pk=site.supplier_id).update(status=status)
    for days in (-7, 0, 1, 8, 14):
        send_on(DUE + dt.timedelta(days=days))
    assert not Notice.objects.exists()


def test_who_has_left_the_company_or_was_closed_gets_nothing(site, alice, bob):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    Contact.objects.filter(user=alice).update(ended_at=timezone.now())
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert send_on(DUE) == 0


def test_certificate_is_reminded_of_by_r_rem_1_until_it_is_renewed(acme, alice, buyer, csr_manager):
    certificate = CertificateFactory(supplier=acme, status="verified", issued_on=ISSUED, expires_on=DUE)
    assert days_told(alice, -181, -1) == [-180, -90, -60, -30, -7]
    seen = {person: len(told(person)) for person in (buyer, csr_manager)}
    assert (days_told(alice, 0, 20), seen[buyer], seen[csr_manager]) == ([0, 7, 14], 0, 0)
    assert (len(told(buyer)), len(told(csr_manager))) == (1, 1)
    days = {person: Digest.objects.get(person=person).day for person in (buyer, csr_manager)}
    assert (days[csr_manager], days[buyer]) == (DUE + dt.timedelta(1), DUE + dt.timedelta(14))
    renewal = {"issued_on": DUE, "expires_on": DUE + dt.timedelta(1000), "standard": certificate.standard}
    CertificateFactory(supplier=acme, status="verified", **renewal)
    assert days_told(alice, 21, 60) == []


@pytest.mark.parametrize("status", [status for status in CertificateStatus.values if status != "verified"])
def test_certificate_that_does_not_count_is_not_reminded_of(acme, alice, status):
    CertificateFactory(supplier=acme, status=status, issued_on=ISSUED, expires_on=DUE)
    assert days_told(alice, -7, 1) == []


def test_buyer_is_told_of_what_ends_with_their_own_suppliers(acme, rival, buyer, csr_manager):
    Supplier.objects.filter(pk=acme.pk).update(agreement_until=DUE, inspection_until=DUE + dt.timedelta(400))
    Supplier.objects.filter(pk=rival.pk).update(agreement_until=DUE, owner=UserFactory(roles=["buyer"]))
    assert days_told(buyer, -100, 8) == [-90, -60, -30, -7, 0, 7]
    body = Notice.objects.filter(recipient=buyer).first().body
    assert (acme.name in body, rival.name in body) == (True, False)
    assert told(csr_manager) == []


def test_auditor_certificate_is_told_to_its_holder_and_the_coordinators(auditor, training_coordinator, buyer):
    AuditorQualificationFactory(user=auditor, expires_on=DUE, issued_on=ISSUED)
    AuditorQualificationFactory(user=buyer, expires_on=DUE + dt.timedelta(400), issued_on=ISSUED)
    assert days_told(auditor, -31, 1) == [-30, -7, 0]
    assert len(told(training_coordinator)) == 3
    assert told(buyer) == []


def test_what_may_be_muted_is_and_deadlines_are_not(site, alice, buyer, csr_manager):
    everything = ["early", "care", "task", "late"]
    User.objects.update(muted_digests=everything)
    certificate = CertificateFactory(supplier=site.supplier, status="verified", issued_on=ISSUED, expires_on=DUE)
    assert days_told(alice, -90, -1) == [-30, -7]
    certificate.delete()
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    assert days_told(alice, 0, 8) == [0, 3, 7]
    assert days_told(buyer, 8, 15) == []


def test_muted_parts_are_chosen_in_the_settings(alice, login):
    form = {"name": "刘敏", "language": "en", "time_zone": "Asia/Tokyo", "muted_digests": ["early"]}
    assert login(alice).post("/accounts/settings/", form).status_code == 302
    alice.refresh_from_db()
    assert alice.muted_digests == ["early"]
    assert "is not one of the available choices" in (
        login(alice).post("/accounts/settings/", form | {"muted_digests": ["task"]}).content.decode()
    )


def test_long_mail_says_how_many_more_there_are(site, alice, monkeypatch):
    monkeypatch.setattr(digest, "SHOWN", 2)
    User.objects.filter(pk=alice.pk).update(language="en")
    for days in range(4):
        FindingFactory(site=site, due_on=DUE + dt.timedelta(days), status_since=LONG_AGO)
    send_on(DUE)
    notice = Notice.objects.get(recipient=alice)
    assert (notice.subject, notice.body.count("\n- ")) == ("Due soon: 4", 2)
    assert "… and 2 more" in notice.body


def test_one_persons_trouble_does_not_keep_the_others_from_their_mail(site, alice, bob, monkeypatch):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    real = dues.of_person

    def fails_for_alice(person, *arguments):
        if person == alice:
            raise RuntimeError
        return real(person, *arguments)

    monkeypatch.setattr(dues, "of_person", fails_for_alice)
    assert send_on(DUE) == 1
    alice.refresh_from_db()
    assert (told(alice), len(told(bob)), alice.digest_on) == ([], 1, None)


def test_sweep_sends(site, alice):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    with morning(DUE):
        send_digests()
    assert len(told(alice)) == 1


def test_person_of_two_companies_gets_one_mail_about_both(site, rival, alice):
    ContactFactory(supplier=rival, user=alice)
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    FindingFactory(site__supplier=rival, supplier=rival, due_on=DUE, status_since=LONG_AGO)
    send_on(DUE)
    body = Notice.objects.get(recipient=alice).body
    assert (site.supplier.name in body, rival.name in body) == (True, True)


@pytest.mark.parametrize("number", [1, 3])
def test_digest_asks_the_same_few_questions_for_one_and_for_three(site, alice, number, django_assert_max_num_queries):
    for _ in range(number):
        FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
        CertificateFactory(supplier=site.supplier, status="verified", issued_on=ISSUED, expires_on=DUE)
    with django_assert_max_num_queries(13):
        digest.content_of(User.objects.get(pk=alice.pk), DUE)


def test_preview_shows_the_next_morning_and_changes_nothing(site, alice, bob, csr_manager, login):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    with morning(DUE - dt.timedelta(1), 6):
        page = login(csr_manager).get("/staff/reminders/").content.decode()
    assert "2 people on this page get a mail next morning." in page
    assert page.count("Send a corrective action plan") == 2
    assert (Notice.objects.count(), Digest.objects.count()) == (0, 0)
    send_on(DUE - dt.timedelta(1))
    with morning(DUE - dt.timedelta(1), 9):
        page = login(csr_manager).get("/staff/reminders/").content.decode()
    assert "2 people on this page get a mail next morning." in page  # the day itself is another stage
