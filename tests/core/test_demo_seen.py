"""What the demo's auditors have seen fits the clause it is written down under."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings

from audits.workflow.findings.raising import TITLE_LENGTH
from audits.workflow.findings.steps import TWO_MONTH_TOPICS
from csr_portal.demo.seen import SEEN, suited


@pytest.fixture(scope="module")
def standard():
    return yaml.safe_load(Path(settings.BASE_DIR, "audits/data/sa8000.yaml").read_text(encoding="utf-8"))


def test_each_is_written_under_a_clause_that_fits_and_none_is_zero_tolerance(standard):
    clauses = {clause["id"]: clause for clause in standard["clauses"]}
    sections = {section["id"]: section for section in standard["sections"]}
    for seen in SEEN:
        clause = clauses[seen.clause]
        topic = clause.get("topic") or sections[clause["section"]]["topic"]
        assert (seen.clause, seen.is_slow) == (seen.clause, topic in TWO_MONTH_TOPICS)
        assert clause["criticality"] != "zero-tolerance"


def test_words_are_there_in_both_languages_and_short_enough():
    for seen in SEEN:
        assert all(seen.en) and all(seen.zh)
        assert seen.words("zh-hans") is seen.zh
        assert seen.words("ja") is seen.en
        assert max(len(seen.en.title), len(seen.zh.title)) <= TITLE_LENGTH


def test_findings_reach_several_chapters_also_of_those_on_their_way_to_strategic():
    clauses = {seen.clause for seen in SEEN}
    chapters = {
        (grade, quick): sorted({seen.clause[0] for seen in suited(grade, clauses, is_quick=quick)})
        for grade in ("minor", "major")
        for quick in (False, True)
    }
    assert chapters == {
        ("minor", False): ["1", "2", "3", "4", "5", "7", "8", "9"],
        ("minor", True): ["1", "2", "3", "4", "5", "9"],
        ("major", False): ["3", "7", "8", "9"],
        ("major", True): ["3", "9"],
    }
    assert suited("minor", {"1.1"}, is_quick=False) == []
