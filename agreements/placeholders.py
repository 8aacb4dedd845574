"""What a text may leave open until it is issued: names from a closed list in braces, filled in as plain words.

There is no template code in a text: `{supplier_name}` is replaced, anything else in braces is an error that names it.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

PLACEHOLDERS: dict[str, Any] = {
    "supplier_name": _("Supplier's name"),
    "supplier_name_latin": _("Supplier's name in Latin letters"),
    "supplier_number": _("Supplier number"),
    "supplier_address": _("Supplier's address"),
    "supplier_registration": _("Supplier's registration number"),
    "company_name": _("Our name"),
    "company_address": _("Our address"),
    "agreement_number": _("Number of the agreement"),
    "version": _("Version of the text"),
    "validity_months": _("Months of validity"),
    "notice_days": _("Days of notice"),
}
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_in(text: str) -> list[str]:
    """What stands in braces and is not on the list, each once, in the order of the text; a single brace as itself."""
    found = [f"{{{name}}}" for name in IN_BRACES.findall(text) if name not in PLACEHOLDERS]
    found += re.findall(r"[{}]", IN_BRACES.sub("", text))
    return list(dict.fromkeys(found))


def filled(text: str, values: Mapping[str, Any] | None = None) -> str:
    """The text with the values; without them (a preview) each place shows its name in brackets."""

    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in PLACEHOLDERS:
            return match.group(0)
        return f"[{PLACEHOLDERS[name]}]" if values is None else str(values.get(name) or "–")

    return IN_BRACES.sub(word, text)
