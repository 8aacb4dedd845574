"""States as badges, the meter of the gate, and whose turn it is."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from csr_portal.core import badges, dates
from csr_portal.core.roles import Role, has_role, is_staff_member
from csr_portal.core.templatetags.components import component, icon_of

register = template.Library()

TURN_ROLES = {
    "buyer": Role.BUYER,
    "csr": Role.CSR_MANAGER,
    "auditor": Role.AUDITOR,
    "trainer": Role.TRAINING_COORDINATOR,
}


@register.simple_tag(takes_context=True)
def status(context: Context, domain: str, code: Any, text: Any = "", sub: Any = "") -> SafeString:
    """A state in a table: icon and word without a box; `sub` is the second line (a date, a number)."""
    look = badges.badge(domain, code or "")
    line = format_html('<span class="sub">{}</span>', sub) if sub else ""
    return format_html(
        '<span class="st tone-{}">{}{}</span>{}', look.tone, icon_of(context, look.icon), text or look.label, line
    )


@register.simple_tag(takes_context=True)
def badge(context: Context, domain: str, code: Any, text: Any = "", size: str = "") -> SafeString:
    """A state in a header or card, in a box."""
    look = badges.badge(domain, code or "")
    css = " badge-lg" if size == "lg" else ""
    return format_html(
        '<span class="badge-st tone-{}{}">{}{}</span>', look.tone, css, icon_of(context, look.icon), text or look.label
    )


@register.simple_tag(takes_context=True)
def chip(context: Context, tone: str, icon: str, text: Any) -> SafeString:
    """A badge whose words are not a state of the table (“Falls back 4 Dec 2026”)."""
    return format_html('<span class="badge-st tone-{}">{}{}</span>', tone, icon_of(context, icon), text)


@register.simple_tag(takes_context=True)
def gate_icon(context: Context, state: str) -> SafeString:
    return icon_of(context, badges.badge("gate", state).icon)


@register.simple_tag
def gate_counts(conditions: Iterable[Any]) -> str:
    """“5 met, 1 expiring, 1 missing”: the words of the meter."""
    states = Counter(str(item["state"] if isinstance(item, dict) else item.state) for item in conditions)
    words = {
        "met": ngettext("%(number)s met", "%(number)s met", states["met"]),
        "waived": ngettext("%(number)s waived", "%(number)s waived", states["waived"]),
        "expiring": ngettext("%(number)s expiring", "%(number)s expiring", states["expiring"]),
        "missing": ngettext("%(number)s missing", "%(number)s missing", states["missing"]),
    }
    return _(", ").join(text % {"number": states[state]} for state, text in words.items() if states[state])


@register.simple_tag
def badge_label(domain: str, code: Any) -> Any:
    return badges.badge(domain, code or "").label


@register.simple_tag
def badge_tone(domain: str, code: Any) -> str:
    return badges.badge(domain, code or "").tone


@register.simple_tag(takes_context=True)
def turn(
    context: Context,
    obj: Any = None,
    code: str | None = None,
    since: Any = None,
    due: Any = None,
    mine: bool | None = None,
    full: bool = False,
) -> SafeString:
    """Whose turn it is, since when, until when, how late. `full` is the form of detail pages, with the zone.

    `code`, `since` and `due` replace the object's `turn`, `status_since` and `due_on`; `mine` says by itself
    whether the reader has to act (otherwise the code decides, by the reader's roles).
    """
    code = getattr(obj, "turn", "") if code is None else code
    is_mine = _is_readers_turn(context, code) if mine is None else mine
    due = due or (getattr(obj, "due_on", None) if code else None)
    late_class, late_words = dates.days_left(due)
    return component(
        context,
        "turn",
        code=code,
        look=badges.badge("turn", "you" if is_mine else code),
        is_mine=is_mine,
        since=since or getattr(obj, "status_since", None),
        due=due,
        late_class=late_class,
        late_words=late_words,
        full=full,
    )


def _is_readers_turn(context: Context, code: str) -> bool:
    user = context.get("user")
    if not code or not getattr(user, "is_authenticated", False):
        return False
    if code == "supplier":
        return not is_staff_member(user)
    return code in TURN_ROLES and has_role(user, TURN_ROLES[code])


@register.simple_tag(takes_context=True)
def due_chip(context: Context, value: dt.date | None) -> SafeString | str:
    """The badge of a task: late, soon, or the date until which there is time."""
    css, words = dates.days_left(value)
    look = {"late": ("bad", "alarm-clock"), "soon": ("warn", "clock-alert")}.get(css, ("info", "calendar"))
    return chip(context, *look, words) if value else ""
