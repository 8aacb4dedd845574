"""Template tags of printed documents: dates that always carry their year, scripts, hashes, the QR code."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from csr_portal.core import qr
from csr_portal.core.names import script_language

register = template.Library()

# A run of Han, kana, bopomofo or hangul with the punctuation and spaces inside it.
_LETTER = r"[\u3040-\u312f\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]"
EAST_ASIAN = re.compile(rf"({_LETTER}(?:[\s\u3000-\u303f\uff00-\uffef0-9]*{_LETTER})*[\u3000-\u303f\uff01-\uff1f]*)")
WIDE_OR_NOT = re.compile("[‘’“”…—·]")


@register.filter
def printed_day(value: dt.date | None) -> str:
    """“20 Nov 2026”, “2026年11月20日”: a document is read in other years, so the year never goes."""
    if not value:
        return "–"
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    return formats.date_format(value, _("j M Y"))


@register.filter
def printed_moment(value: dt.datetime | None) -> str:
    """“20 Nov 2026, 14:32 UTC+08:00”: the offset leaves no doubt in any country."""
    if not value:
        return "–"
    local = timezone.localtime(value)
    offset = local.strftime("%z")
    return f"{formats.date_format(local, _('j M Y, H:i'))} UTC{offset[:3]}:{offset[3:]}"


@register.filter
def in_scripts(value: Any, language: str = "") -> SafeString | str:
    """Mixed text with every Chinese, Japanese or Korean run in its `lang`, so that it gets the right shapes.

    `language` says which one, if known; otherwise the document's own language or the characters decide.
    """
    text = "" if value is None else value
    own = (get_language() or "en").split("-")[0]
    if isinstance(text, SafeString):
        return text
    if not EAST_ASIAN.search(str(text)):
        # Quotation marks and dots are as wide as a character in a Chinese or Japanese document, but not in English.
        is_foreign = own in {"zh", "ja"} and WIDE_OR_NOT.search(str(text))
        return format_html('<span lang="en">{}</span>', text) if is_foreign else text
    pieces = []
    for place, piece in enumerate(EAST_ASIAN.split(str(text))):
        tag = (language or script_language(piece)) if place % 2 else ""
        # Without kana nothing tells a Chinese run from a Japanese one: a Japanese document keeps it.
        is_own = tag.split("-")[0] == own or (own == "ja" and not language and tag == "zh-Hans")
        pieces.append(format_html('<span lang="{}">{}</span>', tag, piece) if tag and not is_own else piece)
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.filter
def short_hash(value: str) -> str:
    """Beginning and end of a SHA-256, for comparing by eye; the verification page shows all of it."""
    return f"{value[:16]} … {value[-8:]}" if len(value) > 32 else value


@register.filter
def under(row: Sequence[Any], columns: Sequence[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """The cells of a row, each with the class of its column."""
    return [(cell, css) for cell, (_label, css) in zip(row, columns, strict=True)]


@register.simple_tag
def qr_code(text: str, label: str = "") -> SafeString:
    return qr.qr_svg(text, label=label)
