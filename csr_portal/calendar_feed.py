"""A person's dates as iCalendar (RFC 5545), for Outlook, WeCom, Google and phones, in their language."""

import datetime as dt
import hashlib
import zoneinfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from csr_portal import dues
from csr_portal.core.models import Organisation, User

AHEAD = dt.timedelta(days=400)
REFRESH = dt.timedelta(hours=4)


def calendar_of(person: User, now: dt.datetime | None = None) -> bytes:
    """Whole days: a deadline holds to the end of the day. What is done, or not theirs any more, is gone."""
    now = now or timezone.now()
    zone = zoneinfo.ZoneInfo(person.time_zone)
    with translation.override(person.language), timezone.override(zone):
        today = now.astimezone(zone).date()
        calendar = Calendar()
        calendar.add("prodid", "-//CSR Portal//Dates//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("%(company)s: my dates") % {"company": Organisation.current().name})
        calendar.add("x-wr-timezone", person.time_zone)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT4H")
        for due in dues.of_person(person, today, today + AHEAD):
            calendar.add_component(_event(due, now))
    return calendar.to_ical()


def _event(due: dues.Due, now: dt.datetime) -> Event:
    """Known by what it is about, not by its day: a date that is moved moves in the calendar, too."""
    event = Event()
    event.add("uid", f"{hashlib.sha256(f'{due.kind}:{due.url}'.encode()).hexdigest()[:32]}@{_host()}")
    event.add("dtstamp", now)
    event.add("dtstart", due.day)
    event.add("dtend", due.day + dt.timedelta(days=1))
    event.add("summary", f"{due.what} – {due.about}")
    event.add("url", settings.PUBLIC_URL + due.url)
    event.add("transp", "TRANSPARENT")
    return event


def _host() -> str:
    return settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
