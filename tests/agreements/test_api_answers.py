"""Declines, reservations and own codes as a program reads them, and the files of an agreement."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from agreements import workflow
from agreements.models import SignatureEvent
from agreements.states import AgreementStatus as A
from tests.factories.agreements import AgreementFactory, VersionFactory

pytestmark = pytest.mark.django_db
ANSWERS = "/api/v1/agreement-answers/"


def reserved(supplier, text="Clause 1 from July on"):
    row = AgreementFactory(supplier=supplier, status=A.RESERVED)
    data = {"reservations": [{"clause": "child_labour", "position": 1, "title": {}, "text": text}]}
    SignatureEvent.objects.create(agreement=row, party="supplier", kind="reserved", actor_name="陈国强", data=data)
    row.reservations = data["reservations"]
    row.save()
    return row


def rows(client, **query):
    return client.get(ANSWERS, query).json()["results"]


def facts(row, *names):
    return tuple(row[name] for name in names)


def test_decline_is_listed_with_reason_and_clauses(acme, alice, login, buyer):
    agreement = AgreementFactory(supplier=acme)
    workflow.decline(agreement, by=alice, reason="第一条做不到", clauses=["child_labour"])
    (row,) = rows(login(buyer))
    assert facts(row, "kind", "state", "reason", "supplier") == ("decline", "final", "第一条做不到", "S-10417")
    assert (row["agreement"], row["clauses"]) == (agreement.pk, [{"clause": "child_labour", "text": ""}])


def test_reservation_is_open_until_it_is_decided(acme, csr_manager, login, buyer):
    agreement = reserved(acme)
    (row,) = rows(login(buyer))
    assert facts(row, "kind", "state", "by", "decided_by") == ("reservation", "open", "陈国强", "")
    assert row["clauses"] == [{"clause": "child_labour", "text": "Clause 1 from July on"}]
    workflow.refuse_reservation(agreement, by=csr_manager, reason="Not this clause")
    (row,) = rows(login(buyer))
    said = ("refused", "Liu Fang", "Not this clause")
    assert facts(row, "state", "decided_by", "decision_reason") == said


def test_reservation_of_a_recalled_agreement_is_dropped(acme, login, buyer):
    workflow.recall(reserved(acme), by=buyer, reason="Wrong text")
    assert rows(login(buyer))[0]["state"] == "dropped"


def test_own_code_is_listed_with_its_file(acme, alice, csr_manager, fonts, login, buyer):
    agreement, output, writer = AgreementFactory(supplier=acme), io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(output)
    workflow.offer_own_code(agreement, SimpleUploadedFile("code.pdf", output.getvalue()), by=alice)
    agreement.refresh_from_db()
    workflow.refuse_own_code(agreement, by=csr_manager, reason="Nothing on wages")
    client = login(buyer)
    (row,) = rows(client, kind="own_code")
    assert facts(row, "state", "decision_reason") == ("refused", "Nothing on wages")
    answer = client.get(row["file_url"])
    assert b"".join(answer.streaming_content) == output.getvalue()
    assert rows(client, kind="decline") == []


def test_suppliers_read_their_own_answers_only(acme, rival, alice, login):
    own, foreign = reserved(acme), reserved(rival)
    client = login(alice)
    assert [row["agreement"] for row in rows(client)] == [own.pk]
    assert client.get(f"{ANSWERS}{foreign.events.get().pk}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(number, acme, login, buyer, django_assert_num_queries):
    version = VersionFactory
    for _n in range(number):
        reserved(AgreementFactory(version=version()).supplier)
    client = login(buyer)
    rows(client)
    with django_assert_num_queries(11):  # eight of them are the session, the person and the throttle
        assert len(rows(client)) == number


@pytest.mark.usefixtures("fonts")
def test_record_is_the_one_inside_the_sealed_file(acme, alice, mallory, login):
    row = AgreementFactory(supplier=acme, status=A.SIGNED)
    address = reverse("api:agreement-files", args=[row.pk, "record"])
    assert login(alice).get(address).status_code == 404
    SignatureEvent.objects.create(agreement=row, party="supplier", kind="signed", actor_name="陈国强", method="typed")
    workflow.seal_agreement(row.pk)
    row.refresh_from_db()
    answer = login(alice).get(address)
    data = b"".join(answer.streaming_content)
    inside = PdfReader(row.sealed_file.open("rb")).attachments["record.json"][0]
    assert (answer["Content-Type"], data) == ("application/json", inside)
    assert json.loads(data)["events"][0]["name"] == "陈国强"
    assert login(mallory).get(address).status_code == 404
