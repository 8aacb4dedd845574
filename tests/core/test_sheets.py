"""XLSX written while it is read: what other programs find in it."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
from python_calamine import CalamineWorkbook

from csr_portal.core import sheets

LINES = [
    ["名称", "Number", "Day", "At", "Yes"],
    ["=1+1", 3, dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 9, 30), True],
    ["a < b & “c”\nnext", Decimal("2.5"), "", "", False],
    ["_x0041_ \x00bell\x07", -1, dt.date(1999, 12, 31), "", ""],
]
READ = [
    ["名称", "Number", "Day", "At", "Yes"],
    ["=1+1", 3, dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 1, 9, 30), True],
    ["a < b & “c”\nnext", 2.5, None, None, False],
    ["_x0041_ bell", -1, dt.datetime(1999, 12, 31), None, None],
]


def test_texts_stay_texts_and_numbers_days_and_moments_what_they_are():
    book = openpyxl.load_workbook(io.BytesIO(b"".join(sheets.workbook(LINES))))
    cells = list(book.active.iter_rows())
    assert [[c.value for c in line] for line in cells[:3]] == READ[:3]
    assert {c.data_type for line in cells for c in line} <= {"s", "n", "d", "b", "inlineStr", "f"}
    assert book.active.freeze_panes == "A2"
    found = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sheets.workbook(LINES)))).get_sheet_by_index(0)
    assert [line[0] for line in found.to_python()] == [line[0] for line in READ]


def test_a_long_list_begins_before_its_end_is_read():
    read = []

    def lines():
        for number in range(50_000):
            read.append(number)
            yield [f"text {number} {hash(number * 7919)}" * 3, number]

    first = next(sheets.workbook(lines()))
    assert len(first) >= sheets.PIECE
    assert len(read) < 20_000


def test_columns_are_counted_beyond_z():
    assert [sheets.column(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
