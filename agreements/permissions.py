"""Who may do what with agreements. Pure functions of a person and an object; deny by default."""

from typing import Any

from csr_portal.core.roles import is_csr_manager, is_procurement
from csr_portal.core.workflow import Outsider
from suppliers.permissions import acts_for


def can_issue(user: Any, obj: Any = None) -> bool:
    """Issue, remind, recall, confirm a chop, terminate: procurement staff."""
    return is_procurement(user)


def can_publish(user: Any, obj: Any = None) -> bool:
    """Publish and retire texts: CSR managers."""
    return is_csr_manager(user)


def is_signatory(user: Any, obj: Any) -> bool:
    """Somebody who came by a signing link and its code; the pages under /open/ have checked both."""
    return isinstance(user, Outsider) and bool(user.name)


def acts_for_or_signatory(user: Any, obj: Any) -> bool:
    return is_signatory(user, obj) or acts_for(user, obj)
