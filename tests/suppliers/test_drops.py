import csv
import datetime as dt
import hashlib
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext, override

from csr_portal.core.models import Job
from suppliers import drops, sweeps
from suppliers.models import GateDrop
from suppliers.states import SupplierStatus
from tests.factories.core import OrganisationFactory
from tests.factories.suppliers import GatePolicyFactory, SupplierFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.PURCHASING_DROP_DIR = tmp_path / "inbox"
    return settings.PURCHASING_DROP_DIR


@pytest.fixture
def suppliers():
    GatePolicyFactory(
        conditions={"cooperating": [{"condition": "findings"}], "strategic": [{"condition": "csr_review"}]}
    )
    SupplierFactory(number="S-2", name="=cmd()", name_latin="Two", registration_number="914419001922038216")
    SupplierFactory(number="S-1", name="东莞宏达", name_latin="One", status=SupplierStatus.SUSPENDED, country="VN")


def written(day=DAY):
    drops.write_drop(drops.request(day).pk)
    return GateDrop.objects.get(day=day)


def lines(path):
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


def test_file_holds_one_line_per_supplier_and_segment(suppliers, folder):
    drop = written()
    head, *rows = lines(folder / "gates-2026-11-20.csv")
    assert head == list(drops.COLUMNS)
    assert {tuple(row[13:]) for row in rows} == {("", "", "", "")}
    assert [row[:13] for row in rows] == [
        ["S-1", "", "VN", "东莞宏达", "One", "suspended", "cooperating", "deny", "", "status",
         "Status: The status is “Suspended”.", "1", "2026-11-20"],
        ["S-1", "", "VN", "东莞宏达", "One", "suspended", "strategic", "deny", "", "status csr_review",
         "Status: The status is “Suspended”.; CSR review decided by a second person: No CSR review has been decided.",
         "1", "2026-11-20"],
        ["S-2", "914419001922038216", "CN", "'=cmd()", "Two", "cooperating", "cooperating", "allow", "", "", "", "1",
         "2026-11-20"],
        ["S-2", "914419001922038216", "CN", "'=cmd()", "Two", "cooperating", "strategic", "deny", "",
         "status csr_review",
         "Status: The status is “Cooperating”.; CSR review decided by a second person: No CSR review has been decided.",
         "1", "2026-11-20"],
    ]  # fmt: skip
    data = (folder / drop.file_name).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert (drop.status, drop.rows, drop.size, drop.progress) == ("ready", 4, len(data), 100)
    assert drop.sha256 == hashlib.sha256(data).hexdigest()


def test_words_are_in_the_companys_language(suppliers, folder):
    OrganisationFactory(language="zh-hans")
    written()
    with override("zh-hans"):
        expected = f"{gettext('Status')}: {gettext('The status is “%(status)s”.') % {'status': gettext('Suspended')}}"
    assert lines(folder / "gates-2026-11-20.csv")[1][10] == expected


def test_manifest_names_every_file_with_its_hash(suppliers, folder):
    first, second = written(DAY - dt.timedelta(1)), written()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert [(f["name"], f["day"], f["rows"], f["bytes"], f["sha256"]) for f in manifest["files"]] == [
        (drop.file_name, drop.day.isoformat(), 4, drop.size, drop.sha256) for drop in (second, first)
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        "gates-2026-11-19.csv",
        "gates-2026-11-20.csv",
        "manifest.json",
    ]


def test_written_again_gives_the_same_bytes(suppliers, folder):
    first = written()
    again = written()
    assert (again.pk, again.sha256) == (first.pk, first.sha256)


def test_failure_leaves_the_old_file_and_no_piece_of_a_new_one(suppliers, folder, monkeypatch):
    before = written()
    monkeypatch.setattr(drops, "_cells", lambda supplier, answer: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written()
    after = GateDrop.objects.get()
    assert (after.status, after.error) == ("failed", "division by zero")
    assert sorted(path.name for path in folder.iterdir()) == ["gates-2026-11-20.csv", "manifest.json"]
    assert hashlib.sha256((folder / before.file_name).read_bytes()).hexdigest() == before.sha256


def test_old_files_go_after_the_days_of_the_setting(suppliers, folder, settings):
    settings.PURCHASING_DROP_DAYS = 2
    for days in (3, 2, 1, 0):
        written(DAY - dt.timedelta(days))
    assert [drop.day for drop in GateDrop.objects.all()] == [DAY, DAY - dt.timedelta(1)]
    assert sorted(path.name for path in folder.glob("*.csv")) == ["gates-2026-11-19.csv", "gates-2026-11-20.csv"]


def test_night_asks_once_though_it_comes_every_hour(suppliers):
    for _ in range(3):
        sweeps.nightly(DAY)
    assert Job.objects.filter(task="suppliers.write_drop").count() == 1


@pytest.mark.parametrize("person", ["buyer", "auditor", "training_coordinator", "alice"])
def test_nobody_else_asks_for_a_file(person, request):
    with pytest.raises(PermissionDenied):
        drops.run_now(by=request.getfixturevalue(person))
    assert not GateDrop.objects.exists()


def test_page_runs_shows_and_hands_out(suppliers, csr_manager, login, django_capture_on_commit_callbacks, folder):
    client = login(csr_manager)
    assert "No file yet" in client.get("/staff/purchasing-files/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/staff/purchasing-files/run/", follow=True)
    drop = GateDrop.objects.get()
    page = client.get("/staff/purchasing-files/").content.decode()
    assert (drop.sha256[:12] in page, "hx-trigger" in page, "being written" in response.content.decode()) == (
        True,
        False,
        True,
    )
    file = client.get(f"/staff/purchasing-files/{drop.pk}/")
    assert (file["Content-Disposition"], file["Content-Type"]) == (
        f'attachment; filename="{drop.file_name}"',
        "text/csv",
    )
    assert b"".join(file) == (folder / drop.file_name).read_bytes()


def test_page_asks_again_while_a_file_is_written(suppliers, csr_manager, login):
    GateDrop.objects.create(day=DAY, status="running", progress=42)
    page = login(csr_manager).get("/staff/purchasing-files/").content.decode()
    assert ("hx-trigger" in page, "42 %" in page) == (True, True)


@pytest.mark.parametrize("status", ["queued", "failed"])
def test_file_that_is_not_ready_or_gone_is_404(csr_manager, login, status):
    waiting = GateDrop.objects.create(day=DAY, status=status, file_name="gates-2026-11-20.csv")
    gone = GateDrop.objects.create(day=DAY + dt.timedelta(1), status="ready", file_name="gates-2026-11-21.csv")
    client = login(csr_manager)
    assert [client.get(f"/staff/purchasing-files/{drop.pk}/").status_code for drop in (waiting, gone)] == [404, 404]
