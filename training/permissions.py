"""Who may do what in training. Pure functions of a person and an object; deny by default."""

from typing import Any

from csr_portal.core.roles import Role, has_role
from suppliers.permissions import acts_for


def can_run(user: Any, obj: Any) -> bool:
    """Plan, open, hold and close sessions, issue and revoke certificates, keep qualifications."""
    return has_role(user, Role.TRAINING_COORDINATOR, Role.CSR_MANAGER)


def can_enrol(user: Any, enrolment: Any) -> bool:
    """Name people for a session and take them off again: coordinators, and a supplier's people for their own."""
    return can_run(user, enrolment) or (enrolment.supplier_id is not None and acts_for(user, enrolment))
