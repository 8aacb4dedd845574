"""What can happen to an object, in which order, by whom: the engine under every `workflow.py`.

An app declares a table of steps and one function per step, which calls `move()`. Statuses change nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from csr_portal.core import history
from csr_portal.core.models import Tracked, User


@dataclass(frozen=True)
class Outsider:
    """Somebody who acts without an account (a signatory), or the system itself (no name)."""

    name: str = ""


SYSTEM = Outsider()
Actor = User | Outsider


@dataclass(frozen=True)
class Blocker:
    """One thing that is missing: what, who has to act, and where."""

    code: str
    text: str
    turn: str = ""
    url: str = ""


def no_blockers(obj: Any) -> list[Blocker]:
    return []


@dataclass(frozen=True)
class Step:
    """From where, to where, who, whose turn it is then, and on what condition."""

    sources: tuple[str, ...]
    target: str
    who: Callable[[Any, Any], bool]
    turn: str = ""
    guard: Callable[[Any], list[Blocker]] = no_blockers


@dataclass(frozen=True)
class Offer:
    """A step that is possible from here for this person; with its open reasons where it is guarded."""

    name: str
    step: Step
    blockers: list[Blocker] = field(default_factory=list)


class WorkflowError(Exception):
    """The step is not possible now. `blockers` lists everything that is missing, not the first."""

    def __init__(self, message: str, blockers: list[Blocker] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.blockers = blockers or []


Steps = Mapping[str, Step]


@transaction.atomic
def move(
    obj: Tracked,
    steps: Steps,
    name: str,
    *,
    by: Actor,
    reason: str = "",
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Take one step under the object's row lock: who, table, guard, fields, history; or raise and change nothing.

    `changes` are further field values saved with the step (`due_on=…`). `obj` is refreshed from the locked row first.
    Raises PermissionDenied (not this person) or WorkflowError (not now, with all reasons).
    """
    step = steps[name]
    obj.refresh_from_db(from_queryset=type(obj)._base_manager.select_for_update())
    if by != SYSTEM and not step.who(by, obj):
        raise PermissionDenied
    if obj.status not in step.sources:
        raise WorkflowError(not_now_message(obj))
    if blockers := step.guard(obj):
        raise WorkflowError(blocked_message(), blockers)
    before = obj.status
    changes = {"status": step.target, "status_since": timezone.now(), "turn": step.turn} | changes
    for field_name, value in changes.items():
        setattr(obj, field_name, value)
    obj.clean_fields(exclude={f.name for f in obj._meta.fields} - set(changes))
    obj.save(update_fields=list(changes))
    history.record(obj, name, by=by, reason=reason, data=data, from_status=before, to_status=step.target)


def available(steps: Steps, obj: Tracked, user: Actor) -> list[Offer]:
    """The steps this person may take from here. A guarded step stays visible, with its open reasons."""
    return [
        Offer(name, step, step.guard(obj))
        for name, step in steps.items()
        if obj.status in step.sources and step.who(user, obj)
    ]


def not_now_message(obj: Tracked) -> str:
    label = obj.get_status_display() if hasattr(obj, "get_status_display") else obj.status
    return gettext("This is not possible while the status is “%(status)s”.") % {"status": label}


def blocked_message() -> str:
    return gettext("This is not possible yet.")
