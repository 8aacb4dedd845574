"""Disputed, upheld, dropped; and opened again when it is there again."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from audits.models import Finding
from audits.states import Grade
from audits.workflow.findings.people import tell_judges, tell_supplier
from audits.workflow.findings.raising import NEXT_WORSE, REPEAT_MONTHS, due_days, stop_orders
from audits.workflow.findings.steps import STEPS
from audits.workflow.reasons import require_reason
from csr_portal.core.models import User
from csr_portal.core.timezones import add_months, today
from csr_portal.core.workflow import move
from suppliers.workflow import facts_changed, lock


@transaction.atomic
def dispute(finding: Finding, *, by: User, reason: str) -> None:
    """The supplier says that it is not so. The dates go on counting."""
    require_reason(reason)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "dispute", by=by, reason=reason, dispute_reason=reason)
    tell_judges(finding, "finding_disputed", f"dispute{timezone.now():%Y%m%d%H%M%S}")
    facts_changed(supplier)


@transaction.atomic
def uphold(finding: Finding, *, by: User, reason: str) -> None:
    """The finding stands; the supplier's plan is due as before."""
    require_reason(reason)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "uphold", by=by, reason=reason, due_on=finding.plan_due_on)
    tell_supplier(finding, "finding_upheld", f"{timezone.now():%Y%m%d%H%M%S}", note=reason)
    facts_changed(supplier)


@transaction.atomic
def drop(finding: Finding, *, by: User, reason: str, day: dt.date | None = None) -> None:
    """The supplier was right: the finding is closed with the reason."""
    require_reason(reason)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "drop", by=by, reason=reason, due_on=None, closed_on=day or today(), verified_by=by)
    tell_supplier(finding, "finding_closed", f"{timezone.now():%Y%m%d%H%M%S}", note=reason)
    facts_changed(supplier)


@transaction.atomic
def reopen(finding: Finding, *, by: User, reason: str, day: dt.date | None = None) -> None:
    """It is there again. Within 12 months of closing: one grade higher and marked as repeated; new dates from today."""
    require_reason(reason)
    day = day or today()
    supplier = lock(finding.supplier_id)
    finding.refresh_from_db()
    is_repeat = finding.closed_on is not None and day <= add_months(finding.closed_on, REPEAT_MONTHS)
    grade = NEXT_WORSE[Grade(finding.grade)] if is_repeat else finding.grade
    days = due_days(grade, day)
    changes = {"grade": grade, "is_repeat": finding.is_repeat or is_repeat, "closed_on": None, "verified_by": None}
    changes |= days | {"due_on": days["plan_due_on"], "discovered_on": day}
    move(finding, STEPS, "reopen", by=by, reason=reason, data={"grade": grade}, **changes)
    tell_supplier(finding, "finding_reopened", f"{timezone.now():%Y%m%d%H%M%S}", note=reason)
    if grade == Grade.ZERO_TOLERANCE:
        stop_orders(finding, supplier, by)
    facts_changed(supplier)
