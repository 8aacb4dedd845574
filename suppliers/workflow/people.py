"""The people of a supplier: let in, given a role, succeeded, ended (B14). Access ends at once; everything is noted."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.workflow import Actor, WorkflowError
from suppliers.models import Contact, Supplier
from suppliers.permissions import can_manage, can_manage_or_administers
from suppliers.states import ContactRole
from suppliers.workflow.supplier import lock


def let_in(supplier: Supplier, user: User, *, role: str, by: Actor, phone: str = "") -> Contact:
    """Give a person access. Who has access already keeps the row, with the higher role of the two."""
    contact, is_new = Contact.objects.get_or_create(
        supplier=supplier, user=user, ended_at=None, defaults={"role": role, "phone": phone}
    )
    if is_new:
        history.record(supplier, "contact.let_in", by=by, data={"person": user.name, "role": role})
    elif role == ContactRole.ADMIN and contact.role != role:
        _give_role(contact, role, by)
    return contact


@transaction.atomic
def change_role(contact: Contact, *, role: str, by: User) -> None:
    lock(contact.supplier_id)
    contact.refresh_from_db()
    _check_may(contact, by)
    if role != ContactRole.ADMIN:
        _check_not_last_admin(contact, by)
    _give_role(contact, role, by)


def _give_role(contact: Contact, role: str, by: Actor) -> None:
    before = contact.role
    Contact.objects.filter(pk=contact.pk).update(role=role)
    contact.role = role
    data = {"person": contact.user.name, "role": role, "before": before}
    history.record(contact.supplier, "contact.role", by=by, data=data)


@transaction.atomic
def end_access(contact: Contact, *, by: User, reason: str = "") -> None:
    """The person loses access with this very transaction: every portal page asks for a contact that is not ended."""
    lock(contact.supplier_id)
    contact.refresh_from_db()
    if by != contact.user:
        _check_may(contact, by)
    _check_not_last_admin(contact, by)
    _end(contact, by, reason)


@transaction.atomic
def hand_over(contact: Contact, *, to: Contact, by: User) -> None:
    """Name a successor: the colleague takes the role, the old person's access ends (any person for themselves)."""
    lock(contact.supplier_id)
    contact.refresh_from_db()
    if by != contact.user:
        _check_may(contact, by)
    if to.supplier_id != contact.supplier_id or to.ended_at is not None or to.pk == contact.pk:
        raise WorkflowError(_("The successor must be a colleague with access."))
    if contact.role == ContactRole.ADMIN and to.role != ContactRole.ADMIN:
        _give_role(to, ContactRole.ADMIN, by)
    _end(contact, by, "")
    data = {"person": contact.user.name, "successor": to.user.name}
    history.record(contact.supplier, "contact.hand_over", by=by, data=data)


def _end(contact: Contact, by: Actor, reason: str) -> None:
    contact.ended_at = timezone.now()
    contact.save(update_fields=["ended_at"])
    merged_in = contact.supplier.ids_merged_in()
    old = Contact.objects.filter(supplier__in=merged_in, user=contact.user, ended_at=None)
    old.update(ended_at=contact.ended_at)
    history.record(contact.supplier, "contact.end", by=by, reason=reason, data={"person": contact.user.name})


def _check_may(contact: Contact, by: User) -> None:
    if contact.ended_at is not None:
        raise WorkflowError(_("This person has no access any more."))
    if not can_manage_or_administers(by, contact):
        raise WorkflowError(_("Only the buyer or an administrator of the supplier may do this."))


def _check_not_last_admin(contact: Contact, by: User) -> None:
    """A supplier's people cannot lock themselves out; the buyer may, to appoint somebody new."""
    others = Contact.objects.filter(supplier_id=contact.supplier_id).admins().exclude(pk=contact.pk)
    if contact.role == ContactRole.ADMIN and not others.exists() and not can_manage(by, contact):
        raise WorkflowError(_("This is the last administrator. Name a successor first."))
