"""What stands in a file of suppliers: XLSX by calamine, CSV in UTF-8, UTF-16 or GB18030; line by line, cells as text.

Every cell becomes a text here, as a person sees it, or `Rounded` where the spreadsheet has spoiled a long number.
"""

import codecs
import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from csr_portal.core import files
from csr_portal.core.models import StoredFile, User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENCODINGS = {
    "": "UTF-8, GB18030",
    "utf-8-sig": "UTF-8",
    "gb18030": "GB18030 (GBK)",
    "utf-16": "UTF-16",
    "cp932": "Shift_JIS",
    "big5": "Big5",
}
MAX_LINES = 200_000
MAX_COLUMNS = 100
MAX_CELL = 1000
SAMPLE_BYTES = 64 * 1024
LONGEST_EXACT = 10**15  # from here on a spreadsheet's number has lost its last digits
ROUNDED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)

Line = tuple[int, list[str]]


class Unreadable(Exception):
    """The file as a whole cannot be read: a code of `words.TROUBLES` and what belongs into the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Rounded(str):
    """A number that the spreadsheet has cut to 15 digits: what is left of it, and no longer what was meant."""

    __slots__ = ()


@dataclass
class Table:
    """A file opened: its heading line and the lines below, read as they are asked for."""

    headings: list[str]
    lines: Iterator[Line]
    total: int
    sheet: str = ""
    encoding: str = ""


def receive(upload: UploadedFile, *, by: User) -> StoredFile:
    """Keep the file as it came. Raises ValidationError for anything but XLSX and text."""
    stored = files.receive(upload, by=by, accepted={XLSX, files.CSV_TYPE})
    try:
        with stored.file.open("rb") as file:
            open_table(file, stored.media_type)
    except Unreadable as error:
        raise ValidationError(_("%(file)s cannot be read as a table.") % {"file": stored.original_name}) from error
    return stored


def open_table(file: IO[bytes], media_type: str, *, encoding: str = "") -> Table:
    """The table in a file that is open for reading; the first sheet that shows anything. Raises Unreadable."""
    table = _open_workbook(file) if media_type == XLSX else _open_text(file, encoding)
    if len(table.headings) > MAX_COLUMNS:
        raise Unreadable("too_many_columns", limit=MAX_COLUMNS)
    if table.total > MAX_LINES:
        raise Unreadable("too_many_lines", limit=MAX_LINES)
    return table


def first_lines(table: Table, number: int = 5) -> list[list[str]]:
    return [cells for _line, cells in islice(table.lines, number)]


# XLSX


def _open_workbook(file: IO[bytes]) -> Table:
    try:
        book = CalamineWorkbook.from_object(_source(file))
        names = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        sheet = next((s for s in map(book.get_sheet_by_name, names) if s.height), None)
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("not_a_table") from error
    if sheet is None:
        raise Unreadable("empty")
    lines = _sheet_lines(sheet)
    headings = next(lines, (0, []))[1]
    return Table(headings, lines, sheet.height - 1, sheet=sheet.name)


def _source(file: Any) -> Any:
    """The path, where the file lies on this machine: read from there, no copy of it stands in memory."""
    try:
        return file.path
    except (AttributeError, NotImplementedError):
        return file


def _sheet_lines(sheet: CalamineSheet) -> Iterator[Line]:
    """Lines with their number in the spreadsheet; empty ones are left out."""
    first = (sheet.start or (0, 0))[0] + 1
    for number, cells in enumerate(sheet.iter_rows(), first):
        texts = [cell.strip() if type(cell) is str else text_of(cell) for cell in cells]
        if any(texts):
            yield number, texts


def text_of(cell: Any) -> str:
    """A cell's value as a person reads it; whole numbers without “.0”."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        is_whole = cell == int(cell)
        if abs(cell) >= LONGEST_EXACT:
            return Rounded(f"{cell:.0f}")
        return str(int(cell)) if is_whole else str(cell)
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell).strip()


# CSV


def _open_text(file: IO[bytes], encoding: str) -> Table:
    encoding = encoding or _encoding_of(file)
    total = _count_lines(file, encoding)
    lines = _text_lines(file, encoding)
    headings = next(lines, (0, []))[1]
    if not headings:
        raise Unreadable("empty")
    return Table(headings, lines, max(total - 1, 0), encoding=encoding)


def _encoding_of(file: IO[bytes]) -> str:
    """UTF-8 if every byte fits, with or without BOM; UTF-16 by its BOM; otherwise GB18030 if that fits."""
    file.seek(0)
    start = file.read(2)
    if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16"
    return next((name for name in ("utf-8-sig", "gb18030") if _fits(file, name)), "") or _no_encoding()


def _no_encoding() -> str:
    raise Unreadable("encoding")


def _fits(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(SAMPLE_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _count_lines(file: IO[bytes], encoding: str) -> int:
    """About how many: line breaks inside cells count too."""
    file.seek(0)
    return sum(1 for _line in codecs.iterdecode(file, encoding, errors="replace"))


def _text_lines(file: IO[bytes], encoding: str) -> Iterator[Line]:
    file.seek(0)
    texts = _split(codecs.iterdecode(file, encoding, errors="strict"))
    try:
        first = next(texts, "")
        reader = csv.reader(_chain(first, texts), delimiter=_delimiter_of(first))
        previous = 0
        for cells in reader:
            number, previous = previous + 1, reader.line_num
            cells = [Rounded(c) if ROUNDED.fullmatch(c := cell.strip()) else c for cell in cells]
            if any(cells):
                yield number, cells
    except UnicodeDecodeError as error:
        raise Unreadable("encoding") from error
    except csv.Error as error:
        raise Unreadable("not_a_table") from error


def _split(pieces: Iterable[str]) -> Iterator[str]:
    """Decoded pieces as lines: a file of bytes is cut at line feeds, which in UTF-16 are half a character."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield from (line + "\n" for line in whole)
    if rest:
        yield rest


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter_of(heading: str) -> str:
    return max(",;\t", key=heading.count)
