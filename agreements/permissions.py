"""Who may do what with agreements. Pure functions of a person and an object; deny by default."""

import datetime as dt
from typing import Any

from csr_portal.core.roles import is_administrator, is_csr_manager, is_procurement, is_staff_member
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Outsider
from suppliers.permissions import acts_for


def can_issue(user: Any, obj: Any = None) -> bool:
    """Issue, remind, recall, confirm a chop, terminate: procurement staff."""
    return is_procurement(user)


def can_publish(user: Any, obj: Any = None) -> bool:
    """Publish and retire texts: CSR managers."""
    return is_csr_manager(user)


def can_decide(user: Any, obj: Any = None) -> bool:
    """Decide about reservations and own codes of conduct, set who signs for the company: CSR managers."""
    return is_csr_manager(user)


def may_countersign(user: Any, agreement: Any) -> bool:
    """Sign for the company: the person whose signature is due next, or who may sign in their place today."""
    return signing_for(user, agreement) is not None


def signing_for(user: Any, agreement: Any, day: dt.date | None = None) -> tuple[Any, Any] | None:
    """The signature that is due and the delegation by which the person may give it (none for their own)."""
    if not is_staff_member(user):
        return None
    day = day or today()
    due = agreement.counter_signatures.turn_of(user, day).select_related("person").first()
    if due is None or due.person_id == user.pk:
        return (due, None) if due else None
    return due, due.delegations_to(user, day).first()


def can_delegate(user: Any, obj: Any = None) -> bool:
    """Let somebody sign in one's own place."""
    return is_procurement(user) or is_administrator(user)


def can_delegate_for_others(user: Any, obj: Any = None) -> bool:
    return is_csr_manager(user) or is_administrator(user)


def can_revoke(user: Any, delegation: Any) -> bool:
    """Whoever gave it, and those who oversee all of them."""
    return (is_staff_member(user) and user.pk == delegation.grantor_id) or can_delegate_for_others(user)


def is_signatory(user: Any, obj: Any) -> bool:
    """Somebody who came by a signing link and its code; the pages under /open/ have checked both."""
    return isinstance(user, Outsider) and bool(user.name)


def acts_for_or_signatory(user: Any, obj: Any) -> bool:
    return is_signatory(user, obj) or acts_for(user, obj)
