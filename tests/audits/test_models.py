import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from audits.models import AnswerChange, SelfInspection
from audits.models.questionnaires import applies
from tests.factories.audits import AnswerFactory, SelfInspectionFactory

pytestmark = pytest.mark.django_db


def test_self_inspections_are_visible_to_their_supplier_and_staff_only(acme, alice, mallory, buyer, auditor):
    inspection = SelfInspectionFactory(site__supplier=acme)
    seen = {person: list(SelfInspection.objects.visible_to(person)) for person in (alice, mallory, buyer, auditor)}
    assert seen == {alice: [inspection], mallory: [], buyer: [inspection], auditor: [inspection]}


def test_overdue_is_computed_and_keeps_the_inspection_editable(acme):
    inspection = SelfInspectionFactory(site__supplier=acme, due_on=dt.date(2026, 11, 20))
    assert (inspection.is_overdue(dt.date(2026, 11, 20)), inspection.is_overdue(dt.date(2026, 11, 21))) == (False, True)
    assert inspection.is_editable is True
    assert list(SelfInspection.objects.overdue(dt.date(2026, 11, 21))) == [inspection]


def test_answer_changes_are_only_added():
    change = AnswerChange.objects.create(answer=AnswerFactory(), choice="yes", revision=1)
    with pytest.raises(ValidationError):
        change.save()
    with pytest.raises(ValidationError):
        change.delete()


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ({}, {}, True),
        ({"has_dormitory": True}, {"has_dormitory": True}, True),
        ({"has_dormitory": True}, {}, False),
        ({"workers_young": True}, {"workers_young": 3}, True),
        ({"workers_young": True}, {"workers_young": 0}, False),
    ],
)
def test_question_applies_by_the_facts_of_the_site(condition, facts, expected):
    assert applies(condition, facts) is expected
