"""Who may do what in audits. Pure functions of a person and an object; deny by default."""

from typing import Any

from audits.states import TeamPart
from csr_portal.core.roles import Role, has_role, is_csr_manager, is_procurement, is_staff_member
from suppliers.permissions import acts_for

CONDUCTING = (TeamPart.LEAD, TeamPart.MEMBER)


def can_assign_inspections(user: Any, supplier: Any = None) -> bool:
    """Ask suppliers for a self-inspection and extend its date: procurement staff."""
    return is_procurement(user)


def can_review_inspection(user: Any, inspection: Any) -> bool:
    """Return or accept a self-inspection: CSR managers."""
    return is_csr_manager(user)


def can_answer_inspection(user: Any, inspection: Any) -> bool:
    """Answer and submit: people of the supplier, and nobody of ours."""
    return acts_for(user, inspection)


def can_publish_questionnaire(user: Any, version: Any) -> bool:
    return is_csr_manager(user)


def can_plan_reviews(user: Any, plan: Any = None) -> bool:
    """Propose the yearly plan, add and remove sites: CSR managers."""
    return is_csr_manager(user)


def can_approve_plan(user: Any, plan: Any) -> bool:
    """Approve the yearly plan: another CSR manager than the one who made it."""
    return is_csr_manager(user) and plan.created_by_id != user.pk


def can_manage_review(user: Any, review: Any = None) -> bool:
    """Dates, team, announcement, postponing: CSR managers."""
    return is_csr_manager(user)


def can_conduct_review(user: Any, review: Any) -> bool:
    """Note results on site: lead and members of the team; observers and witnesses only watch."""
    return is_staff_member(user) and review.team.filter(user=user, part__in=CONDUCTING).exists()


def can_lead_review(user: Any, review: Any) -> bool:
    """Close on site and report: the lead auditor."""
    return is_staff_member(user) and review.team.filter(user=user, part=TeamPart.LEAD).exists()


def can_lead_or_manage_review(user: Any, review: Any) -> bool:
    return can_lead_review(user, review) or can_manage_review(user, review)


def can_answer_announcement(user: Any, review: Any) -> bool:
    """Confirm the date or ask for another: people of the supplier."""
    return acts_for(user, review)


def can_raise_finding(user: Any, supplier: Any = None) -> bool:
    """Open a finding: CSR managers and auditors."""
    return has_role(user, Role.CSR_MANAGER, Role.AUDITOR)


def can_answer_finding(user: Any, finding: Any) -> bool:
    """Send a plan and evidence, dispute: people of the supplier."""
    return acts_for(user, finding)


def can_judge_finding(user: Any, finding: Any) -> bool:
    """Say yes or no to a plan or to evidence: CSR managers and auditors who do not act for the supplier."""
    return has_role(user, Role.CSR_MANAGER, Role.AUDITOR) and not acts_for(user, finding)


def can_verify_finding(user: Any, finding: Any) -> bool:
    """Close it: like judging, and never the person who sent the evidence (R-CAP-2)."""
    last = finding.submissions.first()
    return can_judge_finding(user, finding) and (last is None or last.submitted_by_id != user.pk)


def can_settle_dispute(user: Any, finding: Any) -> bool:
    """Decide a dispute: a CSR manager who did not raise the finding."""
    return is_csr_manager(user) and finding.raised_by_id != user.pk and not acts_for(user, finding)
