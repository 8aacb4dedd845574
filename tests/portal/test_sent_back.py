"""What the company did not accept comes back as a task that says so, says why and leads to the right place."""

import pytest
from django.urls import reverse

from agreements import workflow
from agreements.models import SignatureEvent
from csr_portal import waiting
from tests.factories.agreements import AgreementFactory

pytestmark = pytest.mark.django_db
REFUSALS = {
    "chop_pending": (
        workflow.refuse_chop,
        "Your upload was not accepted: send the CSR agreement with the company chop again",
        "Upload again",
        "#chop",
    ),
    "reserved": (
        workflow.refuse_reservation,
        "Your reservation was not accepted: have the CSR agreement signed without it, or with another one",
        "Read and forward",
        "",
    ),
    "own_code": (
        workflow.refuse_own_code,
        "Your own code of conduct was not accepted: have the CSR agreement signed",
        "Read and forward",
        "",
    ),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_task_after_a_refusal_says_what_why_and_where(status, acme, csr_manager):
    refuse, what, verb, anchor = REFUSALS[status]
    agreement = AgreementFactory(supplier=acme, status=status, turn="csr")
    refuse(agreement, by=csr_manager, reason="第2页缺失")
    [task] = waiting.tasks_of(acme)
    url = reverse("portal:agreement-detail", args=[agreement.pk]) + anchor
    assert (task.what, task.verb, task.note, task.url) == (what, verb, "Reason: 第2页缺失", url)


def test_task_leads_to_the_upload_and_the_page_says_it_on_a_phone(acme, alice, csr_manager, login):
    agreement = AgreementFactory(supplier=acme, status="chop_pending", turn="csr")
    workflow.refuse_chop(agreement, by=csr_manager, reason="第2页缺失")
    client = login(alice)
    home = client.get("/portal/").content.decode()
    address = reverse("portal:agreement-detail", args=[agreement.pk])
    assert (home.count(f'href="{address}#chop"'), home.count("第2页缺失")) == (1, 1)
    assert client.get(address).content.decode().count('id="chop"') == 1


def test_refusals_cost_one_query_more_however_many(acme, csr_manager, django_assert_num_queries):
    for _number in range(3):
        agreement = AgreementFactory(supplier=acme, status="chop_pending", turn="csr")
        workflow.refuse_chop(agreement, by=csr_manager, reason="Page 2 is missing")
    with django_assert_num_queries(len([source for source in waiting.SOURCES if source.portal]) + 1):
        assert len(waiting.tasks_of(acme)) == 3


@pytest.mark.parametrize(("kind", "is_open"), [("chop_refused", True), ("reservation_refused", False)])
def test_paper_is_offered_open_only_where_paper_was_sent_back(acme, alice, login, kind, is_open):
    agreement = AgreementFactory(supplier=acme, status="viewed")
    SignatureEvent.objects.create(agreement=agreement, party="company", kind=kind, data={"reason": "No"})
    page = login(alice).get(reverse("portal:agreement-detail", args=[agreement.pk])).content.decode()
    assert ('id="chop" open' in page) == is_open
