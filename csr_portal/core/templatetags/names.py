"""Names in their own script and in Latin letters, each with its language."""

import unicodedata
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from csr_portal.core.names import script_language

register = template.Library()

WITHOUT_STROKE = str.maketrans("łŁđĐøØ", "lLdDoO")
WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


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
def latin_name(obj: Any) -> SafeString:
    """Only the name in Latin letters, inline; nothing where the own script says the same."""
    _local, latin = _two_names(obj)
    return format_html('<span lang="en">{}</span>', latin) if latin else SafeString("")


@register.simple_tag
def name_lang(obj: Any) -> SafeString:
    """The attribute ` lang="…"` for an element that holds the object's own-script name."""
    return _lang_attribute(obj, _two_names(obj)[0])


def _two_names(obj: Any) -> tuple[str, str]:
    local = str(getattr(obj, "name", "") or obj or "")
    latin = str(getattr(obj, "name_latin", "") or "")
    return (local or latin), ("" if _plain(latin) in {_plain(local), _plain(local.translate(WRITTEN_OUT))} else latin)


def _plain(text: str) -> str:
    """Without marks and case: a name that differs only in them tells nobody anything more."""
    marked = unicodedata.normalize("NFKD", text.translate(WITHOUT_STROKE))
    return "".join(sign for sign in marked if not unicodedata.combining(sign)).casefold()


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
