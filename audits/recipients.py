"""Whom audits tells: the people of a supplier, its buyer, the CSR managers, a review's team."""

from audits.models import Finding, SiteReview
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from suppliers.models import Supplier


def people_of(supplier: Supplier) -> list[User]:
    """Everybody who acts for the supplier now."""
    return list(
        User.objects.filter(contacts__supplier=supplier, contacts__ended_at=None, is_active=True).order_by("pk")
    )


def csr_managers() -> list[User]:
    return list(User.objects.filter(groups__name=Role.CSR_MANAGER, is_active=True).order_by("pk"))


def company_side(supplier: Supplier) -> list[User]:
    """The buyer in charge and the CSR managers."""
    return list(dict.fromkeys([supplier.owner, *csr_managers()]))


def judges_of(finding: Finding) -> list[User]:
    """Who looks at plans and evidence: whoever raised the finding, and the CSR managers."""
    return list(dict.fromkeys([*([finding.raised_by] if finding.raised_by else []), *csr_managers()]))


def team_of(review: SiteReview) -> list[User]:
    return list(User.objects.filter(review_seats__review=review, is_active=True).order_by("pk"))
