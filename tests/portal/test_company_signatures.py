"""Agreements that wait for a signature for the company are work of exactly the person whose turn it is."""

import datetime as dt

import pytest
from django.urls import reverse

from agreements import workflow
from agreements.models import Agreement, CounterSignature
from agreements.permissions import signing_for
from csr_portal import waiting
from csr_portal.core.timezones import today
from tests.factories.agreements import AgreementFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_policy", "fonts")]
DAY = dt.timedelta(days=1)
STAFF = ("buyer", "csr_manager", "auditor", "training_coordinator", "administrator")


@pytest.fixture
def people(request):
    return {name: request.getfixturevalue(name) for name in STAFF}


def awaiting(*signers, version=None, **values):
    """An agreement that its supplier has signed, and the company's signatures in this order."""
    values |= {"version": version} if version else {}
    row = AgreementFactory(status="signed", turn="company", presented_sha256="0" * 64, **values)
    CounterSignature.objects.bulk_create(
        CounterSignature(agreement=row, position=position, person=person) for position, person in enumerate(signers, 1)
    )
    return row


def lend(agreement, grantor, delegate, first=0, last=14, by=None):
    return workflow.delegate(
        grantor, delegate, by=by or grantor, reason="Leave", documents=[agreement.document],
        starts_on=today() + first * DAY, ends_on=today() + last * DAY,
    )  # fmt: skip


def whose(people, agreement):
    """Who has the agreement among their work; the list, the page and the rule agree."""
    rows = {name: waiting.waits_for(person) for name, person in people.items()}
    found = {name for name, tasks in rows.items() for task in tasks if task.note == agreement.number}
    assert found == {name for name, person in people.items() if signing_for(person, agreement)}
    return found


def sign(agreement, person):
    workflow.countersign(agreement, by=person, presented_sha256=agreement.presented_sha256)
    agreement.refresh_from_db()


def test_signature_waits_for_the_person_whose_turn_it_is(people, buyer, csr_manager):
    agreement = awaiting(buyer, csr_manager)
    assert whose(people, agreement) == {"buyer"}
    sign(agreement, buyer)
    assert whose(people, agreement) == {"csr_manager"}
    task = waiting.waits_for(csr_manager)[0]
    assert (task.what, task.url) == (
        "Sign the agreement for the company",
        reverse("staff:agreement-detail", args=[agreement.pk]),
    )


def test_last_signature_leaves_nobody_to_wait_for(people, buyer):
    agreement = awaiting(buyer)
    sign(agreement, buyer)
    assert (agreement.turn, whose(people, agreement)) == ("", set())


def test_delegate_in_force_has_it_too_and_nobody_else(people, buyer, auditor, csr_manager):
    agreement = awaiting(buyer, csr_manager)
    row = lend(agreement, buyer, auditor)
    lend(agreement, csr_manager, people["administrator"])
    assert whose(people, agreement) == {"buyer", "auditor"}
    workflow.revoke_delegation(row, by=buyer)
    assert whose(people, agreement) == {"buyer"}


@pytest.mark.parametrize(("first", "last", "who"), [(1, 3, {"buyer"}), (0, 0, {"buyer", "auditor"})])
def test_delegation_counts_in_its_days_only(people, buyer, auditor, first, last, who):
    agreement = awaiting(buyer)
    lend(agreement, buyer, auditor, first, last)
    assert whose(people, agreement) == who


def test_delegation_for_another_document_or_by_another_person_counts_not(people, buyer, csr_manager, auditor):
    agreement, other = awaiting(buyer), awaiting(csr_manager)
    lend(other, buyer, auditor)
    lend(agreement, csr_manager, auditor)
    assert (whose(people, agreement), whose(people, other)) == ({"buyer"}, {"csr_manager"})


def test_who_signed_already_has_nothing_to_sign_in_anothers_place(people, buyer, csr_manager):
    agreement = awaiting(buyer, csr_manager)
    lend(agreement, csr_manager, buyer)
    sign(agreement, buyer)
    assert whose(people, agreement) == {"csr_manager"}


def test_number_leads_to_exactly_its_rows(buyer, csr_manager, auditor, login):
    mine = [awaiting(buyer), awaiting(buyer, csr_manager)]
    awaiting(csr_manager, buyer)
    lent = awaiting(auditor)
    lend(lent, auditor, buyer, by=csr_manager)
    AgreementFactory(status="signed", turn="")
    AgreementFactory(status="in_force", turn="")
    client = login(buyer)
    item = client.get(reverse("staff:home")).context["counts"][1]
    rows = client.get(item["url"]).context["page"].rows
    assert item["number"] == 3
    assert {row.pk for row in rows} == {row.pk for row in [*mine, lent]}
    exported = client.get(item["url"] + "&export=csv")
    assert b"".join(exported.streaming_content).count(b"A-2019-") == 3


def test_who_has_nothing_to_sign_sees_no_number_and_an_empty_list(buyer, csr_manager, login):
    awaiting(buyer)
    client = login(csr_manager)
    assert [c["url"] for c in client.get(reverse("staff:home")).context["counts"] if "sign" in c["url"]] == []
    assert client.get(reverse("staff:agreement-list") + "?sign=mine").context["page"].rows == []


@pytest.mark.parametrize("number", [1, 5])
def test_rows_take_the_same_queries_for_any_number(buyer, number, django_assert_num_queries):
    version = awaiting(buyer).version
    for _time in range(number):
        awaiting(buyer, version=version)
    with django_assert_num_queries(2):  # the reader's roles, the rows
        assert len(Agreement.objects.to_sign_for_company(buyer, today())) == number + 1


def test_supplier_reads_that_the_company_completes_it(acme, buyer):
    awaiting(buyer, supplier=acme)
    assert [row.what for row in waiting.lies_with_company(acme)] == [
        "You have signed the CSR agreement; the company completes it"
    ]
