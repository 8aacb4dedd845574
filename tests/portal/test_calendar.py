"""The secret calendar address: a person's own dates, in their language, as long as they want it."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils.translation import gettext, override
from icalendar import Calendar

from csr_portal.calendar_feed import calendar_of
from csr_portal.core.calendars import CalendarFeed
from csr_portal.core.models import User
from tests.factories.audits import FindingFactory
from tests.factories.suppliers import CertificateFactory, SiteFactory

pytestmark = pytest.mark.django_db
DUE = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


@pytest.fixture
def english_alice(alice):
    User.objects.filter(pk=alice.pk).update(language="en")
    alice.refresh_from_db()
    return alice


def events(raw):
    found = [(e["DTSTART"].dt, e["DTEND"].dt, str(e["SUMMARY"])) for e in Calendar.from_ical(raw).walk("VEVENT")]
    return sorted(found)


def address_of(client):
    client.post("/accounts/calendar/new/")
    return f"/open/calendar/{CalendarFeed.objects.get().token}.ics"


def test_calendar_holds_a_persons_own_dates_as_whole_days(site, rival, english_alice, settings):
    settings.PUBLIC_URL = "https://portal.example.com"
    finding = FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO, title="Locked", title_local="门")
    FindingFactory(site__supplier=rival, supplier=rival, due_on=DUE, status_since=LONG_AGO)
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO, status="plan_submitted", turn="csr")
    certificate = CertificateFactory(
        supplier=site.supplier, status="verified", issued_on=dt.date(2024, 1, 1), expires_on=dt.date(2027, 6, 30)
    )
    raw = calendar_of(english_alice, NOW)
    about = f"{site.supplier.name} · {site.name} · 门"
    assert events(raw) == [
        (DUE, dt.date(2026, 11, 25), f"Send a corrective action plan – {about}"),
        (
            dt.date(2027, 6, 30),
            dt.date(2027, 7, 1),
            f"Certificate {certificate}: last valid day – {site.supplier.name}",
        ),
    ]
    calendar = Calendar.from_ical(raw)
    assert (str(calendar["X-WR-TIMEZONE"]), str(calendar["VERSION"])) == ("Asia/Shanghai", "2.0")
    first = min(calendar.walk("VEVENT"), key=lambda event: event["DTSTART"].dt)
    assert str(first["URL"]) == f"https://portal.example.com/portal/findings/{finding.pk}/"
    assert str(first["UID"]).endswith("@portal.example.com")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_date_that_moves_keeps_its_place_and_others_have_their_own(site, english_alice):
    finding = FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    for number in range(2):
        CertificateFactory(
            supplier=site.supplier,
            status="verified",
            issued_on=dt.date(2024, 1, 1),
            expires_on=DUE,
            number=f"N{number}",
        )

    def uids():
        return {str(event["UID"]) for event in Calendar.from_ical(calendar_of(english_alice, NOW)).walk("VEVENT")}

    before = uids()
    type(finding).objects.filter(pk=finding.pk).update(due_on=DUE + dt.timedelta(5))
    assert (uids(), len(before)) == (before, 3)


def test_calendar_speaks_the_persons_language(site, alice):
    FindingFactory(site=site, due_on=DUE, status_since=LONG_AGO)
    [(_, _, summary)] = events(calendar_of(alice, NOW))
    with override("zh-hans"):
        assert summary.startswith(gettext("Send a corrective action plan"))


def test_address_is_made_shown_changed_and_switched_off(site, english_alice, login):
    client, stranger = login(english_alice), Client()
    assert "Make a calendar address" in client.get("/accounts/calendar/").content.decode()
    first = address_of(client)
    assert first in client.get("/accounts/calendar/").content.decode()
    response = stranger.get(first)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response["Cache-Control"] == "private, no-store"
    assert "Last read by a calendar" in client.get("/accounts/calendar/").content.decode()
    second = address_of(client)
    assert [stranger.get(address).status_code for address in (first, second)] == [404, 200]
    client.post("/accounts/calendar/off/")
    assert stranger.get(second).status_code == 404


def test_address_dies_with_the_persons_access(english_alice, login):
    address = address_of(login(english_alice))
    User.objects.filter(pk=english_alice.pk).update(is_active=False)
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "1:abc", "1:abc:def", "%F0%9F%93%85"])
def test_invented_address_is_404(token, alice):
    CalendarFeed.objects.create(person=alice)
    assert Client().get(f"/open/calendar/{token}.ics").status_code == 404


def test_staff_have_a_calendar_too(acme, buyer):
    type(acme).objects.filter(pk=acme.pk).update(agreement_until=DUE)
    with time_machine.travel(NOW, tick=False):
        assert events(calendar_of(buyer)) == [
            (DUE, dt.date(2026, 11, 25), f"CSR agreement: last valid day – {acme.name}")
        ]
