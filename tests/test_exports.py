"""Every list leaves as CSV and XLSX: no cell runs as a formula, headings and words in the reader's language (B32)."""

import ast
import csv
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import reverse

from csr_portal.core.models import HistoryEntry
from suppliers.imports import workflow
from suppliers.imports.checking import check
from tests.factories.suppliers import SupplierFactory
from tests.test_access import OWN, ROUTES
from tests.test_access import world as access_world

world = access_world  # the fixture: one object of each kind, all Acme's

READERS = ["csr_manager", "buyer", "administrator", "alice"]
OWN_APPS = ["core", "suppliers", "agreements", "audits", "training"]
MODELS = [model for app in OWN_APPS for model in apps.get_app_config(app).get_models()]
NAMES = {"name", "name_latin", "title", "place", "city", "phone", "original_name", "subject", "issuer", "body"}
RUNS = ["=1+1", "+8613800000000", "-5x", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1"]
STARTS = set("=+-@\t\r\n＝＋－＠")
HEADINGS_AS_THEY_ARE = {"SHA-256"}
# What the import reads back, and what a program is told by: the same in every language.
STORED_AS_CODES = {("staff:supplier-list", "zh-hans"), ("staff:supplier-list", "minor")}
CODES = {
    str(code)
    for model in MODELS
    for field in model._meta.concrete_fields
    for code, _label in getattr(field, "flatchoices", None) or []
    if code
}
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def calls_in(function):
    return {getattr(n.func, "attr", getattr(n.func, "id", "")) for n in ast.walk(function) if isinstance(n, ast.Call)}


def views_with_a_list():
    """(module, function) of every view that shows a page of a list."""
    for path in sorted(Path(settings.BASE_DIR).glob("*/**/views/**/*.py")) + sorted(
        Path(settings.BASE_DIR).glob("csr_portal/**/*views.py")
    ):
        module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and calls_in(node) & {"page_of", "_list"}:
                yield module, node.name


VIEWS = set(views_with_a_list())
LISTS = {name for name, e in OWN.items() if (getattr(e.callback, "__module__", ""), e.callback.__name__) in VIEWS}


def poison():
    """Names, titles and places that a spreadsheet would run, in every row of every model."""
    for model in MODELS:
        fields = [f for f in model._meta.concrete_fields if f.name in NAMES and isinstance(f, models.CharField)]
        fields = [f for f in fields if not f.choices and not f.unique]
        if model is HistoryEntry or not fields:
            continue
        for number, pk in enumerate(model._default_manager.values_list("pk", flat=True)):
            values = {f.name: RUNS[(number + n) % len(RUNS)] for n, f in enumerate(fields)}
            model._default_manager.filter(pk=pk).update(**values)


def cells_of(response):
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.fixture
def reader(world):
    """A client for each list, of somebody who may read it, with his or her language."""

    def logged_in(name, language):
        person = world.people[next(person for person in READERS if person in ROUTES[name].allowed)]
        person.language = language
        person.save(update_fields=["language"])
        client = Client()
        client.force_login(person)
        return client, reverse(name, kwargs=ROUTES[name].arguments(world))

    return logged_in


def test_no_cell_of_any_list_runs_in_a_spreadsheet(world, reader):
    poison()
    live, marked = {}, 0
    for name in sorted(LISTS):
        client, address = reader(name, "en")
        cells = [cell for line in cells_of(client.get(address, {"export": "csv"})) for cell in line]
        marked += sum(cell[:1] == "'" for cell in cells)
        live[name] = [cell for cell in cells if cell[:1] in STARTS and not NUMBER.fullmatch(cell)]
        book = io.BytesIO(client.get(address, {"export": "xlsx"}).getvalue())
        sheet = openpyxl.load_workbook(book).active
        live[name] += [c.value for line in sheet.iter_rows() for c in line if c.data_type == "f" and c.value in RUNS]
        assert b"<f>" not in zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml")
    assert {name: cells for name, cells in live.items() if cells} == {}
    assert marked > len(LISTS)


@pytest.mark.parametrize("language", ["zh-hans", "ja"])
def test_headings_and_words_of_every_list_are_in_the_readers_language(world, reader, language):
    foreign = {}
    for name in sorted(LISTS):
        client, address = reader(name, language)
        head, *lines = cells_of(client.get(address, {"export": "csv"}))
        foreign[name] = [word for word in head if word.isascii() and word not in HEADINGS_AS_THEY_ARE]
        pairs = [pair for line in lines for pair in zip(range(len(head)), line, strict=True)]
        foreign[name] += [cell for place, cell in pairs if cell in CODES and (name, cell) not in STORED_AS_CODES]
    assert {name: words for name, words in foreign.items() if words} == {}


def test_the_file_holds_what_the_filter_leaves_and_the_reader_may_see(world, reader):
    client, address = reader("staff:supplier-list", "en")
    every = cells_of(client.get(address, {"export": "csv", "view": "all"}))
    found = cells_of(client.get(address, {"export": "csv", "view": "all", "q": world.acme.number}))
    assert len(every) > 2
    assert [line[0] for line in found] == ["supplier number", world.acme.number]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_suppliers_that_a_spreadsheet_would_run_come_in_again_unchanged(buyer, gate_policy, login, kind):
    for number, start in enumerate(RUNS):
        SupplierFactory(number=f"N-{number}", name=f"{start} GmbH".strip(), address=start.strip(), owner=buyer)
    SupplierFactory(number="N-9", phone="+86 138 0000 0000", name="'Quoted' GmbH", owner=buyer)
    response = login(buyer).get(reverse("staff:supplier-list"), {"view": "all", "export": kind})
    imported = workflow.upload(SimpleUploadedFile(f"suppliers.{kind}", response.getvalue()), by=buyer)
    workflow.check(imported, by=buyer, contact_is_optional=True)
    check(imported.pk)
    imported.refresh_from_db()
    assert imported.counts == {"unchanged": len(RUNS) + 1, "accepted": 0}
