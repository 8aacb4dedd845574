"""Asking many sites: at once or in the background, each site once."""

import pytest
from django.urls import reverse

from audits import campaigns
from audits.models import InspectionCampaign, SelfInspection
from csr_portal.core.models import Job
from tests.factories.audits import QuestionnaireVersionFactory
from tests.factories.suppliers import SiteFactory


@pytest.fixture
def campaign(buyer):
    version = QuestionnaireVersionFactory()
    return InspectionCampaign(name="2027", year=2027, version=version, due_on="2027-01-31", created_by=buyer)


def test_few_sites_are_asked_at_once(campaign, acme):
    campaigns.launch(campaign, SiteFactory.create_batch(2, supplier=acme))
    assert (campaign.inspections.count(), campaign.is_sending, Job.objects.count()) == (2, False, 0)


def test_many_sites_are_asked_by_a_worker_once(campaign, acme, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(campaigns, "AT_ONCE", 2)
    campaigns.launch(campaign, SiteFactory.create_batch(3, supplier=acme))
    assert (campaign.inspections.count(), campaign.is_sending) == (0, True)
    campaigns.ask_sites(campaign.pk)
    campaigns.ask_sites(campaign.pk)
    campaign.refresh_from_db()
    assert (SelfInspection.objects.count(), campaign.is_sending) == (3, False)


def test_a_worker_goes_on_where_another_one_died(campaign, acme, monkeypatch):
    monkeypatch.setattr(campaigns, "AT_ONCE", 2)
    sites = SiteFactory.create_batch(3, supplier=acme)
    campaigns.launch(campaign, sites)
    campaigns.workflow.assign(
        sites[0], campaign.version, due_on=campaign.due_on, by=campaign.created_by, campaign=campaign
    )
    campaigns.ask_sites(campaign.pk)
    assert sorted(campaign.inspections.values_list("site_id", flat=True)) == sorted(site.pk for site in sites)


def test_page_says_how_far_it_is_and_shows_itself_anew_at_the_end(campaign, acme, buyer, login, monkeypatch):
    monkeypatch.setattr(campaigns, "AT_ONCE", 0)
    campaigns.launch(campaign, [SiteFactory(supplier=acme)])
    client, url = login(buyer), reverse("staff:inspection-campaign-detail", args=[campaign.pk])
    part = client.get(url, headers={"HX-Request": "true"})
    assert ("HX-Refresh" in part, part.context["asked"]) == (False, 0)
    campaigns.ask_sites(campaign.pk)
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
