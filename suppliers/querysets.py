"""Which rows, and who may see them. Staff of procurement see all suppliers, a supplier's people their own."""

import re
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, F, IntegerField, Q, When

from csr_portal.core.roles import Role, has_role
from suppliers.states import IN_RELATION, ContactRole, InvitationStatus, RowOutcome, SupplierStatus, TrialEffect

if TYPE_CHECKING:
    pass

READERS = (Role.BUYER, Role.CSR_MANAGER, Role.TRAINING_COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR)


class SupplierQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for staff; for a supplier's person the suppliers they act for; nothing for anybody else."""
        if has_role(user, *READERS):
            return self
        return self.filter(pk__in=supplier_ids_of(user))

    def active(self) -> Self:
        """Suppliers we do business with."""
        return self.filter(status__in=[SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC])

    def in_relation(self) -> Self:
        """Everybody who has registered and is neither declined nor ended."""
        return self.filter(status__in=IN_RELATION)

    def strategic(self) -> Self:
        return self.filter(status=SupplierStatus.STRATEGIC)

    def search(self, words: str) -> Self:
        return self.filter(search_condition(words))


ONE_PAIR = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}")
PAIRS = re.compile(rf"(?=({ONE_PAIR.pattern}))")


def search_text(*texts: str) -> str:
    """What the search looks into: the texts, and each pair of Chinese, Japanese or Korean characters as a word.

    PostgreSQL's index knows groups of three characters; with a space on both sides a pair is found by it, too.
    """
    text = " ".join(texts).lower()
    return f"{text} {' '.join(PAIRS.findall(text))} "


def search_condition(words: str, prefix: str = "") -> Q:
    """Every word must be part of the name in either script, the number or the registration number."""
    condition = Q()
    for word in words.lower().split()[:6]:
        wanted = f" {word} " if ONE_PAIR.fullmatch(word) else word
        condition &= Q(**{f"{prefix}search_text__contains": wanted})
    return condition


def supplier_ids_of(user: Any) -> models.QuerySet | list[int]:
    """The suppliers a person acts for now."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    return user.contacts.filter(ended_at=None).values("supplier_id")


class OwnedBySupplierQuerySet(models.QuerySet):
    """Rows that belong to one supplier through a field `supplier` (`supplier_path` where it is further away)."""

    supplier_path = "supplier"

    def visible_to(self, user: Any) -> Self:
        if has_role(user, *READERS):
            return self
        return self.filter(**{f"{self.supplier_path}__in": supplier_ids_of(user)})


class StaffOnlyQuerySet(models.QuerySet):
    """Rows that no supplier ever sees."""

    def visible_to(self, user: Any) -> Self:
        return self if has_role(user, *READERS) else self.none()


class TrialLineQuerySet(StaffOnlyQuerySet):
    def changed(self) -> Self:
        """The suppliers for which the draft makes a difference."""
        return self.exclude(effect__in=[TrialEffect.KEEPS, TrialEffect.STAYS_OUT, TrialEffect.SAME])


class SiteQuerySet(OwnedBySupplierQuerySet):
    def with_headcount(self) -> Self:
        return self.annotate(headcount=F("workers_women") + F("workers_men"))


class ContactQuerySet(OwnedBySupplierQuerySet):
    def with_left_last(self) -> Self:
        """`has_left`: 0 for who has access, 1 for who had it."""
        has_access = When(ended_at=None, user__is_active=True, then=0)
        return self.annotate(has_left=Case(has_access, default=1, output_field=IntegerField()))

    def current(self) -> Self:
        return self.filter(ended_at=None, user__is_active=True)

    def admins(self) -> Self:
        return self.current().filter(role=ContactRole.ADMIN)


class InvitationQuerySet(OwnedBySupplierQuerySet):
    def pending(self) -> Self:
        return self.filter(status__in=[InvitationStatus.SENT, InvitationStatus.OPENED])


class ImportRowQuerySet(models.QuerySet):
    def to_do(self) -> Self:
        """The lines that an import carries out: new, changed, and the doubtful ones that somebody has accepted."""
        return self.filter(WILL_CHANGE | (Q(outcome=RowOutcome.QUESTION) & ~Q(accepted="")))

    def to_correct(self) -> Self:
        """The lines that stay out because of what stands in them."""
        return self.filter(Q(outcome=RowOutcome.ERROR) | Q(outcome=RowOutcome.QUESTION, accepted=""))


WILL_CHANGE = Q(outcome__in=[RowOutcome.CREATE, RowOutcome.UPDATE])
