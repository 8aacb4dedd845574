"""A site review's checkpoints as numbers: how many are checked, what is missing, score and letter (as R-SELF-1)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from audits import scoring
from audits.models import CheckpointResult, SiteReview
from audits.states import CheckpointCode, Grade

VALUES = {
    CheckpointCode.CONFORM: Decimal(1),
    CheckpointCode.PARTLY: Decimal("0.5"),
    CheckpointCode.NOT_CONFORM: Decimal(0),
}
# The scoring knows answers; “no” is what caps a letter.
ANSWERS = {CheckpointCode.CONFORM: "yes", CheckpointCode.PARTLY: "partly", CheckpointCode.NOT_CONFORM: "no"}
FACTS = ("has_dormitory", "uses_chemicals", "workers_young", "workers_dispatched")


def rows_of(review: SiteReview) -> list[CheckpointResult]:
    """The checkpoints in the order of the checklist, with what pages and report need: a fixed number of queries."""
    return list(
        CheckpointResult.objects.filter(review=review)
        .select_related("question__section", "question__clause__standard", "by")
        .prefetch_related("evidence__file", "findings", "question__clause__maps_to__standard")
        .order_by("question__position")
    )


def score(rows: Iterable[CheckpointResult], rules: dict[str, Any] | None, grades: Sequence[str] = ()) -> scoring.Result:
    """Conform 1, partly 0.5, not conform 0, not applicable left out. Zero tolerance among the findings: letter E."""
    items = [_item(row) for row in rows]
    result = scoring.self_inspection(items, scoring.DEFAULT_SCORING | (rules or {}))
    if Grade.ZERO_TOLERANCE in grades and result.letter:
        return scoring.Result(**{**result.__dict__, "letter": "E", "is_blocked": True})
    return result


def _item(row: CheckpointResult) -> scoring.Item:
    question = row.question
    return scoring.Item(
        key=question.key,
        clause=str(question.clause_id or question.key),
        section=str(question.section_id),
        criticality=question.criticality,
        choice=ANSWERS.get(CheckpointCode(row.result), ""),
        value=VALUES.get(CheckpointCode(row.result)),
    )


def site_facts(review: SiteReview) -> dict[str, bool]:
    return {name: bool(getattr(review.site, name)) for name in FACTS}


def by_section(rows: Iterable[CheckpointResult]) -> list[dict[str, Any]]:
    """The checkpoints under the headings of the checklist, with the count of those checked."""
    sections: dict[int, dict[str, Any]] = {}
    for row in rows:
        section = sections.setdefault(row.question.section_id, {"section": row.question.section, "rows": []})
        section["rows"].append(row)
    for section in sections.values():
        section["checked"] = sum(row.result != CheckpointCode.NOT_CHECKED for row in section["rows"])
    return list(sections.values())
