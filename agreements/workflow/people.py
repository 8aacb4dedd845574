"""Who is concerned by an agreement on both sides, and how they are told."""

from typing import Any

from django.urls import reverse

from agreements.models import Agreement
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from suppliers.models import Supplier


def people_of(supplier: Supplier) -> list[User]:
    return [c.user for c in supplier.contacts.current().select_related("user").order_by("pk")]


def staff_of(agreement: Agreement) -> list[User]:
    """Who at the company is concerned: who issued it and the buyer in charge."""
    people = {p.pk: p for p in (agreement.issued_by, agreement.supplier.owner) if p}
    return list(people.values())


def tell_both(
    agreement: Agreement, kind: str, event: str, context: dict[str, Any] | None = None, *, without_staff: bool = False
) -> None:
    portal, staff = (reverse(f"{side}:agreement-detail", args=[agreement.pk]) for side in ("portal", "staff"))
    tell(people_of(agreement.supplier), kind, about=agreement, event=event, url=portal, context=context)
    if without_staff:
        return
    tell(staff_of(agreement), kind, about=agreement, event=event, url=staff, context=context)
