"""Clearances: a status per category and site, the worst in the headline, and what purchasing is told."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers import purchasing, sweeps
from suppliers.clearances import Scope, worst
from suppliers.models import Category, Clearance, GatePolicy, Supplier
from suppliers.workflow.clearances import end_conditions, set_clearance
from tests.factories.suppliers import CategoryFactory, SiteFactory

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


def decide(supplier, by, status="suspended", **more):
    return set_clearance(supplier, status=status, reason="Fire doors locked", by=by, **more)


def limited(supplier, by, **more):
    until = more.pop("until", today() + dt.timedelta(days=30))
    return decide(supplier, by, "conditional", until=until, conditions="Open the doors", **more)


def test_suspended_category_leaves_the_supplier_its_status_and_shows_in_the_headline(acme, pcb, buyer, alice):
    row = decide(acme, buyer, category=pcb)
    acme.refresh_from_db()
    assert (acme.status, acme.clearance_worst, row.status, row.turn) == ("cooperating", "suspended", "suspended", "csr")
    entry = HistoryEntry.objects.get(action="clearance.suspend")
    assert (entry.reason, entry.data) == ("Fire doors locked", {"scope": "pcb", "until": None})
    told = Notice.objects.filter(kind="suppliers/clearance")
    assert {n.recipient for n in told} == {alice, buyer}
    assert {n.recipient: n.language for n in told}[alice] == "zh-hans"


def test_worst_wins_over_many(acme, pcb, site, buyer, csr_manager):
    decide(acme, csr_manager, "approved", category=pcb)
    limited(acme, csr_manager, site=site)
    assert Supplier.objects.get(pk=acme.pk).clearance_worst == "conditional"
    decide(acme, buyer, category=pcb, site=site)
    assert Supplier.objects.get(pk=acme.pk).clearance_worst == "suspended"
    decide(acme, csr_manager, "approved", category=pcb, site=site)
    assert Supplier.objects.get(pk=acme.pk).clearance_worst == "conditional"
    assert Clearance.objects.count() == 3
    assert worst([]) == ""


@pytest.mark.parametrize("status", ["approved", "conditional"])
@pytest.mark.parametrize("person", ["buyer", "auditor", "alice"])
def test_only_csr_managers_approve(status, person, acme, pcb, request):
    with pytest.raises(PermissionDenied):
        decide(acme, request.getfixturevalue(person), status, category=pcb)
    assert Clearance.objects.count() == 0


@pytest.mark.parametrize("person", ["auditor", "training_coordinator", "administrator", "alice"])
def test_only_procurement_suspends(person, acme, pcb, request):
    with pytest.raises(PermissionDenied):
        decide(acme, request.getfixturevalue(person), category=pcb)


def test_refusal_names_everything_that_is_missing(acme, rival, csr_manager):
    with pytest.raises(WorkflowError) as refused:
        set_clearance(
            acme, status="conditional", reason=" ", by=csr_manager, category=CategoryFactory(),
            site=SiteFactory(supplier=rival), until=today(),
        )  # fmt: skip
    assert [str(b.text) for b in refused.value.blockers] == [
        "The supplier does not deliver this category.",
        "This is not a site of the supplier.",
        "Give a reason: it stays in the history.",
        "Give a day after today, at most 90 days from now.",
        "Write what the supplier must meet until then.",
    ]
    with pytest.raises(WorkflowError) as refused:
        decide(acme, csr_manager)
    assert [str(b.text) for b in refused.value.blockers] == ["Choose a category, a site, or both."]
    assert Clearance.objects.count() == 0


@pytest.mark.parametrize(("days", "fits"), [(0, False), (1, True), (90, True), (91, False)])
def test_condition_lasts_as_long_as_the_policy_allows(days, fits, acme, pcb, csr_manager):
    until = today() + dt.timedelta(days=days)
    if fits:
        assert limited(acme, csr_manager, category=pcb, until=until).due_on == until
    else:
        with pytest.raises(WorkflowError):
            limited(acme, csr_manager, category=pcb, until=until)


def test_condition_not_met_in_time_suspends_by_itself_once(acme, pcb, csr_manager, alice):
    row = limited(acme, csr_manager, category=pcb)
    sweeps.nightly(row.due_on)
    row.refresh_from_db()
    assert row.status == "conditional"
    over = row.due_on + TOMORROW
    assert [end_conditions(over), end_conditions(over)] == [1, 0]
    row.refresh_from_db()
    acme.refresh_from_db()
    assert (row.status, row.due_on, acme.clearance_worst) == ("suspended", None, "suspended")
    assert Notice.objects.filter(kind="suppliers/clearance", recipient=alice).count() == 2
    assert HistoryEntry.objects.filter(action="clearance.lapse").count() == 1


def test_one_row_per_scope(acme, pcb, site):
    for scope in ({"category": pcb}, {"site": site}, {"category": pcb, "site": site}):
        Clearance.objects.create(supplier=acme, status="approved", grounds="x", **scope)
        with pytest.raises(IntegrityError), transaction.atomic():
            Clearance.objects.create(supplier=acme, status="approved", grounds="x", **scope)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clearance.objects.create(supplier=acme, status="approved", grounds="x")


# Purchasing


def test_purchasing_is_told_per_category_and_site_when_it_asks(acme, pcb, site, buyer, csr_manager):
    other = CategoryFactory(code="packaging")
    acme.categories.add(other)
    decide(acme, buyer, category=pcb)
    limit = limited(acme, csr_manager, site=site)
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
    decide(acme, buyer, category=pcb.parent)
    assert purchasing.ask(acme, scope=Scope(Category.objects.get(pk=pcb.pk))).answer == "deny"


def test_clearance_never_makes_the_answer_milder(acme, pcb, csr_manager):
    decide(acme, csr_manager, "approved", category=pcb)
    Supplier.objects.filter(pk=acme.pk).update(status="suspended")
    acme.refresh_from_db()
    assert purchasing.ask(acme, scope=Scope(pcb)).answer == "deny"


def test_condition_whose_day_is_over_is_a_deny_before_the_night_comes(acme, pcb, csr_manager):
    row = limited(acme, csr_manager, category=pcb)
    assert purchasing.ask(acme, scope=Scope(pcb), day=row.due_on).answer == "conditional"
    assert purchasing.ask(acme, scope=Scope(pcb), day=row.due_on + TOMORROW).answer == "deny"


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
    decide(acme, buyer, category=pcb)
    response = login(buyer).get(f"/api/v1/suppliers/S-10417/gate/{query}")
    assert (response.status_code, response.json().get("answer")) == (status, answer)


def test_api_does_not_know_the_sites_of_another_supplier(acme, rival, buyer, login):
    foreign = SiteFactory(supplier=rival)
    assert login(buyer).get(f"/api/v1/suppliers/S-10417/gate/?site={foreign.pk}").status_code == 400


# Pages


def test_clearances_are_decided_on_the_supplier_s_page(acme, pcb, site, csr_manager, buyer, login):
    page = f"/staff/suppliers/{acme.pk}/clearances/"
    form = {"category": pcb.pk, "site": site.pk, "status": "suspended", "reason": "Fire doors locked"}
    assert login(buyer).post(page, form | {"status": "approved"}).status_code == 422
    assert login(buyer).post(page, form | {"category": "", "site": ""}).status_code == 422
    assert login(buyer).post(page, form)["Location"] == page
    shown = login(csr_manager).get(page)
    assert [(str(row), row.status) for row in shown.context["rows"]] == [("pcb · 二厂", "suspended")]
    assert "Category or site suspended" in shown.content.decode()


@pytest.mark.parametrize(("query", "found"), [("suspended", ["S-10417"]), ("approved", [])])
def test_supplier_list_is_filtered_by_clearance(query, found, acme, rival, pcb, buyer, login):
    decide(acme, buyer, category=pcb)
    page = login(buyer).get(f"/staff/suppliers/?view=all&clearance={query}").context["page"]
    assert [row.number for row in page.rows] == found
