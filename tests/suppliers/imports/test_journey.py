"""One file with every kind of line, from upload to undo (B32), as GB18030 CSV and as XLSX from spreadsheet programs."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from csr_portal.core import history
from csr_portal.core.models import HistoryEntry
from suppliers.models import Supplier, SupplierImport
from tests.factories.imports import csv_file, xlsx_file
from tests.factories.suppliers import CategoryFactory, SupplierFactory

HEAD = ["供应商代码", "公司名称", "国家", "统一社会信用代码", "联系人", "邮箱", "品类", "电话"]
NAME = "东莞市新华五金有限公司"
NEW = ["", NAME, "中国", "9135 0100 M000 100Y 43", "刘敏", "Li@New.example", "metal", "(0769) 8500-0000"]
CHANGED = ["S-20001", "苏州启明精密塑胶（集团）有限公司", "CN", "", "", "", "", ""]
FORMULA = ["V-77", '=HYPERLINK("http://evil.example")', "DE", "", "", "a@formula.example", "", ""]
FILES = Path(__file__).with_name("files")  # how they were made: files/README.md
COUNTS = {"create": 1, "update": 1, "unchanged": 1, "duplicate": 1, "question": 1, "error": 3, "accepted": 0}


@pytest.fixture
def stock(house, buyer):
    CategoryFactory(code="bolts")
    SupplierFactory(number="S-20001", name="苏州启明精密塑胶有限公司", owner=buyer)
    SupplierFactory(number="S-20002", name="宁波海曙包装有限公司", owner=buyer)


@pytest.fixture
def post(at_work):
    """Press a button of an import and let the worker finish."""

    def pressed(client, name, imported, **data):
        with at_work():
            response = client.post(reverse(f"staff:supplier-import-{name}", args=[imported.pk]), data)
        assert response.status_code == 302
        imported.refresh_from_db()

    return pressed


def upload(client, post, file):
    response = client.post(reverse("staff:supplier-import-list"), {"file": file})
    imported = SupplierImport.objects.latest("pk")
    assert response.url == reverse("staff:supplier-import-columns", args=[imported.pk])
    page = client.get(response.url)
    data = {f"column_{n}": name for n, name in enumerate(imported.columns)} | {"owner": imported.owner_id}
    assert page.status_code == 200
    post(client, "columns", imported, **data)
    return imported


def apply(client, post, imported):
    page = client.get(reverse("staff:supplier-import-detail", args=[imported.pk]))
    post(client, "apply", imported, plan=page.context["plan"])


def rows_of(imported, *names):
    return list(imported.rows.order_by("line").values_list("line", "outcome", *names))


def as_saved(name):
    return SimpleUploadedFile(name, (FILES / name).read_bytes())


def lines_to_correct(client, imported):
    response = client.get(reverse("staff:supplier-import-to-correct", args=[imported.pk]))
    return CalamineWorkbook.from_filelike(io.BytesIO(response.getvalue())).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("file", ["calc.xlsx", "gnumeric.xlsx", "calc-gb18030.csv", "gnumeric-gb18030.csv"])
def test_a_file_is_previewed_confirmed_repeated_corrected_and_undone(stock, buyer, login, post, file):
    client = login(buyer)
    before = sorted(Supplier.objects.values_list("number", "name"))

    imported = upload(client, post, as_saved(file))
    assert imported.status == "planned"
    assert imported.counts == COUNTS
    assert rows_of(imported) == [
        (2, "create"),
        (3, "update"),
        (4, "unchanged"),
        (5, "duplicate"),
        (6, "question"),
        (7, "error"),
        (8, "error"),
        (9, "error"),
    ]
    codes = [[(name, code) for name, code, _p in problems] for _l, _o, problems in rows_of(imported, "problems")]
    assert codes == [
        [],
        [],
        [],
        [("", "duplicate_differs")],
        [("registration_number", "check_digit")],
        [("contact_email", "missing")],
        [("categories", "category")],
        [("name", "formula")],
    ]
    assert sorted(Supplier.objects.values_list("number", "name")) == before  # a dry run

    post(client, "accept", imported, line=["6"], reason="Seen on the licence")
    apply(client, post, imported)
    assert imported.status == "applied"
    new = Supplier.objects.get(registration_key="CN:91350100M000100Y43")
    assert (new.status, new.turn, new.owner, new.language) == ("listed", "buyer", buyer, "zh-hans")
    assert (new.contact_name, new.contact_email, new.phone) == ("刘敏", "li@new.example", "0769 8500 0000")
    assert ([c.code for c in new.categories.all()], new.city) == (["metal"], "")
    assert new.risk_band != ""
    assert Supplier.objects.get(number="S-20001").name == "苏州启明精密塑胶（集团）有限公司"
    doubtful = Supplier.objects.get(name="深圳市𬭎泰电子有限公司")
    entry = HistoryEntry.objects.about(doubtful).get(action="supplier.import_create")
    assert entry.by == buyer
    assert entry.data == {"import": imported.number, "line": 6, "accepted": "Seen on the licence"}
    assert Supplier.objects.count() == len(before) + 2

    again = upload(client, post, as_saved(file))
    assert again.counts == {"unchanged": 4, "duplicate": 1, "error": 3, "accepted": 0}
    page = client.get(reverse("staff:supplier-import-detail", args=[again.pk]))
    assert page.context["writes"] == 0

    lines = lines_to_correct(client, again)
    assert lines[0] == [*again.headings, "Line", "Reason"]
    assert [line[10:] for line in lines[1:]] == [
        [7, "email of the contact to invite: Missing; a new supplier needs it."],
        [8, "categories: Unknown category: 航天, 五金."],
        [9, "company name: Begins with “=”: a spreadsheet would run it as a formula."],
    ]
    lines[1][5], lines[2][6], lines[3][1] = "sato@contact.example", "metal", "Formel GmbH"
    corrected = upload(client, post, xlsx_file(lines))
    assert corrected.counts == {"create": 3, "accepted": 0}
    apply(client, post, corrected)
    assert Supplier.objects.get(number="V-77").address == "Beispielstraße 1 Haus 3, links"
    assert Supplier.objects.count() == len(before) + 5
    assert upload(client, post, xlsx_file(lines)).counts == {"unchanged": 3, "accepted": 0}

    post(client, "undo", imported, reason="Wrong list")
    assert imported.status == "undone"
    assert sorted(Supplier.objects.exclude(number__in=[n for n, _name in before]).values_list("name", flat=True)) == [
        "Formel GmbH",
        "无联系人有限公司",
        "未知品类有限公司",
    ]
    post(client, "undo", corrected, reason="Wrong list")
    assert sorted(Supplier.objects.values_list("number", "name")) == before
    actions = HistoryEntry.objects.of_thread(new.history_thread).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["supplier.import_create", "supplier.rated", "supplier.import_undo"]
    history.seal()
    verdict = history.verify()
    assert verdict == history.Verdict(HistoryEntry.objects.count())


def test_an_undo_is_refused_whole_when_one_supplier_was_touched(stock, buyer, login, post):
    client = login(buyer)
    imported = upload(client, post, csv_file([HEAD, NEW, CHANGED]))
    apply(client, post, imported)
    post(client, "invite", imported)
    assert Supplier.objects.get(registration_key="CN:91350100M000100Y43").status == "invited"
    post(client, "undo", imported, reason="Wrong list")
    assert imported.status == "applied"
    assert imported.trouble == {"code": "touched", "params": {"suppliers": "东莞市新华五金有限公司"}}
    assert Supplier.objects.get(number="S-20001").name == "苏州启明精密塑胶（集团）有限公司"


def test_a_supplier_changed_since_the_check_stops_the_whole_plan(stock, buyer, login, post):
    client = login(buyer)
    imported = upload(client, post, csv_file([HEAD, NEW, CHANGED]))
    Supplier.objects.filter(number="S-20001").update(name="另一个名字")
    apply(client, post, imported)
    assert imported.status == "planned"
    assert imported.trouble == {"code": "outdated", "params": {"lines": "3"}}
    assert not Supplier.objects.filter(registration_key="CN:91350100M000100Y43").exists()
    assert not HistoryEntry.objects.filter(action__startswith="supplier.import").exists()


def test_a_company_entered_since_the_check_stops_the_whole_plan(stock, buyer, login, post):
    client = login(buyer)
    imported = upload(client, post, csv_file([HEAD, NEW, CHANGED]))
    SupplierFactory(registration_number="91350100M000100Y43")
    apply(client, post, imported)
    assert imported.status == "planned"
    assert imported.trouble == {"code": "outdated", "params": {"lines": "2"}}
    assert Supplier.objects.get(number="S-20001").name == "苏州启明精密塑胶有限公司"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["en", "zh-hans", "ja"])
def test_the_export_comes_in_again_without_a_change(stock, buyer, login, post, kind, language):
    supplier = SupplierFactory(
        number="S-30001", name="=formula GmbH", phone="+49 40 1", country="NA", registration_number="HRB 1", owner=buyer
    )
    supplier.categories.add(CategoryFactory(code="wire"))
    buyer.language = language
    buyer.save()
    client = login(buyer)
    response = client.get(reverse("staff:supplier-list"), {"view": "all", "export": kind})
    file = io.BytesIO(response.getvalue())
    file.name = f"export.{kind}"
    imported = upload(client, post, file)
    assert imported.counts == {"unchanged": Supplier.objects.count(), "accepted": 0}


def test_the_correction_file_is_safe_to_open_as_csv(stock, buyer, login, post):
    client = login(buyer)
    imported = upload(client, post, csv_file([HEAD, FORMULA]))
    response = client.get(reverse("staff:supplier-import-to-correct", args=[imported.pk]), {"as": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1][1] == '\'=HYPERLINK("http://evil.example")'
    again = upload(client, post, csv_file(list(csv.reader(io.StringIO(text)))))
    assert again.counts == {"error": 1, "accepted": 0}
