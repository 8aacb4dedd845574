import pytest

from audits import defaults
from audits.models import Choice, Clause, Question, QuestionnaireVersion, Standard
from csr_portal.core.workflow import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    defaults.load(SYSTEM)


def counts():
    return (
        Standard.objects.count(),
        Clause.objects.count(),
        Clause.maps_to.through.objects.count(),
        QuestionnaireVersion.objects.count(),
        Question.objects.count(),
        Choice.objects.count(),
    )


def test_loading_twice_changes_nothing(loaded):
    before = counts()
    defaults.load(SYSTEM)
    assert counts() == before


def test_every_clause_and_question_of_the_files_arrives(loaded):
    found = {
        standard.code: (standard.sections.count(), standard.clauses.count()) for standard in Standard.objects.all()
    }
    assert found == {"sa8000": (18, 62), "rba": (5, 42), "bsci": (13, 81)}
    asked = {v.questionnaire.code: (v.status, v.questions.count()) for v in QuestionnaireVersion.objects.all()}
    assert asked == {
        "sa8000": ("published", 82),
        "rba": ("published", 59),
        "bsci": ("published", 81),
        "short": ("published", 20),
    }


def test_crosswalk_is_symmetric(loaded):
    pairs = set(Clause.maps_to.through.objects.values_list("from_clause__key", "to_clause__key"))
    assert {(b, a) for a, b in pairs} == pairs
    assert {
        (c["key"], other)
        for code in defaults.STANDARDS
        for c in defaults.read(code)["clauses"]
        for other in c["maps_to"]
    } <= pairs


def test_clauses_are_sorted_by_their_numeric_parts(loaded):
    numbers = list(Clause.objects.filter(standard__code="sa8000").values_list("number", flat=True))
    assert numbers.index("3.9") + 1 == numbers.index("3.10")
    assert numbers.index("9.2.1") < numbers.index("9.10.1")
    assert Clause.objects.get(key="sa8000:3.10").number == "3.10"


def test_answers_stay_texts_and_not_applicable_only_where_allowed(loaded):
    assert set(Choice.objects.values_list("code", flat=True)) == {"yes", "no", "na"}
    assert not Choice.objects.filter(code="na", question__allows_na=False).exists()


def test_zero_tolerance_is_asked_everywhere(loaded):
    assert {str(q.applies_if) for q in Question.objects.filter(criticality="zero-tolerance")} == {"{}"}


def test_questions_of_dormitories_and_young_workers_depend_on_the_site(loaded):
    conditions = dict(
        Question.objects.filter(key__in=["sa8000:3.9:q1", "sa8000:1.4:q1", "sa8000:8.5:q1"]).values_list(
            "key", "applies_if"
        )
    )
    assert conditions["sa8000:1.4:q1"] == {"workers_young": True}
    assert conditions["sa8000:8.5:q1"] == {}
