"""Asking all sites of a self-inspection campaign: few at once, many in the background. Above workflow."""

import logging
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from audits.models import InspectionCampaign
from audits.workflow import inspections as workflow
from csr_portal.core.jobs import job
from suppliers.models import Site

log = logging.getLogger(__name__)

AT_ONCE = 20


@transaction.atomic
def launch(campaign: InspectionCampaign, sites: Sequence[Site]) -> None:
    """Keep what is asked of whom, and ask: within the page up to AT_ONCE sites, by a worker beyond."""
    campaign.site_ids = [site.pk for site in sites]
    campaign.save()
    if len(sites) > AT_ONCE:
        ask_sites.enqueue(campaign.pk, key=str(campaign.pk))
    else:
        _ask(campaign)


@job("audits.ask_campaign_sites", time_limit=600)
def ask_sites(campaign_id: int) -> None:
    """Each site in its own transaction, so that the page shows how far it is. Run again, it goes on where it was."""
    campaign = InspectionCampaign.objects.select_related("version", "created_by").filter(pk=campaign_id).first()
    if campaign is None or not campaign.is_sending:
        log.info("campaign %s is gone or sent", campaign_id)
        return
    _ask(campaign)


def _ask(campaign: InspectionCampaign) -> None:
    waiting = Site.objects.filter(pk__in=campaign.site_ids).exclude(self_inspections__campaign=campaign)
    rows = waiting.select_related("supplier").order_by("supplier_id", "pk")
    workflow.send_campaign(campaign, rows, by=campaign.created_by)
    campaign.sent_at = timezone.now()
    campaign.save(update_fields=["sent_at"])
