"""What other systems are told about agreements and their campaigns (docs/webhooks.md)."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Campaign
from agreements.states import CampaignStatus
from csr_portal.core.webhooks.delivery import publish, publish_all

EVENTS = {
    "agreement.issued": _("Agreement: issued"),
    "agreement.viewed": _("Agreement: opened by the supplier or the signatory"),
    "agreement.signed": _("Agreement: signed"),
    "agreement.chop_pending": _("Agreement: paper with company chop uploaded"),
    "agreement.reserved": _("Agreement: signed with reservation"),
    "agreement.own_code": _("Agreement: own code of conduct offered"),
    "agreement.returned": _("Agreement: reservation, own code or chop not accepted"),
    "agreement.declined": _("Agreement: declined"),
    "agreement.sealed": _("Agreement: sealed file ready, or stamped anew"),
    "agreement.in_force": _("Agreement: in force"),
    "agreement.expiring": _("Agreement: expires soon"),
    "agreement.recalled": _("Agreement: recalled"),
    "agreement.superseded": _("Agreement: superseded"),
    "agreement.expired": _("Agreement: expired"),
    "agreement.terminated": _("Agreement: terminated"),
    "agreement_campaign.finished": _("Campaign of agreements: everybody gone through"),
    "agreement_campaign.cancelled": _("Campaign of agreements: recalled"),
}


def changed(agreement: Agreement) -> None:
    """The agreement has come into a state that has an event."""
    _publish(agreement.status, agreement)


def issued(agreements: Iterable[Agreement]) -> None:
    """All of them, by a constant number of queries."""
    publish_all("agreement.issued", (_told(agreement) for agreement in agreements))


def returned(agreement: Agreement) -> None:
    """What the supplier handed in was not accepted: it is its turn again."""
    _publish("returned", agreement)


def sealed(agreement: Agreement) -> None:
    """There is a new sealed file to fetch."""
    _publish("sealed", agreement)


def expiring(agreement: Agreement) -> None:
    """Once per agreement and last day, however often the night asks."""
    _publish("expiring", agreement, once=f"agreement.expiring:{agreement.pk}:{agreement.valid_until}")


def _publish(event: str, agreement: Agreement, once: str = "") -> None:
    publish(f"agreement.{event}", once=once, **_told(agreement))


def _told(agreement: Agreement) -> dict[str, Any]:
    return {
        "kind": "agreement",
        "pk": agreement.pk,
        "number": agreement.number,
        "state": agreement.status,
        "page": reverse("staff:agreement-detail", args=[agreement.pk]),
        "api": reverse("api:agreement-detail", args=[agreement.pk]),
        "supplier": agreement.supplier.number,
    }


def campaign_changed(campaign: Campaign) -> None:
    """Everybody was gone through, or it was called off."""
    event = "cancelled" if campaign.status == CampaignStatus.CANCELLED else "finished"
    publish(
        f"agreement_campaign.{event}", kind="agreement_campaign", pk=campaign.pk, number=campaign.name,
        state=campaign.status, page=reverse("staff:campaign-detail", args=[campaign.pk]),
        api=reverse("api:agreement-campaign-detail", args=[campaign.pk]),
    )  # fmt: skip
