"""How answers become numbers: our own score and the estimates of other schemes. Pure functions, rules.md section 4.

The arithmetic is exact (fractions); only the printed result is rounded, half up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

DEFAULT_SCORING: dict[str, Any] = {
    "formula": "R-SELF-1",
    "weights": {"zero-tolerance": 10, "critical": 5, "major": 3, "minor": 1},
    "unproven_yes": "0.5",
    "letters": [["A", 90], ["B", 80], ["C", 65], ["D", 50], ["E", 0]],
    "caps": {"zero-tolerance": "E", "critical": "C"},
}
CRUCIAL_AREAS = {"PA7", "PA8", "PA11"}


@dataclass(frozen=True)
class Item:
    """One question with its answer. `value` is what the choice earns (0 to 1); None leaves it out (not applicable)."""

    key: str
    clause: str
    section: str
    criticality: str
    choice: str
    value: Decimal | None
    expects_evidence: bool = False
    has_evidence: bool = False


@dataclass(frozen=True)
class Line:
    """What one question brought: its weight, the part of it earned, and what it cost in points of the score."""

    key: str
    section: str
    weight: Fraction
    earned: Fraction
    cost: Decimal
    is_counted: bool
    is_unproven: bool


@dataclass(frozen=True)
class SectionResult:
    """A section's share: of `possible` points of the score it brought `points`."""

    section: str
    points: Decimal
    possible: Decimal
    percent: Decimal | None


@dataclass(frozen=True)
class Result:
    score: Decimal | None
    letter: str
    uncapped_letter: str
    is_blocked: bool
    earned: Decimal
    possible: Decimal
    lines: list[Line]
    sections: list[SectionResult]
    formula: str

    def as_data(self) -> dict[str, Any]:
        """What is frozen with the inspection: enough to repeat the arithmetic (B18)."""
        return {
            "formula": self.formula,
            "score": _text(self.score),
            "letter": self.letter,
            "uncapped_letter": self.uncapped_letter,
            "is_blocked": self.is_blocked,
            "earned": str(self.earned),
            "possible": str(self.possible),
            "sections": [
                {
                    "section": s.section,
                    "points": str(s.points),
                    "possible": str(s.possible),
                    "percent": _text(s.percent),
                }
                for s in self.sections
            ],
            "lines": [
                {
                    "key": line.key,
                    "section": line.section,
                    "weight": str(quantize(line.weight, "0.0001")),
                    "earned": str(quantize(line.earned, "0.0001")),
                    "cost": str(line.cost),
                    "is_counted": line.is_counted,
                    "is_unproven": line.is_unproven,
                }
                for line in self.lines
            ],
        }


def self_inspection(items: Sequence[Item], scoring: Mapping[str, Any] = DEFAULT_SCORING) -> Result:
    """R-SELF-1. A clause's weight is shared equally by its questions asked here; one that does not apply takes its
    share out of the sum. A question without an answer is left out too, so that the score can be shown while filling in.
    """
    weights = _shares(items, scoring["weights"])
    counted = {item.key for item in items if item.choice and item.value is not None}
    possible = sum((weights[key] for key in counted), Fraction(0))
    lines = [_line(item, weights[item.key], item.key in counted, possible, scoring) for item in items]
    earned = sum((line.earned for line in lines), Fraction(0))
    score = quantize(100 * earned / possible, "0.1") if possible else None
    letter = uncapped = letter_of(score, scoring["letters"]) if score is not None else ""
    refused = {item.criticality for item in items if item.choice == "no"}
    for criticality, cap in scoring["caps"].items():
        if letter and criticality in refused:
            letter = max(letter, cap)
    return Result(
        score,
        letter,
        uncapped,
        "zero-tolerance" in refused,
        quantize(earned, "0.01"),
        quantize(possible, "0.01"),
        lines,
        _sections(lines, possible),
        scoring["formula"],
    )


def _shares(items: Iterable[Item], weights: Mapping[str, Any]) -> dict[str, Fraction]:
    items = list(items)
    asked: dict[str, int] = {}
    for item in items:
        asked[item.clause] = asked.get(item.clause, 0) + 1
    return {item.key: Fraction(str(weights[item.criticality])) / asked[item.clause] for item in items}


def _line(item: Item, weight: Fraction, is_counted: bool, possible: Fraction, scoring: Mapping[str, Any]) -> Line:
    if not is_counted or item.value is None:
        return Line(item.key, item.section, weight, Fraction(0), Decimal("0.0"), False, False)
    is_unproven = item.choice == "yes" and item.expects_evidence and not item.has_evidence
    value = min(Fraction(item.value), Fraction(scoring["unproven_yes"])) if is_unproven else Fraction(item.value)
    cost = quantize(100 * weight * (1 - value) / possible, "0.1")
    return Line(item.key, item.section, weight, weight * value, cost, True, is_unproven)


def _sections(lines: Sequence[Line], total: Fraction) -> list[SectionResult]:
    results = []
    for section in dict.fromkeys(line.section for line in lines):
        counted = [line for line in lines if line.section == section and line.is_counted]
        possible = sum((line.weight for line in counted), Fraction(0))
        earned = sum((line.earned for line in counted), Fraction(0))
        results.append(
            SectionResult(
                section,
                quantize(100 * earned / total, "0.1") if total else Decimal("0.0"),
                quantize(100 * possible / total, "0.1") if total else Decimal("0.0"),
                quantize(100 * earned / possible, "0.1") if possible else None,
            )
        )
    return results


def letter_of(score: Decimal, letters: Sequence[Sequence[Any]]) -> str:
    """The first letter whose lower bound the score reaches; letters are listed from best to worst."""
    return next(letter for letter, bound in letters if score >= Decimal(str(bound)))


def scoring_problems(scoring: Mapping[str, Any], criticalities: Iterable[str]) -> list[str]:
    """What makes a scoring unusable (B19): codes of criticalities without a weight, `weights`, `letters`."""
    weights = scoring.get("weights", {})
    problems = sorted({c for c in criticalities if not weights.get(c)})
    if any(Fraction(str(w)) < 0 for w in weights.values()) or not any(weights.values()):
        problems.append("weights")
    bounds = [Decimal(str(bound)) for _letter, bound in scoring.get("letters", [])]
    if not bounds or bounds != sorted(bounds, reverse=True) or bounds[-1] != 0:
        problems.append("letters")
    return problems


@dataclass(frozen=True)
class BsciArea:
    points: int
    percent: Decimal
    letter: str


def bsci_area(answers: Sequence[tuple[str, bool | None]], *, area: str) -> BsciArea:
    """R-BSCI-1, an estimate only. `answers`: (yes|partly|no|na, crucial); an unknown flag counts as not crucial."""
    applicable = [(choice, crucial) for choice, crucial in answers if choice != "na"]
    points = sum(_bsci_points(choice, bool(crucial), area) for choice, crucial in applicable)
    share = Fraction(max(0, points) * 100, 10 * len(applicable)) if applicable else Fraction(0)
    percent = quantize(share, "1")
    return BsciArea(points, percent, letter_of(percent, [["A", 86], ["B", 71], ["C", 51], ["D", 30], ["E", 0]]))


def _bsci_points(choice: str, crucial: bool, area: str) -> int:
    if not crucial:
        return {"yes": 10, "partly": 5, "no": 0}[choice]
    if area in CRUCIAL_AREAS:
        return {"yes": 10, "partly": -20, "no": -40}[choice]
    return {"yes": 10, "partly": -5, "no": -10}[choice]


def bsci_overall(letters: Sequence[str], *, is_zero_tolerance: bool = False, access_refused: bool = False) -> str:
    """R-BSCI-2: the first condition from top to bottom that holds."""
    if is_zero_tolerance:
        return "ZT"
    if access_refused:
        return "E"
    count = {letter: list(letters).count(letter) for letter in "ABCDE"}
    if count["A"] >= 7 and not count["C"] and not count["D"] and not count["E"]:
        return "A"
    if count["C"] <= 3 and not count["D"] and not count["E"]:
        return "B"
    if count["D"] <= 2 and not count["E"]:
        return "C"
    return "E" if count["E"] >= 7 else "D"


def rba_score(*, applicable: int, conforming: int, priority: int = 0, major: int = 0, minor: int = 0) -> Decimal:
    """R-RBA-1: the VAP score, at least 0."""
    if not applicable:
        raise ValueError("A VAP score needs at least one applicable item.")
    score = Fraction(200 * conforming, applicable) - (20 * priority + 4 * major + minor)
    return quantize(max(score, Fraction(0)), "0.1")


def rba_severity(
    *,
    imminent_risk: bool = False,
    law_broken: bool = False,
    is_systemic: bool = False,
    affected: int = 0,
    sampled: int = 0,
    meets_minimum: bool = False,
) -> str:
    """R-RBA-2: priority, major, minor or risk, asked in this order."""
    if imminent_risk:
        return "priority"
    if law_broken or is_systemic or (sampled and 5 * affected >= sampled):
        return "major"
    return "risk" if meets_minimum else "minor"


def rba_recognition(
    score: Decimal, *, open_priority: int = 0, open_major: int = 0, open_minor: int = 0, is_vap: bool = True
) -> str:
    """R-RBA-3: platinum, gold, silver or nothing; open means not closed with verification."""
    if not is_vap or open_priority:
        return ""
    if score >= 200 and not open_major and not open_minor:
        return "platinum"
    if score >= 180 and not open_major:
        return "gold"
    return "silver" if score >= 160 else ""


def quantize(value: Fraction | Decimal, places: str) -> Decimal:
    """Round half up to the places of `places`, exactly."""
    step = Fraction(places)
    whole = Fraction(value) / step
    rounded = (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)
    return (Decimal(rounded) * Decimal(places)).quantize(Decimal(places), rounding=ROUND_HALF_UP)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
