"""What somebody who goes away held among the agreements: signatures for the company, delegations, campaigns."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Campaign, CompanySigner, CounterSignature, Delegation
from agreements.permissions import can_delegate_for_others
from agreements.workflow.delegation import delegate, revoke_delegation
from agreements.workflow.people import tell_people
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError


def _data(person: User, successor: User) -> dict[str, str]:
    return {"person": str(person), "successor": str(successor)}


@transaction.atomic
def replace_signer(signer: CompanySigner, successor: User, *, by: User) -> None:
    """The same place in the order. Who signs the document already does not sign it twice: the place then falls away."""
    if not can_delegate_for_others(by):
        raise PermissionDenied
    person, document = signer.person, signer.document
    if document.company_signers.filter(person=successor).exists():
        signer.delete()
    else:
        CompanySigner.objects.filter(pk=signer.pk).update(person=successor)
    history.record(document, "document.hand_over", by=by, data=_data(person, successor))


@transaction.atomic
def replace_countersigner(due: CounterSignature, successor: User, *, by: User) -> None:
    """A signature that waits goes to the successor, who is told; nobody signs an agreement twice."""
    if not can_delegate_for_others(by):
        raise PermissionDenied
    agreement, person = due.agreement, due.person
    rows = agreement.counter_signatures.exclude(pk=due.pk)
    if rows.filter(person=successor).exists() or rows.filter(signed_by=successor).exists():
        raise WorkflowError(_("%(person)s signs this agreement already.") % {"person": successor})
    CounterSignature.objects.filter(pk=due.pk).update(person=successor)
    history.record(agreement, "agreement.hand_over", by=by, data=_data(person, successor))
    if (first := agreement.counter_signatures.due().first()) and first.pk == due.pk:
        url = reverse("staff:agreement-detail", args=[agreement.pk])
        event = f"countersign:{due.position}:{successor.pk}"
        tell_people([successor], agreement, "agreements/countersign", event, url=url)


@transaction.atomic
def replace_delegate(row: Delegation, person: User, successor: User, *, by: User, day: dt.date | None = None) -> None:
    """What the person gave ends: the successor signs themselves. What the person had been given goes on, with the same
    documents and days, in the successor's name.
    """
    revoke_delegation(row, by=by)
    if row.delegate_id == person.pk and row.grantor_id != successor.pk:
        delegate(
            row.grantor, successor, by=by, documents=row.documents.all(),
            starts_on=max(row.starts_on, day or today()), ends_on=row.ends_on, reason=row.reason,
        )  # fmt: skip


@transaction.atomic
def replace_campaigner(campaign: Campaign, successor: User, *, by: User) -> None:
    """What is issued from now on is issued in the successor's name."""
    if not can_delegate_for_others(by):
        raise PermissionDenied
    person = campaign.created_by
    Campaign.objects.filter(pk=campaign.pk).update(created_by=successor)
    data = {"person": str(person or ""), "successor": str(successor)}
    history.record(campaign, "campaign.hand_over", by=by, data=data)
