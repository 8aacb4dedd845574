"""Clearances: a status per category and site, the worst in the headline, and what purchasing is told."""

import csv
import datetime as dt
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from csr_portal import waiting
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.timezones import today
from csr_portal.core.webhooks.models import WebhookDelivery
from csr_portal.core.workflow import WorkflowError
from suppliers import drops, purchasing, sweeps
from suppliers.clearances import Scope, worst
from suppliers.models import Category, Clearance, GatePolicy, Supplier
from suppliers.states import Segment
from suppliers.workflow import reviews, waivers
from suppliers.workflow.clearances import close_clearance, end_conditions
from suppliers.workflow.supplier import night_falls
from tests.factories.audits import FindingFactory
from tests.factories.core import WebhookFactory
from tests.factories.suppliers import CategoryFactory, DecisionFactory, ReviewFactory, SiteFactory, WaiverFactory

TOMORROW = dt.timedelta(days=1)


@pytest.fixture
def gate_policy(db):
    """A gate that is open for everybody: no finding."""
    conditions = {"cooperating": [{"condition": "findings"}], "strategic": [{"condition": "findings"}]}
    return GatePolicy.objects.create(number=1, is_current=True, conditions=conditions)


@pytest.fixture
def pcb(acme):
    category = CategoryFactory(code="pcb", parent=CategoryFactory(code="electronics"))
    acme.categories.add(category)
    return category


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme, name="二厂")


def close(supplier, by, status="suspended", **more):
    return close_clearance(supplier, status=status, reason="Fire doors locked", by=by, **more)


def given(supplier, status="approved", segment="cooperating", **scope):
    """A clearance as a decided case leaves it."""
    until = today() + dt.timedelta(days=30) if status == "conditional" else None
    review = ReviewFactory(supplier=supplier, segment=segment, status="decided", scope_key="x")
    more = {"policy": GatePolicy.objects.first(), "decided_by": supplier.owner}
    decision = DecisionFactory(review=review, outcome=status, until=until, **more)
    return Clearance.objects.create(
        supplier=supplier, status=status, grounds="All met", decision=decision, due_on=until, **scope
    )


def decided(supplier, people, outcome, segment="cooperating", categories=(), sites=(), **more):
    """A case about these categories and sites, opened, prepared and decided by three people."""
    buyer, manager, second = people
    case = reviews.open_review(
        supplier, request="New line", by=buyer, segment=segment, categories=categories, sites=sites
    )
    reviews.prepare_review(case, recommendation="As it stands", by=manager)
    return reviews.decide_review(case, outcome=outcome, reason="Seen on site", by=second, **more)


@pytest.fixture
def people(buyer, csr_manager, second_csr_manager):
    return buyer, csr_manager, second_csr_manager


def stands(supplier):
    return {str(row): row.status for row in Clearance.objects.filter(supplier=supplier)}


# By hand: suspend and end


def test_suspended_category_leaves_the_supplier_its_status_and_shows_in_the_headline(acme, pcb, buyer, alice):
    row = close(acme, buyer, category=pcb)
    acme.refresh_from_db()
    assert (acme.status, acme.clearance_worst, row.status, row.turn) == ("cooperating", "suspended", "suspended", "csr")
    entry = HistoryEntry.objects.get(action="clearance.suspend")
    scope = {"en": "pcb", "zh-hans": "pcb", "ja": "pcb"}
    assert (entry.reason, entry.data) == ("Fire doors locked", {"scope": scope, "until": None})
    told = Notice.objects.filter(kind="suppliers/clearance")
    assert {n.recipient for n in told} == {alice, buyer}
    assert {n.recipient: n.language for n in told}[alice] == "zh-hans"


def test_worst_wins_over_many_and_what_was_ended_is_no_news(acme, pcb, site, buyer):
    given(acme, category=pcb)
    given(acme, "conditional", site=site)
    close(acme, buyer, "ended", category=pcb)
    assert Supplier.objects.get(pk=acme.pk).clearance_worst == "conditional"
    close(acme, buyer, category=pcb, site=site)
    assert Supplier.objects.get(pk=acme.pk).clearance_worst == "suspended"
    assert stands(acme) == {"pcb": "ended", "二厂": "conditional", "pcb · 二厂": "suspended"}
    assert worst([]) == worst(["ended"]) == ""


@pytest.mark.parametrize("status", ["approved", "conditional", "rejected"])
def test_nobody_approves_by_hand(status, acme, pcb, csr_manager):
    with pytest.raises(PermissionDenied):
        close(acme, csr_manager, status, category=pcb)
    assert Clearance.objects.count() == 0


@pytest.mark.parametrize("status", ["suspended", "ended"])
@pytest.mark.parametrize("person", ["auditor", "training_coordinator", "administrator", "alice"])
def test_only_procurement_closes(status, person, acme, pcb, request):
    with pytest.raises(PermissionDenied):
        close(acme, request.getfixturevalue(person), status, category=pcb)


def test_refusal_names_everything_that_is_missing(acme, rival, buyer):
    with pytest.raises(WorkflowError) as refused:
        close_clearance(
            acme, status="suspended", reason=" ", by=buyer, category=CategoryFactory(), site=SiteFactory(supplier=rival)
        )
    assert [str(b.text) for b in refused.value.blockers] == [
        "The supplier does not deliver this category.",
        "This is not a site of the supplier.",
        "Give a reason: it stays in the history.",
    ]
    with pytest.raises(WorkflowError) as refused:
        close(acme, buyer)
    assert [str(b.text) for b in refused.value.blockers] == ["Choose a category, a site, or both."]
    assert Clearance.objects.count() == 0


def test_one_row_per_scope(acme, pcb, site):
    for scope in ({"category": pcb}, {"site": site}, {"category": pcb, "site": site}):
        Clearance.objects.create(supplier=acme, status="approved", grounds="x", **scope)
        with pytest.raises(IntegrityError), transaction.atomic():
            Clearance.objects.create(supplier=acme, status="approved", grounds="x", **scope)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clearance.objects.create(supplier=acme, status="approved", grounds="x")


def test_suspended_category_waits_for_the_csr_managers_until_it_is_ended(acme, pcb, buyer, csr_manager):
    close(acme, buyer, category=pcb)
    [task] = waiting.waits_for(csr_manager)
    assert (task.url, task.obj, waiting.waits_for(buyer)) == (f"/staff/suppliers/{acme.pk}/clearances/", acme, [])
    close(acme, csr_manager, "ended", category=pcb)
    assert waiting.waits_for(csr_manager) == []


# By a CSR review


@pytest.mark.parametrize("outcome", ["approved", "rejected", "suspended", "ended"])
def test_case_about_categories_and_sites_acts_on_each_of_them_and_leaves_the_supplier(outcome, acme, pcb, site, people):
    harness = CategoryFactory(code="harness")
    acme.categories.add(harness)
    decision = decided(acme, people, outcome, categories=[pcb, harness], sites=[site])
    acme.refresh_from_db()
    assert stands(acme) == {"harness · 二厂": outcome, "pcb · 二厂": outcome}
    assert (acme.status, acme.conditional_until) == ("cooperating", None)
    assert {row.decision for row in Clearance.objects.all()} == {decision}


def test_case_on_condition_limits_the_clearance_and_the_confirmation_lifts_it(acme, pcb, site, people):
    until = today() + dt.timedelta(days=20)
    major = FindingFactory(supplier=acme, site=site, grade="major", close_due_on=until)
    more = {"segment": "strategic", "categories": [pcb], "until": until, "conditions": "Close it"}
    decision = decided(acme, people, "conditional", **more)
    row = Clearance.objects.get()
    acme.refresh_from_db()
    assert (row.status, row.due_on, row.conditions, acme.conditional_until) == ("conditional", until, "Close it", None)
    type(major).objects.filter(pk=major.pk).update(status="verified_closed", closed_on=today())
    reviews.confirm_conditions(decision, by=people[1])
    row.refresh_from_db()
    assert (row.status, row.due_on, row.decision) == ("approved", None, decision)


def test_case_asks_only_for_its_site_but_zero_tolerance_counts_everywhere(acme, pcb, site, people):
    other = SiteFactory(supplier=acme, name="一厂")
    finding = FindingFactory(supplier=acme, site=other, grade="critical")
    decided(acme, people, "approved", sites=[site])
    with pytest.raises(WorkflowError):
        decided(acme, people, "approved", sites=[other])
    type(finding).objects.filter(pk=finding.pk).update(grade="zero_tolerance")
    with pytest.raises(WorkflowError) as refused:
        decided(acme, people, "approved", categories=[pcb], sites=[site])
    assert [blocker.code for blocker in refused.value.blockers] == ["findings"]
    assert stands(acme) == {"二厂": "approved"}


def test_people_trained_are_asked_for_where_key_material_is_delivered(acme, people):
    """R-GATE-1: key material needs a trained person, other categories none before they are strategic."""
    conditions = {"cooperating": [{"condition": "training"}], "strategic": [{"condition": "training"}]}
    GatePolicy.objects.update(conditions=conditions)
    plain, key = CategoryFactory(code="packaging"), CategoryFactory(code="solar", is_key_material=True)
    acme.categories.add(plain, key)
    decided(acme, people, "approved", categories=[plain])
    with pytest.raises(WorkflowError) as refused:
        decided(acme, people, "approved", categories=[key])
    assert [blocker.code for blocker in refused.value.blockers] == ["training"]


def test_open_case_blocks_one_about_the_same_and_no_other(acme, pcb, site, buyer):
    def opened(**scope):
        return reviews.open_review(acme, request="New line", by=buyer, segment="cooperating", **scope)

    first = opened(categories=[pcb])
    opened()
    opened(sites=[site])
    for scope in ({"categories": [pcb]}, {}):
        with pytest.raises(WorkflowError):
            opened(**scope)
    assert (first.scope_key, first.scope_text) == (f"c{pcb.pk}", "pcb")


def test_case_refuses_what_is_not_the_suppliers(acme, rival, buyer):
    foreign = SiteFactory(supplier=rival)
    with pytest.raises(WorkflowError) as refused:
        reviews.open_review(acme, request="x", by=buyer, categories=[CategoryFactory()], sites=[foreign])
    assert [str(b.text) for b in refused.value.blockers] == [
        "The supplier does not deliver this category.",
        "This is not a site of the supplier.",
    ]


def test_replay_shows_the_scope_of_then_and_the_hash_covers_it(acme, pcb, people, login):
    decision = decided(acme, people, "approved", categories=[pcb])
    pcb.name = {"en": "renamed"}
    pcb.save()
    decision.refresh_from_db()
    assert decision.snapshot["review"]["scope"]["categories"] == [{"code": "pcb", "name": {"en": "pcb"}}]
    page = login(people[0]).get(f"/staff/csr-reviews/{decision.review_id}/")
    assert (page.context["scope"], page.context["is_unchanged"]) == ("pcb", True)
    decision.snapshot["review"]["scope"]["text"]["en"] = "everything"
    decision.save()
    page = login(people[0]).get(f"/staff/csr-reviews/{decision.review_id}/")
    assert page.context["is_unchanged"] is False


def test_case_about_a_category_says_nothing_about_the_whole(acme, pcb, people):
    GatePolicy.objects.update(conditions={"cooperating": [{"condition": "findings"}], "strategic": [
        {"condition": "findings"}, {"condition": "csr_review"}]})  # fmt: skip
    decided(acme, people, "approved", segment="strategic", categories=[pcb])
    acme.refresh_from_db()
    assert (acme.status, purchasing.ask(acme, "strategic").answer) == ("cooperating", "deny")


@pytest.mark.parametrize(
    ("segment", "outcome", "status"),
    [
        ("strategic", "suspended", "suspended"),
        ("strategic", "ended", "cooperating"),
        ("cooperating", "suspended", "suspended"),
        ("cooperating", "ended", "ended"),
    ],
)
def test_case_about_the_whole_suspends_or_ends_it(segment, outcome, status, acme, people):
    Supplier.objects.filter(pk=acme.pk).update(status="strategic" if segment == "strategic" else "cooperating")
    decided(acme, people, outcome, segment=segment)
    assert Supplier.objects.get(pk=acme.pk).status == status


def test_strategic_status_that_is_not_there_cannot_be_ended(acme, people):
    with pytest.raises(WorkflowError) as refused:
        decided(acme, people, "ended", segment="strategic")
    assert [blocker.code for blocker in refused.value.blockers] == ["status"]


# Losing it again


def test_condition_not_met_in_time_ends_the_clearance_by_itself_once(acme, pcb, alice):
    row = given(acme, "conditional", category=pcb)
    sweeps.nightly(row.due_on)
    row.refresh_from_db()
    assert row.status == "conditional"
    over = row.due_on + TOMORROW
    assert [end_conditions(over), end_conditions(over)] == [1, 0]
    row.refresh_from_db()
    acme.refresh_from_db()
    assert (row.status, row.due_on, acme.clearance_worst) == ("suspended", None, "suspended")
    assert Notice.objects.filter(kind="suppliers/clearance", recipient=alice).count() == 1
    assert HistoryEntry.objects.filter(action="clearance.lapse").count() == 1


@pytest.mark.parametrize(
    ("segment", "action", "status"),
    [("cooperating", "clearance.lapse", "suspended"), ("strategic", "clearance.fall_back", "ended")],
)
def test_lost_condition_ends_only_its_own_clearance_after_the_grace_period(
    segment, action, status, acme, pcb, site, alice, buyer
):
    other = SiteFactory(supplier=acme, name="一厂")
    given(acme, segment=segment, category=pcb, site=site)
    given(acme, segment=segment, category=pcb, site=other)
    FindingFactory(supplier=acme, site=site, grade="critical")
    day = today()
    sweeps.nightly(day)
    lost = Clearance.objects.get(site=site)
    end = day + dt.timedelta(days=14)
    assert (lost.status, lost.grace_until, Clearance.objects.get(site=other).grace_until) == ("approved", end, None)
    told = Notice.objects.filter(kind="suppliers/clearance_lost")
    assert {n.recipient for n in told} == {alice, buyer}
    assert {n.recipient: n.language for n in told}[alice] == "zh-hans"
    sweeps.nightly(end)
    sweeps.nightly(end + TOMORROW)
    assert {str(r.site): r.status for r in Clearance.objects.all()} == {"二厂": status, "一厂": "approved"}
    assert HistoryEntry.objects.filter(action=action).count() == 1


def test_condition_that_comes_back_within_the_grace_period_keeps_the_clearance(acme, pcb):
    row = given(acme, category=pcb)
    finding = FindingFactory(supplier=acme, grade="critical")
    night_falls(acme, today())
    row.refresh_from_db()
    assert row.grace_until == today() + dt.timedelta(days=14)
    type(finding).objects.filter(pk=finding.pk).update(status="verified_closed", closed_on=today())
    night_falls(acme, today() + TOMORROW)
    row.refresh_from_db()
    assert (row.status, row.grace_until) == ("approved", None)


@pytest.mark.parametrize(("grade", "grace"), [("critical", False), ("zero_tolerance", True)])
def test_waiver_keeps_a_clearance_but_never_over_zero_tolerance(grade, grace, acme, pcb):
    row = given(acme, category=pcb)
    FindingFactory(supplier=acme, grade=grade)
    WaiverFactory(supplier=acme, condition="findings", status="approved", valid_until=today())
    night_falls(acme, today())
    row.refresh_from_db()
    assert bool(row.grace_until) is grace


@pytest.mark.parametrize(
    ("grade", "days", "fits"), [("critical", 0, True), ("critical", -1, False), ("zero_tolerance", 9, False)]
)
def test_waiver_is_approved_only_while_it_may_still_hold(grade, days, fits, acme, csr_manager):
    """B20: an end date, and never zero tolerance, also when that came after the asking."""
    waiver = WaiverFactory(supplier=acme, condition="findings", valid_until=today() + days * TOMORROW)
    FindingFactory(supplier=acme, grade=grade)
    if fits:
        waivers.approve_waiver(waiver, by=csr_manager)
        assert waiver.status == "approved"
    else:
        with pytest.raises(WorkflowError):
            waivers.approve_waiver(waiver, by=csr_manager)


# Purchasing


def test_purchasing_is_told_per_category_and_site_when_it_asks(acme, pcb, site, buyer, csr_manager):
    other = CategoryFactory(code="packaging")
    acme.categories.add(other)
    close(acme, buyer, category=pcb)
    limit = given(acme, "conditional", site=site)
    answers = {
        "as a whole": purchasing.ask(acme),
        "pcb": purchasing.ask(acme, scope=Scope(pcb)),
        "packaging": purchasing.ask(acme, scope=Scope(other)),
        "site": purchasing.ask(acme, scope=Scope(site=site)),
        "packaging from the site": purchasing.ask(acme, scope=Scope(other, site)),
        "pcb from the site": purchasing.ask(acme, scope=Scope(pcb, site)),
    }
    assert {name: (answer.answer, answer.until) for name, answer in answers.items()} == {
        "as a whole": ("allow", None),
        "pcb": ("deny", None),
        "packaging": ("allow", None),
        "site": ("conditional", limit.due_on),
        "packaging from the site": ("conditional", limit.due_on),
        "pcb from the site": ("deny", None),
    }
    assert [reason.code for reason in answers["pcb"].reasons] == ["clearance"]


def test_category_above_counts_for_those_below(acme, pcb, buyer):
    acme.categories.add(pcb.parent)
    close(acme, buyer, category=pcb.parent)
    assert purchasing.ask(acme, scope=Scope(Category.objects.get(pk=pcb.pk))).answer == "deny"


def test_clearance_never_makes_the_answer_milder(acme, pcb, csr_manager):
    given(acme, category=pcb)
    Supplier.objects.filter(pk=acme.pk).update(status="suspended")
    acme.refresh_from_db()
    assert purchasing.ask(acme, scope=Scope(pcb)).answer == "deny"


def test_condition_whose_day_is_over_is_a_deny_before_the_night_comes(acme, pcb, csr_manager):
    row = given(acme, "conditional", category=pcb)
    assert purchasing.ask(acme, scope=Scope(pcb), day=row.due_on).answer == "conditional"
    assert purchasing.ask(acme, scope=Scope(pcb), day=row.due_on + TOMORROW).answer == "deny"


def test_strategic_may_be_given_for_one_category_while_the_supplier_is_cooperating(acme, pcb, site, buyer):
    other = CategoryFactory(code="packaging")
    acme.categories.add(other)
    given(acme, segment="strategic", category=pcb)
    asked = {name: purchasing.ask(acme, "strategic", scope=Scope(c)).answer for name, c in (("pcb", pcb), ("x", other))}
    assert asked == {"pcb": "allow", "x": "deny"}
    FindingFactory(supplier=acme, site=site, grade="critical")
    assert purchasing.ask(acme, "strategic", scope=Scope(pcb)).answer == "deny"


def test_what_ended_for_strategic_is_no_word_against_ordering(acme, pcb):
    row = given(acme, segment="strategic", category=pcb)
    Clearance.objects.filter(pk=row.pk).update(status="ended")
    answers = {segment: purchasing.ask(acme, segment, scope=Scope(pcb)).answer for segment in Segment}
    assert answers == {"cooperating": "allow", "strategic": "deny"}


@pytest.mark.parametrize(("days", "answer"), [(0, "conditional"), (1, "deny")])
def test_clearance_in_its_grace_period_is_conditional(days, answer, acme, pcb):
    row = given(acme, category=pcb)
    end = today() + dt.timedelta(days=3)
    Clearance.objects.filter(pk=row.pk).update(grace_until=end)
    assert purchasing.ask(acme, scope=Scope(pcb), day=end + days * TOMORROW).answer == answer


def test_batch_and_single_answer_name_every_clearance(acme, pcb, site, buyer, login):
    close(acme, buyer, category=pcb)
    limit = given(acme, "conditional", site=site)
    client = login(buyer)
    single = client.get("/api/v1/suppliers/S-10417/gate/").json()
    batch = client.get("/api/v1/suppliers/gates/?number=S-10417").json()["answers"]
    assert [single] == batch
    assert single["answer"] == "allow"
    told = [
        (
            c["category"],
            c["site"],
            c["site_name"],
            c["status"],
            c["answer"],
            c["until"],
            [r["code"] for r in c["reasons"]],
        )
        for c in single["clearances"]
    ]
    assert told == [
        (None, site.pk, "二厂", "conditional", "conditional", limit.due_on.isoformat(), []),
        ("pcb", None, "", "suspended", "deny", None, ["clearance"]),
    ]


def test_answer_of_the_batch_changes_its_etag_with_a_clearance(acme, pcb, buyer, login):
    client, address = login(buyer), "/api/v1/suppliers/gates/?number=S-10417"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    close(acme, buyer, category=pcb)
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_answering_many_takes_as_many_queries_as_one(acme, rival, pcb, buyer, django_assert_max_num_queries):
    close(acme, buyer, category=pcb)
    given(rival, category=pcb)
    with CaptureQueriesContext(connection) as one:
        list(purchasing.ask_all(Supplier.objects.all(), ["S-10417"], "cooperating"))
    with django_assert_max_num_queries(len(one)):
        list(purchasing.ask_all(Supplier.objects.all(), ["S-10417", "S-10440"], "cooperating"))


def test_nightly_file_has_a_line_for_each_clearance(acme, pcb, buyer, settings, tmp_path):
    settings.PURCHASING_DROP_DIR = tmp_path
    close(acme, buyer, category=pcb)
    drop = drops.request(today())
    drops.write_drop(drop.pk)
    rows = csv.DictReader((tmp_path / f"gates-{today()}.csv").read_text("utf-8-sig").splitlines())
    told = [
        (r["number"], r["segment"], r["category"], r["answer"], r["reasons"], r["clearance"])
        for r in rows
        if r["segment"] == "cooperating"
    ]
    assert told == [
        ("S-10417", "cooperating", "", "allow", "", ""),
        ("S-10417", "cooperating", "pcb", "deny", "clearance", "suspended"),
    ]


def test_webhooks_hear_of_each_change(acme, pcb, buyer, administrator):
    WebhookFactory(owner=administrator, events=["supplier.clearance_changed"])
    close(acme, buyer, category=pcb)
    body = json.loads(WebhookDelivery.objects.get().body)
    assert (body["object"]["type"], body["object"]["state"]) == ("clearance", "suspended")
    assert (body["supplier"], body["category"], body["site"]) == ("S-10417", "pcb", None)


@pytest.mark.parametrize(
    ("query", "status", "answer"),
    [
        ("", 200, "allow"),
        ("?category=pcb", 200, "deny"),
        ("?category=electronics", 200, "allow"),
        ("?category=moon", 400, None),
        ("?site=x", 400, None),
        ("?site=0", 400, None),
    ],
)
def test_api_answers_per_category(query, status, answer, acme, pcb, buyer, login):
    close(acme, buyer, category=pcb)
    response = login(buyer).get(f"/api/v1/suppliers/S-10417/gate/{query}")
    assert (response.status_code, response.json().get("answer")) == (status, answer)


def test_api_does_not_know_the_sites_of_another_supplier(acme, rival, buyer, login):
    foreign = SiteFactory(supplier=rival)
    assert login(buyer).get(f"/api/v1/suppliers/S-10417/gate/?site={foreign.pk}").status_code == 400


# Pages


def test_clearances_are_decided_on_the_supplier_s_page(acme, pcb, site, csr_manager, buyer, login):
    page = f"/staff/suppliers/{acme.pk}/clearances/"
    form = {"category": pcb.pk, "site": site.pk, "status": "suspended", "reason": "Fire doors locked"}
    assert login(csr_manager).post(page, form | {"status": "approved"}).status_code == 422
    assert login(buyer).post(page, form | {"category": "", "site": ""}).status_code == 422
    assert login(buyer).post(page, form)["Location"] == page
    shown = login(csr_manager).get(page)
    assert [(str(row), row.status) for row in shown.context["rows"]] == [("pcb · 二厂", "suspended")]
    assert "Category or site suspended" in shown.content.decode()


@pytest.mark.parametrize(("query", "found"), [("suspended", ["S-10417"]), ("approved", [])])
def test_supplier_list_is_filtered_by_clearance(query, found, acme, rival, pcb, buyer, login):
    close(acme, buyer, category=pcb)
    page = login(buyer).get(f"/staff/suppliers/?view=all&clearance={query}").context["page"]
    assert [row.number for row in page.rows] == found
