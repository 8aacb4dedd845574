"""Getting in: the invitation link, registration, and joining a company that is known already (B12, B13)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell, tell_address
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, Actor, Step, WorkflowError, move
from suppliers import events, risk
from suppliers.identity import KIND_BY_COUNTRY, registration_key
from suppliers.models import Contact, Invitation, JoinRequest, Site, Supplier
from suppliers.permissions import can_manage, can_manage_or_administers, is_system
from suppliers.recipients import in_charge_of
from suppliers.states import ContactRole, InvitationStatus, JoinStatus, RegistrationKind, SupplierStatus
from suppliers.workflow import duplicates
from suppliers.workflow.people import let_in
from suppliers.workflow.supplier import STEPS as SUPPLIER_STEPS
from suppliers.workflow.supplier import facts_changed, lock

INVITATION_STEPS = {
    "invitation.open": Step((InvitationStatus.SENT,), InvitationStatus.OPENED, is_system, "supplier"),
    "invitation.accept": Step((InvitationStatus.SENT, InvitationStatus.OPENED), InvitationStatus.REGISTERED, is_system),
    "invitation.revoke": Step(
        (InvitationStatus.SENT, InvitationStatus.OPENED), InvitationStatus.REVOKED, can_manage_or_administers
    ),
}
JOIN_STEPS = {
    "join.approve": Step((JoinStatus.REQUESTED,), JoinStatus.APPROVED, can_manage_or_administers),
    "join.decline": Step((JoinStatus.REQUESTED,), JoinStatus.DECLINED, can_manage_or_administers),
}

_signer = Signer(salt="suppliers.invitation")


def default_expiry(day: dt.date | None = None) -> dt.date:
    return (day or today()) + dt.timedelta(days=settings.INVITATION_DAYS)


# The link


def token_of(invitation: Invitation) -> str:
    """Derived from the row: nothing secret is stored, and a new nonce makes every older link dead."""
    return _signer.sign(f"{invitation.pk}:{invitation.nonce}")


def link_of(invitation: Invitation) -> str:
    return reverse("open:invitation", args=[token_of(invitation)])


def invitation_of(token: str) -> Invitation | None:
    """The invitation behind a link, dead or alive; nothing for a link that we never made."""
    try:
        pk, nonce = _signer.unsign(token).split(":", 1)
    except (BadSignature, ValueError):
        return None
    return Invitation.objects.select_related("supplier", "invited_by").filter(pk=pk, nonce=nonce).first()


def is_usable(invitation: Invitation | None, day: dt.date | None = None) -> bool:
    """Works until used, revoked or past its day."""
    return (
        invitation is not None
        and invitation.status in {InvitationStatus.SENT, InvitationStatus.OPENED}
        and invitation.expires_on >= (day or today())
        and invitation.supplier.status not in {SupplierStatus.DECLINED, SupplierStatus.ENDED}
    )


# What the buyer does


@transaction.atomic
def invite_supplier(*, by: User, categories: Any = (), **values: Any) -> Invitation:
    """A new supplier and its first invitation, mailed in the supplier's language."""
    if not can_manage(by, None):
        raise WorkflowError(_("Only buyers and CSR managers invite suppliers."))
    email, person = values.pop("email"), values.pop("person", "")
    message, expires_on = values.pop("message", ""), values.pop("expires_on", None)
    values |= {"contact_email": email, "contact_name": person}
    values.setdefault("registration_kind", KIND_BY_COUNTRY.get(values["country"], RegistrationKind.OTHER))
    supplier = Supplier.objects.create(
        number=_next_number(), status=SupplierStatus.INVITED, turn=Turn.SUPPLIER, **{"owner": by, **values}
    )
    supplier.categories.set(categories)
    history.record(supplier, "supplier.invite", by=by, to_status=SupplierStatus.INVITED, data={"email": email})
    facts_changed(supplier)
    risk.rate(supplier, by=by)
    duplicates.look_for(supplier)
    return invite(
        supplier, email=email, person=person, language=supplier.language, message=message, expires_on=expires_on, by=by
    )


def _next_number() -> str:
    number = 10_000 + (Supplier.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    while Supplier.objects.filter(number=f"S-{number}").exists():
        number += 1
    return f"S-{number}"


@transaction.atomic
def invite(
    supplier: Supplier,
    *,
    email: str,
    language: str,
    by: User,
    person: str = "",
    role: str = ContactRole.ADMIN,
    message: str = "",
    expires_on: dt.date | None = None,
) -> Invitation:
    """One more person for a supplier: by the buyer, or by an administrator of the supplier for a colleague."""
    if not can_manage_or_administers(by, supplier):
        raise WorkflowError(_("Only the buyer or an administrator of the supplier invites people."))
    if supplier.status == SupplierStatus.LISTED:
        lock(supplier.pk)
        move(supplier, SUPPLIER_STEPS, "supplier.invite_listed", by=by, data={"email": email})
        events.status_changed(supplier)
        facts_changed(supplier)
    invitation = Invitation.objects.create(
        supplier=supplier,
        status=InvitationStatus.SENT,
        turn=Turn.SUPPLIER,
        email=email.strip().lower(),
        person=person,
        language=language,
        role=role,
        message=message,
        expires_on=expires_on or default_expiry(),
        invited_by=by,
    )
    history.record(invitation, "invitation.send", by=by, to_status=InvitationStatus.SENT, data={"email": email})
    _mail(invitation)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: User, day: dt.date | None = None) -> None:
    """The same link once more, for another 60 days; never twice a day."""
    day = day or today()
    if not can_manage_or_administers(by, invitation):
        raise WorkflowError(_("Only the buyer or an administrator of the supplier invites people."))
    if invitation.status not in {InvitationStatus.SENT, InvitationStatus.OPENED}:
        raise WorkflowError(_("This invitation was used or revoked. Send a new one."))
    Invitation.objects.filter(pk=invitation.pk).update(expires_on=max(invitation.expires_on, default_expiry(day)))
    invitation.refresh_from_db()
    history.record(invitation, "invitation.resend", by=by, data={"email": invitation.email})
    _mail(invitation, event=f"again {day}")


def revoke(invitation: Invitation, *, by: User, reason: str = "") -> None:
    move(invitation, INVITATION_STEPS, "invitation.revoke", by=by, reason=reason)


def _mail(invitation: Invitation, event: str = "sent") -> None:
    tell_address(
        invitation.email,
        "suppliers/invitation",
        language=invitation.language,
        about=invitation,
        event=event,
        url=link_of(invitation),
        context={"invitation": invitation, "supplier": invitation.supplier, "by": invitation.invited_by},
    )


# What the invited person does


def mark_opened(invitation: Invitation) -> None:
    if invitation.status == InvitationStatus.SENT:
        move(invitation, INVITATION_STEPS, "invitation.open", by=SYSTEM, turn=Turn.SUPPLIER)


def keep_draft(invitation: Invitation, draft: dict[str, str], day: dt.date | None = None) -> bool:
    """Keep what was typed so far with the invitation; only who has the link sees it. Whether it was kept."""
    if not is_usable(invitation, day):
        return False
    Invitation.objects.filter(pk=invitation.pk, used_by=None).update(draft=draft)
    return True


def ask_for_new_link(token: str, day: dt.date | None = None) -> None:
    """Tell who is in charge that a dead link was used. The person who asks learns nothing, whatever the link was."""
    invitation = invitation_of(token)
    if invitation is None or is_usable(invitation, day):
        return
    supplier = invitation.supplier
    tell(
        in_charge_of(supplier),
        "suppliers/new_link_wanted",
        about=invitation,
        event=str(day or today()),
        url=reverse("staff:supplier-detail", args=[supplier.pk]),
        context={"invitation": invitation, "supplier": supplier},
    )


def same_company(invitation: Invitation, country: str, number: str) -> Supplier | None:
    """Another supplier with this registration number (B13); the number decides, not the name."""
    key = registration_key(country, number)
    if key is None:
        return None
    known = Supplier.objects.filter(registration_key=key).exclude(pk=invitation.supplier_id).first()
    return known.survivor if known and known.survivor.pk != invitation.supplier_id else None


@transaction.atomic
def register(
    invitation: Invitation, *, person: dict[str, Any], company: dict[str, Any] | None = None
) -> Contact | JoinRequest:
    """Make the person's account and let them in; for a company that exists already, ask to join it instead.

    `person`: name, phone, password, language; `company`: the fields of the supplier and of its first site, given by
    the first person only.
    """
    lock(invitation.supplier_id)
    invitation.refresh_from_db()
    if not is_usable(invitation):
        raise WorkflowError(_("This invitation was used or revoked. Send a new one."))
    user = User.objects.create_user(
        invitation.email, person["password"], name=person["name"], language=person["language"]
    )
    known = same_company(invitation, company["country"], company["registration_number"]) if company else None
    move(invitation, INVITATION_STEPS, "invitation.accept", by=SYSTEM, turn="", used_by=user, draft={})
    if known:
        return _ask_to_join(known, user)
    return _let_in(invitation, user, person.get("phone", ""), company)


@transaction.atomic
def accept(invitation: Invitation, *, user: User) -> Contact:
    """A person who has an account already acts for one more supplier."""
    lock(invitation.supplier_id)
    invitation.refresh_from_db()
    if not is_usable(invitation) or user.email.lower() != invitation.email.lower():
        raise WorkflowError(_("This invitation is for somebody else, or it was used."))
    move(invitation, INVITATION_STEPS, "invitation.accept", by=SYSTEM, turn="", used_by=user, draft={})
    return _let_in(invitation, user, "", None)


def _let_in(invitation: Invitation, user: User, phone: str, company: dict[str, Any] | None) -> Contact:
    supplier = invitation.supplier
    contact = let_in(supplier, user, role=invitation.role, by=user, phone=phone)
    if company:
        for name, value in company.items():
            setattr(supplier, name, value)
        supplier.save()
        Site.objects.create(
            supplier=supplier,
            name=supplier.name,
            name_latin=supplier.name_latin,
            country=supplier.country,
            city=supplier.city,
            address=supplier.address,
        )
    if supplier.status == SupplierStatus.INVITED:
        _register(supplier, user)
    url = reverse("staff:supplier-detail", args=[supplier.pk])
    context = {"supplier": supplier, "newcomer": user}
    tell([supplier.owner], "suppliers/registered", about=supplier, event=f"person {user.pk}", url=url, context=context)
    return contact


def _register(supplier: Supplier, user: User) -> None:
    """The first person is there: from now on the company has a risk and a place in the lists."""
    move(supplier, SUPPLIER_STEPS, "supplier.register", by=SYSTEM, data={"person": user.name}, turn=Turn.BUYER)
    events.status_changed(supplier)
    facts_changed(supplier)
    risk.rate(supplier)
    duplicates.look_for(supplier)


# Joining a company that we know


def _ask_to_join(supplier: Supplier, user: User) -> JoinRequest:
    """A colleague decides; where nobody acts for the company yet, the buyer."""
    admins = [c.user for c in Contact.objects.filter(supplier=supplier).admins().select_related("user")]
    turn = Turn.SUPPLIER if admins else Turn.BUYER
    request = JoinRequest.objects.create(
        supplier=supplier, user=user, status=JoinStatus.REQUESTED, turn=turn, status_since=timezone.now()
    )
    history.record(request, "join.ask", by=user, to_status=JoinStatus.REQUESTED)
    context = {"supplier": supplier, "newcomer": user}
    people_url = reverse("portal:people")
    tell(admins, "suppliers/join_request", about=request, event="asked", url=people_url, context=context)
    url = reverse("staff:supplier-people", args=[supplier.pk])
    tell([supplier.owner], "suppliers/join_request", about=request, event="asked", url=url, context=context)
    return request


@transaction.atomic
def approve_join(request: JoinRequest, *, by: Actor) -> Contact:
    """Let the person in. The first one of a company that was only listed or invited registers it (B13)."""
    supplier = lock(request.supplier_id)
    move(request, JOIN_STEPS, "join.approve", by=by)
    is_first = not Contact.objects.filter(supplier=supplier).current().exists()
    contact = let_in(supplier, request.user, role=ContactRole.ADMIN if is_first else ContactRole.MEMBER, by=by)
    if supplier.status == SupplierStatus.LISTED:
        move(supplier, SUPPLIER_STEPS, "supplier.invite_listed", by=by)
    if supplier.status == SupplierStatus.INVITED:
        _register(supplier, request.user)
    _tell_newcomer(request)
    return contact


@transaction.atomic
def decline_join(request: JoinRequest, *, by: Actor, reason: str = "") -> None:
    move(request, JOIN_STEPS, "join.decline", by=by, reason=reason)
    _tell_newcomer(request)


def _tell_newcomer(request: JoinRequest) -> None:
    context = {"supplier": request.supplier, "approved": request.status == JoinStatus.APPROVED}
    tell([request.user], "suppliers/join_answer", about=request, event="answer", url=reverse("home"), context=context)
