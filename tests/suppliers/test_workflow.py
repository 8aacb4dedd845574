import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, WorkflowError
from suppliers import gates, permissions, snapshots, sweeps, workflow
from suppliers.gates import Condition
from suppliers.models import Decision, GatePolicy, Supplier
from suppliers.states import ConditionState as State
from suppliers.states import Outcome, SupplierStatus
from suppliers.workflow import people, reviews, waivers
from suppliers.workflow import supplier as steps
from tests.factories.suppliers import ContactFactory, DecisionFactory, SupplierFactory

STATUSES = ["listed", "invited", "registered", "cooperating", "strategic", "suspended", "ended", "declined"]
# step → (from, to, who), by hand
BY_HAND = {
    "supplier.invite_listed": (["listed"], "invited", "procurement"),
    "supplier.register": (["invited"], "registered", "system"),
    "supplier.admit": (["registered"], "cooperating", "procurement"),
    "supplier.decline": (["listed", "invited", "registered"], "declined", "procurement"),
    "supplier.make_strategic": (["cooperating"], "strategic", "system"),
    "supplier.end_strategic": (["strategic"], "cooperating", "procurement"),
    "supplier.lapse": (["cooperating"], "suspended", "system"),
    "supplier.suspend": (["cooperating", "strategic"], "suspended", "procurement"),
    "supplier.orders_reviewed": (["suspended"], "suspended", "procurement"),
    "supplier.resume": (["suspended"], "cooperating", "procurement"),
    "supplier.end": (["registered", "cooperating", "strategic", "suspended"], "ended", "procurement"),
}
PEOPLE = ["buyer", "csr_manager", "auditor", "training_coordinator", "administrator", "alice", "bob", "mallory"]
PROCUREMENT = {"buyer", "csr_manager"}


@pytest.fixture
def facts(settings):
    """The gate's answers as a test wants them: code → (state, tolerable). Everything is met at first."""
    answers = {code: (State.MET, False) for code in settings.GATE_CONDITIONS if code != "csr_review"}

    def ask(code):
        def condition(supplier, segment, limits, day):
            state, tolerable = answers[code]
            return Condition(
                code, code, state, "", "supplier", is_tolerable=tolerable, can_be_waived=code != "zero_tolerance"
            )

        return condition

    functions = {code: ask(code) for code in answers} | {"csr_review": gates.csr_review_decided}
    original = gates.condition_functions
    gates.condition_functions = lambda: functions
    yield answers
    gates.condition_functions = original


@pytest.fixture
def policy(db, facts):
    codes = list(facts)
    return GatePolicy.objects.create(
        number=7,
        is_current=True,
        conditions={
            "cooperating": [{"condition": code} for code in ("agreement", "guideline", "findings")],
            "strategic": [{"condition": code} for code in (*codes, "csr_review")],
        },
    )


@pytest.fixture
def gate_policy(policy):
    return policy


@pytest.fixture
def acme(policy, buyer):
    return SupplierFactory(number="S-10417", name="东莞市宏达五金制品有限公司", owner=buyer)


def test_step_table_is_the_one_written_by_hand():
    table = {name: (list(s.sources), s.target) for name, s in workflow.STEPS.items()}
    assert table == {name: (sources, target) for name, (sources, target, _who) in BY_HAND.items()}


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("person", PEOPLE)
def test_step_is_for_those_written_by_hand(name, person, acme, request):
    allowed = {"procurement": PROCUREMENT, "system": set()}[BY_HAND[name][2]]
    assert workflow.STEPS[name].who(request.getfixturevalue(person), acme) is (person in allowed)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", ["admit", "decline", "suspend", "resume", "end", "end_strategic"])
def test_step_is_taken_from_its_statuses_only(step, status, policy, buyer):
    supplier = SupplierFactory(status=status, owner=buyer)
    sources, target, _who = BY_HAND[f"supplier.{step}"]
    if status in sources:
        steps.TAKE[step](supplier, by=buyer, reason="Because")
        assert Supplier.objects.get(pk=supplier.pk).status == target
    else:
        with pytest.raises(WorkflowError):
            steps.TAKE[step](supplier, by=buyer, reason="Because")
        assert Supplier.objects.get(pk=supplier.pk).status == status


def test_suspension_gives_the_buyer_a_week_to_review_the_orders(policy, buyer):
    supplier = SupplierFactory(status="cooperating", owner=buyer)
    workflow.suspend(supplier, by=SYSTEM, reason="Zero tolerance")
    assert (supplier.turn, supplier.due_on) == ("buyer", today() + dt.timedelta(days=7))
    since = supplier.status_since
    steps.orders_reviewed(supplier, by=buyer, reason="Two orders are finished, the third waits")
    assert (supplier.status, supplier.turn, supplier.due_on) == ("suspended", "", None)
    assert supplier.status_since == since
    with pytest.raises(WorkflowError) as refused:
        steps.orders_reviewed(supplier, by=buyer, reason="Again")
    assert [blocker.code for blocker in refused.value.blockers] == ["reviewed"]


@pytest.mark.parametrize("step", ["decline", "suspend", "end", "end_strategic"])
def test_step_that_takes_something_away_needs_a_reason(step, policy, buyer):
    status = BY_HAND[f"supplier.{step}"][0][0]
    with pytest.raises(WorkflowError):
        steps.TAKE[step](SupplierFactory(status=status, owner=buyer), by=buyer, reason=" ")


def test_admit_is_refused_with_every_missing_condition(policy, facts, buyer):
    facts["agreement"] = facts["guideline"] = (State.MISSING, False)
    with pytest.raises(WorkflowError) as refused:
        workflow.admit(SupplierFactory(status="registered", owner=buyer), by=buyer)
    assert [blocker.code for blocker in refused.value.blockers] == ["agreement", "guideline"]


# R-GATE-2


OUTCOMES = [
    ({}, Outcome.APPROVED),
    ({"training": (State.MISSING, True)}, Outcome.CONDITIONAL),
    ({"findings": (State.MISSING, True)}, Outcome.CONDITIONAL),
    ({"findings": (State.MISSING, False)}, Outcome.REJECTED),
    ({"self_inspection": (State.MISSING, False)}, Outcome.REJECTED),
    ({"site_review": (State.MISSING, False)}, Outcome.REJECTED),
    ({"training": (State.MISSING, True), "findings": (State.MISSING, True)}, Outcome.REJECTED),
    ({"training": (State.WAIVED, True), "findings": (State.EXPIRING, True)}, Outcome.APPROVED),
]


@pytest.mark.parametrize(("changes", "outcome"), OUTCOMES)
def test_gate_gives_the_outcome_of_r_gate_2(changes, outcome, acme, facts):
    facts.update(changes)
    assert gates.check(acme, "strategic", leaving_out=frozenset({"csr_review"})).outcome == outcome


@pytest.fixture
def prepared(acme, buyer, csr_manager):
    review = reviews.open_review(acme, request="Sole source", by=buyer)
    reviews.prepare_review(review, recommendation="Approve", by=csr_manager)
    return review


def test_decision_makes_strategic_and_freezes_every_fact(prepared, acme, second_csr_manager):
    decision = reviews.decide_review(prepared, outcome="approved", reason="All met", by=second_csr_manager)
    acme.refresh_from_db()
    assert acme.status == SupplierStatus.STRATEGIC
    assert [c["code"] for c in decision.snapshot["conditions"]] == [
        "agreement",
        "guideline",
        "self_inspection",
        "site_review",
        "certificate",
        "findings",
        "training",
    ]
    assert decision.snapshot["rules"]["number"] == 7
    assert snapshots.is_unchanged(Decision.objects.get())


def test_one_changed_letter_in_the_snapshot_is_noticed(prepared, second_csr_manager):
    decision = reviews.decide_review(prepared, outcome="approved", reason="All met", by=second_csr_manager)
    decision.snapshot["supplier"]["name"] += "x"
    assert not snapshots.is_unchanged(decision)


def test_replay_shows_what_was_true_then(prepared, facts, second_csr_manager):
    decision = reviews.decide_review(prepared, outcome="approved", reason="All met", by=second_csr_manager)
    facts["agreement"] = (State.MISSING, False)
    assert {line.state for line in snapshots.lines(decision.snapshot)} == {State.MET}


@pytest.mark.parametrize(
    ("person", "may"), [("buyer", False), ("csr_manager", False), ("second_csr_manager", True), ("alice", False)]
)
def test_review_is_decided_by_a_second_person_only(person, may, prepared, request):
    user = request.getfixturevalue(person)
    assert permissions.can_decide_review(user, prepared) is may
    if not may:
        with pytest.raises(PermissionDenied):
            reviews.decide_review(prepared, outcome="approved", reason="All met", by=user)
        assert list(Decision.objects.all()) == []


def test_approval_is_refused_with_all_blockers_and_nothing_changes(prepared, acme, facts, second_csr_manager):
    facts["agreement"] = facts["training"] = (State.MISSING, False)
    with pytest.raises(WorkflowError) as refused:
        reviews.decide_review(prepared, outcome="approved", reason="", by=second_csr_manager)
    assert [blocker.code for blocker in refused.value.blockers] == ["agreement", "training", "reason"]
    prepared.refresh_from_db()
    acme.refresh_from_db()
    assert (prepared.status, acme.status) == ("prepared", "cooperating")


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (1, True), (90, True), (91, False)])
def test_conditional_approval_holds_at_most_90_days(days, allowed, prepared, acme, facts, second_csr_manager):
    facts["training"] = (State.MISSING, True)
    until = today() + dt.timedelta(days=days)
    blockers = reviews.outcome_blockers(prepared, "conditional", until=until, conditions="Train two people")
    assert (blockers == []) is allowed


@pytest.fixture
def conditional(prepared, facts, second_csr_manager):
    facts["training"] = (State.MISSING, True)
    return reviews.decide_review(
        prepared,
        outcome="conditional",
        reason="Training is planned",
        conditions="Train two people",
        until=today() + dt.timedelta(days=60),
        by=second_csr_manager,
    )


def test_conditional_approval_falls_back_by_itself_and_tells_both_sides(conditional, acme, alice, buyer):
    sweeps.nightly(conditional.until)
    acme.refresh_from_db()
    assert acme.status == "strategic"
    for _ in range(2):
        sweeps.nightly(conditional.until + dt.timedelta(days=1))
    acme.refresh_from_db()
    assert (acme.status, acme.conditional_until) == ("cooperating", None)
    told = Notice.objects.filter(kind="suppliers/status_ended")
    assert {notice.recipient for notice in told} >= {alice, buyer}
    assert told.filter(recipient=alice).get().language == "zh-hans"


def test_conditions_met_in_time_make_it_a_full_approval(conditional, acme, facts, csr_manager):
    with pytest.raises(WorkflowError):
        reviews.confirm_conditions(conditional, by=csr_manager)
    facts["training"] = (State.MET, False)
    reviews.confirm_conditions(conditional, by=csr_manager)
    sweeps.nightly(conditional.until + dt.timedelta(days=30))
    acme.refresh_from_db()
    assert (acme.status, acme.conditional_until) == ("strategic", None)


# Losing a condition


@pytest.fixture
def strategic(prepared, acme, second_csr_manager):
    reviews.decide_review(prepared, outcome="approved", reason="All met", by=second_csr_manager)
    acme.refresh_from_db()
    return acme


def test_lost_condition_gives_grace_once_and_then_ends_the_status(strategic, facts, alice, buyer):
    facts["agreement"] = (State.MISSING, False)
    for _ in range(3):
        workflow.facts_changed(strategic)
    assert strategic.grace_until == today() + dt.timedelta(days=14)
    lost = HistoryEntry.objects.get(action="supplier.gate_lost")
    assert (lost.data["missing"], set(lost.data["titles"])) == (["agreement"], {"en", "zh-hans", "ja"})
    assert Notice.objects.filter(kind="suppliers/gate_lost", recipient=alice).count() == 1
    assert Notice.objects.filter(kind="suppliers/gate_lost", recipient=buyer).count() == 1
    sweeps.nightly(strategic.grace_until)
    assert Supplier.objects.get(pk=strategic.pk).status == "strategic"
    sweeps.nightly(strategic.grace_until + dt.timedelta(days=1))
    assert Supplier.objects.get(pk=strategic.pk).status == "cooperating"


def test_condition_met_again_lifts_the_grace(strategic, facts):
    facts["agreement"] = (State.MISSING, False)
    workflow.facts_changed(strategic)
    facts["agreement"] = (State.MET, False)
    workflow.facts_changed(strategic)
    assert strategic.grace_until is None


def test_cooperating_supplier_is_suspended_when_the_grace_is_over(acme, facts):
    facts["agreement"] = (State.MISSING, False)
    sweeps.nightly(today())
    acme.refresh_from_db()
    assert (acme.status, acme.grace_until) == ("cooperating", today() + dt.timedelta(days=14))
    sweeps.nightly(acme.grace_until + dt.timedelta(days=1))
    acme.refresh_from_db()
    assert acme.status == "suspended"


# Waivers


def test_waiver_needs_a_second_person_and_lets_the_condition_rest(acme, facts, buyer, csr_manager):
    facts["training"] = (State.MISSING, True)
    until = today() + dt.timedelta(days=30)
    waiver = waivers.ask_for_waiver(acme, condition="training", reason="Moved", valid_until=until, by=csr_manager)
    with pytest.raises(PermissionDenied):
        waivers.approve_waiver(waiver, by=csr_manager)
    with pytest.raises(PermissionDenied):
        waivers.approve_waiver(waiver, by=buyer)


def test_approved_waiver_counts_until_its_day(acme, facts, buyer, csr_manager):
    facts["training"] = (State.MISSING, True)
    until = today() + dt.timedelta(days=30)
    waiver = waivers.ask_for_waiver(acme, condition="training", reason="Moved", valid_until=until, by=buyer)
    waivers.approve_waiver(waiver, by=csr_manager)
    states = [
        next(c.state for c in gates.check(acme, "strategic", day=day).conditions if c.code == "training")
        for day in (until, until + dt.timedelta(days=1))
    ]
    assert states == [State.WAIVED, State.MISSING]
    sweeps.end_waivers(until + dt.timedelta(days=1))
    waiver.refresh_from_db()
    assert waiver.status == "ended"


# People and reminders


def test_last_administrator_cannot_leave_without_a_successor(acme, alice, bob, buyer):
    contact = acme.contacts.get(user=alice)
    with pytest.raises(WorkflowError):
        people.end_access(contact, by=alice)
    people.hand_over(contact, to=acme.contacts.get(user=bob), by=alice)
    assert acme.contacts.get(user=bob).role == "supplier_admin"
    assert not Supplier.objects.visible_to(alice).exists()


def test_access_ends_at_once(acme, alice, login, buyer):
    client = login(alice)
    assert client.get("/portal/company/").status_code == 200
    people.end_access(acme.contacts.get(user=alice), by=buyer)
    assert client.get("/portal/company/").status_code == 403


def test_supplier_is_never_reminded_twice_a_day(acme, facts, alice, buyer):
    facts["training"] = (State.MISSING, True)
    steps.remind(acme, by=buyer)
    with pytest.raises(WorkflowError) as refused:
        steps.remind(acme, by=buyer)
    assert [blocker.code for blocker in refused.value.blockers] == ["reminded_today"]
    steps.remind(acme, by=buyer, day=today() + dt.timedelta(days=1))
    assert HistoryEntry.objects.about(acme).filter(action="supplier.reminded").count() == 2
    assert Notice.objects.filter(kind="suppliers/reminder", recipient=alice).count() == 2


def test_reminder_says_who_cannot_be_reached_and_that_nothing_waits(acme, buyer):
    assert [b.code for b in steps.reminder_blockers(acme)] == ["not_their_turn", "unreachable"]


@pytest.mark.parametrize("person", PEOPLE)
def test_supplier_rows_are_seen_by_staff_and_their_own_people(person, acme, policy, request):
    ContactFactory(supplier=acme)
    decision = DecisionFactory(review__supplier=acme, policy=policy)
    user = request.getfixturevalue(person)
    seen = acme in Supplier.objects.visible_to(user)
    assert seen is (person != "mallory")
    assert (decision in Decision.objects.visible_to(user)) is (person not in {"alice", "bob", "mallory"})


def test_system_is_not_a_person():
    assert permissions.is_system(SYSTEM, None) is False
