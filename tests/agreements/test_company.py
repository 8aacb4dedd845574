"""The signatures for the company: their order, who gives them in whose place, and for how long."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements import workflow
from agreements.models import Agreement, Delegation
from agreements.permissions import signing_for
from agreements.tasks import ensure_presented
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import AcknowledgementFactory, AgreementFactory, load_texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts")]
DAY = dt.timedelta(days=1)


@pytest.fixture
def version(buyer, csr_manager):
    version = load_texts()[0]
    workflow.set_company_signers(version.document, [buyer, csr_manager], by=csr_manager)
    return version


@pytest.fixture
def agreement(version, acme, alice, buyer, django_capture_on_commit_callbacks):
    """Signed by the supplier; the company's turn."""
    agreement = workflow.issue(version, acme, by=buyer)
    link = workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")
    shown = ensure_presented(agreement).presented_sha256
    with django_capture_on_commit_callbacks(execute=True):
        workflow.sign(link, name="陈国强", title="法定代表人", authority="", presented_sha256=shown)
    agreement.refresh_from_db()
    return agreement


def told(kind):
    return sorted(Notice.objects.filter(kind=f"agreements/{kind}").values_list("email", flat=True))


def sign(agreement, person):
    workflow.countersign(agreement, by=person, presented_sha256=agreement.presented_sha256)


def lend(agreement, grantor, delegate, *, by=None, starts_on=None, ends_on=None, documents=None):
    return workflow.delegate(
        grantor, delegate, by=by or grantor, reason="Leave", starts_on=starts_on or today(),
        ends_on=ends_on or today() + 14 * DAY, documents=documents or [agreement.document],
    )  # fmt: skip


def test_company_signs_in_order_then_it_is_sealed(
    agreement, buyer, csr_manager, login, django_capture_on_commit_callbacks
):
    assert (agreement.status, agreement.turn, agreement.sealed_sha256) == ("signed", "company", "")
    assert told("countersign") == ["buyer@example.com"]
    with pytest.raises(PermissionDenied):
        sign(agreement, csr_manager)
    page = login(buyer).get(reverse("staff:agreement-detail", args=[agreement.pk]))
    data = {
        "presented_sha256": page.context["countersign_form"].initial["presented_sha256"],
        "typed_name": "anna keller",
        "consent": "on",
    }
    address = reverse("staff:agreement-countersign", args=[agreement.pk])
    login(buyer).post(address, data | {"typed_name": "Somebody"})
    assert agreement.counter_signatures.due().count() == 2
    login(buyer).post(address, data)
    assert told("countersign") == ["buyer@example.com", "csr@example.com"]
    agreement.refresh_from_db()
    assert (agreement.status, agreement.turn) == ("signed", "company")
    with django_capture_on_commit_callbacks(execute=True):
        sign(agreement, csr_manager)
    agreement.refresh_from_db()
    assert agreement.status == "in_force"
    signed = agreement.events.filter(kind="countersigned").values_list("party", "actor_name", "authority")
    assert list(signed) == [
        ("company", "Anna Keller", "Named signatory of the company"),
        ("company", "Liu Fang", "Named signatory of the company"),
    ]


def test_sealing_waits_for_the_company(agreement):
    workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    assert agreement.status == "signed"


def test_changed_text_is_not_signed(agreement, buyer):
    with pytest.raises(WorkflowError):
        workflow.countersign(agreement, by=buyer, presented_sha256="0" * 64)
    assert agreement.counter_signatures.due().count() == 2


def test_delegate_signs_in_place_and_the_record_says_so(agreement, buyer, auditor):
    row = lend(agreement, buyer, auditor)
    assert told("delegated") == ["auditor@example.com", "buyer@example.com"]
    sign(agreement, auditor)
    given = agreement.counter_signatures.get(position=1)
    assert (given.person, given.signed_by, given.delegation) == (buyer, auditor, row)
    event = agreement.events.get(kind="countersigned")
    assert event.authority == f"In place of Anna Keller, by delegation no. {row.pk} until {row.ends_on.isoformat()}"


def test_one_person_signs_once(agreement, buyer, csr_manager):
    lend(agreement, csr_manager, buyer)
    sign(agreement, buyer)
    with pytest.raises(PermissionDenied):
        sign(agreement, buyer)
    assert agreement.counter_signatures.due().get().person == csr_manager


def test_delegation_holds_in_its_days_for_its_documents_and_is_not_passed_on(agreement, buyer, auditor, csr_manager):
    other = AgreementFactory().document
    lend(agreement, buyer, auditor, documents=[other])
    assert signing_for(auditor, agreement) is None
    row = lend(agreement, buyer, auditor, starts_on=today() + DAY, ends_on=today() + 3 * DAY)
    days = [signing_for(auditor, agreement, today() + n * DAY) is not None for n in range(5)]
    assert days == [False, True, True, True, False]
    lend(agreement, auditor, csr_manager, by=csr_manager)
    assert signing_for(csr_manager, agreement, today() + DAY) is None
    workflow.revoke_delegation(row, by=buyer)
    assert signing_for(auditor, agreement, today() + DAY) is None
    actions = HistoryEntry.objects.filter(thread="delegations").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["delegation.create"] * 3 + ["delegation.revoke"]


def test_delegations_have_limits(agreement, buyer, auditor, alice, csr_manager):
    for message, change in [
        ("Only people of the company sign for it.", {"delegate": alice}),
        ("Nobody signs in their own place.", {"delegate": buyer}),
        ("The last day is before the first, or over.", {"ends_on": today() - DAY}),
        ("A delegation holds for at most a year.", {"ends_on": today() + 366 * DAY}),
    ]:
        with pytest.raises(WorkflowError, match=message):
            lend(agreement, buyer, **{"delegate": auditor} | change)
    with pytest.raises(WorkflowError, match="Choose the documents."):
        workflow.delegate(buyer, auditor, by=buyer, documents=[], starts_on=today(), ends_on=today(), reason="Leave")
    for stranger in (auditor, alice):
        with pytest.raises(PermissionDenied):
            lend(agreement, buyer, csr_manager, by=stranger)
    assert Delegation.objects.count() == 0


def test_delegation_is_revoked_by_its_giver_or_a_csr_manager_once(agreement, buyer, auditor, alice, csr_manager, login):
    row = lend(agreement, buyer, auditor)
    with pytest.raises(PermissionDenied):
        workflow.revoke_delegation(row, by=auditor)
    address = reverse("staff:delegation-revoke", args=[row.pk])
    login(csr_manager).post(address)
    row.refresh_from_db()
    assert row.revoked_by == csr_manager
    login(csr_manager).post(address)
    row.refresh_from_db()
    assert HistoryEntry.objects.filter(action="delegation.revoke").count() == 1


def test_delegation_page_takes_what_is_right_and_says_what_is_wrong(version, buyer, auditor, csr_manager, login):
    page, client = reverse("staff:delegation-list"), login(buyer)
    data = {
        "grantor": buyer.pk,
        "delegate": auditor.pk,
        "documents": [version.document_id],
        "starts_on": today().isoformat(),
        "ends_on": (today() + DAY).isoformat(),
        "reason": "Leave",
    }
    assert "Nobody signs in their own place." in client.post(page, data | {"delegate": buyer.pk}).content.decode()
    assert client.post(page, data | {"grantor": csr_manager.pk}).context["form"].errors.keys() == {"grantor"}
    assert client.post(page, data).url == page
    assert [row.delegate for row, _holds, _may in client.get(page).context["rows"]] == [auditor]
    other = login(csr_manager).get(page).context["rows"]
    assert [may for _row, _holds, may in other] == [True]


def test_signers_are_people_of_the_company_each_once_at_most_five(version, buyer, csr_manager, alice):
    document = version.document
    for message, people in [
        ("Each person signs once.", [buyer, buyer]),
        ("Not of the company: 刘敏.", [alice]),
        ("At most 5 people sign for the company.", [buyer] * 6),
    ]:
        with pytest.raises(WorkflowError, match=message):
            workflow.set_company_signers(document, people, by=csr_manager)
    with pytest.raises(PermissionDenied):
        workflow.set_company_signers(document, [buyer], by=buyer)
    assert [signer.person for signer in document.company_signers.all()] == [buyer, csr_manager]


def test_signers_are_set_on_the_page(version, buyer, csr_manager, login):
    client, page = login(csr_manager), reverse("staff:document-signers", args=[version.document_id])
    client.post(page, {"signer1": csr_manager.pk, "signer3": buyer.pk})
    assert [s.person for s in version.document.company_signers.all()] == [csr_manager, buyer]
    client.post(page, {"signer1": "x"})
    client.post(page, {"signer1": buyer.pk, "signer2": buyer.pk})
    assert [s.person for s in version.document.company_signers.all()] == [csr_manager, buyer]
    assert client.get(reverse("staff:document-detail", args=[version.document_id])).status_code == 200


def test_agreement_without_signers_goes_its_old_way(acme, alice, buyer, django_capture_on_commit_callbacks):
    agreement = workflow.issue(load_texts()[0], acme, by=buyer)
    AcknowledgementFactory(supplier=acme)
    link = workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")
    shown = ensure_presented(agreement).presented_sha256
    with django_capture_on_commit_callbacks(execute=True):
        workflow.sign(link, name="陈国强", title="法定代表人", authority="", presented_sha256=shown)
    assert Agreement.objects.get().status == "in_force"
