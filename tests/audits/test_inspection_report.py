import pytest
from django.utils import translation

from audits.models import SelfInspectionReport
from audits.reports.inspections import inspection_content, printed
from tests.factories.audits import AnswerFactory, QuestionFactory, SelfInspectionFactory
from tests.factories.suppliers import SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspection(acme):
    inspection = SelfInspectionFactory(site=SiteFactory(supplier=acme))
    for number in range(3):
        QuestionFactory(version=inspection.version, position=number, key=f"q{number}")
    AnswerFactory(inspection=inspection, question=inspection.version.questions.get(key="q1"), choice="no", note="二楼")
    return inspection


def test_report_prints_every_question_and_says_which_is_not_answered(inspection):
    content = inspection_content(inspection)
    assert (content["questions_in"], content["questions_out"], content["unanswered"]) == (3, 3, 2)
    assert [row["choice"] for section in content["sections"] for row in section["rows"]] == ["", "no", ""]


@pytest.mark.parametrize(("language", "label"), [("en", "no"), ("zh-hans", "no（中）"), ("ja", "no（日）")])
def test_report_speaks_the_chosen_language(inspection, language, label):
    with translation.override(language):
        content = printed(inspection_content(inspection))
    rows = [row for section in content["sections"] for row in section["rows"]]
    assert [row["label"] for row in rows] == ["", label, ""]


def test_report_leaves_out_unconfirmed_answers_of_the_last_time(inspection):
    inspection.answers.update(confirmed=False)
    assert inspection_content(inspection)["unanswered"] == 3


def test_report_asked_for_twice_is_one_row(inspection, alice, login):
    client = login(alice)
    for _ in range(2):
        client.post(f"/portal/inspections/{inspection.pk}/report/", {"language": "ja"})
    assert list(SelfInspectionReport.objects.values_list("language", flat=True)) == ["ja"]
