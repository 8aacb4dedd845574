"""A new log-in email: confirmed at the new address, told to the old one with a link that takes it back (B14).

What holds is said by the newest entry of the person's history; so there is no second place that could say otherwise.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.notices import tell_address
from csr_portal.core.workflow import Outsider, WorkflowError

SALT = "core.email"
CONFIRM_WITHIN = dt.timedelta(days=3)
VETO_WITHIN = dt.timedelta(days=14)
ACTIONS = ("email.ask", "email.change", "email.veto")


@dataclass(frozen=True)
class Change:
    """A change that a link speaks of: whose, from where, to where, and which of several."""

    person: User
    old: str
    new: str
    key: str

    @property
    def newest(self) -> str:
        """The newest step of this very change; empty when a later one has replaced it."""
        entry = HistoryEntry.objects.about(self.person).filter(action__in=ACTIONS).order_by("-pk").first()
        return entry.action if entry and entry.data.get("key") == self.key else ""


@transaction.atomic
def ask(person: User, new: str) -> Change:
    """Write to both addresses; nothing changes before the new one has confirmed. A later wish replaces this one."""
    new = User.objects.normalize_email(new).lower()
    if User.objects.filter(email__iexact=new).exists():
        raise WorkflowError(_("This address cannot be used."))
    change = Change(person, person.email, new, secrets.token_urlsafe(8))
    _record(change, "email.ask")
    for kind, address, url in (
        ("core/email_confirm", change.new, reverse("open:email-confirm", args=[_token(change, "confirm")])),
        ("core/email_veto", change.old, reverse("open:email-veto", args=[_token(change, "veto")])),
    ):
        context = {"change": change}
        tell_address(address, kind, language=person.language, about=person, event=change.key, url=url, context=context)
    return change


def change_of(token: str, purpose: str) -> Change | None:
    """What a link speaks of; nothing for a link that is too old or was never made by us."""
    within = CONFIRM_WITHIN if purpose == "confirm" else VETO_WITHIN
    try:
        pk, old, new, key = signing.loads(token, salt=f"{SALT}.{purpose}", max_age=within)
    except (signing.BadSignature, ValueError):
        return None
    person = User.objects.filter(pk=pk, is_active=True).first()
    return Change(person, old, new, key) if person else None


def is_waiting(change: Change | None) -> bool:
    return change is not None and change.person.email == change.old and change.newest == "email.ask"


def can_be_taken_back(change: Change | None) -> bool:
    return is_waiting(change) or (
        change is not None and change.person.email == change.new and change.newest == "email.change"
    )


@transaction.atomic
def confirm(change: Change) -> None:
    """The new address has answered: from now on it is the log-in."""
    _lock(change)
    if not is_waiting(change):
        raise WorkflowError(_("This link does not work any more."))
    if User.objects.filter(email__iexact=change.new).exists():
        raise WorkflowError(_("This address cannot be used."))
    _set(change.person, change.new)
    _record(change, "email.change")


@transaction.atomic
def veto(change: Change) -> None:
    """The old address says no: the change is off, or taken back; then every log-in ends and a new password is due."""
    _lock(change)
    if not can_be_taken_back(change):
        raise WorkflowError(_("This link does not work any more."))
    if change.person.email == change.new:
        change.person.set_unusable_password()
        change.person.save(update_fields=["password"])
        _set(change.person, change.old)
    _record(change, "email.veto")


def _set(person: User, email: str) -> None:
    person.email = email
    person.save(update_fields=["email"])
    EmailAddress.objects.filter(user=person).delete()


def _lock(change: Change) -> None:
    change.person.refresh_from_db(from_queryset=User.objects.select_for_update())


def _record(change: Change, action: str) -> None:
    by = Outsider(str(change.person)) if action == "email.veto" else change.person
    history.record(change.person, action, by=by, data={"old": change.old, "new": change.new, "key": change.key})


def _token(change: Change, purpose: str) -> str:
    return signing.dumps([change.person.pk, change.old, change.new, change.key], salt=f"{SALT}.{purpose}")
