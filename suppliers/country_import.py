"""Newer country values from a table: first what it would do, line by line, then all of it or nothing (B32)."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from suppliers.models import CountryValue

COLUMNS = ["iso2", "source", "indicator", "score_or_level", "year", "confidence", "source_url"]
MOST_LINES = 10_000
MOST_BYTES = 5 * 1024 * 1024
Key = tuple[str, str, str, int]


@dataclass
class Line:
    """One line of the table: its number, what it would do (create, update, unchanged, error), and what is wrong."""

    number: int
    action: str
    value: CountryValue | None = None
    before: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    replaces: CountryValue | None = None


def plan(content: str) -> list[Line]:
    """What the table would do to the values as they are now. Namibia's code NA stays a text (rules.md, section 11)."""
    reader = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        return [Line(1, "error", errors=[_("The column “%(name)s” is missing.") % {"name": name} for name in missing])]
    rows = list(reader)
    if len(rows) > MOST_LINES:
        return [Line(1, "error", errors=[_("More than %(limit)s lines.") % {"limit": MOST_LINES}])]
    known = {key_of(value): value for value in CountryValue.objects.current()}
    seen: dict[Key, int] = {}
    return [_line(number, row, known, seen) for number, row in enumerate(rows, start=2)]


def key_of(value: CountryValue) -> Key:
    return value.country, value.source, value.indicator, value.year


def _line(number: int, row: dict[str, Any], known: dict[Key, CountryValue], seen: dict[Key, int]) -> Line:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    value, errors = _value(cells)
    if value is None or errors:
        return Line(number, "error", cells=cells, errors=errors)
    if (first := seen.setdefault(key_of(value), number)) != number:
        text = _("The same country, source, indicator and year stand in line %(number)s.") % {"number": first}
        return Line(number, "error", value, cells=cells, errors=[text])
    before = known.get(key_of(value))
    if before is None:
        return Line(number, "create", value, cells=cells)
    same = (before.value, before.confidence, before.source_url) == (value.value, value.confidence, value.source_url)
    return Line(number, "unchanged" if same else "update", value, before.value, cells, replaces=before)


def _value(cells: dict[str, str]) -> tuple[CountryValue | None, list[str]]:
    if not cells["year"].isdecimal() or not 1990 <= int(cells["year"]) <= 2100:
        return None, [_("year: “%(year)s” is no year.") % {"year": cells["year"]}]
    value = CountryValue(
        country=cells["iso2"],
        source=cells["source"],
        indicator=cells["indicator"],
        value=cells["score_or_level"],
        year=int(cells["year"]),
        confidence=cells["confidence"],
        source_url=cells["source_url"],
    )
    try:
        value.clean_fields()
    except ValidationError as error:
        columns = {"country": "iso2", "value": "score_or_level"}
        return value, [f"{columns.get(name, name)}: {' '.join(texts)}" for name, texts in error.message_dict.items()]
    if "CPI" in value.source and not _is_index(value.value):
        return value, [_("score_or_level: a corruption index is a number from 0 to 100.")]
    return value, []


def _is_index(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal() and 0 <= float(text) <= 100


def counts(lines: list[Line]) -> dict[str, int]:
    return {code: sum(line.action == code for line in lines) for code in ("create", "update", "unchanged", "error")}
