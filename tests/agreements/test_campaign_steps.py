"""A campaign is planned, begun, paused, resumed and recalled; who gets it and who cannot be told."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agreements import audience, campaigns
from agreements.gates import agreement_in_force
from agreements.models import Agreement, Campaign
from csr_portal.core.models import HistoryEntry, Job, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Supplier
from tests.factories.agreements import AgreementFactory, VersionFactory
from tests.factories.suppliers import CategoryFactory, ContactFactory, SupplierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return VersionFactory()


@pytest.fixture
def suppliers(buyer, gate_policy):
    return SupplierFactory.create_batch(3, owner=buyer)


@pytest.fixture
def campaign(version, suppliers, buyer):
    return campaigns.start(version, suppliers, by=buyer)


def run_jobs():
    """Do what waits for a worker, until nothing waits."""
    work = {"agreements.issue_batch": campaigns.issue_batch, "agreements.recall_batch": campaigns.recall_batch}
    while waiting := list(Job.objects.filter(task__in=work, status="queued").order_by("pk")):
        for row in waiting:
            work[row.task].run(row.pk)


def tomorrow(days=1):
    return today() + dt.timedelta(days=days)


# Planning


def test_planned_issue_begins_on_its_day_and_not_before(version, suppliers, buyer):
    campaign = campaigns.start(version, suppliers, by=buyer, starts_on=tomorrow(3))
    run_jobs()
    assert (campaign.status, campaign.due_on, Agreement.objects.count()) == ("planned", tomorrow(24), 0)
    assert campaigns.begin_due(tomorrow(2)) == 0
    assert [campaigns.begin_due(tomorrow(3)), campaigns.begin_due(tomorrow(3))] == [1, 0]
    run_jobs()
    campaign.refresh_from_db()
    assert (campaign.status, Agreement.objects.count()) == ("closed", 3)
    actions = HistoryEntry.objects.filter(action__startswith="campaign.").order_by("pk").values_list("action", "by")
    assert list(actions) == [("campaign.plan", buyer.pk), ("campaign.begin", None), ("campaign.close", None)]


def test_planned_issue_is_begun_by_hand_before_its_day(version, suppliers, buyer):
    campaign = campaigns.start(version, suppliers, by=buyer, starts_on=tomorrow(3))
    campaigns.begin(campaign, by=buyer)
    run_jobs()
    assert Agreement.objects.count() == 3


def test_planned_issue_is_called_off_when_its_text_was_replaced(version, suppliers, buyer):
    campaign = campaigns.start(version, suppliers, by=buyer, starts_on=tomorrow())
    type(version).objects.filter(pk=version.pk).update(status="retired")
    campaigns.begin_due(tomorrow())
    run_jobs()
    campaign.refresh_from_db()
    assert (campaign.status, campaign.end_reason) == ("cancelled", "The text was replaced before the day of the issue.")
    assert Agreement.objects.count() == 0


def test_day_to_sign_by_comes_after_the_issue(version, suppliers, buyer):
    with pytest.raises(WorkflowError, match="must come after"):
        campaigns.start(version, suppliers, by=buyer, starts_on=tomorrow(5), due_on=tomorrow(5))
    assert Campaign.objects.count() == 0


# Pausing and recalling


def test_paused_issue_goes_on_where_it_stopped(campaign, buyer, monkeypatch):
    monkeypatch.setattr(campaigns, "BATCH", 1)
    campaigns.issue_batch(campaign.pk)
    campaigns.pause(campaign, by=buyer)
    run_jobs()
    campaign.refresh_from_db()
    assert (campaign.status, Agreement.objects.count()) == ("paused", 1)
    assert campaigns.ask_again() == 0
    campaigns.resume(campaign, by=buyer)
    run_jobs()
    campaign.refresh_from_db()
    assert (campaign.status, Agreement.objects.count()) == ("closed", 3)
    assert set(Agreement.objects.values_list("supplier", flat=True)) == set(
        Supplier.objects.values_list("pk", flat=True)
    )


def test_nothing_is_issued_by_a_batch_that_began_before_the_pause(campaign, buyer):
    old = Campaign.objects.get(pk=campaign.pk)
    campaigns.pause(campaign, by=buyer)
    campaigns._issue_next(old)
    assert Agreement.objects.count() == 0


def test_recalled_campaign_takes_back_what_nobody_signed(campaign, suppliers, buyer):
    run_jobs()
    people = [ContactFactory(supplier=supplier).user.email for supplier in suppliers]
    Agreement.objects.filter(supplier=suppliers[0]).update(status="signed", turn="")
    Agreement.objects.filter(supplier=suppliers[1]).update(status="chop_pending", turn="buyer")
    campaigns.recall(campaign, by=buyer, reason="Clause 4 is wrong")
    run_jobs()
    statuses = dict(Agreement.objects.values_list("supplier", "status"))
    assert [statuses[supplier.pk] for supplier in suppliers] == ["signed", "recalled", "recalled"]
    told = Notice.objects.filter(kind="agreements/recalled").values_list("email", flat=True)
    assert sorted(told) == sorted(people[1:])  # the buyer knows, and gets no mail for each of them
    entries = HistoryEntry.objects.filter(action="agreement.recall").values_list("by", "reason")
    assert list(entries) == [(buyer.pk, "Clause 4 is wrong")] * 2


def test_recall_works_through_more_than_a_batch(campaign, buyer, monkeypatch):
    run_jobs()
    monkeypatch.setattr(campaigns, "BATCH", 1)
    campaigns.recall(campaign, by=buyer, reason="Wrong text")
    run_jobs()
    assert set(Agreement.objects.values_list("status", flat=True)) == {"recalled"}


def test_recall_of_a_running_issue_stops_it(campaign, buyer):
    campaigns.recall(campaign, by=buyer, reason="Wrong text")
    run_jobs()
    campaign.refresh_from_db()
    assert (campaign.status, campaign.end_reason, Agreement.objects.count()) == ("cancelled", "Wrong text", 0)


@pytest.mark.parametrize("step", ["begin", "resume"])
def test_step_out_of_order_is_refused(step, campaign, buyer):
    with pytest.raises(WorkflowError):
        getattr(campaigns, step)(campaign, by=buyer)


@pytest.mark.parametrize("person", ["auditor", "alice", "administrator"])
def test_nobody_but_procurement_pauses(person, campaign, request):
    with pytest.raises(PermissionDenied):
        campaigns.pause(campaign, by=request.getfixturevalue(person))
    campaign.refresh_from_db()
    assert campaign.status == "running"


# Audience


def test_filters_leave_whom_they_name(version, buyer, gate_policy, csr_manager):
    metal = CategoryFactory()
    chosen = SupplierFactory(country="JP", status="strategic", owner=csr_manager)
    chosen.categories.add(metal)
    SupplierFactory(country="CN", status="cooperating", owner=buyer)
    for narrow in ({"country": "JP"}, {"segment": "strategic"}, {"category": metal}, {"owner": csr_manager}):
        assert list(audience.narrowed(Supplier.objects.all(), version, narrow)) == [chosen]
    assert audience.narrowed(Supplier.objects.all(), version, {"country": "JP", "owner": buyer}).count() == 0


def test_holders_of_an_older_version_are_found_for_signing_again(version, suppliers):
    old = VersionFactory(document=version.document, status="retired")
    common = {"document": version.document, "status": "in_force", "valid_until": tomorrow(300)}
    AgreementFactory(supplier=suppliers[0], version=old, **common)
    AgreementFactory(supplier=suppliers[1], version=version, **common)
    everybody = Supplier.objects.all()
    assert list(audience.narrowed(everybody, version, {"holding": "older"})) == [suppliers[0]]
    assert list(audience.narrowed(everybody, version, {"holding": "none"})) == [suppliers[2]]


def test_older_version_stays_in_force_to_its_date_while_the_new_one_waits(version, acme, buyer):
    """B28."""
    old = VersionFactory(document=version.document, status="retired")
    common = {"document": version.document, "valid_from": today(), "valid_until": tomorrow(300)}
    held = AgreementFactory(supplier=acme, version=old, status="in_force", **common)
    campaigns.start(version, [acme], by=buyer)
    run_jobs()
    held.refresh_from_db()
    condition = agreement_in_force(acme, "cooperating", {}, today())
    assert (held.status, condition.state, condition.facts["agreement"]) == ("in_force", "met", held.pk)
    assert Agreement.objects.open().get().version == version


def test_who_cannot_be_told_is_named_with_the_reason(suppliers, django_assert_num_queries):
    silent, reached, half = suppliers
    lost = ContactFactory(supplier=silent).user
    ContactFactory(supplier=half, ended_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    ContactFactory(supplier=reached)
    Notice.objects.create(
        key="x", kind="x", recipient=lost, email=lost.email, language="en", subject="s", body="b", mail_status="failed"
    )
    with django_assert_num_queries(1):
        told = audience.undeliverable(suppliers)
    assert told == [
        (silent, "Mail to every address has failed."), (half, "Nobody of this supplier has an account."),
    ]  # fmt: skip


# Pages


def test_issue_page_plans_for_a_filter_and_names_who_cannot_be_told(version, suppliers, buyer, login):
    address = reverse("staff:agreement-issue")
    data = {
        "version": version.pk,
        "whom": "filter",
        "country": "CN",
        "suppliers": "S-0",
        "starts_on": tomorrow(2).isoformat(),
    }
    page = login(buyer).post(address, data)
    assert len(page.context["plan"].issued) == 3
    assert "3 suppliers get the text but cannot be told:" in page.content.decode()
    login(buyer).post(address, data | {"confirm": "1"})
    campaign = Campaign.objects.get()
    assert (campaign.status, campaign.starts_on, campaign.targets.count()) == ("planned", tomorrow(2), 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"whom": "filter"}, "Choose at least one filter, or all suppliers."),
        ({"whom": "list", "country": "CN"}, "Name at least one supplier."),
        ({"whom": "list", "suppliers": "S-0\nS-1"}, "Not a supplier in relation: S-0, S-1."),
        ({"whom": "list", "suppliers": " ".join(map(str, range(1001)))}, "1001 numbers are too many; at most 1000"),
        ({"whom": "all", "starts_on": "2020-01-01"}, "This day is over."),
        ({"whom": "all", "due_on": "2020-01-01"}, "must come after the day of the issue"),
    ],
)
def test_issue_page_names_what_is_wrong(data, words, version, suppliers, buyer, login):
    page = login(buyer).post(reverse("staff:agreement-issue"), {"version": version.pk, "confirm": "1"} | data)
    assert words in page.content.decode()
    assert Campaign.objects.count() == 0


def test_list_comes_as_copied_and_the_filters_do_not_count(version, suppliers, buyer, login):
    Supplier.objects.filter(pk=suppliers[2].pk).update(registration_key="CN:91441900MA4W0Q5D1X")
    pasted = f"{suppliers[0].number}\t{suppliers[0].number}\r\n\r\n91441900MA4W0Q5D1X，"
    data = {"version": version.pk, "whom": "list", "suppliers": pasted, "segment": "strategic"}
    page = login(buyer).post(reverse("staff:agreement-issue"), data)
    plan = page.context["plan"]
    assert set(plan.issued) == {suppliers[0], suppliers[2]}


def test_supplier_list_leads_to_the_issue_of_those_chosen(version, suppliers, buyer, login):
    chosen = {"action": "issue", "pk": [suppliers[0].pk, suppliers[2].pk]}
    answer = login(buyer).post(reverse("staff:supplier-bulk"), chosen)
    page = login(buyer).get(answer.url)
    numbers = "\n".join(sorted([suppliers[0].number, suppliers[2].number]))
    assert page.context["form"].initial == {"whom": "list", "suppliers": numbers}


def test_version_page_leads_to_the_holders_of_older_versions(version, suppliers, buyer, login):
    old = VersionFactory(document=version.document, status="retired")
    AgreementFactory(
        supplier=suppliers[1], version=old, document=version.document, status="in_force", valid_until=tomorrow(9)
    )
    address = f"{reverse('staff:agreement-issue')}?version={version.pk}&whom=filter&holding=older"
    assert address.replace("&", "&amp;") in (
        login(buyer).get(reverse("staff:version-detail", args=[version.pk])).content.decode()
    )
    assert login(buyer).get(address).context["plan"].issued == [suppliers[1]]


def test_campaign_page_offers_the_steps_and_takes_them(campaign, buyer, login):
    client = login(buyer)
    page = reverse("staff:campaign-detail", args=[campaign.pk])
    assert client.get(page).context["steps"] == {"pause", "recall"}
    client.post(reverse("staff:campaign-pause", args=[campaign.pk]))
    assert client.get(page).context["steps"] == {"resume", "recall"}
    client.post(reverse("staff:campaign-recall", args=[campaign.pk]))
    assert "Give a reason." in client.get(page).content.decode()
    client.post(reverse("staff:campaign-recall", args=[campaign.pk]), {"reason": "Wrong text"})
    answer = client.get(page)
    assert (answer.context["steps"], "Wrong text" in answer.content.decode()) == (set(), True)
    again = client.post(reverse("staff:campaign-pause", args=[campaign.pk]), follow=True)
    assert "not possible while the status is" in again.content.decode()


def test_campaign_page_names_suppliers_without_anybody_to_read(campaign, suppliers, buyer, login):
    ContactFactory(supplier=suppliers[0])
    address, client = reverse("staff:campaign-detail", args=[campaign.pk]), login(buyer)
    assert [target.supplier for target in client.get(address).context["page"].rows] == suppliers[1:]
    campaign.targets.filter(supplier=suppliers[1]).update(note="Suspended")
    shown = {why: client.get(address, {"why": why}).context["page"].rows for why in ("left_out", "untold")}
    assert [[target.supplier for target in rows] for rows in shown.values()] == [[suppliers[1]], suppliers[1:]]
