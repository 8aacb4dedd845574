"""The secret calendar address: shown to its owner, changed and switched off by them, read by their calendar."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from csr_portal.calendar_feed import calendar_of
from csr_portal.core.access import PersonRequest, open_page, person_page
from csr_portal.core.calendars import CalendarFeed, feed_of, new_nonce


@person_page
@require_GET
def my_calendar(request: PersonRequest) -> HttpResponse:
    feed = CalendarFeed.objects.filter(person=request.user).first()
    address = settings.PUBLIC_URL + reverse("open:calendar", args=[feed.token]) if feed else ""
    return render(request, "account/calendar.html", {"feed": feed, "address": address})


@person_page
@require_POST
def my_calendar_new(request: PersonRequest) -> HttpResponse:
    """The first address, or another one instead of it, which then no longer works."""
    CalendarFeed.objects.update_or_create(
        person=request.user, defaults={"nonce": new_nonce(), "created_at": timezone.now(), "read_at": None}
    )
    messages.success(request, _("This is your calendar address. Keep it to yourself."))
    return redirect("my-calendar")


@person_page
@require_POST
def my_calendar_off(request: PersonRequest) -> HttpResponse:
    CalendarFeed.objects.filter(person=request.user).delete()
    messages.success(request, _("The calendar address no longer works."))
    return redirect("my-calendar")


@open_page
@require_GET
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """For calendars, which cannot log in: the address itself is the key. It shows dates, and changes nothing."""
    feed = feed_of(token)
    if feed is None:
        raise Http404
    CalendarFeed.objects.filter(pk=feed.pk).update(read_at=timezone.now())
    return HttpResponse(calendar_of(feed.person), content_type="text/calendar; charset=utf-8")
