"""Pages of findings: raised from a complaint or at a checkpoint, judged step by step, with their files."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audits import numbers
from audits.models import Finding, SiteReview
from audits.workflow import findings as workflow
from csr_portal.core.models import StoredFile
from suppliers.models import Evidence
from tests.factories.audits import CheckpointResultFactory, FindingFactory, SiteReviewFactory
from tests.factories.suppliers import EvidenceFactory, SiteFactory

PDF = b"%PDF-1.7\n%%EOF"
ACTIONS = [
    workflow.PlannedAction("immediate", "取下挂锁", "陈国强", dt.date(2026, 11, 22)),
    workflow.PlannedAction("preventive", "每日检查", "刘敏", dt.date(2026, 12, 15)),
]


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


@pytest.fixture
def finding(site, alice):
    return FindingFactory(site=site)


@pytest.fixture
def checkpoint(site):
    return CheckpointResultFactory(review=SiteReviewFactory(site=site, status="in_progress"), note="Locked at 10:20")


def words(**more):
    return {
        "grade": "major", "title": "Fire exit locked", "facts": "One of two", "verification": "desk",
    } | more  # fmt: skip


def complaint(site, **more):
    return words(site=site.pk, origin="complaint", discovered_on="2026-11-20") | more


def pdf(name="a.pdf", body=PDF):
    return SimpleUploadedFile(name, body)


def step(client, finding, name, **data):
    answer = client.post(reverse("staff:finding-step", args=[finding.pk, name]), data, follow=True)
    finding.refresh_from_db()
    return [str(message) for message in answer.context["messages"]]


# Raised


def test_finding_from_a_complaint_with_its_photo(site, auditor, login):
    answer = login(auditor).post(reverse("staff:finding-new"), complaint(site, new_photos=pdf("证据.pdf")))
    finding = Finding.objects.get()
    assert answer["Location"] == reverse("staff:finding-detail", args=[finding.pk])
    assert (finding.origin, finding.site, finding.discovered_on) == ("complaint", site, dt.date(2026, 11, 20))
    assert [photo.file.original_name for photo in finding.photos.all()] == ["证据.pdf"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"site": ""}, "site"),
        ({"origin": "site_review"}, "origin"),
        ({"affected": "9", "looked_at": "3"}, "affected"),
        ({"grade": "grave"}, "grade"),
    ],
)
def test_finding_with_a_mistake_is_not_raised_and_says_where(wrong, field, site, auditor, login):
    page = login(auditor).post(reverse("staff:finding-new"), complaint(site) | wrong)
    assert (list(page.context["form"].errors), Finding.objects.count()) == ([field], 0)


def test_finding_at_a_site_that_is_closed_is_not_raised(acme, auditor, login):
    closed = SiteFactory(supplier=acme, is_active=False)
    page = login(auditor).post(reverse("staff:finding-new"), complaint(closed))
    assert (list(page.context["form"].errors), Finding.objects.count()) == (["site"], 0)


def test_one_bad_photo_keeps_nothing(site, auditor, login):
    uploads = [pdf(), pdf("virus.exe", b"MZ" * 99)]
    page = login(auditor).post(reverse("staff:finding-new"), complaint(site, new_photos=uploads))
    assert "virus.exe" in page.context["form"].errors["new_photos"][0]
    assert (Finding.objects.count(), Evidence.objects.count(), StoredFile.objects.count()) == (0, 0, 0)


def test_finding_at_a_checkpoint_knows_clause_review_and_place(checkpoint, auditor, login):
    client, url = login(auditor), reverse("staff:finding-from-checkpoint", args=[checkpoint.pk])
    initial = client.get(url).context["form"].initial
    assert (initial["clause"], initial["facts"]) == (checkpoint.question.clause_id, "Locked at 10:20")
    answer = client.post(url, words())
    finding = Finding.objects.get()
    assert answer["Location"] == f"{reverse('staff:site-review-field', args=[checkpoint.review_id])}#cp-{checkpoint.pk}"
    assert (finding.checkpoint, finding.site_review, finding.site) == (
        checkpoint, checkpoint.review, checkpoint.review.site,
    )  # fmt: skip


def test_finding_at_a_checkpoint_with_a_bad_photo_blames_the_photo_only(checkpoint, auditor, login):
    url = reverse("staff:finding-from-checkpoint", args=[checkpoint.pk])
    page = login(auditor).post(url, words(new_photos=pdf("virus.exe", b"MZ" * 99)))
    assert list(page.context["form"].errors) == ["new_photos"]
    assert ([str(m) for m in page.context["messages"]], Finding.objects.count()) == ([], 0)


def test_finding_is_raised_only_while_the_review_is_on_site(checkpoint, auditor, login):
    SiteReview.objects.update(status="closed")
    page = login(auditor).post(reverse("staff:finding-from-checkpoint", args=[checkpoint.pk]), words())
    assert [str(m) for m in page.context["messages"]] == ["Findings are raised while the review is on site."]
    assert Finding.objects.count() == 0


# Judged


def test_plan_is_refused_with_a_reason_then_approved(finding, alice, auditor, login):
    workflow.submit_plan(finding, by=alice, root_cause="没有人负责", actions=ACTIONS)
    client = login(auditor)
    assert step(client, finding, "reject_plan") == ["Give a reason."]
    assert finding.status == "plan_submitted"
    step(client, finding, "reject_plan", reason="Ask why again")
    assert (finding.status, finding.plans.get().verdict_note) == ("plan_rejected", "Ask why again")
    workflow.submit_plan(finding, by=alice, root_cause="没有规定", actions=ACTIONS)
    step(client, finding, "approve_plan", reason="Good")
    assert (finding.status, finding.plans.first().verdict_note) == ("plan_approved", "Good")


def test_evidence_is_refused_with_verdict_and_reason_then_verified(finding, alice, auditor, login):
    workflow.submit_plan(finding, by=alice, root_cause="没有人负责", actions=ACTIONS)
    workflow.approve_plan(finding, by=auditor)
    workflow.submit_evidence(finding, by=alice, evidence=[EvidenceFactory(supplier=finding.supplier)])
    client = login(auditor)
    assert step(client, finding, "reject_evidence", verdict="rejected") == ["Reason This field is required."]
    step(client, finding, "reject_evidence", verdict="rejected", reason="Too dark")
    assert (finding.status, finding.submissions.get().verdict) == ("evidence_rejected", "rejected")
    workflow.submit_evidence(finding, by=alice, evidence=[EvidenceFactory(supplier=finding.supplier)])
    step(client, finding, "verify", reason="Seen")
    assert (finding.status, finding.verified_by) == ("verified_closed", auditor)
    step(client, finding, "reopen", reason="Seen again")
    assert (finding.status, finding.is_repeat) == ("reopened", True)


def test_no_action_without_dates_is_an_answer_that_a_judge_accepts(finding, alice, csr_manager, login):
    Finding.objects.update(grade="minor")
    open_ended = [workflow.PlannedAction("immediate", "等待业主", "刘敏", None)]
    workflow.submit_plan(finding, by=alice, no_action_reason="业主不同意", actions=open_ended)
    assert finding.plans.get().actions.count() == 0
    step(login(csr_manager), finding, "accept_no_action", reason="The owner refuses in writing")
    assert (finding.status, finding.verified_by) == ("verified_closed", csr_manager)


@pytest.mark.parametrize(("name", "status"), [("uphold", "open"), ("drop", "verified_closed")])
def test_dispute_is_settled_on_the_page(name, status, finding, alice, csr_manager, login):
    workflow.dispute(finding, by=alice, reason="门没有锁")
    assert step(login(csr_manager), finding, name) == ["Give a reason."]
    step(login(csr_manager), finding, name, reason="The photo is clear")
    assert finding.status == status


@pytest.mark.parametrize("name", ["submit_plan", "dispute", "nonsense"])
def test_steps_of_the_supplier_and_unknown_ones_do_nothing_here(name, finding, auditor, login):
    assert (step(login(auditor), finding, name, reason="x"), finding.status) == ([], "open")


# Listed


@pytest.mark.parametrize(
    ("query", "numbers_shown"),
    [
        ({}, ["late", "open", "closed"]),
        ({"open": "open"}, ["late", "open"]),
        ({"open": "closed"}, ["closed"]),
        ({"overdue": "yes"}, ["late"]),
        ({"overdue": "no"}, ["open", "closed"]),
        ({"q": "F-late"}, ["late"]),
    ],
)
def test_list_shows_what_its_filters_leave(query, numbers_shown, site, buyer, login):
    days = {"plan_due_on": "2026-11-10", "due_on": "2026-11-10", "close_due_on": "2026-11-11"}
    FindingFactory(site=site, number="F-late", **days)
    FindingFactory(site=site, number="F-open", close_due_on="2027-01-10", due_on="2027-01-10")
    FindingFactory(
        site=site, number="F-closed", status="verified_closed", closed_on="2026-11-01", due_on=None,
        close_due_on="2027-02-10",
    )  # fmt: skip
    client = login(buyer)
    rows = client.get(reverse("staff:finding-list"), query).context["page"].rows
    assert [row.number.removeprefix("F-") for row in rows] == numbers_shown
    export = b"".join(client.get(reverse("staff:finding-list"), query | {"export": "csv"}).streaming_content).decode()
    assert [word for word in ("late", "open", "closed") if f"F-{word}" in export] == numbers_shown


# Files


@pytest.mark.parametrize(("who", "status"), [("buyer", 200), ("alice", 200), ("mallory", 404)])
def test_file_is_sent_to_staff_and_its_own_supplier(who, status, finding, acme, rival, login, request, alice):
    person = request.getfixturevalue(who)
    evidence = EvidenceFactory(supplier=acme)
    space = "portal" if who in {"alice", "mallory"} else "staff"
    answer = login(person).get(reverse(f"{space}:finding-file", args=[evidence.pk]))
    assert answer.status_code == status


# Numbers


def test_numbers_go_on_where_the_year_is(site):
    first = FindingFactory(site=site, number="F-2026-007")
    fields = {name: getattr(first, name) for name in ("supplier", "site", "grade", "title", "facts", "discovered_on")}
    made = [
        numbers.create_numbered(Finding, "F", year, **fields, status="open", turn="supplier") for year in (2026, 2027)
    ]
    assert [finding.number for finding in made] == ["F-2026-008", "F-2027-001"]


def test_number_taken_in_the_same_moment_is_passed_over(site, monkeypatch):
    taken = FindingFactory(site=site, number="F-2026-001")
    fields = {name: getattr(taken, name) for name in ("supplier", "site", "grade", "title", "facts", "discovered_on")}
    seen = iter([[], ["F-2026-001"]])  # the first look is a moment before the other one's number is there
    manager = Finding._default_manager
    monkeypatch.setattr(numbers, "used_numbers", lambda model, start: next(seen))
    made = numbers.create_numbered(Finding, "F", 2026, **fields, status="open", turn="supplier")
    assert (made.number, manager.count()) == ("F-2026-002", 2)


def test_a_row_that_is_wrong_in_itself_is_not_tried_again(site):
    first = FindingFactory(site=site)
    fields = {name: getattr(first, name) for name in ("supplier", "site", "grade", "title", "facts", "discovered_on")}
    with pytest.raises(numbers.IntegrityError):
        numbers.create_numbered(Finding, "F", 2026, **fields, status="nonsense")
    assert Finding.objects.count() == 1
