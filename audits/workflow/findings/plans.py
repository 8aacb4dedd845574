"""The supplier's plan: root cause and actions, approved or refused by us."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audits.models import CorrectiveAction, Finding, FindingPlan
from audits.states import PlanVerdict
from audits.workflow.findings.people import tell_judges, tell_supplier
from audits.workflow.findings.steps import STEPS, current_plan, plan_blockers
from audits.workflow.reasons import require_reason
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, blocked_message, move
from suppliers.workflow import facts_changed, lock


@dataclass(frozen=True)
class PlannedAction:
    """One line of the supplier's plan, before it is stored."""

    kind: str
    text: str
    owner: str
    due_on: dt.date | None


@transaction.atomic
def submit_plan(
    finding: Finding,
    *,
    by: User,
    root_cause: str = "",
    actions: Sequence[PlannedAction] = (),
    no_action_reason: str = "",
) -> FindingPlan:
    """The supplier's plan as a new version; or why nothing will be done. Lists everything that it lacks."""
    supplier = lock(finding.supplier_id)
    url = reverse("portal:finding-detail", args=[finding.pk])
    if blockers := plan_blockers(root_cause, no_action_reason, actions, url):
        raise WorkflowError(blocked_message(), blockers)
    move(finding, STEPS, "submit_plan", by=by, due_on=finding.approval_due_on)
    last = current_plan(finding)
    plan = FindingPlan.objects.create(
        finding=finding,
        number=last.number + 1 if last else 1,
        root_cause=root_cause,
        no_action_reason=no_action_reason,
        submitted_by=by,
    )
    CorrectiveAction.objects.bulk_create(  # without a date only where nothing will be done
        CorrectiveAction(plan=plan, kind=a.kind, text=a.text, owner=a.owner, due_on=a.due_on)
        for a in actions
        if a.due_on
    )
    tell_judges(finding, "finding_plan_submitted", f"plan{plan.number}")
    facts_changed(supplier)
    return plan


@transaction.atomic
def approve_plan(finding: Finding, *, by: User, note: str = "") -> None:
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "approve_plan", by=by, reason=note, due_on=finding.close_due_on)
    plan = _judge_plan(finding, PlanVerdict.APPROVED, note, by)
    tell_supplier(finding, "finding_plan_approved", f"plan{plan.number}")
    facts_changed(supplier)


@transaction.atomic
def reject_plan(finding: Finding, *, by: User, note: str) -> None:
    """Back to the supplier with the reason; the day until which the plan must be approved stays."""
    require_reason(note)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "reject_plan", by=by, reason=note, due_on=finding.approval_due_on)
    plan = _judge_plan(finding, PlanVerdict.REJECTED, note, by)
    tell_supplier(finding, "finding_plan_rejected", f"plan{plan.number}", note=note)
    facts_changed(supplier)


@transaction.atomic
def accept_no_action(finding: Finding, *, by: User, note: str, day: dt.date | None = None) -> None:
    """“No action, because …” is accepted with a reason: the finding is closed."""
    require_reason(note)
    supplier = lock(finding.supplier_id)
    closing: dict[str, Any] = {"due_on": None, "closed_on": day or today(), "verified_by": by}
    move(finding, STEPS, "accept_no_action", by=by, reason=note, **closing)
    plan = _judge_plan(finding, PlanVerdict.APPROVED, note, by)
    tell_supplier(finding, "finding_closed", f"plan{plan.number}", note=note)
    facts_changed(supplier)


def _judge_plan(finding: Finding, verdict: str, note: str, by: User) -> FindingPlan:
    plan = finding.plans.latest("number")
    plan.verdict, plan.verdict_note, plan.verdict_by, plan.verdict_at = verdict, note, by, timezone.now()
    plan.save(update_fields=["verdict", "verdict_note", "verdict_by", "verdict_at"])
    return plan
