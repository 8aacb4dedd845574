"""Template tags of the portal: icons, states, turns, names, dates, forms and the small pieces of pages.

Loaded in every template (settings.TEMPLATES). Components that are more than a line live in templates/components/.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.http import HttpRequest, QueryDict
from django.template.backends.django import Template
from django.template.context import Context
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from csr_portal.core import badges, dates, icons
from csr_portal.core.names import script_language
from csr_portal.core.roles import Role, has_role, is_staff_member
from csr_portal.core.told import told
from csr_portal.core.translated import in_language

register = template.Library()

TURN_ROLES = {
    "buyer": Role.BUYER,
    "csr": Role.CSR_MANAGER,
    "auditor": Role.AUDITOR,
    "trainer": Role.TRAINING_COORDINATOR,
}
TONES = {"neutral", "info", "ok", "warn", "bad", "special", "zero", "brand"}
NOTE_ICONS = {
    "ok": "circle-check",
    "info": "info",
    "warn": "triangle-alert",
    "bad": "octagon-x",
    "special": "shield-half",
}


def _request(context: Context) -> HttpRequest | None:
    return getattr(context, "request", None) or context.get("request")


def _render(context: Context, name: str, **values: Any) -> SafeString:
    """Draw a component with these values only; the request goes along for icons and the reader."""
    template = cast(Template, get_template(f"components/{name}.html"))
    return template.template.render(context.new(values | _reader(context)))


def _reader(context: Context) -> dict[str, Any]:
    return {key: context[key] for key in ("request", "user", "csrf_token") if key in context}


# Icons


@register.simple_tag(takes_context=True)
def open_sprite(context: Context) -> str:
    """Called once by base.html: from here on icons point into the page's sprite. Fragments never call it."""
    request = _request(context)
    if request is not None and not getattr(request, "htmx", False):
        request.icon_sprite = set()  # type: ignore[attr-defined]  # ours, for this request
    return ""


@register.simple_tag(takes_context=True)
def close_sprite(context: Context) -> str:
    """Called once at the end of base.html: writes the sprite with the icons used on this page."""
    request = _request(context)
    names = getattr(request, "icon_sprite", None)
    if request is not None:
        request.icon_sprite = None  # type: ignore[attr-defined]
    return icons.sprite_sheet(names) if names else ""


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str, size: str = "", label: str = "", extra: str = "") -> SafeString:
    """`{% icon "flag" size="sm|lg|xl" label=_("…") %}`; without a label it is decoration beside a word."""
    return _icon(context, name, size=size, label=label, extra=extra)


def _icon(context: Context, name: str, **options: str) -> SafeString:
    return icons.svg(name, sprite=getattr(_request(context), "icon_sprite", None), **options)


# States


@register.simple_tag(takes_context=True)
def status(context: Context, domain: str, code: Any, text: Any = "", sub: Any = "") -> SafeString:
    """A state in a table: icon and word without a box; `sub` is the second line (a date, a number)."""
    look = badges.badge(domain, code or "")
    line = format_html('<span class="sub">{}</span>', sub) if sub else ""
    return format_html(
        '<span class="st tone-{}">{}{}</span>{}', look.tone, _icon(context, look.icon), text or look.label, line
    )


@register.simple_tag(takes_context=True)
def badge(context: Context, domain: str, code: Any, text: Any = "", size: str = "") -> SafeString:
    """A state in a header or card, in a box."""
    look = badges.badge(domain, code or "")
    css = " badge-lg" if size == "lg" else ""
    return format_html(
        '<span class="badge-st tone-{}{}">{}{}</span>', look.tone, css, _icon(context, look.icon), text or look.label
    )


@register.simple_tag(takes_context=True)
def chip(context: Context, tone: str, icon: str, text: Any) -> SafeString:
    """A badge whose words are not a state of the table (“Falls back 4 Dec 2026”)."""
    return format_html('<span class="badge-st tone-{}">{}{}</span>', tone, _icon(context, icon), text)


@register.simple_tag(takes_context=True)
def gate_icon(context: Context, state: str) -> SafeString:
    return _icon(context, badges.badge("gate", state).icon)


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


# Whose turn


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
    return _render(
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


# Names


@register.simple_tag
def names(obj: Any, url: str = "", main: bool = False, sub: Any = "") -> SafeString:
    """The name in its own script, the Latin one below, each with its language.

    `url` makes it a link; `main` is the form of list rows; `sub` leads the second line (a supplier's number).
    """
    local, latin = _two_names(obj)
    lang = _lang_attribute(obj, local)
    css = "main ell" if main else "name"
    if url:
        first = format_html('<a class="{}" href="{}"{}>{}</a>', css, url, lang, local)
    else:
        first = format_html('<span class="{}"{}>{}</span>', css, lang, local)
    second = [format_html('<span class="num">{}</span>', sub)] if sub else []
    second += [format_html('<span lang="en">{}</span>', latin)] if latin else []
    line = format_html_join(" · ", "{}", ((part,) for part in second))
    if main:
        return format_html('{}<span class="sub ell">{}</span>', first, line) if second else first
    below = format_html('<span class="latin">{}</span>', line) if second else ""
    return format_html('<span class="names">{}{}</span>', first, below)


@register.simple_tag
def local_name(obj: Any) -> SafeString:
    """Only the name in its own script, inline, with its language."""
    local, _latin = _two_names(obj)
    return format_html("<span{}>{}</span>", _lang_attribute(obj, local), local)


@register.simple_tag
def name_lang(obj: Any) -> SafeString:
    """The attribute ` lang="…"` for an element that holds the object's own-script name."""
    return _lang_attribute(obj, _two_names(obj)[0])


def _two_names(obj: Any) -> tuple[str, str]:
    local = str(getattr(obj, "name", "") or obj or "")
    latin = str(getattr(obj, "name_latin", "") or "")
    return (local or latin), (latin if latin != local else "")


def _lang_attribute(obj: Any, text: str) -> SafeString:
    lang = getattr(obj, "script_language", "") or script_language(text, getattr(obj, "country", "") or "")
    return format_html(' lang="{}"', lang) if lang else SafeString("")


@register.simple_tag
def initials(person: Any) -> str:
    """Two letters for the round mark of a person: 刘 or AK."""
    name = str(getattr(person, "name", "") or person or "")
    if script_language(name):
        return name[:1]
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# Dates


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


@register.filter("in_language")
def text_in_language(texts: dict[str, str] | None, language: str = "") -> str:
    """Content in several languages: the reader's, or the one given."""
    return in_language(texts, language or None)


@register.filter
def day_long(value: dt.date | None) -> str:
    return dates.day_text(value)


@register.simple_tag(takes_context=True)
def due_chip(context: Context, value: dt.date | None) -> SafeString | str:
    """The badge of a task: late, soon, or the date until which there is time."""
    css, words = dates.days_left(value)
    look = {"late": ("bad", "alarm-clock"), "soon": ("warn", "clock-alert")}.get(css, ("info", "calendar"))
    return chip(context, *look, words) if value else ""


# Permissions, addresses


@register.simple_tag(takes_context=True)
def may(context: Context, rule: str, obj: Any = None) -> bool:
    """`{% may "suppliers.can_manage_supplier" supplier as ok %}` asks suppliers/permissions.py about the reader."""
    app, name = rule.split(".")
    return bool(import_string(f"{app}.permissions.{name}")(context.get("user"), obj))


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """The present query string with these changes; an empty value takes a key away."""
    request = _request(context)
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def url_or_none(name: str, *args: Any) -> str:
    """The address of a page, or nothing while that page does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def menu_here(context: Context, url: str) -> SafeString:
    """`aria-current` for a link of a menu: this very page, or a page below it."""
    request = _request(context)
    path = request.path if request else ""
    if path == url:
        return mark_safe(' aria-current="page"')
    return mark_safe(' aria-current="true"') if url and path.startswith(url) else SafeString("")


@register.filter
def frame_of(user: Any) -> str:
    """The frame for pages about oneself: the one of the reader's own side."""
    if not getattr(user, "is_authenticated", False):
        return "open/base.html"
    return "staff/base.html" if is_staff_member(user) else "portal/base.html"


@register.simple_tag
def page_language() -> str:
    """The page's language as HTML writes it: zh-Hans."""
    language = get_language() or "en"
    return to_locale(language).replace("_", "-") if "-" in language else language


# Forms


@register.simple_tag(takes_context=True)
def field(
    context: Context, bound: BoundField, hint: Any = "", label: Any = "", optional: bool | None = None
) -> SafeString:
    """A form field: label, hint, error above the control, control. `(optional)` marks what may stay empty."""
    return _render(
        context,
        "field",
        field=bound,
        hint=hint or bound.help_text,
        label=label or bound.label,
        is_optional=not bound.field.required if optional is None else optional,
    )


@register.simple_tag
def control(bound: BoundField, hint: Any = "") -> SafeString:
    """The control of a field with the look of its kind; hint and error are read out with it."""
    kind = _kind(bound)
    css = {"check": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    if bound.errors:
        css += " is-invalid"
    own = bound.field.widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {"class": f"{css} {own}".strip()}
    if str(bound.field.widget.attrs.get("rows", "")) == "10":  # Django's own default is too high for one thought
        attrs["rows"] = "3"
    if hint and bound.auto_id:
        read_out = [f"{bound.auto_id}_helptext"] + ([f"{bound.auto_id}_error"] if bound.errors else [])
        attrs["aria-describedby"] = " ".join(read_out)
    return bound.as_widget(attrs=attrs)


@register.simple_tag
def choice_input(option: Any) -> SafeString:
    """One radio button or check box of a field with several."""
    option.data["attrs"]["class"] = "form-check-input"
    return option.tag()


@register.filter
def field_kind(bound: BoundField) -> str:
    return _kind(bound)


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, FileInput):
        return "file"
    return "select" if isinstance(widget, Select) else "text"


@register.simple_tag(takes_context=True)
def error_summary(context: Context, form: Any) -> SafeString:
    """After a refused form: everything that is wrong, each a link to its field; takes the focus."""
    return _render(context, "error_summary", form=form)


# Pieces of pages


@register.simple_block_tag(takes_context=True)
def panel(
    context: Context,
    content: str,
    title: Any = "",
    count: Any = None,
    url: str = "",
    link: Any = "",
    edge: bool = False,
    css: str = "",
    meta: Any = "",
    key: str = "",
) -> SafeString:
    """`{% panel _("Sites") count=3 url=… link=_("Add site") %}…{% endpanel %}`; `edge` for tables and rows."""
    return _render(
        context,
        "panel",
        content=content,
        title=title,
        count=count,
        url=url,
        link=link,
        edge=edge,
        css=css,
        meta=meta,
        key=key or f"p-{slugify(title, allow_unicode=True)}",
    )


@register.simple_block_tag(takes_context=True)
def note(
    context: Context, content: str, tone: str = "info", icon: str = "", alert: bool = False, css: str = ""
) -> SafeString:
    """`{% note "warn" %}…{% endnote %}`: a word to the reader; `alert` has it read out at once."""
    return format_html(
        '<div class="note tone-{} {}"{}>{}<div>{}</div></div>',
        tone,
        css,
        mark_safe(' role="alert"') if alert else "",
        _icon(context, icon or NOTE_ICONS.get(tone, "info")),
        content,
    )


@register.simple_tag(takes_context=True)
def history(context: Context, entries: Iterable[Any], all_url: str = "") -> SafeString:
    """The story of an object, newest first, as sentences (each app's `sentences.py`)."""
    sentences = context.get("history_sentences") or {}
    return _render(context, "history", entries=[told(entry, sentences) for entry in entries], all_url=all_url)


@register.filter
def percent(value: Any) -> str:
    """A number with the sign that the reader's language writes."""
    return f"{value} %" if get_language() == "en" else f"{value}%"
