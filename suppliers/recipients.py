"""Who is told: the people of a supplier, the buyer in charge, the CSR managers."""

from csr_portal.core.models import User
from csr_portal.core.roles import Role
from suppliers.models import Supplier


def people_of(supplier: Supplier) -> list[User]:
    """Everybody who acts for the supplier now."""
    return list(
        User.objects.filter(contacts__supplier=supplier, contacts__ended_at=None, is_active=True).order_by("pk")
    )


def in_charge_of(supplier: Supplier) -> list[User]:
    """The buyer in charge; when that person has left, the CSR managers."""
    if supplier.owner.is_active:
        return [supplier.owner]
    return [person for person in company_side(supplier) if person.is_active]


def company_side(supplier: Supplier) -> list[User]:
    """The buyer in charge and the CSR managers."""
    managers = User.objects.filter(groups__name=Role.CSR_MANAGER, is_active=True)
    return list(dict.fromkeys([supplier.owner, *managers.order_by("pk")]))
