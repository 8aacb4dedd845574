"""Pieces of pages: panels, notes, the history. Components that are more than a line live in templates/components/."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from csr_portal.core.templatetags.components import component, icon_of
from csr_portal.core.told import told

register = template.Library()

NOTE_ICONS = {
    "ok": "circle-check",
    "info": "info",
    "warn": "triangle-alert",
    "bad": "octagon-x",
    "special": "shield-half",
}


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
    return component(
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
        icon_of(context, icon or NOTE_ICONS.get(tone, "info")),
        content,
    )


@register.simple_tag(takes_context=True)
def history(context: Context, entries: Iterable[Any], all_url: str = "") -> SafeString:
    """The story of an object, newest first, as sentences (each app's `sentences.py`)."""
    sentences = context.get("history_sentences") or {}
    return component(context, "history", entries=[told(entry, sentences) for entry in entries], all_url=all_url)
