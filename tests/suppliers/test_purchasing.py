import datetime as dt

import pytest

from suppliers import purchasing
from suppliers.models import Supplier
from suppliers.numbers import find_all
from suppliers.states import Segment, SupplierStatus
from tests.factories.suppliers import GatePolicyFactory, SupplierFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
TOMORROW, YESTERDAY = DAY + dt.timedelta(1), DAY - dt.timedelta(1)
# The gate of the factory's policy asks for a decided review only; one that asks for what is always met is open.
OPEN = {"cooperating": [{"condition": "findings"}], "strategic": [{"condition": "findings"}]}
CLOSED = {"cooperating": [{"condition": "csr_review"}], "strategic": [{"condition": "csr_review"}]}


def policy(conditions):
    return GatePolicyFactory(conditions=conditions)


@pytest.mark.parametrize("segment", Segment.values)
@pytest.mark.parametrize(
    ("status", "conditions", "grace", "conditional", "expected"),
    [
        ("invited", OPEN, None, None, {"cooperating": ("deny", None), "strategic": ("deny", None)}),
        ("registered", OPEN, None, None, {"cooperating": ("deny", None), "strategic": ("deny", None)}),
        ("suspended", OPEN, None, None, {"cooperating": ("deny", None), "strategic": ("deny", None)}),
        ("ended", OPEN, None, None, {"cooperating": ("deny", None), "strategic": ("deny", None)}),
        ("cooperating", OPEN, None, None, {"cooperating": ("allow", None), "strategic": ("deny", None)}),
        ("strategic", OPEN, None, None, {"cooperating": ("allow", None), "strategic": ("allow", None)}),
        ("cooperating", CLOSED, None, None, {"cooperating": ("deny", None), "strategic": ("deny", None)}),
        ("cooperating", CLOSED, DAY, None, {"cooperating": ("conditional", DAY), "strategic": ("deny", None)}),
        ("cooperating", CLOSED, YESTERDAY, None, {"cooperating": ("deny", None), "strategic": ("deny", None)}),
        ("strategic", CLOSED, DAY, None, {"cooperating": ("conditional", DAY), "strategic": ("conditional", DAY)}),
        # A grace period for strategic says nothing against ordering, while the gate for cooperating is open.
        ("strategic", OPEN, DAY, None, {"cooperating": ("allow", None), "strategic": ("allow", None)}),
        ("strategic", OPEN, None, DAY, {"cooperating": ("allow", None), "strategic": ("conditional", DAY)}),
        ("strategic", OPEN, None, YESTERDAY, {"cooperating": ("allow", None), "strategic": ("deny", None)}),
        ("strategic", CLOSED, TOMORROW, DAY,
         {"cooperating": ("conditional", TOMORROW), "strategic": ("conditional", DAY)}),
    ],
)  # fmt: skip
def test_answer(status, conditions, grace, conditional, expected, segment):
    supplier = SupplierFactory(status=status, grace_until=grace, conditional_until=conditional)
    answer = purchasing.ask(supplier, segment, DAY, policy=policy(conditions))
    assert (answer.answer, answer.until) == expected[segment]


@pytest.mark.parametrize(
    ("status", "conditions", "reasons"),
    [
        (SupplierStatus.SUSPENDED, OPEN, ["status"]),
        (SupplierStatus.SUSPENDED, CLOSED, ["status", "csr_review"]),
        (SupplierStatus.COOPERATING, CLOSED, ["csr_review"]),
        (SupplierStatus.COOPERATING, OPEN, []),
    ],
)
def test_every_deny_has_a_reason(status, conditions, reasons):
    answer = purchasing.ask(SupplierFactory(status=status), Segment.COOPERATING, DAY, policy=policy(conditions))
    assert [reason.code for reason in answer.reasons] == reasons


def test_reason_of_the_status_says_it_in_words():
    answer = purchasing.ask(SupplierFactory(status="suspended"), policy=policy(OPEN))
    assert answer.reasons[0].text == "The status is “Suspended”."


@pytest.fixture
def three(acme, rival):
    """Two with a registration number, one of which is written in another way; one without."""
    acme.registration_number, acme.country = "9144 1900-1922038216", "CN"
    acme.save()
    rival.registration_number, rival.country = "914419001922038216", "DE"
    rival.save()
    return SupplierFactory(number="S-7", registration_number="1180301018771", country="JP")


def asked(rows, *numbers):
    return [(a.asked, a.supplier) for a in purchasing.ask_all(rows, numbers, Segment.COOPERATING, DAY)]


def test_numbers_of_both_kinds_are_answered_in_the_order_asked(three):
    numbers = ["JP:1180-3010-18771", "S-10417", "nobody", "de:914419001922038216", "1180301018771", "S-10417"]
    assert asked(Supplier.objects.all(), *numbers) == list(
        zip(numbers, ["S-7", "S-10417", "", "S-10440", "S-7", "S-10417"], strict=True)
    )


def test_number_that_fits_two_suppliers_or_nothing_is_denied(three):
    for number in ("914419001922038216", "", " ", "：", "CN:", "8771"):
        [answer] = purchasing.ask_all(Supplier.objects.all(), [number], Segment.COOPERATING, DAY)
        assert (answer.answer, answer.supplier, [r.code for r in answer.reasons]) == ("deny", "", ["unknown"])


def test_suppliers_of_others_are_as_unknown_as_none_at_all(three, acme, alice, login):
    body = {"numbers": ["S-10440", "DE:914419001922038216", "S-0", "S-10417"]}
    answers = login(alice).post("/api/v1/suppliers/gates/", body, "application/json").json()["answers"]
    assert [(a["asked"], a["supplier"], a["answer"]) for a in answers[:3]] == [
        (number, "", "deny") for number in body["numbers"][:3]
    ]
    assert {**answers[0], "asked": ""} == {**answers[2], "asked": ""}
    assert answers[3]["supplier"] == "S-10417"


def test_list_can_be_asked_by_address_and_by_body(acme, rival, buyer, login):
    client = login(buyer)
    by_get = client.get("/api/v1/suppliers/gates/?number=S-10440&number=S-10417&segment=strategic").json()
    body = {"numbers": ["S-10440", "S-10417"], "segment": "strategic"}
    by_post = client.post("/api/v1/suppliers/gates/", body, "application/json").json()
    assert by_get == by_post
    assert [(a["supplier"], a["segment"], a["policy"]) for a in by_get["answers"]] == [
        ("S-10440", "strategic", 1),
        ("S-10417", "strategic", 1),
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "numbers"),
        ("number=S-1&segment=platinum", "segment"),
        ("&".join(f"number={n}" for n in range(101)), "numbers"),
        ("number=" + "9" * 61, "numbers"),
    ],
)
def test_bad_question_names_the_field(query, field, gate_policy, buyer, login):
    response = login(buyer).get(f"/api/v1/suppliers/gates/?{query}")
    assert (response.status_code, list(response.json()["fields"])) == (400, [field])


@pytest.mark.parametrize("body", ['{"numbers": "S-1"}', "[1]", '"S-1"', "7"])
def test_body_of_another_shape_is_refused(body, gate_policy, buyer, login):
    assert login(buyer).post("/api/v1/suppliers/gates/", body, "application/json").status_code == 400


def test_unchanged_answer_is_304_and_a_changed_one_is_sent(acme, buyer, login):
    client, address = login(buyer), "/api/v1/suppliers/S-10417/gate/"
    first = client.get(address)
    assert "no-store" in first.headers["Cache-Control"]  # who asks keeps the ETag, no cache on the way keeps the answer
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    Supplier.objects.filter(pk=acme.pk).update(status="suspended")
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.json()["reasons"][0]["code"]) == (200, "status")
    bulk = client.get("/api/v1/suppliers/gates/?number=S-10417")
    assert (
        client.get("/api/v1/suppliers/gates/?number=S-10417", headers={"If-None-Match": bulk["ETag"]}).status_code
        == 304
    )


def test_numbers_are_looked_up_with_two_queries(three, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = find_all(Supplier.objects.all(), ["S-10417", "S-10440", "JP:1180301018771", "x", "y", "z"])
    assert len(found) == 3
