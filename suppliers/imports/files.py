"""Files that leave: the empty template with an example, and the lines to correct."""

import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from csr_portal.core.files import SANDBOX
from csr_portal.core.lists import csv_response, xlsx_response
from suppliers.imports.columns import FIELDS
from suppliers.imports.reading import XLSX
from suppliers.imports.words import said_all
from suppliers.models import SupplierImport


def template() -> HttpResponse:
    """Every column in the reader's language, one example line, and a second sheet that explains the columns."""
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(_("Suppliers")[:31])
        notes = book.add_worksheet(_("Columns")[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(FIELDS) - 1, 22, text)  # as text: a spreadsheet would round long numbers
        notes.set_column(0, 0, 34)
        notes.set_column(1, 1, 110)
        for position, field in enumerate(FIELDS):
            sheet.write_string(0, position, str(field.label), bold)
            sheet.write_string(1, position, field.example, text)
            notes.write_string(position, 0, str(field.label), bold)
            notes.write_string(position, 1, str(field.help))
    response = HttpResponse(output.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="suppliers-template.xlsx"'
    response["Content-Security-Policy"] = SANDBOX
    return response


def to_correct(imported: SupplierImport, kind: str) -> HttpResponseBase:
    """The lines that stay out, under the headings of the file, each with its reason: to correct and import alone."""
    head = [*imported.headings, _("Line"), _("Reason")]
    name = f"{imported.number}-to-correct"
    return (csv_response if kind == "csv" else xlsx_response)(head, _lines(imported), name)


def _lines(imported: SupplierImport) -> Iterator[list[Any]]:
    width = len(imported.headings)
    rows = imported.rows.to_correct().order_by("line").values_list("line", "cells", "problems")
    for line, cells, problems in rows.iterator(chunk_size=2000):
        yield [*(cells + [""] * width)[:width], line, said_all(problems)]
