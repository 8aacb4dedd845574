"""The one mail a day: everything that is late or comes soon, on the mornings on which something reaches a stage (B31).

A person's day is that of their time zone. A stage is told once, whatever the clock does: a digest keeps what it told.
"""

import datetime as dt
import logging
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from csr_portal import dues
from csr_portal.core.digests import Digest, DigestPart
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import Role, is_staff_member
from csr_portal.dues import Due
from suppliers.reminders import reached

log = logging.getLogger(__name__)

MORNING = 7  # o'clock, where the person is
WINDOW = dt.timedelta(days=14)  # what comes within it is in the mail, too
FARTHEST = dt.timedelta(days=180)
REMEMBERED = dt.timedelta(days=30)  # longer than anything can be caught up
EARLY = -30
SHOWN = 60


@dataclass
class Content:
    """What a person is told on a day. `stages` are those that are reached and not told yet: without one, no mail."""

    person: User
    day: dt.date
    late: list[Due] = field(default_factory=list)
    soon: list[Due] = field(default_factory=list)
    care: list[Due] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    @property
    def parts(self) -> list[Due]:
        return [*self.late, *self.soon, *self.care]


def content_of(person: User, day: dt.date) -> Content:
    """The digest of that morning, in the active language; it may have no stage, and is then not sent."""
    told = _told(person, day)
    content = Content(person, day)
    for due in dues.of_person(person, day, day + FARTHEST):
        stage = _stage(person, due, day)
        name = f"{due.key}:{stage}"
        if stage is not None and name not in told:
            content.stages.append(name)
        if stage is None and due.day > day + WINDOW or _is_muted(person, due, stage):
            continue
        kind = content.care if due.kind == dues.CARE else content.late if due.day < day else content.soon
        kind.append(due)
    return content


def _told(person: User, day: dt.date) -> set[str]:
    digests = Digest.objects.filter(person=person, day__gte=day - REMEMBERED)
    return {stage for stages in digests.values_list("stages", flat=True) for stage in stages}


def _stage(person: User, due: Due, day: dt.date) -> int | None:
    stage = reached(due.stages, due.day, day, since=due.since)
    return None if _is_muted(person, due, stage) else stage


def _is_muted(person: User, due: Due, stage: int | None) -> bool:
    """Only what DigestPart names can be muted; a task of one's own never."""
    if due.kind == dues.CARE:
        return DigestPart.CARE in person.muted_digests
    is_early = due.kind == dues.ENDING and stage is not None and stage < EARLY
    return is_early and DigestPart.EARLY in person.muted_digests


def next_morning(person: User, now: dt.datetime) -> dt.date:
    """The next day on which the person can get a mail: today, if their morning has not been."""
    local = now.astimezone(zoneinfo.ZoneInfo(person.time_zone)).date()
    return local if person.digest_on is None or person.digest_on < local else local + dt.timedelta(days=1)


# Sending


def send_due(now: dt.datetime | None = None) -> int:
    """Everybody whose morning has come and whose day has not been looked at yet; returns how many mails went out."""
    now = now or timezone.now()
    number = 0
    for persons, day in mornings(now):
        # To most people most days bring nothing: those are done with all at once, without a look.
        persons.exclude(pk__in=dues.people_reached(day).values("pk")).update(digest_on=day)
        for person in persons.order_by("pk"):
            try:
                number += send(person, day)
            except Exception:  # one person's trouble must not keep the others from their mail
                log.exception("digest of person %s failed", person.pk)
    return number


def mornings(now: dt.datetime) -> Iterator[tuple[QuerySet[User], dt.date]]:
    """Where it is morning, who is there whose day has not been looked at yet."""
    for name in people().order_by("time_zone").values_list("time_zone", flat=True).distinct():
        local = now.astimezone(zoneinfo.ZoneInfo(name))
        todo = people().filter(Q(digest_on=None) | Q(digest_on__lt=local.date()), time_zone=name)
        if local.hour >= MORNING and todo.exists():
            yield todo, local.date()


def people() -> QuerySet[User]:
    """Everybody who can have a task: people of the company, and of a supplier that has not left."""
    acts = Q(contacts__ended_at=None) & ~Q(contacts=None)
    return User.objects.filter(Q(groups__name__in=Role.values) | acts, is_active=True).distinct()


@transaction.atomic
def send(person: User, day: dt.date) -> bool:
    """Look at the person's day once, and mail what there is to say. Neither two workers nor the clock send a second."""
    mine = Q(digest_on=None) | Q(digest_on__lt=day)
    if not User.objects.filter(mine, pk=person.pk).update(digest_on=day):
        return False
    with translation.override(person.language), timezone.override(zoneinfo.ZoneInfo(person.time_zone)):
        content = content_of(person, day)
        if not content.stages:
            return False
        Digest.objects.create(person=person, day=day, stages=content.stages)
        home = "staff:home" if is_staff_member(person) else "portal:home"
        tell([person], "digest", about=person, event=day.isoformat(), url=reverse(home), context=context_of(content))
    return True


def context_of(content: Content) -> dict[str, Any]:
    """What the mail's template prints: at most SHOWN lines, then how many more there are."""
    left = SHOWN
    parts = {}
    for name in ("late", "soon", "care"):
        rows = getattr(content, name)
        parts[name] = rows[:left]
        left -= len(parts[name])
    return {
        **parts,
        "numbers": {name: len(getattr(content, name)) for name in parts},
        "more": max(0, len(content.parts) - SHOWN),
        "base": settings.PUBLIC_URL,
        "settings_url": settings.PUBLIC_URL + reverse("my-settings"),
    }
