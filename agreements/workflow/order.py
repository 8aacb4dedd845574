"""What somebody wants issued: the same for one supplier and for ten thousand."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from agreements.models import Campaign, Version
from agreements.workflow.evidence import Trace
from csr_portal.core.models import User
from csr_portal.core.states import Turn
from csr_portal.core.workflow import Actor
from suppliers.models import Supplier


@dataclass(frozen=True)
class IssueOrder:
    """What is to be issued, by whom, until when; in each supplier's own language unless it names one."""

    version: Version
    by: Actor
    due_on: dt.date
    language: str = ""
    campaign: Campaign | None = None
    trace: Trace | None = None

    def values(self, supplier: Supplier) -> dict[str, Any]:
        """The fields of what this supplier gets, whether it is to be signed or acknowledged."""
        return {
            "version": self.version,
            "document": self.version.document,
            "campaign": self.campaign,
            "language": self.language or supplier.language,
            "issued_by": self.by if isinstance(self.by, User) else None,
            "turn": Turn.SUPPLIER,
            "due_on": self.due_on,
        }
