"""Role codes. Each is a group, made by a migration; a person may hold several."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import User


class Role(TextChoices):
    BUYER = "buyer", _("Buyer")
    CSR_MANAGER = "csr_manager", _("CSR manager")
    AUDITOR = "auditor", _("Auditor")
    TRAINING_COORDINATOR = "training_coordinator", _("Training coordinator")
    ADMINISTRATOR = "administrator", _("Administrator")


def has_role(user: Any, *roles: str) -> bool:
    """Whether the person is active and holds one of the roles. Anybody without an account holds none."""
    return isinstance(user, User) and user.is_active and not user.roles.isdisjoint(roles)


def is_staff_member(user: Any) -> bool:
    """Whether the person works for the company (any role)."""
    return has_role(user, *Role.values)


def is_procurement(user: Any) -> bool:
    """Buyers and CSR managers: the people who run supplier relations."""
    return has_role(user, Role.BUYER, Role.CSR_MANAGER)


def is_csr_manager(user: Any) -> bool:
    return has_role(user, Role.CSR_MANAGER)


def is_auditor(user: Any) -> bool:
    return has_role(user, Role.AUDITOR)


def is_training_coordinator(user: Any) -> bool:
    return has_role(user, Role.TRAINING_COORDINATOR)


def is_administrator(user: Any) -> bool:
    return has_role(user, Role.ADMINISTRATOR)
