"""Many at once: whatever is pressed at the same moment, one agreement is signed once, and as it was shown.

On PostgreSQL rows are locked; SQLite has one writer, so that the same acts come one after the other.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from agreements import workflow
from agreements.models import Agreement, CounterSignature, SignatureEvent
from agreements.reports import read_file
from csr_portal.core.models import HistoryEntry
from csr_portal.core.seal import sha256
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import load_texts

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("erasable", "fonts"),
]
PEOPLE = 20


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
        except (WorkflowError, PermissionDenied):
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def signing(link):
    shown = Agreement.objects.get().presented_sha256
    return lambda: workflow.sign(link, name="陈国强", title="法定代表人", authority="", presented_sha256=shown)


def draft_of(version, by, number="2027.1"):
    """A complete draft of the next version."""
    return workflow.create_draft(version.document, number=number, by=by)


def signed_as_shown():
    """What was signed, if anything: one signature, over the very file that was presented."""
    event = SignatureEvent.objects.filter(kind="signed").select_related("agreement").first()
    if event is None:
        return None
    assert SignatureEvent.objects.filter(kind="signed").count() == 1
    assert event.text_sha256 == event.agreement.presented_sha256 == sha256(read_file(event.agreement.presented_file))
    return event.agreement


def steps():
    """The steps of the history in their order."""
    return list(HistoryEntry.objects.order_by("pk").values_list("action", flat=True))


def test_twenty_signatures_at_once_are_one(link):
    assert together(*[signing(link)] * PEOPLE) == ["done"] + ["refused"] * (PEOPLE - 1)
    assert SignatureEvent.objects.filter(kind="signed").count() == 1
    assert HistoryEntry.objects.filter(action="agreement.sign").count() == 1
    assert HistoryEntry.objects.filter(action="agreement.come_into_force").count() == 1
    assert signed_as_shown() == Agreement.objects.get()
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


def test_signatures_and_recalls_at_once_leave_one_of_them(link, buyer):
    recall = lambda: workflow.recall(Agreement.objects.get(), by=buyer, reason="A mistake")  # noqa: E731
    assert together(*[signing(link), recall] * 10) == ["done"] + ["refused"] * 19
    row = Agreement.objects.get()
    ends = {"in_force": ["agreement.sign", "agreement.come_into_force"], "recalled": ["agreement.recall"]}
    assert [action for action in steps() if action in sum(ends.values(), [])] == ends[row.status]
    assert signed_as_shown() == (row if row.status == "in_force" else None)


def test_signatures_and_a_new_version_at_once_never_sign_a_replaced_text(link, csr_manager):
    """Signed before the new version was published, or not at all."""
    new = draft_of(link.agreement.version, csr_manager)
    publish = lambda: workflow.publish(new, by=csr_manager)  # noqa: E731
    done = together(*[signing(link)] * 10, publish).count("done")
    row = signed_as_shown()
    assert done == (2 if row else 1)
    assert Agreement.objects.get().status == ("in_force" if row else "viewed")
    order = [action for action in steps() if action in ("agreement.sign", "version.publish")]
    assert order[2:] == (["agreement.sign", "version.publish"] if row else ["version.publish"])
    assert list(link.agreement.document.versions.published()) == [new]


def test_signatures_and_the_issue_of_a_new_version_at_once_end_in_one_open_agreement(link, acme, buyer, csr_manager):
    """The old text signed and the new one issued beside it; or the old one recalled, and nothing of it signed."""
    new = draft_of(link.agreement.version, csr_manager)

    def replace():
        workflow.publish(new, by=csr_manager)
        workflow.issue(new, acme, by=buyer)

    together(*[signing(link)] * 10, replace)
    row, old = signed_as_shown(), Agreement.objects.get(pk=link.agreement_id)
    assert old.status == ("in_force" if row else "recalled")
    assert row in (None, old)
    issued = Agreement.objects.filter(version=new)
    assert [agreement.status for agreement in issued] in ([["issued"], []] if row else [["issued"]])


def test_signatures_of_the_company_at_once_are_one_each(link, buyer, csr_manager):
    workflow.set_company_signers(link.agreement.document, [buyer, csr_manager], by=csr_manager)
    signing(link)()
    row = Agreement.objects.get()

    def act(person):
        return lambda: workflow.countersign(row, by=person, presented_sha256=row.presented_sha256)

    assert together(*[act(buyer)] * 10).count("done") == 1
    assert together(*[act(csr_manager), act(buyer)] * 5).count("done") == 1
    signed = CounterSignature.objects.order_by("position").values_list("signed_by", flat=True)
    assert list(signed) == [buyer.pk, csr_manager.pk]
    assert Agreement.objects.get().status == "in_force"
