"""Everything a colleague holds goes to others: suppliers in care, conditions to watch, seats in site reviews (B14).

Who leaves loses the access in the same transaction. Tasks need no row here: they follow the supplier and the role.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import TeamMember
from audits.states import REVIEW_AHEAD
from audits.workflow.reviews.team import name_member, remove_member
from csr_portal.core import history
from csr_portal.core.models import ApiToken, User
from csr_portal.core.roles import Role, has_role
from csr_portal.core.workflow import Blocker, WorkflowError
from suppliers.models import Decision, Supplier
from suppliers.states import Outcome, SupplierStatus


@dataclass(frozen=True)
class Holding:
    """One kind of thing a person holds: its words, and which roles may take it over."""

    code: str
    label: Any
    roles: tuple[str, ...]


HOLDINGS = (
    Holding("suppliers", gettext_lazy("Suppliers in care"), (Role.BUYER, Role.CSR_MANAGER)),
    Holding("conditions", gettext_lazy("Conditions of decisions to watch"), (Role.BUYER, Role.CSR_MANAGER)),
    Holding("seats", gettext_lazy("Seats in coming site reviews"), (Role.AUDITOR, Role.CSR_MANAGER)),
)


@dataclass
class Outcomes:
    """What went over, and what could not, with every reason."""

    moved: dict[str, int] = field(default_factory=dict)
    left: list[Blocker] = field(default_factory=list)


def may_hand_over(user: Any) -> bool:
    return has_role(user, Role.CSR_MANAGER, Role.ADMINISTRATOR)


def rows_of(person: User, code: str) -> QuerySet:
    """The rows of a holding: exactly what the preview counts and the hand-over moves."""
    if code == "suppliers":
        gone = [SupplierStatus.ENDED, SupplierStatus.DECLINED]
        return Supplier.objects.filter(owner=person).exclude(status__in=gone).order_by("pk")
    if code == "conditions":
        rows = Decision.objects.filter(conditions_owner=person, outcome=Outcome.CONDITIONAL, conditions_met_on=None)
        return rows.select_related("review").order_by("pk")
    rows = TeamMember.objects.filter(user=person, review__status__in=REVIEW_AHEAD)
    return rows.select_related("review__supplier", "review__site").order_by("pk")


def preview(person: User) -> list[tuple[Holding, int]]:
    return [(holding, rows_of(person, holding.code).count()) for holding in HOLDINGS]


def successors_for(person: User, holding: Holding) -> QuerySet[User]:
    rows = User.objects.filter(groups__name__in=holding.roles, is_active=True).exclude(pk=person.pk)
    return rows.distinct().order_by("name", "pk")


@transaction.atomic
def hand_over(
    person: User, successors: Mapping[str, User | None], *, by: User, leaves: bool = False, reason: str = ""
) -> Outcomes:
    """Move every holding that has a successor, in one transaction. Who leaves must leave nothing behind but seats
    that nobody may take: those are listed, for somebody to name another person.
    """
    User.objects.select_for_update().get(pk=person.pk)
    if not may_hand_over(by):
        raise WorkflowError(_("Only CSR managers and administrators hand work over."))
    if leaves and by == person:
        raise WorkflowError(_("Nobody ends their own access here."))
    if missing := _without_successor(person, successors) if leaves else []:
        raise WorkflowError(_("Name a successor for everything first."), missing)
    outcomes = Outcomes()
    for holding in HOLDINGS:
        if successor := successors.get(holding.code):
            _check_role(successor, holding)
            outcomes.moved[holding.code] = MOVE[holding.code](person, successor, by, outcomes)
    names = {code: str(user) for code, user in successors.items() if user}
    data = {"person": str(person), "successors": names, "moved": outcomes.moved}
    history.record(person, "person.hand_over", by=by, reason=reason, data=data)
    if leaves:
        _end_access(person, by, reason)
    return outcomes


def _without_successor(person: User, successors: Mapping[str, User | None]) -> list[Blocker]:
    return [
        Blocker(holding.code, f"{holding.label}: {number}")
        for holding, number in preview(person)
        if number and not successors.get(holding.code)
    ]


def _check_role(successor: User, holding: Holding) -> None:
    if not has_role(successor, *holding.roles):
        raise WorkflowError(
            _("%(person)s has no role for this: %(what)s.") % {"person": successor, "what": holding.label}
        )


def _move_suppliers(person: User, successor: User, by: User, outcomes: Outcomes) -> int:
    rows = list(rows_of(person, "suppliers").select_for_update())
    Supplier.objects.filter(pk__in=[row.pk for row in rows]).update(owner=successor)
    for supplier in rows:
        data = {"person": str(person), "successor": str(successor)}
        history.record(supplier, "supplier.hand_over", by=by, data=data)
    return len(rows)


def _move_conditions(person: User, successor: User, by: User, outcomes: Outcomes) -> int:
    rows = list(rows_of(person, "conditions"))
    Decision.objects.filter(pk__in=[row.pk for row in rows]).update(conditions_owner=successor)
    for decision in rows:
        data = {"person": str(person), "successor": str(successor)}
        history.record(decision, "decision.hand_over", by=by, data=data)
    return len(rows)


def _move_seats(person: User, successor: User, by: User, outcomes: Outcomes) -> int:
    """Seat by seat, because a lead must be qualified and independent (R-AUD-1); what is refused stays and is listed."""
    moved = 0
    for seat in rows_of(person, "seats"):
        try:
            with transaction.atomic():
                name_member(seat.review, successor, by=by, part=seat.part)
                remove_member(seat.review, TeamMember.objects.get(pk=seat.pk), by=by)
        except WorkflowError as error:
            text = " ".join([error.message, *(str(blocker.text) for blocker in error.blockers)])
            url = reverse("staff:site-review-detail", args=[seat.review_id])
            outcomes.left.append(Blocker("seat", f"{seat.review}: {text}", url=url))
        else:
            moved += 1
    return moved


MOVE = {"suppliers": _move_suppliers, "conditions": _move_conditions, "seats": _move_seats}


def _end_access(person: User, by: User, reason: str) -> None:
    """No log-in is valid for somebody inactive, so every open session ends with this transaction; tokens too."""
    User.objects.filter(pk=person.pk).update(is_active=False)
    ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=timezone.now())
    history.record(person, "person.leave", by=by, reason=reason, data={"person": str(person)})
