"""What other systems are told about agreements (docs/webhooks.md)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from csr_portal.core.webhooks.delivery import publish

EVENTS = {
    "agreement.issued": _("Agreement: issued"),
    "agreement.signed": _("Agreement: signed"),
    "agreement.in_force": _("Agreement: in force"),
    "agreement.declined": _("Agreement: declined"),
    "agreement.recalled": _("Agreement: recalled"),
    "agreement.superseded": _("Agreement: superseded"),
    "agreement.expired": _("Agreement: expired"),
    "agreement.terminated": _("Agreement: terminated"),
}


def changed(agreement: Agreement) -> None:
    """The agreement has come into a state that has an event."""
    publish(
        f"agreement.{agreement.status}", kind="agreement", pk=agreement.pk, number=agreement.number,
        state=agreement.status, page=reverse("staff:agreement-detail", args=[agreement.pk]),
        api=reverse("api:agreement-detail", args=[agreement.pk]), supplier=agreement.supplier.number,
    )  # fmt: skip
