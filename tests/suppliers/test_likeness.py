"""How alike two companies are: every reason, for and against."""

import pytest

from suppliers.likeness import Company, compare, latin_words, own_name


def company(pk=1, **values):
    return Company(pk, **{"name": "", "country": "CN", **values})


def codes(left, right):
    likeness = compare(company(1, **left), company(2, **right))
    return likeness.score, [reason.code for reason in likeness.reasons]


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("东莞市宏达五金制品有限公司", "东莞市宏达五金制品"),
        ("东莞市宏达五金制品（有限公司）", "东莞市宏达五金制品"),
        ("株式会社 山田製作所", "山田製作所"),
        ("㈱山田製作所", "山田製作所"),
    ],
)
def test_own_name_is_bare_of_legal_form_and_signs(name, bare):
    assert own_name(name) == bare


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Dongguan Hongda Hardware Co., Ltd.", ("dongguan", "hardware", "hongda")),
        ("HONGDA HARDWARE (DONGGUAN) CO LTD", ("dongguan", "hardware", "hongda")),
        ("Công ty TNHH Đại Phát", ("dai", "phat")),
        ("Müller & Söhne GmbH", ("muller", "sohne")),
    ],
)
def test_latin_name_is_its_telling_words_in_order(name, words):
    assert latin_words(name) == words


ACME = {"name": "东莞市宏达五金制品有限公司", "name_latin": "Dongguan Hongda Hardware Co., Ltd."}
USCC = {"registration_kind": "uscc", "registration_number": "91441900MA4UW5N12C"}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ({"registration_number": "91441900MA4UW5N12C"}, {"registration_number": "MA4UW5N12"}, (60, ["number"])),
        (
            {"registration_kind": "vat", "country": "DE", "registration_number": "DE 811 907 980"},
            {"registration_kind": "vat", "country": "DE", "registration_number": "811907980"},
            (60, ["number"]),
        ),
        (ACME, ACME, (70, ["name", "latin"])),
        (ACME, {"name": "东莞宏达五金制品有限公司"}, (25, ["name_alike"])),
        (ACME, {"name": "宏达五金"}, (25, ["name_alike"])),
        (ACME, {"name": "宏达"}, (0, [])),
        (ACME, {"name": "东莞市宏发五金制品有限公司"}, (0, [])),
        (ACME, {"name": "Hongda Hardware Dongguan Limited"}, (30, ["latin"])),
        (ACME, {"name": "Dongguan Hongda Hardwares"}, (20, ["latin_alike"])),
        (ACME, {"name": "苏州启明精密塑胶有限公司", "name_latin": "Suzhou Qiming"}, (0, [])),
        ({"address": "东莞市虎门镇大道12号"}, {"address": "东莞市 虎门镇大道 １２号"}, (30, ["address"])),
        ({"address": "大道1"}, {"address": "大道1"}, (0, [])),
        ({"phone": "+86 769 8511 2233"}, {"phone": "0769-85112233"}, (15, ["phone"])),
        ({"website": "https://www.hongda.example/"}, {"website": "http://hongda.example/en"}, (15, ["website"])),
        ({**ACME, "country": "CN"}, {**ACME, "country": "HK"}, (50, ["name", "latin", "other_country"])),
    ],
)
def test_reasons_and_points(left, right, expected):
    assert codes(left, right) == expected


def test_sisters_at_one_address_with_valid_numbers_of_their_own_are_two_companies():
    left = {
        "registration_kind": "jp",
        "country": "JP",
        "registration_number": "5010401067252",
        "address": "東京都港区1-2-3",
    }
    right = {**left, "registration_number": "7000012050002"}
    assert codes(left, right) == (0, ["address", "other_number"])


def test_score_stays_between_nothing_and_a_hundred():
    everything = {**ACME, **USCC, "address": "东莞市虎门镇大道12号", "phone": "076985112233"}
    assert codes(everything, everything)[0] == 100
    assert codes({"country": "CN"}, {"country": "JP"}) == (0, ["other_country"])


def test_what_is_empty_is_never_the_same():
    assert codes({}, {}) == (0, [])
    assert company().keys == frozenset()
