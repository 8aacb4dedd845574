from decimal import Decimal

import pytest

from audits import scoring
from audits.scoring import Item


def items(*groups):
    """`groups` are (number, criticality, choice, is proven): one question per clause."""
    made = []
    for number, criticality, choice, proven in groups:
        for _ in range(number):
            key = f"q{len(made)}"
            value = {"yes": Decimal(1), "no": Decimal(0), "partly": Decimal("0.5")}.get(choice)
            made.append(Item(key, key, "s", criticality, choice, value, True, proven))
    return made


R_SELF_1 = [
    (10, "zero-tolerance", "yes", True),
    (18, "critical", "yes", True),
    (24, "major", "yes", True),
    (8, "minor", "yes", True),
    (1, "critical", "yes", False),
    (4, "major", "yes", False),
    (3, "major", "no", False),
    (2, "minor", "no", False),
]


def test_self_inspection_scores_as_in_r_self_1():
    result = scoring.self_inspection(items(*R_SELF_1))
    assert (result.earned, result.possible) == (Decimal("278.50"), Decimal("298.00"))
    assert (result.score, result.letter, result.is_blocked) == (Decimal("93.5"), "A", False)


def test_self_inspection_is_capped_at_c_by_a_critical_no_as_in_r_self_1():
    changed = [*R_SELF_1[:1], (17, "critical", "yes", True), (1, "critical", "no", True), *R_SELF_1[2:]]
    result = scoring.self_inspection(items(*changed))
    assert (result.score, result.uncapped_letter, result.letter) == (Decimal("91.8"), "A", "C")


def test_self_inspection_is_blocked_with_letter_e_by_a_zero_tolerance_no():
    result = scoring.self_inspection(items((1, "zero-tolerance", "no", True), (60, "critical", "yes", True)))
    assert (result.uncapped_letter, result.letter, result.is_blocked) == ("A", "E", True)


def test_self_inspection_leaves_not_applicable_and_unanswered_out():
    result = scoring.self_inspection(
        items((1, "major", "yes", True), (1, "major", "na", False), (1, "minor", "", True))
    )
    assert (result.score, result.possible) == (Decimal("100.0"), Decimal("3.00"))


def test_self_inspection_without_any_counted_answer_has_no_score():
    result = scoring.self_inspection(items((1, "major", "na", True)))
    assert (result.score, result.letter) == (None, "")


def test_clause_weight_is_shared_by_its_questions():
    pair = [
        Item("a", "1.1", "s", "major", "yes", Decimal(1)),
        Item("b", "1.1", "s", "major", "no", Decimal(0)),
        Item("c", "1.2", "s", "major", "yes", Decimal(1)),
    ]
    result = scoring.self_inspection(pair)
    assert [line.cost for line in result.lines] == [Decimal("0.0"), Decimal("25.0"), Decimal("0.0")]
    assert result.score == Decimal("75.0")


def test_yes_without_expected_evidence_is_worth_half_and_says_so():
    result = scoring.self_inspection(items((1, "major", "yes", False), (1, "major", "yes", True)))
    assert (result.score, [line.is_unproven for line in result.lines]) == (Decimal("75.0"), [True, False])


def test_sections_add_up_to_the_score():
    a, b = items((1, "critical", "yes", True), (1, "critical", "no", True))
    b = Item("b", "b", "t", "critical", "no", Decimal(0))
    result = scoring.self_inspection([a, b])
    assert [(s.section, s.points, s.possible, s.percent) for s in result.sections] == [
        ("s", Decimal("50.0"), Decimal("50.0"), Decimal("100.0")),
        ("t", Decimal("0.0"), Decimal("50.0"), Decimal("0.0")),
    ]


def test_frozen_result_repeats_the_arithmetic():
    data = scoring.self_inspection(items(*R_SELF_1)).as_data()
    earned = sum(Decimal(line["earned"]) for line in data["lines"])
    possible = sum(Decimal(line["weight"]) for line in data["lines"] if line["is_counted"])
    assert (earned, possible, data["score"], data["formula"]) == (Decimal("278.5"), Decimal(298), "93.5", "R-SELF-1")


@pytest.mark.parametrize(
    ("score", "letter"),
    [("90.0", "A"), ("89.9", "B"), ("80.0", "B"), ("79.9", "C"), ("65", "C"), ("50", "D"), ("49.9", "E")],
)
def test_letters_follow_their_bounds(score, letter):
    assert scoring.letter_of(Decimal(score), scoring.DEFAULT_SCORING["letters"]) == letter


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({}, []),
        ({"weights": {"major": 3, "minor": 0}}, ["minor"]),
        ({"weights": {"major": -3, "minor": 1}}, ["weights"]),
        ({"letters": [["A", 80], ["B", 90], ["C", 0]]}, ["letters"]),
        ({"letters": []}, ["letters"]),
    ],
)
def test_wrong_scoring_is_caught(change, problems):
    assert scoring.scoring_problems(scoring.DEFAULT_SCORING | change, ["major", "minor"]) == problems


@pytest.mark.parametrize(
    ("area", "answers", "points", "percent", "letter"),
    [
        ("PA8", [("yes", True), ("yes", None), ("partly", False), ("no", False)], 25, 63, "C"),
        ("PA8", [("no", True), ("yes", False), ("yes", False), ("yes", False)], -10, 0, "E"),
        ("PA6", [("yes", False), ("partly", True), ("yes", False), ("no", True)], 5, 13, "E"),
        ("PA7", [("yes", False)] * 22 + [("partly", False)] * 2 + [("partly", True)], 210, 84, "B"),
    ],
)
def test_bsci_area_scores_as_in_r_bsci_1(area, answers, points, percent, letter):
    assert scoring.bsci_area(answers, area=area) == scoring.BsciArea(points, Decimal(percent), letter)


def test_bsci_leaves_not_applicable_out():
    assert scoring.bsci_area([("yes", False), ("na", True)], area="PA1").percent == Decimal(100)


@pytest.mark.parametrize(
    ("letters", "overall"),
    [
        ("A" * 8 + "B" * 5, "A"),
        ("A" * 6 + "B" * 7, "B"),
        ("A" * 10 + "C" * 3, "B"),
        ("A" * 9 + "C" * 4, "C"),
        ("A" * 11 + "D" * 2, "C"),
        ("A" * 12 + "E", "D"),
        ("A" * 6 + "E" * 7, "E"),
    ],
)
def test_bsci_overall_letter_is_as_in_r_bsci_2(letters, overall):
    assert scoring.bsci_overall(letters) == overall


def test_bsci_overall_letter_gives_way_to_zero_tolerance_and_refused_access():
    assert scoring.bsci_overall("A" * 13, is_zero_tolerance=True) == "ZT"
    assert scoring.bsci_overall("A" * 13, access_refused=True) == "E"


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ({"applicable": 50, "conforming": 44, "major": 2, "minor": 4}, "164.0"),
        ({"applicable": 54, "conforming": 53, "priority": 1}, "176.3"),
        ({"applicable": 42, "conforming": 42}, "200.0"),
        ({"applicable": 10, "conforming": 1, "priority": 9}, "0.0"),
    ],
)
def test_vap_score_is_as_in_r_rba_1(facts, score):
    assert scoring.rba_score(**facts) == Decimal(score)


def test_vap_score_is_refused_without_applicable_items():
    with pytest.raises(ValueError, match="at least one"):
        scoring.rba_score(applicable=0, conforming=0)


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"imminent_risk": True, "law_broken": True}, "priority"),
        ({"affected": 6, "sampled": 30}, "major"),
        ({"affected": 5, "sampled": 30}, "minor"),
        ({"affected": 5, "sampled": 30, "law_broken": True}, "major"),
        ({"is_systemic": True}, "major"),
        ({"meets_minimum": True}, "risk"),
    ],
)
def test_severity_is_as_in_r_rba_2(facts, severity):
    assert scoring.rba_severity(**facts) == severity


@pytest.mark.parametrize(
    ("score", "still_open", "recognition"),
    [
        ("164", {"open_major": 2}, "silver"),
        ("176.3", {"open_priority": 1}, ""),
        ("185", {"open_minor": 1}, "gold"),
        ("185", {"open_major": 1}, "silver"),
        ("200", {}, "platinum"),
        ("200", {"is_vap": False}, ""),
        ("159.9", {}, ""),
    ],
)
def test_recognition_is_as_in_r_rba_3(score, still_open, recognition):
    assert scoring.rba_recognition(Decimal(score), **still_open) == recognition
