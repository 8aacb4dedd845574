"""What is printed of suppliers: the record of a CSR review decision, from its frozen snapshot and nothing newer."""

from typing import Any

from suppliers.models import Decision, DecisionReport


def decision_content(decision: Decision) -> dict[str, Any]:
    """Everything the record says. The same decision always gives the same content."""
    return {
        "number": decision.review.number,
        "outcome": decision.outcome,
        "until": decision.until,
        "conditions": decision.conditions,
        "conditions_owner": str(decision.conditions_owner or ""),
        "conditions_met_on": decision.conditions_met_on,
        "reason": decision.reason,
        "decided_by": str(decision.decided_by),
        "decided_at": decision.decided_at,
        "snapshot": decision.snapshot,
        "snapshot_hash": decision.snapshot_hash,
    }


def decision_file_name(report: DecisionReport) -> str:
    review = report.decision.review
    return f"{review.number} {review.supplier.number} ({report.language}).pdf"
