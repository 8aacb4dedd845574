"""Files of suppliers for tests: CSV and XLSX in memory, uploaded, checked."""

import csv
import io

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from csr_portal.core.models import StoredFile
from suppliers.imports import workflow
from suppliers.imports.checking import check
from suppliers.imports.reading import XLSX
from suppliers.models import SupplierImport

HEAD = ["company name", "country", "registration number", "email of the contact to invite"]
GOOD = ["东莞市新华五金有限公司", "CN", "91350100M000100Y43", "li@new.example"]


def csv_file(lines, *, encoding="utf-8", name="suppliers.csv"):
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return SimpleUploadedFile(name, text.getvalue().encode(encoding), "text/csv")


def xlsx_file(lines, *, name="suppliers.xlsx", before=()):
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for title in before:
            book.add_worksheet(title)
        sheet = book.add_worksheet("Suppliers")
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return SimpleUploadedFile(name, data.getvalue(), XLSX)


def uploaded(by, lines, *, file=csv_file, **more):
    return workflow.upload(file(lines, **more), by=by)


def checked(by, lines, *, file=csv_file, encoding="utf-8", **choices):
    """Uploaded and checked in this process, as the worker does it."""
    more = {"encoding": encoding} if file is csv_file else {}
    imported = workflow.upload(file(lines, **more), by=by)
    workflow.check(imported, by=by, **choices)
    check(imported.pk)
    imported.refresh_from_db()
    return imported


def planned_import(by):
    """A row without a worker's doing, for tests about who may open it."""
    file = StoredFile.objects.create(
        original_name="suppliers.csv",
        media_type="text/csv",
        size=20,
        sha256="0" * 64,
        file=uploaded_bytes(),
        uploaded_by=by,
    )
    return SupplierImport.objects.create(
        status="planned", file=file, owner=by, uploaded_by=by, headings=HEAD, columns=["name", "country", "", ""]
    )


def uploaded_bytes():
    return SimpleUploadedFile("suppliers.csv", ",".join(HEAD).encode())
