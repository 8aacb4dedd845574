"""Writing a text: drafts, clauses, placeholders, what must be complete, what a version changes."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agreements import workflow
from agreements.changes import changed_words, compare, differences
from agreements.models import Agreement, Clause, Version
from agreements.placeholders import PLACEHOLDERS, filled, unknown_in
from agreements.reports import agreement_text, changes_for
from csr_portal.core.models import HistoryEntry, Organisation
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import AgreementFactory, VersionFactory, load_texts, texts

pytestmark = pytest.mark.django_db
WORDS = texts("We keep exits free.", "保持安全出口畅通。", "避難口を確保します。")


@pytest.fixture
def draft(csr_manager):
    """A draft with everything the shipped CSR agreement says."""
    return workflow.create_draft(load_texts()[0].document, number="2027.1", by=csr_manager)


def keys(version):
    return list(version.clauses.values_list("key", flat=True))


def fields(name, words):
    return {f"{name}:{code}": text for code, text in words.items()}


# Placeholders


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{supplier_name} and {company_name}", []),
        ("{supplier.password} {{ x }} {% now %}", ["{supplier.password}", "{ x }", "{% now %}", "{", "}"]),
        ("{Supplier_name}{Supplier_name}", ["{Supplier_name}"]),
        ("open { and } shut", ["{ and }"]),
        ("only }", ["}"]),
    ],
)
def test_unknown_placeholders_are_named(text, unknown):
    assert unknown_in(text) == unknown


def test_placeholders_are_words_and_nothing_else():
    values = {"supplier_name": "{company_name}<b>", "company_name": "BUY"}
    assert filled("{supplier_name}|{supplier_number}|{odd}", values) == "{company_name}<b>|–|{odd}"
    assert filled("{supplier_name}") == "[Supplier's name]"


def test_placeholders_are_filled_for_each_supplier(acme):
    version = VersionFactory(intro=texts("{supplier_name} to {company_name}, {agreement_number}", "", ""))
    agreement = AgreementFactory(supplier=acme, version=version)
    expected = f"{acme.name} to {Organisation.current().name or '–'}, {agreement.number}"
    assert agreement_text(agreement, "en", Organisation.current())["intro"] == expected
    assert set(PLACEHOLDERS) >= {"supplier_name", "company_name", "agreement_number"}


# Drafts


def test_draft_says_what_the_current_version_says_and_one_at_a_time(draft, csr_manager):
    current = Version.objects.current("csr_agreement")
    assert keys(draft) == keys(current)
    assert (draft.intro, draft.validity_months) == (current.intro, current.validity_months)
    with pytest.raises(WorkflowError, match="There is a draft already"):
        workflow.create_draft(draft.document, number="2027.2", by=csr_manager)
    workflow.publish(draft, by=csr_manager)
    with pytest.raises(WorkflowError, match=r"Version 2027\.1 exists already\."):
        workflow.create_draft(draft.document, number="2027.1", by=csr_manager)
    current.refresh_from_db()
    assert (current.status, draft.status) == ("retired", "published")


def test_draft_of_a_guideline_keeps_its_questions(csr_manager):
    guideline = load_texts()[1]
    draft = workflow.create_draft(guideline.document, number="2027.1", by=csr_manager)
    assert [(q.clause.key, q.right, q.choices) for q in draft.check_questions.all()] == [
        (q.clause.key, q.right, q.choices) for q in guideline.check_questions.all()
    ]
    assert {q.clause.version_id for q in draft.check_questions.select_related("clause")} == {draft.pk}


def test_clauses_move_and_close_up(draft, csr_manager):
    before = keys(draft)
    workflow.move_clause(draft.clauses.get(key=before[3]), by=csr_manager, to=1)
    assert keys(draft) == [before[3], *before[:3], *before[4:]]
    workflow.move_clause(draft.clauses.get(key=before[3]), by=csr_manager, to=99)
    assert keys(draft) == [*before[:3], *before[4:], before[3]]
    workflow.delete_clause(draft.clauses.get(key=before[0]), by=csr_manager)
    assert list(draft.clauses.values_list("position", flat=True)) == list(range(1, len(before)))
    actions = HistoryEntry.objects.filter(thread=draft.history_thread).values_list("action", flat=True)
    assert sorted(actions)[:3] == ["clause.delete", "clause.move", "clause.move"]


def test_published_text_is_frozen(csr_manager):
    version = load_texts()[0]
    clause = version.clauses.first()
    for act in (
        lambda: workflow.edit_version(version, by=csr_manager, number="x"),
        lambda: workflow.save_clause(version, by=csr_manager, key="other", title=WORDS, text=WORDS),
        lambda: workflow.move_clause(clause, by=csr_manager, to=2),
        lambda: workflow.delete_clause(clause, by=csr_manager),
    ):
        with pytest.raises(WorkflowError, match="never changed"):
            act()
    assert version.clauses.first() == clause


def test_nobody_else_writes_texts(draft, buyer, alice):
    clause = draft.clauses.first()
    for person in (buyer, alice):
        for act in (
            lambda who: workflow.create_draft(draft.document, number="9", by=who),
            lambda who: workflow.create_document(code="x", kind="guideline", title=WORDS, number="1", by=who),
            lambda who: workflow.edit_version(draft, by=who, number="x"),
            lambda who: workflow.delete_clause(clause, by=who),
        ):
            with pytest.raises(PermissionDenied):
                act(person)


def test_a_clause_a_question_asks_about_stays(csr_manager):
    draft = workflow.create_draft(load_texts()[1].document, number="2027.1", by=csr_manager)
    question = draft.check_questions.select_related("clause").first()
    with pytest.raises(WorkflowError, match="A check question asks about this clause"):
        workflow.delete_clause(question.clause, by=csr_manager)
    workflow.delete_question(question, by=csr_manager)
    assert "A guideline needs three check questions." in [b.text for b in workflow.missing_in_text(draft)]


# What must be complete


def test_text_is_not_published_incomplete(draft, csr_manager):
    clause = draft.clauses.get(key="child_labour")
    workflow.save_clause(
        draft, by=csr_manager, key="other", title={"en": "Other"}, text=texts("{oops}", "{oops}", "x"), clause=clause
    )
    with pytest.raises(WorkflowError) as error:
        workflow.publish(draft, by=csr_manager)
    assert sorted(str(blocker.text) for blocker in error.value.blockers) == [
        "1. text: unknown placeholder {oops}",
        "1. title is missing in ja",
        "1. title is missing in zh-hans",
        "A clause is missing that every supplier promises: Child labour and young workers",
    ]
    assert Version.objects.current("csr_agreement").number == "2026.1"


# Pages


def test_pages_write_a_text_of_ones_own(csr_manager, login):
    client = login(csr_manager)
    data = {"code": "ohs", "kind": "other_agreement", "number": "1"} | fields("title", WORDS)
    answer = client.post(reverse("staff:document-create"), data)
    version = Version.objects.get(document__code="ohs")
    here = reverse("staff:version-detail", args=[version.pk])
    assert answer.url == here
    assert (
        "There is a text with this code already."
        in client.post(reverse("staff:document-create"), data).content.decode()
    )
    add = reverse("staff:clause-add", args=[version.pk])
    clause = {"key": "emergency"} | fields("title", WORDS) | fields("text", WORDS)
    wrong = client.post(add, clause | {"text:ja": "{seller}"})
    assert wrong.context["form"].errors == {"text:ja": ["Unknown placeholder: {seller}. Use one of the list."]}
    assert client.post(add, clause | {"key": "made_up"}).context["form"].errors.keys() == {"key"}
    assert client.post(add, clause).url == here
    assert client.post(add, clause).context["form"].errors.keys() == {"key"}
    assert client.post(add, clause | {"key": "accidents", "text:en": "{supplier_name} reports."}).url == here
    row = version.clauses.get(key="accidents")
    client.post(reverse("staff:clause-move", args=[row.pk]), {"up": ""})
    assert keys(version) == ["accidents", "emergency"]
    edit = reverse("staff:clause-edit", args=[row.pk])
    assert client.post(edit, clause | {"key": "accidents", "text:en": "Reported."}).url == here
    row.refresh_from_db()
    assert row.text["en"] == "Reported."
    client.post(reverse("staff:clause-delete", args=[row.pk]))
    assert keys(version) == ["emergency"]
    data = {"number": "1", "prevailing_language": "zh-hans", "validity_months": "24", "notice_days": "60"} | fields(
        "intro", WORDS
    )
    assert client.post(reverse("staff:version-edit", args=[version.pk]), data).url == here
    version.refresh_from_db()
    assert (version.prevailing_language, version.validity_months, version.intro) == ("zh-hans", 24, WORDS)
    assert client.get(here).status_code == 200
    client.post(reverse("staff:version-publish", args=[version.pk]))
    version.refresh_from_db()
    assert version.status == "published"
    client.post(reverse("staff:clause-delete", args=[version.clauses.get().pk]))
    assert keys(version) == ["emergency"]


def test_pages_write_check_questions(csr_manager, login):
    guideline = load_texts()[1]
    client = login(csr_manager)
    answer = client.post(reverse("staff:draft-create", args=[guideline.document_id]), {"number": "2027.1"})
    draft = Version.objects.get(number="2027.1")
    assert answer.url == reverse("staff:version-detail", args=[draft.pk])
    again = client.post(reverse("staff:draft-create", args=[guideline.document_id]), {"number": "2027.2"})
    assert "There is a draft already" in again.content.decode()
    question = {"clause": draft.clauses.first().pk, "right": "3"} | fields("text", WORDS)
    question |= fields("choice1", WORDS) | fields("choice2", WORDS)
    add = reverse("staff:question-add", args=[draft.pk])
    assert client.post(add, question).context["form"].errors == {"right": ["This answer is empty."]}
    assert client.post(add, question | {"right": "2"}).status_code == 302
    row = draft.check_questions.last()
    assert (row.position, row.right, len(row.choices)) == (4, 1, 2)
    edit = reverse("staff:question-edit", args=[row.pk])
    assert client.get(edit).context["form"].initial["right"] == 2
    client.post(edit, question | {"right": "1"})
    row.refresh_from_db()
    assert row.right == 0
    client.post(reverse("staff:question-delete", args=[row.pk]))
    assert draft.check_questions.count() == 3


def test_version_number_is_given_once(draft, csr_manager, login):
    data = {"number": "2026.1", "prevailing_language": "en", "validity_months": "36", "notice_days": "30"}
    page = login(csr_manager).post(reverse("staff:version-edit", args=[draft.pk]), data)
    assert page.context["form"].errors == {"number": ["Version 2026.1 exists already."]}


# What a version changes


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("at most 48 hours", "at most 40 hours", [
            ("same", "at most "), ("removed", "48"), ("added", "40"), ("same", " hours"),
        ]),
        ("不招用未满十六周岁人员", "不招用未满十八周岁人员", [
            ("same", "不招用未满十"), ("removed", "六"), ("added", "八"), ("same", "周岁人员"),
        ]),
        ("", "all new", [("added", "all new")]),
        ("gone", "", [("removed", "gone")]),
        ("same", "same", [("same", "same")]),
    ],
)  # fmt: skip
def test_changed_words(old, new, parts):
    assert changed_words(old, new) == parts
    assert "".join(words for kind, words in parts if kind != "removed") == new
    assert "".join(words for kind, words in parts if kind != "added") == old


def test_versions_are_compared_by_clause(draft, csr_manager, login):
    current = Version.objects.current("csr_agreement")
    before = keys(draft)
    workflow.delete_clause(draft.clauses.get(key="ethics"), by=csr_manager)
    workflow.save_clause(draft, by=csr_manager, key="emergency", title=WORDS, text=WORDS)
    row = draft.clauses.get(key="child_labour")
    workflow.save_clause(
        draft, by=csr_manager, key="child_labour", title=row.title, clause=row,
        text=row.text | {"zh-hans": row.text["zh-hans"].replace("十六", "十八")},
    )  # fmt: skip
    workflow.move_clause(draft.clauses.get(key="validity"), by=csr_manager, to=2)
    changes = {c.key: (c.kind, c.is_moved) for c in compare(current, draft, "zh-hans")}
    assert {key: value for key, value in changes.items() if value != ("same", False)} == {
        "child_labour": ("changed", False),
        "validity": ("same", True),
        "emergency": ("added", False),
        "ethics": ("removed", False),
    }
    assert len(changes) == len(before) + 1
    assert {c.key for c in differences(current, draft, "en")} == {"validity", "emergency", "ethics"}
    page = login(csr_manager).get(reverse("staff:version-compare", args=[draft.pk]), {"text": "zh-hans"})
    assert "<del>六</del><ins>八</ins>" in page.content.decode()
    other = VersionFactory()
    answer = login(csr_manager).get(reverse("staff:version-compare", args=[draft.pk]), {"with": other.pk})
    assert answer.status_code == 404


def test_supplier_sees_what_changes_when_it_signs_again(draft, acme, alice, buyer, csr_manager, login):
    current = Version.objects.current("csr_agreement")
    held = AgreementFactory(supplier=acme, version=current, status="in_force", turn="", sealed_sha256="a" * 64)
    assert changes_for(held, "en") == (None, [])
    workflow.edit_version(draft, by=csr_manager, intro=WORDS)
    workflow.publish(draft, by=csr_manager)
    agreement = workflow.issue(draft, acme, by=buyer)
    assert isinstance(agreement, Agreement)
    page = login(alice).get(reverse("portal:agreement-detail", args=[agreement.pk])).content.decode()
    assert "2026.1" in page
    assert "<ins>" in page
    older, changes = changes_for(agreement, "en")
    assert (older, [(c.key, c.kind) for c in changes]) == (current, [("", "changed")])
    link = workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")
    client = Client()
    client.post(reverse("open:sign", args=[link.token]), {"code": link.code})
    who = {"name": "陈国强", "title": "法定代表人", "has_authority": "on"}
    client.post(reverse("open:sign-who", args=[link.token]), who)
    assert "<ins>" in client.get(reverse("open:sign-read", args=[link.token])).content.decode()


def test_questions_of_another_draft_are_not_reached(draft, alice, login):
    clause = Clause.objects.filter(version=draft).first()
    assert login(alice).get(reverse("staff:clause-edit", args=[clause.pk])).status_code == 403
