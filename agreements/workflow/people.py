"""Who is concerned by an agreement on both sides, and how they are told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from agreements.models import Acknowledgement, Agreement, SigningLink
from csr_portal.core import notices
from csr_portal.core.models import User
from csr_portal.core.notices import tell, tell_address
from csr_portal.core.roles import Role
from suppliers.models import Contact, Supplier


def people_of(supplier: Supplier) -> list[User]:
    return [c.user for c in supplier.contacts.current().select_related("user").order_by("pk")]


def tell_first(rows: Sequence[Agreement] | Sequence[Acknowledgement], kind: str, *, event: str, page: str) -> None:
    """The people of each supplier hear of the row that was just made for it. One query asks for all of them."""
    people = defaultdict(list)
    contacts = Contact.objects.current().filter(supplier__in=[row.supplier_id for row in rows])
    for contact in contacts.select_related("user").order_by("pk"):
        people[contact.supplier_id].append(contact.user)
    told = [(row, people[row.supplier_id], reverse(page, args=[row.pk])) for row in rows]
    notices.tell_first(told, kind, event=event)


def staff_of(agreement: Agreement) -> list[User]:
    """Who at the company is concerned: who issued it and the buyer in charge."""
    people = {p.pk: p for p in (agreement.issued_by, agreement.supplier.owner) if p}
    return list(people.values())


def deciders() -> list[User]:
    """Who decides about reservations and own codes of conduct."""
    return list(User.objects.filter(groups__name=Role.CSR_MANAGER, is_active=True).order_by("pk"))


def tell_both(
    agreement: Agreement, kind: str, event: str, context: dict[str, Any] | None = None, *, without_staff: bool = False
) -> None:
    portal, staff = (reverse(f"{side}:agreement-detail", args=[agreement.pk]) for side in ("portal", "staff"))
    tell(people_of(agreement.supplier), kind, about=agreement, event=event, url=portal, context=context)
    if without_staff:
        return
    tell(staff_of(agreement), kind, about=agreement, event=event, url=staff, context=context)


def tell_people(
    people: Iterable[User], agreement: Agreement, kind: str, event: str, *, url: str,
    context: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """The same person is told once, however many reasons there are."""
    once = {person.pk: person for person in people}
    tell(once.values(), kind, about=agreement, event=event, url=url, context=context)


def tell_colleagues(agreement: Agreement, kind: str, event: str, *, by: User, context: dict[str, Any]) -> None:
    """Who at the company is concerned by a decision, without the person who took it."""
    people = [person for person in staff_of(agreement) if person != by]
    tell(
        people,
        kind,
        about=agreement,
        event=event,
        url=reverse("staff:agreement-detail", args=[agreement.pk]),
        context=context,
    )


def tell_outside(agreement: Agreement, kind: str, event: str, *, context: dict[str, Any] | None = None) -> None:
    """The signatory who signed last by link, if there is an address."""
    link = agreement.signing_links.exclude(used_at=None).order_by("-used_at").first()
    if link:
        tell_signatory(link, kind, event, url=reverse("open:sign-done", args=[link.token]), context=context)


def tell_signatory(
    link: SigningLink, kind: str, event: str, *, url: str = "", context: dict[str, Any] | None = None
) -> None:
    """Who was named with an address for a link, by their name and in their language."""
    if link.email:
        tell_address(
            link.email, kind, language=link.language, about=link.agreement, event=event, url=url,
            context={"addressee": link.name, **(context or {})},
        )  # fmt: skip
