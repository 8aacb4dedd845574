"""What can be done with several suppliers at once, and who is left out and why."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from csr_portal.core.workflow import Blocker
from suppliers.models import Supplier
from suppliers.workflow.supplier import reminder_blockers

ACTIONS = [
    {"value": "remind", "label": _("Remind"), "icon": "bell-ring"},
    {"value": "issue", "label": _("Issue a text"), "icon": "send", "page": "staff:agreement-issue"},
]
ACTIONS_BY_CODE = {action["value"]: action for action in ACTIONS}


@dataclass
class Plan:
    """Who gets it, and who not with every reason."""

    included: list[Supplier] = field(default_factory=list)
    left_out: list[tuple[Supplier, list[Blocker]]] = field(default_factory=list)


def chosen_ids(request: HttpRequest) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("pk")[:200] if pk.isdecimal()]


def plan(chosen: list[Supplier]) -> Plan:
    result = Plan()
    for supplier in chosen:
        blockers: list[Any] = reminder_blockers(supplier)
        if blockers:
            result.left_out.append((supplier, blockers))
        else:
            result.included.append(supplier)
    return result
