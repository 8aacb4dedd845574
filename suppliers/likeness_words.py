"""The reasons of likeness in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS = {
    "number": _("the same registration number"),
    "name": _("the same name"),
    "name_alike": _("names that look alike"),
    "latin": _("the same name in Latin letters"),
    "latin_alike": _("Latin names that look alike"),
    "address": _("the same address"),
    "phone": _("the same phone"),
    "website": _("the same website"),
    "other_country": _("different countries"),
    "other_number": _("two valid numbers of the same register"),
}


def reason_text(reason: dict[str, Any]) -> str:
    """One reason in words."""
    return str(WORDS[reason["code"]])
