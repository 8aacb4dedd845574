"""What audits promises the others: conditions of the gate and the standing of a supplier."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from audits.gates import inspections, reviews
from audits.gates.inspections import self_inspection_accepted
from audits.gates.reviews import no_blocking_finding, site_review_valid
from suppliers.models import Supplier

__all__ = ["no_blocking_finding", "self_inspection_accepted", "site_review_valid", "standing"]


def standing(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, dict[str, Any]]:
    """The suppliers' list columns that audits owns, and everything that waits here."""
    ours, theirs = inspections.standing(suppliers, day), reviews.standing(suppliers, day)
    return {pk: ours[pk] | theirs[pk] | {"turns": [*ours[pk]["turns"], *theirs[pk]["turns"]]} for pk in ours}
