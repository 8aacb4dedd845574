"""Who may sign for the company in whose place: which documents, until when. Revocable, and every step is logged."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Delegation, Document
from agreements.permissions import can_delegate, can_delegate_for_others, can_revoke
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import is_staff_member
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError

MAX_DAYS = 366


@transaction.atomic
def delegate(
    grantor: User, delegate: User, *, by: User, documents: Iterable[Document], starts_on: dt.date, ends_on: dt.date,
    reason: str,
) -> Delegation:  # fmt: skip
    """Let somebody sign certain documents in one's place, for at most a year; both are told."""
    documents = list(documents)
    if not can_delegate(by) or not (by == grantor or can_delegate_for_others(by)):
        raise PermissionDenied
    if problem := _problem(grantor, delegate, documents, starts_on, ends_on):
        raise WorkflowError(problem)
    row = Delegation.objects.create(
        grantor=grantor, delegate=delegate, starts_on=starts_on, ends_on=ends_on, reason=reason, created_by=by
    )
    row.documents.set(documents)
    history.record(row, "delegation.create", by=by, reason=reason, data=_data(row, documents))
    _tell(row, "agreements/delegated", "created")
    return row


def _problem(
    grantor: User, delegate: User, documents: list[Document], starts_on: dt.date, ends_on: dt.date
) -> str:  # fmt: skip
    if not is_staff_member(grantor) or not is_staff_member(delegate):
        return _("Only people of the company sign for it.")
    if grantor == delegate:
        return _("Nobody signs in their own place.")
    if not documents:
        return _("Choose the documents.")
    if ends_on < max(starts_on, today()):
        return _("The last day is before the first, or over.")
    if (ends_on - starts_on).days >= MAX_DAYS:
        return _("A delegation holds for at most a year.")
    return ""


@transaction.atomic
def revoke_delegation(row: Delegation, *, by: User) -> None:
    """End a delegation now. What was signed by it stays signed."""
    row = Delegation.objects.select_for_update().get(pk=row.pk)
    if not can_revoke(by, row):
        raise PermissionDenied
    if row.revoked_at:
        raise WorkflowError(_("This delegation has been revoked already."))
    row.revoked_by, row.revoked_at = by, timezone.now()
    row.save(update_fields=["revoked_by", "revoked_at"])
    history.record(row, "delegation.revoke", by=by, data=_data(row, list(row.documents.all())))
    _tell(row, "agreements/delegation_revoked", "revoked")


def _data(row: Delegation, documents: list[Document]) -> dict[str, Any]:
    return {
        "grantor": str(row.grantor),
        "delegate": str(row.delegate),
        "from": row.starts_on,
        "until": row.ends_on,
        "documents": ", ".join(document.code for document in documents),
    }


def _tell(row: Delegation, kind: str, event: str) -> None:
    tell([row.grantor, row.delegate], kind, about=row, event=event, url=reverse("staff:delegation-list"))
