import pytest

from agreements.models import Clause, Version
from agreements.workflow import missing_in_text
from tests.factories.agreements import load_texts

pytestmark = pytest.mark.django_db


def test_shipped_texts_are_complete_and_published():
    agreement, guideline = load_texts()
    assert [missing_in_text(agreement), missing_in_text(guideline)] == [[], []]
    assert [agreement.status, guideline.status] == ["published", "published"]
    assert (agreement.clauses.count(), guideline.clauses.count(), guideline.check_questions.count()) == (15, 8, 3)


def test_load_changes_nothing_when_run_again():
    load_texts()
    before = (Version.objects.count(), Clause.objects.count())
    load_texts()
    assert (Version.objects.count(), Clause.objects.count()) == before
