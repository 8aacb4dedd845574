"""The header Idempotency-Key, tried on the issue of an agreement."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from agreements.models import Agreement
from csr_portal.core import idempotency
from csr_portal.core.idempotency import IdempotentAnswer
from tests.factories.agreements import VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(acme, buyer, login):
    VersionFactory(document__code="csr-agreement")
    client = login(buyer)

    def asked(key, **more):
        body = {"supplier": "S-10417", "document": "csr-agreement"} | more
        headers = {"Idempotency-Key": key}
        return client.post("/api/v1/agreements/issue/", body, content_type="application/json", headers=headers)

    return asked


def test_order_of_the_fields_makes_no_other_body(ask):
    first, second = ask("k", language="ja", due_on="2099-01-01"), ask("k", due_on="2099-01-01", language="ja")
    assert (second.status_code, second.json()) == (201, first.json())


def test_what_failed_is_not_kept_and_its_key_is_free(ask):
    assert ask("k", supplier="S-0").status_code == 404
    assert (ask("k").status_code, IdempotentAnswer.objects.count()) == (201, 1)


def test_key_is_forgotten_after_a_day(ask):
    ask("k")
    with time_machine.travel(timezone.now() + dt.timedelta(hours=23), tick=False):
        assert (ask("k").status_code, idempotency.forget_old()) == (201, 0)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25), tick=False):
        answer = ask("k")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_now")  # asked anew: one waits already
        assert (idempotency.forget_old(), IdempotentAnswer.objects.count()) == (1, 0)


def test_key_that_is_too_long_is_refused_with_the_limit(ask):
    answer = ask("k" * 101)
    said = {"Idempotency-Key": ["Idempotency-Key: at most 100 characters; this one has 101."]}
    assert (answer.status_code, answer.json()["fields"], Agreement.objects.count()) == (400, said, 0)
