"""Days and moments in the reader's language and time zone."""

import datetime as dt
import re

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from csr_portal.core import dates

register = template.Library()
DATE_IN_WORDS = re.compile(r"((?:\d{4}年)?\d{1,2}月\d{1,2}日)")


@register.simple_tag
def day(value: dt.date | None, short: bool = False) -> SafeString | str:
    """A date in the reader's language; `short` leaves out the present year."""
    return (
        format_html('<time datetime="{}">{}</time>', dates.iso(value), dates.day_text(value, short=short))
        if value
        else ""
    )


@register.simple_tag
def moment(value: dt.datetime | None, zone: bool = True) -> SafeString | str:
    """A moment in the reader's time zone, with the zone's name unless `zone=False`."""
    if not value:
        return ""
    return format_html('<time datetime="{}">{}</time>', dates.iso(value), dates.moment_text(value, zone=zone))


@register.simple_tag
def days_left(value: dt.date | None) -> SafeString | str:
    """“6 days late”, “today”, “8 days left”, with the colour of an exception."""
    css, words = dates.days_left(value)
    return format_html('<span class="{}">{}</span>', css, words) if words else ""


@register.simple_tag
def deadline(value: dt.date | None) -> SafeString | str:
    """The end of a day somebody has to meet: “14 Nov 2026, 23:59 China time”."""
    if not value:
        return ""
    end = timezone.make_aware(dt.datetime.combine(value, dt.time(23, 59)))
    return format_html('<time datetime="{}">{}</time>', dates.iso(value), dates.moment_text(end))


@register.simple_tag
def day_or_late(value: dt.date | None) -> SafeString | str:
    """In lists: how late or “today”; otherwise the date."""
    css, words = dates.days_left(value)
    late = value and value <= timezone.localdate()
    return format_html('<span class="{}">{}</span>', css, words) if late else day(value, short=True)


@register.filter
def day_short(value: dt.date | None) -> str:
    """A date as plain text for use inside a sentence."""
    return dates.day_text(value, short=True)


@register.filter
def day_long(value: dt.date | None) -> str:
    return dates.day_text(value)


@register.filter
def whole_dates(text: str) -> SafeString:
    """A Chinese or Japanese sentence in which no line ends inside a date."""
    pieces = enumerate(DATE_IN_WORDS.split(str(text)))  # every second one is a date
    shown = (format_html('<span class="whole">{}</span>', piece) if place % 2 else piece for place, piece in pieces)
    return format_html_join("", "{}", ((piece,) for piece in shown))
