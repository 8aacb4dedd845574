"""Many at once, on PostgreSQL: whatever is pressed at the same moment, one agreement is signed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from agreements import workflow
from agreements.models import Agreement, SignatureEvent
from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import load_texts

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("fonts"),
]
PEOPLE = 20


@pytest.fixture(autouse=True)
def on_postgresql():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: what is pressed together comes one after the other")


@pytest.fixture
def link(acme, alice, buyer):
    agreement = workflow.issue(load_texts()[0], acme, by=buyer)
    return workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")


def together(*acts):
    """Run all at the same moment, each with its own connection; return what came of each."""
    start = threading.Barrier(len(acts))

    def run(act):
        try:
            start.wait()
            act()
        except WorkflowError:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def signing(link):
    shown = Agreement.objects.get().presented_sha256
    return lambda: workflow.sign(link, name="陈国强", title="法定代表人", authority="", presented_sha256=shown)


def test_twenty_signatures_at_once_are_one(link):
    assert together(*[signing(link)] * PEOPLE) == ["done"] + ["refused"] * (PEOPLE - 1)
    assert SignatureEvent.objects.filter(kind="signed").count() == 1
    assert HistoryEntry.objects.filter(action="agreement.sign").count() == 1
    assert HistoryEntry.objects.filter(action="agreement.come_into_force").count() == 1
    assert Agreement.objects.get().status == "in_force"


def test_signatures_and_refusals_at_once_leave_one_of_them(link, alice):
    refusal = lambda: workflow.decline(Agreement.objects.get(), by=alice, reason="工时")  # noqa: E731
    assert together(*[signing(link), refusal] * 8) == ["done"] + ["refused"] * 15
    kinds = set(SignatureEvent.objects.filter(kind__in=["signed", "declined"]).values_list("kind", flat=True))
    assert len(kinds) == 1


def test_codes_and_signatures_at_once_do_not_lock_each_other_out(link):
    code = lambda: workflow.enter_code(link, link.code)  # noqa: E731
    assert together(*[code] * 8, *[signing(link)] * 8) == ["done"] * 9 + ["refused"] * 7
    assert Agreement.objects.get().status == "in_force"


def test_issues_at_once_are_one(acme, buyer):
    version = load_texts()[0]
    assert together(*[lambda: workflow.issue(version, acme, by=buyer)] * 8) == ["done"] + ["refused"] * 7
    assert Agreement.objects.count() == 1
