"""Findings from answers “no” of a self-inspection, and the verdict about a file."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from audits.models import AnswerEvidence, Finding
from audits.workflow import findings, inspections
from csr_portal.core.workflow import WorkflowError
from tests.factories.audits import AnswerFactory, QuestionFactory, QuestionnaireVersionFactory, SelfInspectionFactory
from tests.factories.suppliers import EvidenceFactory, SiteFactory


@pytest.fixture
def inspection(acme, alice):
    version = QuestionnaireVersionFactory()
    inspection = SelfInspectionFactory(
        site=SiteFactory(supplier=acme), version=version, status="submitted", turn="csr", total=4
    )
    answers = [("a", "major", "no"), ("b", "critical", "no"), ("c", "zero-tolerance", "yes"), ("d", "minor", "no")]
    for key, criticality, choice in answers:
        question = QuestionFactory(version=version, key=key, criticality=criticality)
        AnswerFactory(inspection=inspection, question=question, choice=choice, note="灭火器已过期")
    return inspection


def ids(inspection, *keys):
    return set(inspection.version.questions.filter(key__in=keys).values_list("pk", flat=True))


def test_each_chosen_no_becomes_a_finding_graded_by_its_question(inspection, csr_manager):
    opened = findings.open_from_answers(inspection, ids(inspection, "a", "b"), by=csr_manager)
    assert [(f.grade, f.origin, f.question.key, f.site) for f in opened] == [
        ("major", "self_inspection", "a", inspection.site),
        ("critical", "self_inspection", "b", inspection.site),
    ]
    assert opened[0].clause == opened[0].question.clause
    assert opened[0].facts == f"Answered “no” in the self-inspection {inspection.number}, question 1. 灭火器已过期"


def test_an_answer_that_has_a_finding_or_is_not_no_gives_none(inspection, csr_manager):
    findings.open_from_answers(inspection, ids(inspection, "a"), by=csr_manager)
    opened = findings.open_from_answers(inspection, ids(inspection, "a", "c", "d"), by=csr_manager)
    assert [finding.question.key for finding in opened] == ["d"]
    assert Finding.objects.count() == 2


def test_findings_from_answers_wait_for_the_submission(inspection, csr_manager):
    type(inspection).objects.filter(pk=inspection.pk).update(status="in_progress")
    with pytest.raises(WorkflowError):
        findings.open_from_answers(inspection, ids(inspection, "a"), by=csr_manager)


def test_findings_from_answers_are_refused_to_a_buyer(inspection, buyer):
    with pytest.raises(PermissionDenied):
        findings.open_from_answers(inspection, ids(inspection, "a"), by=buyer)


def test_page_offers_only_what_has_no_finding_yet(inspection, csr_manager, login):
    client = login(csr_manager)
    page = reverse("staff:inspection-detail", args=[inspection.pk])
    assert [row.question.key for row in client.get(page).context["without_finding"]] == ["a", "b", "d"]
    url = reverse("staff:inspection-findings", args=[inspection.pk])
    assert client.post(url, {"question": [*ids(inspection, "a"), "x"]}).url == page
    assert [row.question.key for row in client.get(page).context["without_finding"]] == ["b", "d"]


@pytest.fixture
def link(inspection, acme):
    return AnswerEvidence.objects.create(answer=inspection.answers.first(), evidence=EvidenceFactory(supplier=acme))


@pytest.mark.parametrize(
    ("verdict", "reason", "note", "kept"),
    [
        ("accepted", "", "", ("accepted", "", "")),
        ("accepted", "expired", "x", ("accepted", "", "")),
        ("refused", "expired", "", ("refused", "expired", "")),
        ("refused", "other", "Wrong page", ("refused", "other", "Wrong page")),
    ],
)
def test_verdict_about_a_file_keeps_the_reason_of_a_refusal(link, csr_manager, verdict, reason, note, kept):
    inspections.judge_file(link, verdict, by=csr_manager, reason=reason, note=note)
    link.refresh_from_db()
    assert (link.verdict, link.refusal, link.verdict_note) == kept


@pytest.mark.parametrize(("reason", "note"), [("", "x"), ("other", " "), ("nonsense", "x")])
def test_refused_file_needs_a_reason_from_the_list(link, csr_manager, reason, note):
    with pytest.raises(ValidationError):
        inspections.judge_file(link, "refused", by=csr_manager, reason=reason, note=note)
    link.refresh_from_db()
    assert link.verdict == ""


def test_supplier_reads_why_a_file_was_refused(inspection, link, alice, csr_manager, login):
    inspections.judge_file(link, "refused", by=csr_manager, reason="expired", note="March 2024")
    type(inspection).objects.filter(pk=inspection.pk).update(status="accepted", facts_confirmed=True)
    alice.language = "en"
    alice.save()
    page = reverse("portal:inspection-question", args=[inspection.pk, link.answer.question_id])
    thumbs = login(alice).get(page).context["thumbs"]
    assert [thumb["note"] for thumb in thumbs] == ["Too old or expired · March 2024"]
