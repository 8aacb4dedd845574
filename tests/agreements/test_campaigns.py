import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements import campaigns, workflow
from agreements.models import Agreement, Campaign
from csr_portal.core.models import HistoryEntry, Job, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier
from suppliers.standing import refreshed_at_the_end
from tests.factories.agreements import AgreementFactory, VersionFactory
from tests.factories.suppliers import ContactFactory, GatePolicyFactory, SupplierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return VersionFactory()


@pytest.fixture
def suppliers(buyer, gate_policy):
    return SupplierFactory.create_batch(3, owner=buyer)


def run_jobs(task):
    """Run what waits for a worker, again and again until nothing waits, like the worker does."""
    functions = {"agreements.issue_batch": campaigns.issue_batch, "agreements.remind_batch": campaigns.remind_batch}
    number = 0
    while waiting := list(Job.objects.filter(task=task, status="queued")):
        for row in waiting:
            functions[task].run(row.pk)
            number += 1
    return number


def test_campaign_issues_to_everybody_in_batches(version, suppliers, buyer, monkeypatch):
    monkeypatch.setattr(campaigns, "BATCH", 2)
    campaign = campaigns.start(version, suppliers, by=buyer)
    assert campaigns.progress(campaign) == {"total": 3, "done": 0, "left_out": 0, "issued": 0, "statuses": []}
    assert run_jobs("agreements.issue_batch") == 2
    campaign.refresh_from_db()
    assert campaign.status == "closed"
    assert campaigns.progress(campaign)["statuses"] == [("issued", 3)]
    assert {a.supplier_id for a in Agreement.objects.filter(campaign=campaign)} == {s.pk for s in suppliers}
    assert {a.due_on for a in Agreement.objects.all()} == {campaign.due_on}


def test_batch_issues_to_nobody_twice_when_it_runs_twice(version, suppliers, buyer):
    campaign = campaigns.start(version, suppliers, by=buyer)
    campaigns.issue_batch(campaign.pk)
    campaigns.issue_batch(campaign.pk)
    assert Agreement.objects.count() == 3
    entries = HistoryEntry.objects.filter(action="campaign.close")
    assert [entry.data for entry in entries] == [{"issued": 3, "left_out": 0}]


def test_batch_that_died_before_the_next_one_was_asked_for_is_begun_again(version, suppliers, buyer, monkeypatch):
    campaign = campaigns.start(version, suppliers, by=buyer)
    monkeypatch.setattr(campaigns, "BATCH", 2)
    campaigns._issue_next(campaign)
    campaigns.issue_batch(campaign.pk)
    assert campaigns.progress(campaign)["issued"] == 3
    assert Agreement.objects.count() == 3


def test_supplier_is_left_out_with_the_reason(version, suppliers, buyer):
    AgreementFactory(supplier=suppliers[0], version=version, document=version.document)
    campaign = campaigns.start(version, suppliers, by=buyer)
    campaigns.issue_batch(campaign.pk)
    left_out = [(target.supplier, target.note) for target in campaign.targets.left_out()]
    assert left_out == [(suppliers[0], "An agreement already waits for a signature")]
    assert campaigns.progress(campaign)["issued"] == 2


def test_newer_version_takes_the_place_of_what_nobody_signed(version, acme, alice, buyer):
    old = AgreementFactory(supplier=acme, version=VersionFactory(document=version.document, status="retired"))
    campaign = campaigns.start(version, [acme], by=buyer)
    campaigns.issue_batch(campaign.pk)
    old.refresh_from_db()
    assert old.status == "recalled"
    assert [a.version for a in Agreement.objects.open()] == [version]


def test_chopped_paper_of_the_old_version_is_not_taken_back(version, acme, buyer):
    old = VersionFactory(document=version.document, status="retired")
    AgreementFactory(supplier=acme, version=old, status="chop_pending", turn="buyer")
    campaign = campaigns.start(version, [acme], by=buyer)
    campaigns.issue_batch(campaign.pk)
    assert [target.note for target in campaign.targets.all()] == ["An agreement already waits for a signature"]


@pytest.mark.parametrize("person", ["auditor", "training_coordinator", "administrator", "alice"])
def test_campaign_is_refused_to_everybody_but_procurement(person, version, suppliers, request):
    with pytest.raises(WorkflowError):
        campaigns.start(version, suppliers, by=request.getfixturevalue(person))
    assert Campaign.objects.count() == 0


def test_draft_is_not_issued(suppliers, buyer):
    with pytest.raises(WorkflowError):
        campaigns.start(VersionFactory(status="draft"), suppliers, by=buyer)


def test_night_resumes_a_campaign_whose_job_was_given_up(version, suppliers, buyer):
    campaign = campaigns.start(version, suppliers, by=buyer)
    Job.objects.filter(task="agreements.issue_batch").update(status="failed")
    assert campaigns.ask_again() == 1
    run_jobs("agreements.issue_batch")
    campaign.refresh_from_db()
    assert (campaign.status, Agreement.objects.count()) == ("closed", 3)
    assert campaigns.ask_again() == 0


def test_issue_page_shows_the_plan_and_then_begins(version, suppliers, buyer, login):
    address = reverse("staff:agreement-issue")
    data = {"version": version.pk, "whom": "all"}
    page = login(buyer).post(address, data)
    assert page.context["plan"].issued == list(Supplier.objects.order_by("name"))
    assert Campaign.objects.count() == 0
    answer = login(buyer).post(address, data | {"confirm": "1"})
    campaign = Campaign.objects.get()
    assert answer.url == reverse("staff:campaign-detail", args=[campaign.pk])
    assert Agreement.objects.count() == 0
    page = login(buyer).get(reverse("staff:campaign-progress", args=[campaign.pk]))
    assert "hx-get" in page.content.decode()
    run_jobs("agreements.issue_batch")
    page = login(buyer).get(reverse("staff:campaign-progress", args=[campaign.pk]))
    assert (page["HX-Refresh"], "hx-get" in page.content.decode()) == ("true", False)


def test_issue_to_one_supplier_happens_at_once(version, suppliers, buyer, login):
    data = {"version": version.pk, "whom": "list", "suppliers": suppliers[1].number, "confirm": "1"}
    answer = login(buyer).post(reverse("staff:agreement-issue"), data)
    agreement = Agreement.objects.get()
    assert (agreement.supplier, agreement.campaign) == (suppliers[1], None)
    assert answer.url == reverse("staff:agreement-detail", args=[agreement.pk])


@pytest.mark.parametrize("number", [1, 3])
def test_campaign_page_costs_the_same_for_one_and_three(
    number, version, buyer, gate_policy, login, django_assert_num_queries
):
    campaign = campaigns.start(version, SupplierFactory.create_batch(number, owner=buyer), by=buyer)
    campaign.targets.update(note="left out")
    client = login(buyer)
    client.get(reverse("staff:campaign-detail", args=[campaign.pk]))
    with django_assert_num_queries(7):
        client.get(reverse("staff:campaign-detail", args=[campaign.pk]))


@pytest.mark.parametrize(("days", "number"), [(400, 0), (30, 1)])
def test_version_in_force_is_issued_again_only_when_it_runs_out(days, number, version, acme, buyer):
    until = today() + dt.timedelta(days=days)
    AgreementFactory(supplier=acme, version=version, document=version.document, status="in_force", valid_until=until)
    assert len(workflow.plan(version, [acme]).issued) == number


# Reminding


@pytest.fixture
def gate_policy(db):
    needed = [{"condition": "agreement"}]
    return GatePolicyFactory(conditions={"cooperating": needed, "strategic": needed})


def reminders():
    return sorted(Notice.objects.filter(kind="suppliers/reminder").values_list("email", flat=True))


def test_everybody_who_has_not_signed_is_reminded_once_a_day(version, suppliers, buyer, monkeypatch):
    monkeypatch.setattr(campaigns, "BATCH", 2)
    people = [ContactFactory(supplier=supplier).user.email for supplier in suppliers]
    campaign = campaigns.start(version, suppliers, by=buyer)
    run_jobs("agreements.issue_batch")
    Agreement.objects.filter(supplier=suppliers[0]).update(status="declined", turn="buyer")
    campaigns.remind_all(campaign, by=buyer)
    campaigns.remind_all(campaign, by=buyer)
    run_jobs("agreements.remind_batch")
    assert reminders() == sorted(people[1:])


def test_remind_button_tells_why_nobody_is_reminded_twice(version, acme, alice, buyer, login):
    agreement = AgreementFactory(supplier=acme, version=version, document=version.document)
    address = reverse("staff:agreement-remind", args=[agreement.pk])
    client = login(buyer)
    client.post(address)
    page = client.post(address, follow=True)
    assert reminders() == [alice.email]
    assert "The supplier was reminded today already." in page.content.decode()


def queries_to_issue(version, suppliers, buyer):
    order = workflow.IssueOrder(version, buyer, today() + dt.timedelta(days=21))
    with refreshed_at_the_end(), CaptureQueriesContext(connection) as queries:
        workflow.issue_to_all(order, suppliers)
    assert Agreement.objects.filter(supplier__in=suppliers).count() == len(suppliers)
    return len(queries), [query["sql"] for query in queries]


def test_further_suppliers_of_a_batch_cost_no_query(version, buyer, gate_policy):
    """All is asked and written for the batch."""
    few, many = (
        [contact.supplier for contact in ContactFactory.create_batch(number, supplier__owner=buyer)]
        for number in (2, 12)
    )
    (of_few, _sql), (of_many, sql) = (queries_to_issue(version, some, buyer) for some in (few, many))
    assert of_many <= of_few, sql
    people = [contact.user for supplier in many for contact in supplier.contacts.all()]
    assert Notice.objects.filter(recipient__in=people).count() == 12
    assert Job.objects.filter(task="core.mail_notices").count() == 2
