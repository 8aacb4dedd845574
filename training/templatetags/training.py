"""Template tags of training: texts in several languages and the title of a certificate in the other languages."""

from decimal import Decimal

from django import template
from django.conf import settings
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override

from csr_portal.core.pdf import language_tag
from csr_portal.core.translated import in_language

register = template.Library()


@register.filter
def in_reader_language(texts: dict[str, str] | None) -> str:
    """A text kept in several languages, in the reader's."""
    return in_language(texts)


@register.filter
def hours_number(text: str) -> int | Decimal:
    """Hours as a number that plural forms understand: 6 for `6.00`."""
    number = Decimal(text)
    return int(number) if number == int(number) else number


@register.simple_tag
def certificate_titles(document_language: str) -> SafeString:
    """“Certificate of training” in the languages the document is not in, each marked as such."""
    parts = []
    for code, _name in settings.LANGUAGES:
        if language_tag(code) != document_language:
            with override(code):
                text = gettext("Certificate of training")
            parts.append((language_tag(code), text))
    return format_html_join(" · ", '<span lang="{}">{}</span>', parts)
