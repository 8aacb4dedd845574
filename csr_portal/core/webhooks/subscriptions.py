"""Adding, changing, pausing a webhook, and giving it a new secret: by whom, with history."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.roles import Role, has_role
from csr_portal.core.webhooks import delivery, signing
from csr_portal.core.webhooks.models import Webhook

ROLES = (Role.ADMINISTRATOR, Role.CSR_MANAGER)
# How long the former secret signs beside the new one.
OVERLAP = dt.timedelta(hours=24)


def check(by: User) -> None:
    """Administrators and CSR managers; raises PermissionDenied for everybody else."""
    if not has_role(by, *ROLES):
        raise PermissionDenied


@transaction.atomic
def save(webhook: Webhook, *, by: User) -> str:
    """Keep a new or changed webhook; return the secret of a new one, which is shown once."""
    check(by)
    secret = ""
    if webhook.pk is None:
        secret = signing.new_secret()
        webhook.owner, webhook.secret = by, signing.encrypted(secret)
    webhook.save()
    data = {"name": webhook.name, "address": webhook.address, "events": webhook.events}
    history.record(webhook, "webhook.add" if secret else "webhook.change", by=by, data=data)
    return secret


@transaction.atomic
def rotate(webhook: Webhook, *, by: User) -> str:
    """A new secret, shown once; the former one stays valid for OVERLAP. An older one ends at once."""
    check(by)
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret, until = signing.new_secret(), timezone.now() + OVERLAP
    Webhook.objects.filter(pk=webhook.pk).update(
        secret=signing.encrypted(secret), former_secret=webhook.secret, former_until=until
    )
    history.record(webhook, "webhook.rotate", by=by, data={"until": until})
    return secret


@transaction.atomic
def pause(webhook: Webhook, *, by: User) -> None:
    """Nothing is collected nor sent until it is resumed; what waits already is kept."""
    check(by)
    if Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False, paused_because=""):
        history.record(webhook, "webhook.pause", by=by)


@transaction.atomic
def resume(webhook: Webhook, *, by: User) -> int:
    """Active again; what waited goes out now. Returns how many deliveries that were."""
    check(by)
    if not Webhook.objects.filter(pk=webhook.pk, is_active=False).update(
        is_active=True, paused_because="", failing_since=None
    ):
        return 0
    history.record(webhook, "webhook.resume", by=by)
    return delivery.release(webhook)
