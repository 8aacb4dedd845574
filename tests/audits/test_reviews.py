"""The yearly plan and site reviews: step tables by hand, team, proposal, field work, result, gate, report."""

import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from audits import gates, tasks
from audits.forms.reviews import InterviewForm
from audits.models import SiteReview, SiteReviewReport
from audits.reports.reviews import review_content, review_images
from audits.states import SiteReviewStatus
from audits.workflow import plans
from audits.workflow import reviews as workflow
from audits.workflow.evidence import keep_file
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.workflow import Blocker, WorkflowError, move
from suppliers.models import Supplier
from suppliers.states import ConditionState
from tests.factories.audits import (
    FindingFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    SiteReviewFactory,
    SiteReviewPlanFactory,
    TeamMemberFactory,
)
from tests.factories.suppliers import SiteFactory

AHEAD = ["planned", "announced", "confirmed", "postponed"]
TABLE = {
    "announce": (["planned", "announced", "postponed"], "announced", {"csr_manager"}),
    "confirm": (["announced"], "confirmed", {"alice", "bob"}),
    "ask_date": (["announced", "confirmed"], "announced", {"alice", "bob"}),
    "start": (["confirmed", "announced", "planned"], "in_progress", {"auditor"}),
    "close": (["in_progress"], "closed", {"auditor"}),
    "report": (["closed"], "reported", {"auditor", "csr_manager"}),
    "postpone": (["planned", "announced", "confirmed"], "postponed", {"csr_manager"}),
    "cancel": (AHEAD, "cancelled", {"csr_manager"}),
}


def nobody_objects(user, days, supplier):
    return []


def always_objects(user, days, supplier):
    return [Blocker("qualification", "No valid certificate on every day", "auditor")]


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture(autouse=True)
def everybody_is_qualified(settings):
    settings.AUDITOR_GATE = f"{__name__}.nobody_objects"


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


@pytest.fixture
def checklist_version(db):
    version = QuestionnaireVersionFactory()
    for key, criticality in [("a", "zero-tolerance"), ("b", "critical"), ("c", "major"), ("d", "minor")]:
        QuestionFactory(version=version, key=key, criticality=criticality)
    QuestionFactory(version=version, key="dorm", criticality="major", applies_if={"has_dormitory": True})
    return version


@pytest.fixture
def review(site, checklist_version, auditor, alice):
    review = SiteReviewFactory(site=site, checklist=checklist_version, sample_required=12)
    TeamMemberFactory(review=review, user=auditor)
    return review


@pytest.fixture
def on_site(review, auditor, csr_manager, alice):
    workflow.declare_no_conflict(review, by=auditor, no_conflict=True)
    workflow.announce(review, by=csr_manager)
    workflow.confirm(review, by=alice)
    workflow.start(review, by=auditor)
    return review


@pytest.fixture
def closed(on_site, auditor):
    fill(on_site, auditor, ["conform", "conform", "partly", "na"])
    workflow.close(on_site, by=auditor)
    SiteReview.objects.filter(pk=on_site.pk).update(summary="总体良好", limits="无")
    on_site.refresh_from_db()
    return on_site


def save(row, by, result, *, revision=None, note="", client_id=None):
    revision = row.revision if revision is None else revision
    client_id = client_id or uuid.uuid4()
    return workflow.save_checkpoint(row, by=by, result=result, note=note, revision=revision, client_id=client_id)


def fill(review, by, results):
    for row, result in zip(review.checkpoints.order_by("question__position"), results, strict=True):
        save(row, by, result)
    workflow.add_interview(review, by=by, kind="group", people=review.sample_required, women=5)


def codes(blockers):
    return [blocker.code for blocker in blockers]


def test_step_table_says_from_where_to_where():
    found = {name: ([str(s) for s in step.sources], str(step.target)) for name, step in workflow.STEPS.items()}
    assert found == {name: (sources, target) for name, (sources, target, _who) in TABLE.items()}


@pytest.mark.parametrize("name", TABLE)
def test_step_is_for_these_people_only(
    name, review, buyer, csr_manager, auditor, training_coordinator, administrator, alice, bob, mallory
):
    people = {
        "buyer": buyer,
        "csr_manager": csr_manager,
        "auditor": auditor,
        "training_coordinator": training_coordinator,
        "administrator": administrator,
        "alice": alice,
        "bob": bob,
        "mallory": mallory,
    }
    assert {who for who, person in people.items() if workflow.STEPS[name].who(person, review)} == TABLE[name][2]


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("status", SiteReviewStatus.values)
def test_step_is_refused_from_every_other_status(name, status, review, alice, csr_manager, auditor):
    if status in TABLE[name][0]:
        return
    held = {"score": 80, "valid_until": "2028-01-01", "closing_at": "2026-01-01T00:00Z", "postponed_because": "x"}
    SiteReview.objects.filter(pk=review.pk).update(status=status, **held)
    by = {"csr_manager": csr_manager, "alice": alice, "auditor": auditor}[sorted(TABLE[name][2] - {"bob"})[0]]
    with pytest.raises(WorkflowError):
        move(review, workflow.STEPS, name, by=by)
    assert SiteReview.objects.get(pk=review.pk).status == status


# The plan


def test_plan_names_sites_that_are_due_with_the_reason(acme, site, rival, csr_manager):
    SiteFactory(supplier=acme, is_supplying=False)
    SiteFactory(supplier=rival)
    Supplier.objects.filter(pk=acme.pk).update(risk_band="high")
    Supplier.objects.filter(pk=rival.pk).update(risk_band="low")
    plan = plans.create_plan(2027, by=csr_manager)
    assert list(plan.reviews.values_list("site", "reason", "number")) == [(site.pk, "risk", "R-2027-001")]
    assert plans.propose(plan, by=csr_manager) == 0


@pytest.mark.parametrize(("valid_until", "expected"), [("2027-12-30", 1), ("2027-12-31", 0)])
def test_plan_names_a_reviewed_site_only_in_the_year_it_falls_due(valid_until, expected, acme, site, csr_manager):
    Supplier.objects.filter(pk=acme.pk).update(is_key_material=True)
    SiteReviewFactory(
        site=site, status="reported", score=82, letter="B", valid_until=valid_until, closing_at="2026-01-10T00:00Z"
    )
    assert plans.create_plan(2027, by=csr_manager).reviews.count() == expected


def test_plan_is_approved_by_a_second_person_only(site, csr_manager, second_csr_manager):
    Supplier.objects.update(risk_band="high")
    plan = plans.create_plan(2027, by=csr_manager)
    with pytest.raises(PermissionDenied):
        plans.approve_plan(plan, by=csr_manager)
    plans.approve_plan(plan, by=second_csr_manager)
    assert (plan.status, plan.approved_by) == ("approved", second_csr_manager)


def test_empty_plan_cannot_be_approved(db, second_csr_manager):
    plan = SiteReviewPlanFactory()
    with pytest.raises(WorkflowError) as refusal:
        plans.approve_plan(plan, by=second_csr_manager)
    assert codes(refusal.value.blockers) == ["empty"]


# Team


def test_lead_must_be_qualified(review, csr_manager, auditor, settings):
    settings.AUDITOR_GATE = f"{__name__}.always_objects"
    with pytest.raises(WorkflowError) as refusal:
        workflow.name_member(review, auditor, by=csr_manager, part="lead")
    assert codes(refusal.value.blockers) == ["qualification"]


@pytest.mark.parametrize(("before", "expected"), [(2, []), (3, ["rotation"])])
def test_lead_rotates_after_three_reviews_in_a_row(before, expected, review, auditor, site):
    for month in range(before):
        old = SiteReviewFactory(site=site, status="closed", closing_at=dt.datetime(2025, 1 + month, 1, tzinfo=dt.UTC))
        TeamMemberFactory(review=old, user=auditor)
    assert codes(workflow.lead_blockers(review, auditor)) == expected


def test_start_waits_for_everybody_s_declaration(review, auditor, csr_manager):
    workflow.announce(review, by=csr_manager)
    assert codes(workflow.start_blockers(review)) == ["declaration"]
    workflow.declare_no_conflict(review, by=auditor, no_conflict=False, note="前雇主")
    assert codes(workflow.start_blockers(review)) == ["conflict"]


def test_nobody_declares_for_somebody_else(review, csr_manager):
    with pytest.raises(PermissionDenied):
        workflow.declare_no_conflict(review, by=csr_manager, no_conflict=True)


def test_new_lead_takes_the_place_of_the_former_who_stays_in_the_team(review, csr_manager, auditor, second_csr_manager):
    workflow.name_member(review, second_csr_manager, by=csr_manager, part="lead")
    team = list(review.team.order_by("pk").values_list("user", "part"))
    assert team == [(auditor.pk, "member"), (second_csr_manager.pk, "lead")]
    told = Notice.objects.filter(kind="review_team")
    assert [notice.recipient for notice in told] == [second_csr_manager]


def test_team_is_of_our_people_and_named_by_csr_managers_before_the_visit(review, csr_manager, auditor, alice, on_site):
    ahead = SiteReviewFactory(site=review.site)
    with pytest.raises(PermissionDenied):
        workflow.name_member(ahead, auditor, by=auditor, part="lead")
    with pytest.raises(WorkflowError, match="Only people of the company"):
        workflow.name_member(ahead, alice, by=csr_manager, part="member")
    with pytest.raises(WorkflowError):
        workflow.name_member(on_site, csr_manager, by=csr_manager, part="member")
    assert not ahead.team.exists()
    assert [member.user for member in on_site.team.all()] == [auditor]


def test_person_leaves_the_team_before_the_visit_and_not_after(review, csr_manager, auditor):
    member = review.team.get()
    with pytest.raises(PermissionDenied):
        workflow.remove_member(review, member, by=auditor)
    workflow.remove_member(review, member, by=csr_manager)
    assert not review.team.exists()
    assert HistoryEntry.objects.about(review).get(action="unname").data == {"person": str(auditor)}


def test_team_of_a_visit_that_has_begun_stays(on_site, csr_manager):
    with pytest.raises(WorkflowError):
        workflow.remove_member(on_site, on_site.team.get(), by=csr_manager)
    assert on_site.team.count() == 1


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"kind": "group", "people": 4, "women": 2}, []),
        ({"kind": "group", "people": 4, "women": 5}, ["women"]),
        ({"kind": "individual", "people": 2, "women": 0}, ["people"]),
    ],
)
def test_interview_counts_must_fit_each_other(db, typed, wrong):
    assert list(InterviewForm(typed | {"topics": "hours"}).errors) == wrong


# The announcement


@pytest.mark.parametrize(("act", "kind"), [("postpone", "review_postponed"), ("cancel", "review_cancelled")])
@pytest.mark.parametrize("was_told", [True, False])
def test_who_was_told_of_a_visit_is_told_that_it_does_not_come(review, csr_manager, alice, act, kind, was_told):
    if was_told:
        workflow.announce(review, by=csr_manager)
    with pytest.raises(WorkflowError):
        getattr(workflow, act)(review, by=csr_manager, reason=" ")
    getattr(workflow, act)(review, by=csr_manager, reason="Flood on the road")
    assert [notice.recipient for notice in Notice.objects.filter(kind=kind)] == [alice] * was_told


def test_announcement_waits_for_the_plan_s_approval(review, csr_manager):
    SiteReview.objects.filter(pk=review.pk).update(plan=SiteReviewPlanFactory())
    with pytest.raises(WorkflowError) as refusal:
        workflow.announce(review, by=csr_manager)
    assert codes(refusal.value.blockers) == ["plan"]


def test_announcement_reaches_the_supplier_in_its_language(review, csr_manager, alice):
    workflow.announce(review, by=csr_manager)
    notice = Notice.objects.get(kind="review_announced")
    assert (notice.recipient, notice.language, review.turn) == (alice, "zh-hans", "supplier")


def test_supplier_asks_for_another_date_and_gets_it(review, csr_manager, alice):
    workflow.announce(review, by=csr_manager)
    workflow.ask_date(review, by=alice, wished_from=dt.date(2026, 12, 16), reason="年度盘点")
    assert (review.status, review.turn, review.wished_from) == ("announced", "csr", dt.date(2026, 12, 16))
    workflow.announce(review, by=csr_manager, planned_from=dt.date(2026, 12, 16), planned_to=dt.date(2026, 12, 17))
    workflow.confirm(review, by=alice)
    assert (review.status, review.planned_from, review.wished_from) == ("confirmed", dt.date(2026, 12, 16), None)


def test_unannounced_review_starts_from_the_plan_and_is_never_announced(review, auditor, csr_manager):
    SiteReview.objects.filter(pk=review.pk).update(announcement="unannounced")
    review.refresh_from_db()
    with pytest.raises(WorkflowError):
        workflow.announce(review, by=csr_manager)
    workflow.declare_no_conflict(review, by=auditor, no_conflict=True)
    workflow.start(review, by=auditor)
    assert review.status == "in_progress"


def test_supplier_sees_nothing_before_the_announcement(review, alice, csr_manager):
    before = list(SiteReview.objects.visible_to(alice))
    workflow.announce(review, by=csr_manager)
    assert (before, list(SiteReview.objects.visible_to(alice))) == ([], [review])


# On site


def test_start_lays_out_what_applies_to_the_site_and_freezes_the_headcount(on_site):
    assert list(on_site.checkpoints.values_list("question__key", flat=True)) == ["a", "b", "c", "d"]
    assert (on_site.headcount["total"], on_site.sample_required, on_site.days_required) == (124, 12, Decimal("2.0"))


def test_checkpoint_saved_twice_with_the_same_id_is_kept_once(on_site, auditor):
    row, client_id = on_site.checkpoints.first(), uuid.uuid4()
    answers = [save(row, auditor, "conform", revision=0, client_id=client_id) for _n in range(2)]
    row.refresh_from_db()
    assert (answers, row.revision, row.result) == ([True, True], 1, "conform")


def test_checkpoint_changed_by_somebody_else_is_not_overwritten(on_site, auditor):
    row = on_site.checkpoints.first()
    save(row, auditor, "conform", revision=0)
    assert save(row, auditor, "not_conform", revision=0) is False
    row.refresh_from_db()
    assert row.result == "conform"


def test_checkpoint_is_noted_by_the_team_only(on_site, csr_manager):
    with pytest.raises(PermissionDenied):
        save(on_site.checkpoints.first(), csr_manager, "conform")


def test_closing_lists_everything_that_is_missing(on_site, auditor):
    rows = list(on_site.checkpoints.order_by("question__position"))
    save(rows[0], auditor, "not_conform")
    save(rows[1], auditor, "conform")
    with pytest.raises(WorkflowError) as refusal:
        workflow.close(on_site, by=auditor)
    assert codes(refusal.value.blockers) == ["not_checked", "not_checked", "sample", "finding"]


def test_report_needs_summary_and_limits(on_site, auditor):
    fill(on_site, auditor, ["conform"] * 4)
    workflow.close(on_site, by=auditor)
    assert codes(workflow.report_blockers(on_site)) == ["summary", "limits"]


def test_report_gives_score_letter_and_validity(closed, auditor):
    workflow.report(closed, by=auditor)
    # (10 + 5 + 0.5 × 3) / 18; risk unknown counts as high: A holds 18 months (R-REAUDIT-1)
    assert (closed.score, closed.letter, closed.valid_until) == (Decimal("91.7"), "A", dt.date(2028, 5, 20))


def test_open_zero_tolerance_makes_letter_e_and_a_visit_in_thirty_days(closed, auditor):
    FindingFactory(site=closed.site, site_review=closed, grade="zero_tolerance")
    workflow.report(closed, by=auditor)
    assert (closed.letter, closed.valid_until) == ("E", dt.date(2026, 12, 20))


# The gate


@pytest.mark.parametrize(
    ("score", "letter", "until", "expected"),
    [
        ("75.0", "B", "2027-06-01", ConditionState.MET),
        ("74.9", "B", "2027-06-01", ConditionState.MISSING),
        ("90.0", "C", "2027-06-01", ConditionState.MISSING),
        ("90.0", "A", "2026-11-21", ConditionState.EXPIRING),
        ("90.0", "A", "2026-11-20", ConditionState.MISSING),
    ],
)
def test_gate_needs_a_valid_review_with_enough_points(score, letter, until, expected, site):
    SiteReviewFactory(
        site=site, status="reported", score=score, letter=letter, valid_until=until, closing_at="2026-05-01T00:00Z"
    )
    condition = gates.site_review_valid(site.supplier, "strategic", {}, dt.date(2026, 11, 21))
    assert condition.state == expected


def test_gate_needs_a_review_of_every_supplying_site(site):
    SiteFactory(supplier=site.supplier)
    SiteReviewFactory(
        site=site, status="reported", score=90, letter="A", valid_until="2027-06-01", closing_at="2026-05-01T00:00Z"
    )
    condition = gates.site_review_valid(site.supplier, "strategic", {}, dt.date(2026, 11, 21))
    assert condition.state == ConditionState.MISSING


# Pages and report


@pytest.mark.parametrize("number", [1, 3])
def test_review_list_costs_the_same_whatever_the_number(number, acme, csr_manager, login, django_assert_num_queries):
    for review in SiteReviewFactory.create_batch(number, site__supplier=acme):
        TeamMemberFactory(review=review)
    client = login(csr_manager)
    client.get(reverse("staff:site-review-list"))
    with django_assert_num_queries(6):
        client.get(reverse("staff:site-review-list"))


@pytest.mark.parametrize("page", ["staff:site-review-detail", "staff:site-review-field"])
def test_pages_of_a_review_open_for_the_team(page, on_site, auditor, login):
    content = login(auditor).get(reverse(page, args=[on_site.pk])).content.decode()
    assert "Question a?" in content


def test_checkpoint_page_answers_the_script_and_the_plain_form(on_site, auditor, login):
    row = on_site.checkpoints.first()
    url = reverse("staff:site-review-checkpoint", args=[on_site.pk, row.pk])
    data = {"result": "conform", "note": "ok", "revision": 0, "client_id": uuid.uuid4()}
    client = login(auditor)
    first = client.post(url, data, headers={"accept": "application/json"})
    other = client.post(url, data | {"client_id": uuid.uuid4()}, headers={"accept": "application/json"})
    plain = client.post(url, data | {"client_id": uuid.uuid4(), "revision": 1})
    assert (first.status_code, first.json()["revision"], other.status_code) == (200, 1, 409)
    assert (plain.status_code, plain.url.rpartition("#")[2]) == (302, f"cp-{row.pk}")


def test_report_content_prints_every_checkpoint_and_no_name_of_a_worker(closed):
    content = review_content(closed, "en")
    assert content["counts"] == {"total": 4, "printed": 4, "unanswered": 0}
    assert sum(len(section["rows"]) for section in content["sections"]) == 4
    assert content["sample"][1] == ("People interviewed", "12")


@pytest.mark.parametrize("language", ["en", "zh-hans", "ja"])
def test_report_prints_the_corrective_action_plan_in_two_languages(
    language, closed, auditor, fonts, django_capture_on_commit_callbacks
):
    FindingFactory(site=closed.site, site_review=closed)
    with django_capture_on_commit_callbacks(execute=True):
        report = tasks.request_review_report(closed, language, by=auditor)
    again = tasks.request_review_report(closed, language, by=auditor)
    report.refresh_from_db()
    assert (report.status, again.pk, report.error) == ("ready", report.pk, "")
    text = text_of(report.file.read())
    wanted = ["东莞市宏达五金制品有限公司", "安全出口上锁", "Fire exit locked", closed.number]
    assert [words for words in wanted if words not in text] == []


def text_of(data):
    import io  # noqa: PLC0415

    from pypdf import PdfReader  # noqa: PLC0415

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_supplier_gets_the_report_after_the_closing_meeting_only(on_site, alice):
    report = SiteReviewReport.objects.create(review=on_site, language="en", fingerprint="x", status="ready")
    before = list(SiteReviewReport.objects.visible_to(alice))
    SiteReview.objects.filter(pk=on_site.pk).update(status="closed")
    assert (before, list(SiteReviewReport.objects.visible_to(alice))) == ([], [report])


# Outside the plan, other dates, what the report says of the team


def two_certificates(user, day):
    return [
        {"scheme": "SA8000", "number": f"SAI-{user.pk}", "until": "2027-03-01"},
        {"scheme": "amfori BSCI", "number": "B-7", "until": "2026-12-31"},
    ]


def test_review_outside_the_plan_needs_a_reason(site, csr_manager):
    with pytest.raises(WorkflowError):
        workflow.plan_review(site, by=csr_manager, reason="other", planned_from=dt.date(2026, 12, 9), why=" ")
    assert SiteReview.objects.count() == 0


def test_review_is_planned_outside_the_plan_on_its_page(site, csr_manager, login):
    data = {"site": site.pk, "reason": "other", "first_day": "2026-12-09", "announcement": "semi", "why": "Complaint"}
    answer = login(csr_manager).post(reverse("staff:site-review-new"), data)
    review = SiteReview.objects.get()
    assert answer.url == reverse("staff:site-review-detail", args=[review.pk])
    assert (review.plan, review.announcement, review.planned_from) == (None, "semi", dt.date(2026, 12, 9))
    assert HistoryEntry.objects.about(review).get(action="plan").reason == "Complaint"


def test_other_dates_are_announced_in_one_step(review, alice, csr_manager, login):
    workflow.announce(review, by=csr_manager)
    workflow.ask_date(review, by=alice, wished_from=dt.date(2026, 12, 14), reason="Stocktaking")
    client = login(csr_manager)
    page = client.get(reverse("staff:site-review-detail", args=[review.pk]))
    assert page.context["dates_form"].initial == {
        "planned_from": dt.date(2026, 12, 14),
        "planned_to": dt.date(2026, 12, 15),
    }
    url = reverse("staff:site-review-dates", args=[review.pk])
    client.post(url, {"planned_from": "2026-12-14", "planned_to": "2026-12-13"})
    review.refresh_from_db()
    assert (review.planned_from, review.turn) == (dt.date(2026, 12, 9), "csr")
    client.post(url, {"planned_from": "2026-12-14", "planned_to": "2026-12-15"})
    review.refresh_from_db()
    assert (review.planned_from, review.wished_from, review.turn) == (dt.date(2026, 12, 14), None, "supplier")


def test_report_names_the_certificates_of_the_team_as_they_were_when_it_began(
    review, auditor, csr_manager, alice, settings
):
    settings.AUDITOR_CERTIFICATES = f"{__name__}.two_certificates"
    workflow.declare_no_conflict(review, by=auditor, no_conflict=True)
    workflow.announce(review, by=csr_manager)
    workflow.confirm(review, by=alice)
    workflow.start(review, by=auditor)
    (person,) = review_content(review, "en")["team"]
    assert person["qualification"] == (
        f"SA8000, No. SAI-{auditor.pk}, valid until 2027-03-01; amfori BSCI, No. B-7, valid until 2026-12-31"
    )


def jpeg(name):
    data = io.BytesIO()
    Image.new("RGB", (1200, 900), "teal").save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue())


def test_report_shows_small_pictures_of_findings_and_checkpoints(on_site, auditor):
    row = on_site.checkpoints.first()
    workflow.add_photos(row, [jpeg("exit.jpg")], by=auditor)
    finding = FindingFactory(site=on_site.site, site_review=on_site)
    finding.photos.set(row.evidence.all())
    FindingFactory(site=on_site.site).photos.set([keep_file(on_site.supplier, None, jpeg("b.jpg"), by=auditor)])
    images = review_images(on_site)
    name = f"photo-{row.evidence.get().pk}"
    assert [(key, Image.open(io.BytesIO(data)).size) for key, data in images.items()] == [(name, (640, 480))]
    content = review_content(on_site, "en")
    assert [photo["image"] for photo in content["findings"][0]["photos"]] == [name]
    report = tasks.request_review_report(on_site, "en", by=auditor)
    tasks.build_review_report(report.pk)
    report.refresh_from_db()
    assert (report.status, report.error) == ("ready", "")
