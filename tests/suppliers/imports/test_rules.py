"""What each line comes to: identity, values, doubts, doubles (B13, B32)."""

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from suppliers.imports import columns, values, words
from suppliers.imports.checking import check
from suppliers.imports.values import tidy, tidy_phone
from suppliers.models import ImportHeading, Supplier
from suppliers.states import RowOutcome
from tests.factories.core import UserFactory
from tests.factories.imports import GOOD, HEAD, checked, csv_file, xlsx_file
from tests.factories.suppliers import SupplierFactory

WIDE = ["supplier number", *HEAD]


ADDRESSES = [
    "a@b.cn", "a.b+c_d-e@x-y.example", "1@2.example", ".a@b.cn", "a.@b.cn", "a..b@c.cn", "a@-b.cn", "a@b-.cn",
    "a@b--c.cn", "a@b..cn", "a@b.c", "a@b", "a@b.c1", "@b.cn", "a@b@c.cn", "a b@c.cn", "李@b.cn",
    "a@公司.cn", '"a b"@c.cn', f"a@{'b' * 63}.cn", f"a@{'b' * 64}.cn", f"{'a' * 70}@b.cn", "o'hara@b.cn",
    "a@[127.0.0.1]",
]  # fmt: skip


def is_refused(text):
    try:
        validate_email(text)
    except ValidationError:
        return True
    return False


def test_an_address_is_wrong_where_a_form_would_say_so(db):
    reader = values.LineReader(["contact_email"])
    assert [bool(reader.read(2, [text]).problems) for text in ADDRESSES] == [is_refused(text) for text in ADDRESSES]


def judged(buyer, line, head=None, **choices):
    """The one line of a file: outcome, codes of what is wrong, values."""
    row = checked(buyer, [head or HEAD, line], **choices).rows.get()
    return row.outcome, [(name, code) for name, code, _params in row.problems], row.values


def test_a_new_supplier_comes_in_with_what_follows_from_its_country(house, buyer):
    outcome, problems, found = judged(buyer, GOOD)
    assert (outcome, problems) == ("create", [])
    assert found == {
        "name": "东莞市新华五金有限公司",
        "country": "CN",
        "registration_number": "91350100M000100Y43",
        "contact_email": "li@new.example",
        "language": "zh-hans",
        "spend": "minor",
        "owner_id": buyer.pk,
    }


@pytest.mark.parametrize(
    ("country", "number", "stored"),
    [
        ("日本", "７００００１２０５０００２", "7000012050002"),
        ("Viet Nam", "", None),
        ("VN", "0100109106-001", "0100109106001"),
        ("DE", "DE 123 456 789", "DE123456789"),
        ("US", "12-3456789", "12-3456789"),
        ("NA", "CC/2010/1", "CC/2010/1"),
    ],
)
def test_registration_numbers_are_written_as_their_register_does(house, buyer, country, number, stored):
    outcome, problems, found = judged(buyer, ["A", country, number, "a@b.example"])
    if stored is None:
        assert (outcome, problems) == ("error", [("country", "country")])
    else:
        assert (outcome, problems, found["registration_number"]) == ("create", [], stored)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (["", "CN", "91350100M000100Y43", "a@b.example"], ("name", "missing")),
        (["A", "", "91350100M000100Y43", "a@b.example"], ("registration_number", "country_unknown")),
        (["A", "CN", "", "a@b.example"], ("", "no_identity")),
        (["A", "CN", "91350100M000100Y43", ""], ("contact_email", "missing")),
        (["A", "CN", "91350100M000100Y43", "no mail"], ("contact_email", "email")),
        (["A" * 201, "CN", "91350100M000100Y43", "a@b.example"], ("name", "too_long")),
        (["@SUM(1)", "CN", "91350100M000100Y43", "a@b.example"], ("name", "formula")),
        (["A", "Atlantis", "1", "a@b.example"], ("country", "country")),
        (["A", "CN", "9.14419E+17", "a@b.example"], ("registration_number", "rounded")),
        (["A", "CN", columns.EXAMPLE_NUMBER, "a@b.example"], ("registration_number", "example")),
    ],
)
def test_a_wrong_line_names_column_and_reason(house, buyer, line, problem):
    outcome, problems, _values = judged(buyer, line)
    assert outcome == "error"
    assert problem in problems
    assert words.said_all([[*problem, {"value": "v", "length": 1, "limit": 1, "start": "@"}]]).strip() != ""


@pytest.mark.parametrize(
    ("heading", "value", "problem"),
    [
        ("phone", "call me", ("phone", "phone")),
        ("website", "no address", ("website", "website")),
        ("language", "Klingon", ("language", "language")),
        ("spend", "huge", ("spend", "spend")),
        ("buyer in charge", "nobody", ("owner", "owner")),
        ("categories", "metal; gold", ("categories", "category")),
        ("supplier number", "no spaces", ("number", "number")),
    ],
)
def test_a_value_that_its_field_does_not_know_is_wrong(house, buyer, heading, value, problem):
    outcome, problems, _values = judged(buyer, [*GOOD, value], [*HEAD, heading])
    assert (outcome, problems) == ("error", [problem])


@pytest.mark.parametrize(
    ("heading", "value", "name", "stored"),
    [
        ("电话", "（0769）8500-0000", "phone", "0769 8500 0000"),
        ("phone", "0086 769 1", "phone", "+86 769 1"),
        ("phone", "'+86 769 85000000", "phone", "+86 769 85000000"),
        ("website", "acme.example", "website", "https://acme.example"),
        ("language", "日本語", "language", "ja"),
        ("spend", "Key material", "spend", "key_material"),
        ("city", "  东莞\u3000 市 ", "city", "东莞 市"),
        ("city", "-", "city", None),
        ("address", "Ｎｏ．１（Ａ）", "address", "No．1（A）"),
    ],
)
def test_values_are_tidied(house, buyer, heading, value, name, stored):
    outcome, problems, found = judged(buyer, [*GOOD, value], [*HEAD, heading])
    assert (outcome, problems) == ("create", [])
    assert found.get(name) == stored


def test_tidying_leaves_what_is_tidy():
    assert [tidy(text) for text in ("a  b", "a\u200bb", "e\u0301")] == ["a b", "ab", "é"]
    assert tidy_phone("+49 (40) 1/2") == "+49 40 1 2"


def test_the_owner_is_found_by_email_or_name_and_stays_where_it_is(house, buyer):
    other = UserFactory(email="other@example.com", name="Wang Wei", roles=["buyer"])
    assert judged(buyer, [*GOOD, "Other@example.com"], [*HEAD, "buyer"])[2]["owner_id"] == other.pk
    assert judged(buyer, [*GOOD, "wang wei"], [*HEAD, "buyer"])[2]["owner_id"] == other.pk
    UserFactory(email="third@example.com", name="Wang Wei", roles=["buyer"])
    assert judged(buyer, [*GOOD, "Wang Wei"], [*HEAD, "buyer"])[:2] == ("error", [("owner", "owner")])
    former = UserFactory(name="Left Long Ago")
    SupplierFactory(number="S-1", owner=former)
    head = ["supplier number", "buyer"]
    assert judged(buyer, ["S-1", "Left Long Ago"], head)[0] == "unchanged"
    assert judged(buyer, ["S-1", "wang"], head)[0] == "error"


def test_a_contact_is_not_needed_when_the_buyer_says_so(house, buyer):
    assert judged(buyer, [*GOOD[:3], ""], contact_is_optional=True)[0] == "create"


def test_a_wrong_check_digit_is_a_doubt_and_asked_about_once(house, buyer):
    line = ["A", "CN", "91350100M000100Y44", "a@b.example"]
    assert judged(buyer, line)[:2] == ("question", [("registration_number", "check_digit")])
    SupplierFactory(name="A", registration_number="91350100M000100Y44", contact_email="a@b.example", owner=buyer)
    assert judged(buyer, line)[:2] == ("unchanged", [])


def test_company_is_known_by_its_number_and_not_by_its_name(house, buyer):
    known = SupplierFactory(name="Old", registration_number="9135 0100-M000100Y43", owner=buyer)
    outcome, _problems, found = judged(buyer, GOOD)
    assert outcome == "update"
    assert found == {"name": ["Old", GOOD[0]], "contact_email": ["", "li@new.example"]}
    SupplierFactory(name="东莞市新华五金有限公司", owner=buyer)
    row = checked(buyer, [HEAD, GOOD]).rows.get()
    assert row.supplier_key == known.pk


def test_two_numbers_of_two_suppliers_are_wrong(house, buyer):
    SupplierFactory(number="S-1", owner=buyer)
    SupplierFactory(number="S-2", registration_number="91350100M000100Y43", owner=buyer)
    assert judged(buyer, ["S-1", *GOOD], WIDE)[:2] == ("error", [("number", "two_suppliers")])


def test_a_known_supplier_needs_no_country_for_its_number(house, buyer):
    SupplierFactory(number="S-1", name="A", country="CN", owner=buyer)
    head = ["supplier number", "registration number"]
    assert judged(buyer, ["S-1", "91350100M000100Y43"], head) == (
        "update", [], {"registration_number": ["", "91350100M000100Y43"]},
    )  # fmt: skip


def test_a_supplier_comes_in_once_per_file(house, buyer):
    known = SupplierFactory(number="S-1", registration_number="91350100M000100Y43", owner=buyer)
    lines = [WIDE, ["", *GOOD], ["S-1", "", "", "", ""], ["", *GOOD], ["V-1", "B", "DE", "", "b@b.example"]]
    rows = checked(buyer, lines).rows.order_by("line")
    assert [(row.outcome, row.problems) for row in rows] == [
        ("update", []),
        ("duplicate", [["", "duplicate_differs", {"line": 2}]]),
        ("duplicate", [["", "duplicate", {"line": 2}]]),
        ("create", []),
    ]
    assert rows[0].supplier_key == known.pk


def test_a_merged_supplier_is_not_changed(house, buyer):
    SupplierFactory(number="S-1", name="A", owner=buyer, merged_into=SupplierFactory(owner=buyer))
    head = ["supplier number", "company name"]
    assert judged(buyer, ["S-1", "A"], head)[:2] == ("unchanged", [])
    assert judged(buyer, ["S-1", "B"], head)[:2] == ("error", [("", "merged")])


def test_an_empty_cell_changes_nothing(house, buyer):
    SupplierFactory(number="S-1", name="A", city="Dongguan", owner=buyer)
    assert judged(buyer, ["S-1", "", "-"], ["supplier number", "company name", "city"])[0] == "unchanged"


def test_categories_are_compared_as_a_set(house, buyer):
    supplier = SupplierFactory(number="S-1", owner=buyer)
    supplier.categories.set(values._categories()[code] for code in ("metal", "pcb"))
    head = ["supplier number", "categories"]
    assert judged(buyer, ["S-1", "印制电路板、Metal parts"], head)[0] == "unchanged"
    assert judged(buyer, ["S-1", "metal"], head)[0] == "update"


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        (["Supplier number", "Company name", "Country"], ["number", "name", "country"]),
        (["供应商编号", "公司名称", "国家/地区", "注册号"], ["number", "name", "country", "registration_number"]),
        (["サプライヤー番号", "会社名", "登録番号"], ["number", "name", "registration_number"]),
        (["Ｎａｍｅ", "name", "Remark", ""], ["name", "", "", ""]),
    ],
)
def test_headings_are_recognised_in_every_language(db, headings, found):
    assert columns.recognised(headings) == found


def test_a_choice_is_remembered_also_that_a_column_is_left_out(db):
    columns.remember(["Kürzel", "City", ""], ["number", "", ""])
    columns.remember(["Kürzel"], ["number"])
    assert columns.recognised(["KÜRZEL", "city"]) == ["number", ""]
    assert ImportHeading.objects.count() == 2


@pytest.mark.parametrize("file", [csv_file, xlsx_file])
def test_a_dry_run_writes_no_supplier_and_starts_over_when_repeated(house, buyer, file):
    imported = checked(buyer, [HEAD, GOOD], file=file)
    check(imported.pk)
    assert (imported.counts, imported.rows.count(), Supplier.objects.count()) == ({"create": 1, "accepted": 0}, 1, 0)
    assert imported.rows.get().outcome == RowOutcome.CREATE
