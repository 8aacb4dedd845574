import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from suppliers.imports import reading
from suppliers.imports.reading import XLSX, Rounded, Unreadable, open_table, text_of
from tests.factories.imports import csv_file, xlsx_file

LINES = [["名称", "国家"], ["东莞市宏达五金", "CN"], ["", ""], ["苏州启明", "JP"]]
READ = [(2, ["东莞市宏达五金", "CN"]), (4, ["苏州启明", "JP"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_encoding_chinese_excel_writes(encoding):
    table = open_table(csv_file(LINES, encoding=encoding), "text/csv")
    assert table.headings == ["名称", "国家"]
    assert list(table.lines) == READ
    assert table.encoding == {"utf-8": "utf-8-sig"}.get(encoding, encoding)


def test_xlsx_is_read_with_the_lines_of_the_spreadsheet():
    table = open_table(xlsx_file(LINES, before=["Empty"]), XLSX)
    assert (table.headings, table.sheet, table.total) == (["名称", "国家"], "Suppliers", 3)
    assert list(table.lines) == READ


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_the_heading(delimiter):
    data = f"name{delimiter}country\nA{delimiter}CN\n".encode()
    assert list(open_table(io.BytesIO(data), "text/csv").lines) == [(2, ["A", "CN"])]


def test_a_line_is_numbered_by_where_it_begins():
    data = b'name,address\nA,"two\nlines"\nB,one\n'
    assert [number for number, _cells in open_table(io.BytesIO(data), "text/csv").lines] == [2, 4]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (13800138000.0, "13800138000"),
        (7.5, "7.5"),
        (True, "TRUE"),
        (dt.date(2026, 11, 1), "2026-11-01"),
        (" A ", "A"),
        (91350100000000000043.0, "91350100000000000000"),
    ],
)
def test_a_cell_is_read_as_a_person_sees_it(cell, text):
    assert text_of(cell) == text


def test_numbers_a_spreadsheet_has_cut_are_marked():
    assert isinstance(text_of(9135010000000000.0), Rounded)
    table = open_table(io.BytesIO(b"n\n9.14419E+17\n"), "text/csv")
    assert isinstance(next(table.lines)[1][0], Rounded)


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"", "text/csv", "empty"),
        (b"PK\x03\x04 no zip", XLSX, "not_a_table"),
        (b"name\n\xff\xff\xff\n", "text/csv", "encoding"),
        (("x," * 101).encode(), "text/csv", "too_many_columns"),
        (b"n\n" + b"1\n" * 200_002, "text/csv", "too_many_lines"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data, kind, code):
    with pytest.raises(Unreadable) as error:
        open_table(io.BytesIO(data), kind)
    assert error.value.code == code


def test_an_empty_workbook_is_refused():
    with pytest.raises(Unreadable) as error:
        open_table(xlsx_file([]), XLSX)
    assert error.value.code == "empty"


def test_a_wrong_choice_of_encoding_is_said():
    table = open_table(csv_file([["名称"], ["东莞"]], encoding="gb18030"), "text/csv", encoding="gb18030")
    assert list(table.lines) == [(2, ["东莞"])]
    with pytest.raises(Unreadable):
        open_table(csv_file([["名称"], ["东莞"]], encoding="gb18030"), "text/csv", encoding="utf-8-sig")


def test_an_endless_cell_is_no_table():
    with pytest.raises(Unreadable) as error:
        list(open_table(io.BytesIO(b"n\n" + b"x" * 200_000 + b"\n"), "text/csv").lines)
    assert error.value.code == "not_a_table"


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.csv", b"a\x00b"), ("a.pdf", b"%PDF-1.4"), ("a.bin", b"name"), ("a.csv", b"")],
)
def test_other_files_are_not_received(buyer, name, data):
    with pytest.raises(ValidationError):
        reading.receive(SimpleUploadedFile(name, data), by=buyer)


def test_a_text_that_is_no_table_is_not_received(buyer):
    with pytest.raises(ValidationError) as error:
        reading.receive(SimpleUploadedFile("a.csv", b"\xff\xff\xff\xff"), by=buyer)
    assert error.value.messages == ["a.csv cannot be read as a table."]


def test_workbook_in_a_store_without_paths_is_read_too():
    class Stored(io.BytesIO):
        @property
        def path(self):
            raise NotImplementedError("an object store has no paths")

    stored = Stored(xlsx_file(LINES).read())
    assert open_table(stored, XLSX).headings == open_table(xlsx_file(LINES), XLSX).headings
