"""What waits for whom, across the apps: a person's work, a supplier's tasks, what lies with the company.

Plain functions, a constant number of queries.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from audits.models import Finding, SiteReview
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.waiting_sources import SOURCES, SentBack, Source, Wording
from suppliers.models import Supplier

LIMIT = 200


@dataclass(frozen=True)
class Task:
    """One thing to do: a row on the desk, a card on the phone."""

    icon: str
    what: str
    verb: str
    url: str
    obj: Supplier
    site: Any
    since: dt.datetime
    due: dt.date | None
    done: int = 0
    total: int = 0
    note: str = ""

    @property
    def tone(self) -> str:
        return "bad" if self.due and self.due < today() else "brand"

    @property
    def urgency(self) -> tuple[dt.date, dt.datetime]:
        return self.due or dt.date.max, self.since


ROLE_TURNS = {
    Role.BUYER: Turn.BUYER,
    Role.CSR_MANAGER: Turn.CSR,
    Role.AUDITOR: Turn.AUDITOR,
    Role.TRAINING_COORDINATOR: Turn.TRAINER,
}


def waits_for(person: User) -> list[Task]:
    """Everything that waits for this person of the company, the latest first."""
    tasks = [
        _staff_task(source, obj)
        for source in SOURCES
        if source.staff
        for obj in _waiting_rows(source, person).select_related(*source.related).order_by("due_on", "pk")[:LIMIT]
    ]
    return sorted(tasks, key=lambda task: task.urgency)


def _waiting_rows(source: Source, person: User) -> QuerySet:
    """Rows whose turn is this person's: a buyer's own suppliers, an auditor's own reviews, all for CSR managers.

    Signatures for the company wait for a person by name, or for who may sign in that person's place today.
    """
    turns = {turn for role, turn in ROLE_TURNS.items() if role in person.roles}
    rows = source.model.objects.visible_to(person).filter(status__in=source.staff)
    owner = f"{source.supplier_path}__owner" if source.supplier_path else "owner"
    mine = Q(turn__in=turns - {Turn.BUYER, Turn.AUDITOR})
    if Turn.BUYER in turns:
        mine |= Q(turn=Turn.BUYER, **{owner: person})
    if Turn.AUDITOR in turns:
        mine |= Q(turn=Turn.AUDITOR, pk__in=_led_by(source.model, person))
    if source.named:
        mine |= Q(turn=Turn.COMPANY, pk__in=source.named(person, today()).values("pk"))
    return rows.filter(mine)


def _led_by(model: Any, person: User) -> QuerySet | list[int]:
    """Site reviews this auditor is in the team of, and the findings of those."""
    if model is SiteReview:
        return SiteReview.objects.filter(team__user=person).values("pk")
    if model is Finding:
        return Finding.objects.filter(site_review__team__user=person).values("pk")
    return []


def _staff_task(source: Source, obj: Any) -> Task:
    wording = source.staff[obj.status]
    return Task(
        icon=source.icon,
        what=str(wording.what),
        verb=str(wording.verb),
        url=reverse(source.staff_url, args=[getattr(obj, source.opened_by)]),
        obj=obj if isinstance(obj, Supplier) else obj.supplier,
        site=getattr(obj, "site", None),
        since=obj.status_since,
        due=obj.due_on,
        note=getattr(obj, "number", ""),
    )


def tasks_of(supplier: Supplier) -> list[Task]:
    """What the supplier has to do now, the latest first."""
    tasks = [task for source in SOURCES if source.portal for task in _portal_tasks(supplier, source, source.portal)]
    return sorted(tasks, key=lambda task: task.urgency)


def _rows_of(supplier: Supplier, source: Source, statuses: Iterable[str]) -> QuerySet:
    rows = source.model.objects.filter(supplier=supplier, status__in=statuses)
    return rows.select_related(*source.related)[:LIMIT]


def _portal_tasks(supplier: Supplier, source: Source, wordings: Mapping[str, Wording]) -> Iterator[Task]:
    rows = list(_rows_of(supplier, source, wordings))
    again = source.sent_back(rows) if source.sent_back else {}
    for obj in rows:
        yield _portal_task(source, wordings[obj.status], obj, again.get(obj.pk))


def _portal_task(source: Source, wording: Wording, obj: Any, again: SentBack | None) -> Task:
    wording = again.wording if again else wording
    note = _("Reason: %(reason)s") % {"reason": again.reason} if again and again.reason else ""
    return Task(
        icon=source.icon,
        what=str(wording.what),
        verb=str(wording.verb),
        url=reverse(source.portal_url, args=[obj.pk]) + (again.anchor if again else ""),
        obj=obj.supplier,
        site=getattr(obj, "site", None),
        since=obj.status_since,
        due=obj.due_on,
        done=getattr(obj, "answered", 0),
        total=getattr(obj, "total", 0),
        note=(obj.title_local or obj.title) if isinstance(obj, Finding) else note,
    )


@dataclass(frozen=True)
class Waiting:
    """Something that lies with the company: the supplier sees with whom and since when."""

    icon: str
    what: str
    turn: str
    since: dt.datetime
    due: dt.date | None
    url: str
    site: Any


def lies_with_company(supplier: Supplier) -> list[Waiting]:
    rows = [
        Waiting(
            source.icon,
            str(source.waiting[obj.status]),
            obj.turn,
            obj.status_since,
            obj.due_on,
            reverse(source.portal_url, args=[obj.pk]) if source.portal_url else "",
            getattr(obj, "site", None),
        )
        for source in SOURCES
        if source.waiting
        for obj in _rows_of(supplier, source, source.waiting)
        if obj.turn  # a refusal that was answered by a new issue waits for nobody
    ]
    return sorted(rows, key=lambda row: row.since)
