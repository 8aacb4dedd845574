"""Everything a colleague holds goes to others (csr_portal/holdings.py); who leaves loses the access at once (B14)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import ApiToken, User
from csr_portal.core.roles import Role, has_role
from csr_portal.core.workflow import Blocker, WorkflowError
from csr_portal.holdings import HOLDINGS, Holding, Outcomes


def may_hand_over(user: Any) -> bool:
    return has_role(user, Role.CSR_MANAGER, Role.ADMINISTRATOR)


def rows_of(person: User, code: str) -> QuerySet:
    """The rows of a holding: exactly what the preview counts and the hand-over moves."""
    return next(holding for holding in HOLDINGS if holding.code == code).rows(person)


def preview(person: User) -> list[tuple[Holding, int]]:
    return [(holding, holding.rows(person).count()) for holding in HOLDINGS]


def successors_for(person: User, holding: Holding) -> QuerySet[User]:
    rows = User.objects.filter(groups__name__in=holding.roles, is_active=True).exclude(pk=person.pk)
    return rows.distinct().order_by("name", "pk")


@transaction.atomic
def hand_over(
    person: User, successors: Mapping[str, User | None], *, by: User, leaves: bool = False, reason: str = "",
    leave_open: bool = False,
) -> Outcomes:  # fmt: skip
    """Move every holding that has a successor, in one transaction. Who leaves leaves nothing behind but what the
    successor may not take, and what somebody says, with a reason, stays open; both are listed and stay in the history.
    """
    User.objects.select_for_update().get(pk=person.pk)
    refuse(person, successors, by, leaves=leaves, reason=reason, leave_open=leave_open)
    outcomes = Outcomes()
    for holding in HOLDINGS:
        if successor := successors.get(holding.code):
            _check_role(successor, holding)
            outcomes.moved[holding.code] = holding.move(person, successor, by, outcomes)
    if leaves:
        outcomes.left += _without_successor(person, successors)
    names = {code: str(user) for code, user in successors.items() if user}
    data = {"person": str(person), "successors": names, "moved": outcomes.moved}
    history.record(person, "person.hand_over", by=by, reason=reason, data=data)
    if leaves:
        _end_access(person, by, reason, [blocker.text for blocker in outcomes.left])
    return outcomes


def refuse(
    person: User, successors: Mapping[str, User | None], by: User, *, leaves: bool, reason: str, leave_open: bool
) -> None:
    """Raise with everything that stands against it; nothing has changed then."""
    if not may_hand_over(by):
        raise WorkflowError(_("Only CSR managers and administrators hand work over."))
    if leaves and by == person:
        raise WorkflowError(_("Nobody ends their own access here."))
    missing = _without_successor(person, successors) if leaves else []
    if missing and not leave_open:
        raise WorkflowError(_("Name a successor for everything first."), missing)
    if missing and not reason.strip():
        raise WorkflowError(_("Say why it stays open: it stays in the history."), missing)


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


def _end_access(person: User, by: User, reason: str, left: list[str]) -> None:
    """No log-in is valid for somebody inactive, so every open session ends with this transaction; tokens too."""
    User.objects.filter(pk=person.pk).update(is_active=False)
    ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=timezone.now())
    data = {"person": str(person)} | ({"left": left} if left else {})
    history.record(person, "person.leave", by=by, reason=reason, data=data)
