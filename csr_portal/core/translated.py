"""Content that is data and exists in several languages: a JSON object, language code → text."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

FALLBACK = "en"


def in_language(texts: dict[str, str] | None, language: str | None = None) -> str:
    """The text in the reader's (or the given) language, otherwise in English."""
    texts = texts or {}
    return texts.get(language or get_language() or FALLBACK) or texts.get(FALLBACK) or next(iter(texts.values()), "")


def in_every_language(write: Callable[[], str]) -> dict[str, str]:
    """What `write` says in each language of the product: for a text that is kept and read by people of all of them."""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            texts[code] = write()
    return texts


def missing_languages(texts: dict[str, str] | None) -> list[str]:
    """Languages of the product in which the text is empty (B8)."""
    return [code for code, _name in settings.LANGUAGES if not (texts or {}).get(code, "").strip()]


def validate_texts(value: Any) -> None:
    """For JSON fields: only known languages, only texts."""
    known = {code for code, _name in settings.LANGUAGES}
    if not isinstance(value, dict) or not set(value) <= known or not all(isinstance(t, str) for t in value.values()):
        raise ValidationError(_("Give one text per language: %(languages)s."), params={"languages": ", ".join(known)})
