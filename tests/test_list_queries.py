"""A list takes the same queries whatever the number of its rows; each list that can grow has a line in `MAKERS`."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Delegation
from csr_portal.core.models import Notice
from tests.factories.agreements import DocumentFactory
from tests.factories.core import UserFactory
from tests.test_exports import LISTS

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 21)


def colleague(number, world):
    UserFactory(roles=["buyer", "auditor"])


def undelivered(number, world):
    Notice.objects.create(
        key=f"n{number}", email="x@example.com", language="en", recipient=UserFactory(), mail_status="failed"
    )


def delegation(number, world):
    people = {"grantor": UserFactory(), "delegate": UserFactory(), "created_by": world}
    row = Delegation.objects.create(starts_on=DAY, ends_on=DAY, **people)
    row.documents.set(DocumentFactory.create_batch(2))


MAKERS = {
    "staff:colleague-list": colleague,
    "staff:notice-list": undelivered,
    "staff:delegation-list": delegation,
}


def test_every_list_here_is_a_list_with_an_export():
    assert set(MAKERS) - LISTS == set()


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_list_takes_the_same_queries_for_two_and_for_nine_rows(name, csr_manager, gate_policy, login):
    client, address = login(csr_manager), reverse(name)
    rows, queries = [], []
    for numbers in (range(2), range(2, 9)):
        for number in numbers:
            MAKERS[name](number, csr_manager)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address).context["page"]
        rows.append(len(page.rows))
        queries.append(len(asked))
    assert rows[1] - rows[0] == 7
    assert queries[0] == queries[1]
