import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import AnswerChange, AnswerEvidence, SelfInspection
from audits.states import InspectionStatus as S
from audits.workflow import inspections as workflow
from audits.workflow import questionnaires
from audits.workflow.evidence import keep_file
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.timezones import last_valid_day, today
from csr_portal.core.workflow import WorkflowError, available
from suppliers.models import Evidence
from tests.factories.audits import (
    AnswerFactory,
    EvidenceTypeFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    SelfInspectionFactory,
)
from tests.factories.suppliers import EvidenceFactory, SiteFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
IN_A_MONTH = dt.date(2099, 1, 31)


@pytest.fixture
def version():
    version = QuestionnaireVersionFactory()
    QuestionFactory(version=version, key="a", position=1, criticality="zero-tolerance")
    QuestionFactory(version=version, key="b", position=2, allows_na=True)
    return version


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


@pytest.fixture
def inspection(site, version, buyer):
    return workflow.assign(site, version, due_on=IN_A_MONTH, by=buyer)


def questions(inspection):
    return {question.key: question for question in inspection.version.questions.all()}


def answer(inspection, person, key, choice, **more):
    question = questions(inspection)[key]
    return workflow.save_answer(
        inspection.pk, question.pk, supplier=inspection.supplier, by=person, choice=choice, **more
    )


@pytest.fixture
def submitted(inspection, alice):
    answer(inspection, alice, "a", "yes")
    answer(inspection, alice, "b", "yes")
    workflow.submit(inspection, by=alice)
    return inspection


# From where, to where, who: written by hand, compared with the table.
EXPECTED = {
    S.ASSIGNED: {"alice": {"inspection.start", "inspection.submit"}},
    S.IN_PROGRESS: {"alice": {"inspection.submit"}},
    S.SUBMITTED: {"csr_manager": {"inspection.return", "inspection.accept"}},
    S.RETURNED: {"alice": {"inspection.submit"}},
    S.ACCEPTED: {"csr_manager": {"inspection.reopen"}},
}


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("person", ["alice", "mallory", "buyer", "csr_manager", "auditor", "administrator"])
def test_steps_are_offered_to_whom_the_table_says(status, person, request, site, version, alice):
    who = request.getfixturevalue(person)
    inspection = SelfInspectionFactory(site=site, version=version, status=status)
    offered = {offer.name for offer in available(workflow.STEPS, inspection, who)}
    assert offered == EXPECTED[status].get(person, set())


def test_assign_counts_the_questions_and_tells_the_supplier(site, version, alice, buyer):
    inspection = workflow.assign(site, version, due_on=IN_A_MONTH, by=buyer)
    assert (inspection.status, inspection.turn, inspection.total, inspection.answered) == (S.ASSIGNED, "supplier", 2, 0)
    assert list(Notice.objects.values_list("recipient__email", "kind")) == [(alice.email, "inspection_assigned")]
    inspection.supplier.refresh_from_db()
    assert (inspection.supplier.inspection_status, inspection.supplier.next_turn) == ("assigned", "supplier")


def test_assign_is_refused_twice_for_the_same_site_and_version(inspection, site, version, buyer):
    with pytest.raises(WorkflowError) as error:
        workflow.assign(site, version, due_on=IN_A_MONTH, by=buyer)
    assert [blocker.code for blocker in error.value.blockers] == ["open_inspection"]


def test_assign_is_refused_to_a_supplier(site, version, alice):
    with pytest.raises(PermissionDenied):
        workflow.assign(site, version, due_on=IN_A_MONTH, by=alice)


def test_assign_asks_only_what_applies_at_the_site(site, version, buyer):
    QuestionFactory(version=version, key="c", position=3, applies_if={"has_dormitory": True})
    assert workflow.assign(site, version, due_on=IN_A_MONTH, by=buyer).total == 2


def test_facts_change_the_questions_and_keep_the_answers(inspection, alice):
    QuestionFactory(version=inspection.version, key="c", position=3, applies_if={"has_dormitory": True})
    workflow.save_facts(inspection, {"has_dormitory": True}, by=alice)
    answer(inspection, alice, "c", "yes")
    inspection.refresh_from_db()
    assert (inspection.answered, inspection.total) == (1, 3)
    workflow.save_facts(inspection, {}, by=alice)
    assert (inspection.answered, inspection.total, inspection.answers.count()) == (0, 2, 1)


def test_first_answer_begins_the_work(inspection, alice):
    saved = answer(inspection, alice, "a", "yes", note="ok")
    inspection.refresh_from_db()
    assert (inspection.status, saved.revision, saved.answered, saved.total) == (S.IN_PROGRESS, 1, 1, 2)


@pytest.mark.parametrize(("key", "revision"), [("b", 0), ("a", 1)])
def test_saving_an_answer_takes_four_queries(inspection, alice, key, revision):
    answer(inspection, alice, "a", "yes")
    question = questions(inspection)[key]
    with CaptureQueriesContext(connection) as queries:
        workflow.save_answer(
            inspection.pk, question.pk, supplier=inspection.supplier, by=alice, choice="no", base_revision=revision
        )
    assert len([query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]) == 4


def test_answer_is_saved_once_however_often_it_is_sent(inspection, alice):
    client_id = uuid.uuid4()
    answer(inspection, alice, "a", "yes", client_id=client_id)
    answer(inspection, alice, "a", "no", base_revision=1)
    again = answer(inspection, alice, "a", "yes", client_id=client_id)
    row = inspection.answers.get()
    assert (again.is_repeat, row.choice, row.revision, AnswerChange.objects.count()) == (True, "no", 2, 2)


def test_second_saver_of_the_same_answer_sees_the_first(inspection, alice, bob):
    answer(inspection, alice, "a", "yes", note="Alice")
    with pytest.raises(workflow.AnswerConflict) as conflict:
        answer(inspection, bob, "a", "no")
    assert (conflict.value.theirs.note, conflict.value.theirs.answered_by) == ("Alice", alice)
    assert inspection.answers.get().choice == "yes"


def test_answer_is_refused_for_a_choice_that_is_not_offered(inspection, alice):
    with pytest.raises(ValidationError):
        answer(inspection, alice, "a", "na")


def test_answer_is_refused_after_submission(submitted, alice):
    with pytest.raises(WorkflowError):
        answer(submitted, alice, "a", "no", base_revision=1)


def test_passed_deadline_leaves_everything_open(inspection, alice):
    SelfInspection.objects.filter(pk=inspection.pk).update(due_on=dt.date(2020, 1, 1))
    assert answer(inspection, alice, "a", "yes").answered == 1


def test_clearing_an_answer_takes_it_from_the_count(inspection, alice):
    answer(inspection, alice, "a", "yes")
    assert answer(inspection, alice, "a", "", base_revision=1).answered == 0


def test_upload_is_kept_once_with_the_same_client_id(inspection, alice):
    client_id = uuid.uuid4()
    question = questions(inspection)["a"]
    links = [
        workflow.attach_upload(inspection, question, SimpleUploadedFile("消防.pdf", PDF), by=alice, client_id=client_id)
        for _ in range(2)
    ]
    assert links[0] == links[1]
    assert AnswerEvidence.objects.get().evidence.file.original_name == "消防.pdf"


def test_known_evidence_is_attached_without_sending_it_again(inspection, alice, acme, rival):
    question = questions(inspection)["a"]
    mine, foreign = EvidenceFactory(supplier=acme), EvidenceFactory(supplier=rival)
    link = workflow.attach_known(inspection, question, mine, by=alice)
    assert workflow.attach_known(inspection, question, mine, by=alice) == link
    with pytest.raises(WorkflowError):
        workflow.attach_known(inspection, question, foreign, by=alice)
    workflow.detach(link, by=alice)
    assert list(AnswerEvidence.objects.attached()) == []


def test_submit_names_all_that_is_missing(inspection, alice):
    answer(inspection, alice, "b", "na")
    with pytest.raises(WorkflowError) as error:
        workflow.submit(inspection, by=alice)
    assert [blocker.code for blocker in error.value.blockers] == ["unanswered", "na_reason"]
    assert all(blocker.url for blocker in error.value.blockers)


def test_submit_hands_over_and_tells_the_csr_managers(submitted, alice, csr_manager):
    assert (submitted.status, submitted.turn, submitted.submitted_by) == (S.SUBMITTED, "csr", alice)


def test_return_needs_a_marked_answer_and_a_reason(submitted, csr_manager):
    with pytest.raises(ValidationError):
        workflow.return_to_supplier(submitted, by=csr_manager, reason=" ")
    with pytest.raises(WorkflowError):
        workflow.return_to_supplier(submitted, by=csr_manager, reason="why")


def test_returned_answer_must_change_before_it_is_submitted_again(submitted, alice, csr_manager):
    row = submitted.answers.get(question__key="a")
    with pytest.raises(ValidationError):
        workflow.judge(row, "returned", by=csr_manager)
    workflow.judge(row, "returned", by=csr_manager, note="Photo of the lock")
    with pytest.raises(WorkflowError):
        workflow.accept(submitted, by=csr_manager)
    workflow.return_to_supplier(submitted, by=csr_manager, reason="One answer", due_on=IN_A_MONTH)
    assert (submitted.status, submitted.turn) == (S.RETURNED, "supplier")
    with pytest.raises(WorkflowError) as error:
        workflow.submit(submitted, by=alice)
    assert [blocker.code for blocker in error.value.blockers] == ["returned"]
    answer(submitted, alice, "a", "yes", note="Here it is", base_revision=1)
    workflow.submit(submitted, by=alice)
    assert submitted.status == S.SUBMITTED


def test_accept_freezes_the_score_for_twelve_months(submitted, csr_manager):
    workflow.accept(submitted, by=csr_manager)
    assert (submitted.score, submitted.letter, submitted.is_blocked) == (Decimal("100.0"), "A", False)
    assert submitted.valid_until == last_valid_day(today(), months=12)
    assert submitted.result["formula"] == "R-SELF-1"
    submitted.supplier.refresh_from_db()
    assert (submitted.supplier.inspection_status, submitted.supplier.inspection_score) == ("accepted", Decimal("100.0"))


def test_accept_blocks_on_a_zero_tolerance_no(inspection, alice, csr_manager):
    answer(inspection, alice, "a", "no")
    answer(inspection, alice, "b", "yes")
    workflow.submit(inspection, by=alice)
    workflow.accept(inspection, by=csr_manager)
    assert (inspection.letter, inspection.is_blocked) == ("E", True)
    assert Notice.objects.filter(kind="inspection_blocked", recipient=csr_manager).count() == 1


def test_yes_without_expected_evidence_counts_half(inspection, alice, csr_manager):
    questions(inspection)["b"].expected_evidence.add(EvidenceTypeFactory())
    answer(inspection, alice, "a", "yes")
    answer(inspection, alice, "b", "yes")
    workflow.submit(inspection, by=alice)
    workflow.accept(inspection, by=csr_manager)
    assert inspection.score == Decimal("88.5")


def test_reopen_restores_everything_and_takes_the_score_away(submitted, csr_manager, alice):
    workflow.accept(submitted, by=csr_manager)
    workflow.reopen(submitted, by=csr_manager, reason="New building")
    assert (submitted.status, submitted.score, submitted.valid_until) == (S.IN_PROGRESS, None, None)
    assert sorted(submitted.answers.values_list("choice", flat=True)) == ["yes", "yes"]
    workflow.submit(submitted, by=alice)


def test_extend_works_before_and_after_the_deadline(inspection, buyer, alice):
    SelfInspection.objects.filter(pk=inspection.pk).update(due_on=dt.date(2020, 1, 1))
    assert workflow.extend_many([inspection], dt.date(2098, 1, 1), by=buyer) == 1
    assert inspection.due_on == dt.date(2098, 1, 1)
    with pytest.raises(ValidationError):
        workflow.extend(inspection, dt.date(2020, 1, 1), by=buyer)
    with pytest.raises(PermissionDenied):
        workflow.extend(inspection, dt.date(2098, 1, 1), by=alice)


def test_next_year_begins_from_last_years_answers_to_be_confirmed(submitted, csr_manager, buyer, alice):
    workflow.accept(submitted, by=csr_manager)
    following = workflow.assign(submitted.site, submitted.version, due_on=IN_A_MONTH, by=buyer)
    assert (following.answered, following.answers.count()) == (0, 2)
    with pytest.raises(WorkflowError) as error:
        workflow.submit(following, by=alice)
    assert [blocker.code for blocker in error.value.blockers] == ["to_confirm", "to_confirm"]
    assert answer(following, alice, "a", "yes", base_revision=1).answered == 1


def test_campaign_leaves_out_who_is_already_asked(inspection, version, rival, buyer, acme):
    other = SiteFactory(supplier=rival)
    plan = workflow.campaign_plan(version, type(acme).objects.all())
    assert [(p.site, [b.code for b in p.blockers]) for p in plan] == [
        (inspection.site, ["open_inspection"]),
        (other, []),
    ]


def test_publish_names_every_missing_translation(csr_manager):
    version = QuestionnaireVersionFactory(status="draft", scoring={})
    question = QuestionFactory(version=version)
    question.help = {"en": "only English"}
    question.save()
    with pytest.raises(WorkflowError) as error:
        questionnaires.publish(version, by=csr_manager)
    assert [b.code for b in error.value.blockers] == ["translation", "translation", "scoring", "scoring", "scoring"]


def test_every_step_leaves_its_history(submitted, csr_manager):
    workflow.accept(submitted, by=csr_manager)
    actions = list(HistoryEntry.objects.about(submitted).order_by("pk").values_list("action", flat=True))
    assert actions == ["inspection.assign", "inspection.start", "inspection.submit", "inspection.accept"]


def test_answers_of_another_supplier_do_not_exist(inspection, rival, mallory):
    AnswerFactory(inspection=inspection, question=questions(inspection)["a"])
    with pytest.raises(type(questions(inspection)["a"]).DoesNotExist):
        workflow.save_answer(
            inspection.pk, questions(inspection)["a"].pk, supplier=rival, by=mallory, choice="no", base_revision=1
        )


# One file, one piece of evidence


def pdf():
    return SimpleUploadedFile("消防.pdf", PDF)


def test_the_same_file_for_two_questions_is_one_piece_of_evidence(inspection, alice):
    known = questions(inspection)
    first = workflow.attach_upload(inspection, known["a"], pdf(), by=alice)
    second = workflow.attach_upload(inspection, known["b"], pdf(), by=alice)
    again = workflow.attach_upload(inspection, known["b"], pdf(), by=alice)
    assert (second.evidence, again) == (first.evidence, second)
    assert Evidence.objects.filter(supplier=inspection.supplier).count() == 1


def test_a_file_of_another_day_of_another_supplier_or_withdrawn_is_another_piece(
    inspection, alice, acme, rival, mallory
):
    question = questions(inspection)["a"]
    theirs = keep_file(rival, None, pdf(), by=mallory)
    first = workflow.attach_upload(inspection, question, pdf(), by=alice, effective_on=dt.date(2026, 5, 1))
    later = workflow.attach_upload(inspection, question, pdf(), by=alice, effective_on=dt.date(2026, 6, 1))
    Evidence.objects.filter(supplier=acme).update(withdrawn_at="2026-07-01T00:00Z", withdrawn_reason="wrong site")
    fresh = workflow.attach_upload(inspection, question, pdf(), by=alice)
    assert len({theirs.pk, first.evidence_id, later.evidence_id, fresh.evidence_id}) == 4
