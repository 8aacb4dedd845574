"""What the reader's language decides: texts, numbers, the page itself."""

from typing import Any

from django import template
from django.utils.translation import get_language, to_locale

from csr_portal.core.translated import in_language

register = template.Library()


@register.filter("in_language")
def text_in_language(texts: dict[str, str] | None, language: str = "") -> str:
    """Content in several languages: the reader's, or the one given."""
    return in_language(texts, language or None)


@register.simple_tag
def page_language() -> str:
    """The page's language as HTML writes it: zh-Hans."""
    language = get_language() or "en"
    return to_locale(language).replace("_", "-") if "-" in language else language


@register.filter
def percent(value: Any) -> str:
    """A number with the sign that the reader's language writes."""
    return f"{value} %" if get_language() == "en" else f"{value}%"
