"""What suppliers still have to do in somebody's care, and another date for several of them at once.

Every kind goes through the step of its own app, with that step's limits, history and notice. `KINDS` says which; a
further kind adds a row.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Acknowledgement, Agreement
from agreements.permissions import can_issue
from agreements.workflow import dates as papers
from audits.models import Finding, SelfInspection
from audits.permissions import can_assign_inspections, can_judge_finding
from audits.workflow.findings import dates as findings
from audits.workflow.inspections import dates as inspections
from csr_portal.core.models import User
from csr_portal.core.together import Together
from csr_portal.core.workflow import Blocker
from csr_portal.waiting_sources import SOURCES, Source
from suppliers.lists import in_care_of
from suppliers.models import Supplier

MOST = 200


@dataclass(frozen=True)
class Kind:
    """A kind of task whose date staff may change: its name, who may, what stands against a date, the step."""

    code: str
    name: Any
    model: Any
    may: Callable[[Any, Any], bool]
    blockers: Callable[..., list[Blocker]]
    extend: Callable[..., None]

    @property
    def source(self) -> Source:
        return next(source for source in SOURCES if source.model is self.model)


KINDS = (
    Kind(
        "inspection",
        gettext_lazy("Self-inspection"),
        SelfInspection,
        can_assign_inspections,
        inspections.extension_blockers,
        inspections.extend,
    ),
    Kind("agreement", gettext_lazy("Agreement"), Agreement, can_issue, papers.extension_blockers, papers.extend),
    Kind("guideline", gettext_lazy("Guideline"), Acknowledgement, can_issue, papers.extension_blockers, papers.extend),
    Kind("finding", gettext_lazy("Finding"), Finding, can_judge_finding, findings.extension_blockers, findings.extend),
)


@dataclass(frozen=True)
class Item:
    """One task of a supplier as a row: `code` is what a tick sends."""

    kind: Kind
    obj: Any

    @property
    def code(self) -> str:
        return f"{self.kind.code}:{self.obj.pk}"

    @property
    def icon(self) -> str:
        return self.kind.source.icon

    @property
    def what(self) -> str:
        return str((self.kind.source.portal or {})[self.obj.status].what)

    @property
    def supplier(self) -> Supplier:
        return self.obj.supplier

    @property
    def due(self) -> dt.date | None:
        return self.obj.due_on

    @property
    def number(self) -> str:
        return getattr(self.obj, "number", "") or ""

    @property
    def url(self) -> str:
        source = self.kind.source
        if not source.staff_url:
            return reverse("staff:supplier-detail", args=[self.obj.supplier_id])
        return reverse(source.staff_url, args=[self.obj.pk])


@dataclass
class Plan:
    """Which tasks get the new date, and which not with every reason."""

    included: list[Item] = field(default_factory=list)
    left_out: list[tuple[Item, list[Blocker]]] = field(default_factory=list)


def rows_of(person: User) -> Together:
    """What lies with the suppliers in the person's care and has a date, all kinds together."""
    care = Supplier.objects.visible_to(person).filter(in_care_of(person))
    return Together.of(
        {
            kind.code: kind.model.objects.filter(
                supplier__in=care, status__in=kind.source.portal or {}, due_on__isnull=False
            ).select_related("supplier", *kind.source.related)
            for kind in KINDS
        }
    )


def item_of(row: Any) -> Item:
    return Item(next(kind for kind in KINDS if kind.code == row.kind), row)


def chosen(person: User, codes: Iterable[str]) -> list[Item]:
    """The ticked tasks as they are now; what was done meanwhile, or is in nobody's sight, is not among them."""
    wanted = list(dict.fromkeys(codes))[:MOST]
    found = {}
    split = [code.partition(":") for code in wanted]
    for kind in KINDS:
        pks = [pk for name, _colon, pk in split if name == kind.code and pk.isdecimal()]
        rows = kind.model.objects.visible_to(person).filter(pk__in=pks, status__in=kind.source.portal or {})
        found |= {(item := Item(kind, obj)).code: item for obj in rows.select_related(*kind.source.related)}
    return [found[code] for code in wanted if code in found]


def plan(items: Iterable[Item], due_on: dt.date, reason: str, by: User) -> Plan:
    """Before anything is done: whoever may not, and every limit that the new date does not keep."""
    result = Plan()
    for item in items:
        blockers = item.kind.blockers(item.obj, due_on, reason)
        if not item.kind.may(by, item.obj):
            blockers = [Blocker("not_yours", _("Your role may not change this date."))]
        if blockers:
            result.left_out.append((item, blockers))
        else:
            result.included.append(item)
    return result


@transaction.atomic
def extend(items: Iterable[Item], due_on: dt.date, *, reason: str, by: User) -> Plan:
    """All that the plan includes, in one transaction; each with its own history and notice."""
    done = plan(items, due_on, reason, by)
    for item in done.included:
        item.kind.extend(item.obj, due_on, by=by, reason=reason)
    return done
