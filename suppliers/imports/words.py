"""What is said about files and lines, in the reader's language: a code and its parameters are stored, never a text."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suppliers.imports.columns import BY_NAME
from suppliers.states import RegistrationKind

PROBLEMS = {
    "no_identity": gettext_lazy("Neither a registration number nor a supplier number: we cannot know it again."),
    "missing": gettext_lazy("Missing; a new supplier needs it."),
    "too_long": gettext_lazy("%(length)s characters; at most %(limit)s fit."),
    "formula": gettext_lazy("Begins with “%(start)s”: a spreadsheet would run it as a formula."),
    "rounded": gettext_lazy("The spreadsheet has rounded this number. Format the column as text and enter it again."),
    "country": gettext_lazy("“%(value)s” is no country we know. Write two letters (CN) or its name."),
    "country_unknown": gettext_lazy("The registration number needs the country."),
    "language": gettext_lazy("“%(value)s” is no language of the portal (en, zh-hans, ja)."),
    "category": gettext_lazy("Unknown category: %(value)s."),
    "spend": gettext_lazy("“%(value)s” is none of: %(choices)s."),
    "owner": gettext_lazy("“%(value)s” is none of your buyers."),
    "email": gettext_lazy("“%(value)s” is no email address."),
    "phone": gettext_lazy("“%(value)s” is no phone number."),
    "website": gettext_lazy("“%(value)s” is no web address."),
    "number": gettext_lazy("Only letters, digits and . _ / - are possible in a supplier number."),
    "check_digit": gettext_lazy("Does not fit the check digit of: %(kind)s."),
    "two_suppliers": gettext_lazy("The supplier number belongs to %(one)s, the registration number to %(other)s."),
    "merged": gettext_lazy("This supplier was merged into another one. Change that one."),
    "example": gettext_lazy("This is the example of the template. Delete the line."),
    "duplicate": gettext_lazy("The same supplier stands in line %(line)s already; this line is left out."),
    "duplicate_differs": gettext_lazy("The same supplier stands in line %(line)s with other values; this is left out."),
}
DOUBTS = {"check_digit"}
LEFT_OUT = {"duplicate", "duplicate_differs"}
TROUBLES = {
    "not_a_table": gettext_lazy("The file cannot be read as a table."),
    "empty": gettext_lazy("The file holds no line."),
    "encoding": gettext_lazy("The file is in an encoding that does not fit. Choose another one, or save it as XLSX."),
    "too_many_lines": gettext_lazy("More than %(limit)s lines. Split the file."),
    "too_many_columns": gettext_lazy("More than %(limit)s columns."),
    "outdated": gettext_lazy(
        "Suppliers have changed since the check (lines %(lines)s). Nothing was written; check the file again."
    ),
    "touched": gettext_lazy(
        "Not undone: these suppliers have changed since the import: %(suppliers)s. Nothing was taken back."
    ),
}


def said(problem: Sequence[Any]) -> str:
    """One problem of a line: “country: …”."""
    name, code, params = problem
    text = str(PROBLEMS[code])
    if "kind" in params:
        params = {**params, "kind": RegistrationKind(params["kind"]).label}
    text = text % params if params else text
    return _("%(column)s: %(reason)s") % {"column": BY_NAME[name].label, "reason": text} if name else text


def said_all(problems: Sequence[Sequence[Any]]) -> str:
    return " ".join(said(problem) for problem in problems)


def trouble(found: Mapping[str, Any]) -> str:
    """What kept a whole import from going on; empty when nothing did."""
    return str(TROUBLES[found["code"]]) % found.get("params", {}) if found else ""


def unmatched() -> str:
    return _("Match a column to the registration number or to the supplier number: by them we know a supplier again.")


def nothing_to_do() -> str:
    return _("No line of this file would change anything.")
