"""Who may do what with suppliers. Pure functions of a person and an object; deny by default."""

from typing import Any

from csr_portal.core.models import User
from csr_portal.core.roles import Role, has_role, is_csr_manager, is_procurement
from suppliers.states import ContactRole


def can_manage(user: Any, supplier: Any) -> bool:
    """Invite, admit, suspend, remind, ask for things: procurement staff."""
    return is_procurement(user)


def can_decide(user: Any, supplier: Any) -> bool:
    """Decide a CSR review or a waiver: CSR managers."""
    return is_csr_manager(user)


def can_set_rules(user: Any, rule: Any = None) -> bool:
    """Draft, try and put in force what the gate and the risk models ask for."""
    return has_role(user, Role.CSR_MANAGER, Role.ADMINISTRATOR)


def acts_for(user: Any, obj: Any) -> bool:
    """Whether the person acts for the supplier that `obj` is or belongs to."""
    supplier_id = getattr(obj, "supplier_id", None) or obj.pk
    return isinstance(user, User) and user.contacts.filter(supplier_id=supplier_id, ended_at=None).exists()


def administers(user: Any, obj: Any) -> bool:
    """Whether the person is an administrator of that supplier: may let colleagues in and change the profile."""
    supplier_id = getattr(obj, "supplier_id", None) or obj.pk
    return (
        isinstance(user, User)
        and user.contacts.filter(supplier_id=supplier_id, ended_at=None, role=ContactRole.ADMIN).exists()
    )


def can_manage_or_acts_for(user: Any, obj: Any) -> bool:
    return can_manage(user, obj) or acts_for(user, obj)


def is_system(user: Any, obj: Any) -> bool:
    """No person may do this; the workflow lets the system through."""
    return False


def can_verify_certificate(user: Any, certificate: Any) -> bool:
    return has_role(user, Role.BUYER, Role.CSR_MANAGER)


def can_manage_or_administers(user: Any, obj: Any) -> bool:
    """The buyer's side, or an administrator of that supplier: invitations, joining, roles, ending access."""
    return can_manage(user, obj) or administers(user, obj)


def can_prepare_review(user: Any, review: Any) -> bool:
    return is_csr_manager(user)


def can_decide_review(user: Any, review: Any) -> bool:
    """Four eyes: a CSR manager who neither opened, took over nor prepared the case."""
    return is_csr_manager(user) and user.pk not in {review.opened_by_id, review.successor_id, review.prepared_by_id}


def can_decide_waiver(user: Any, waiver: Any) -> bool:
    """A second person: a CSR manager who neither asked for it nor took it over."""
    return is_csr_manager(user) and user.pk not in {waiver.requested_by_id, waiver.successor_id}
