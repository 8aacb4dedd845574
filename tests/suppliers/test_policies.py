"""The gate's rules as versions: drafting, what-if over all suppliers, putting in force, readiness."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from csr_portal.core.models import HistoryEntry, Job, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers import certificate_gate, defaults, gates, standing, tasks, trials
from suppliers.forms.rules import PolicyForm
from suppliers.models import GatePolicy, Supplier, Trial
from suppliers.rule_words import policy_lines
from suppliers.states import Segment
from suppliers.workflow import rules
from tests.factories.suppliers import CertificateFactory, ContactFactory, SiteFactory, SupplierFactory

DAY = dt.date(2026, 11, 21)
SA8000 = {"condition": "certificate", "limits": {"standards": ["sa8000"]}}
BASE = {
    "cooperating": [{"condition": "findings"}],
    "strategic": [{"condition": "findings"}, {"condition": "csr_review"}],
}


def with_sa8000():
    return BASE | {"strategic": [{"condition": "findings"}, SA8000, {"condition": "csr_review"}]}


@pytest.fixture
def policy(db):
    """In force: no blocking finding, and the CSR review for strategic."""
    return GatePolicy.objects.create(number=1, is_current=True, conditions=BASE)


@pytest.fixture
def gate_policy(policy):
    return policy


@pytest.fixture
def draft(policy, csr_manager):
    draft = rules.draft_policy(by=csr_manager)
    rules.save_policy(draft, by=csr_manager, note="SA8000", **draft.content() | {"conditions": with_sa8000()})
    return draft


def certified(**changes):
    supplier = SupplierFactory(**changes)
    site = SiteFactory(supplier=supplier)
    CertificateFactory(supplier=supplier, sites=[site])
    return supplier


# The condition


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "met"),
        ({"standard": "bsci"}, "missing"),
        ({"status": "submitted"}, "missing"),
        ({"expires_on": DAY, "issued_on": dt.date(2024, 1, 1)}, "expiring"),
        ({"expires_on": DAY - dt.timedelta(days=1), "issued_on": dt.date(2024, 1, 1)}, "missing"),
        ({"issued_on": DAY + dt.timedelta(days=1), "expires_on": dt.date(2029, 1, 1)}, "missing"),
    ],
)
def test_certificate_condition_wants_a_verified_valid_certificate_of_the_standard(acme, changes, state):
    site = SiteFactory(supplier=acme)
    CertificateFactory(supplier=acme, sites=[site], **({"issued_on": DAY} | changes))
    assert certificate_gate.certificate_held(acme, "strategic", SA8000["limits"], DAY).state == state


def test_certificate_condition_wants_every_supplying_site(acme, rival):
    covered, other = SiteFactory(supplier=acme), SiteFactory(supplier=acme, name="二厂")
    SiteFactory(supplier=acme, is_supplying=False)
    CertificateFactory(supplier=acme, sites=[covered], issued_on=DAY)
    CertificateFactory(supplier=rival, sites=[other], issued_on=DAY)
    condition = certificate_gate.certificate_held(acme, "strategic", SA8000["limits"], DAY)
    assert (condition.state, condition.turn, condition.text.count("no valid certificate")) == ("missing", "supplier", 1)
    assert condition.facts["sites"][str(other.pk)] is None


def test_certificate_condition_is_missing_without_a_site(acme):
    condition = certificate_gate.certificate_held(acme, "strategic", {}, DAY)
    assert (condition.state, condition.text) == ("missing", "No supplying site is known.")


# Drafts


@pytest.mark.parametrize("person", ["buyer", "auditor", "training_coordinator", "alice"])
def test_only_csr_managers_and_administrators_set_rules(person, draft, request):
    user = request.getfixturevalue(person)
    for act in (
        lambda: rules.draft_policy(by=user),
        lambda: rules.save_policy(draft, by=user, note="", **draft.content()),
        lambda: rules.try_out(draft, by=user),
        lambda: rules.activate(draft, reason="Because", by=user),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert Trial.objects.count() == 0


def test_draft_says_what_its_base_says_until_it_is_edited(policy, administrator):
    draft = rules.draft_policy(by=administrator, base=policy)
    assert (draft.number, draft.content(), draft.state) == (2, policy.content(), "draft")
    rules.save_policy(draft, by=administrator, note="", **draft.content() | {"grace_days": 30})
    rules.save_policy(draft, by=administrator, note="", **draft.content())
    entries = HistoryEntry.objects.of_thread("gate policy").order_by("pk")
    assert [(e.action, e.data) for e in entries] == [
        ("policy.draft", {"number": 2, "base": 1}),
        ("policy.edit", {"number": 2, "fields": ["grace_days"]}),
    ]
    policy.refresh_from_db()
    assert policy.grace_days == 14


def test_version_in_force_is_never_edited(policy, csr_manager):
    with pytest.raises(WorkflowError, match="Only drafts"):
        rules.save_policy(policy, by=csr_manager, note="", **policy.content() | {"grace_days": 1})
    assert GatePolicy.objects.get().grace_days == 14


@pytest.mark.parametrize(
    ("conditions", "problems"),
    [
        (BASE, []),
        ({"cooperating": [], "strategic": []}, ["cooperating-findings", "strategic-findings", "strategic-csr_review"]),
        (BASE | {"cooperating": [{"condition": "findings"}, {"condition": "moon"}]}, ["moon"]),
    ],
)
def test_no_version_goes_without_findings_and_the_second_person(conditions, problems, db):
    assert [blocker.code for blocker in rules.policy_problems(conditions)] == problems


def test_refused_draft_stays_as_it_was(draft, csr_manager):
    with pytest.raises(WorkflowError) as refused:
        rules.save_policy(draft, by=csr_manager, note="", **draft.content() | {"conditions": {}})
    assert [b.code for b in refused.value.blockers] == [
        "cooperating-findings", "strategic-findings", "strategic-csr_review",
    ]  # fmt: skip
    assert GatePolicy.objects.get(pk=draft.pk).conditions == with_sa8000()


def test_form_offers_every_condition_and_keeps_limits_that_have_no_field(settings, db):
    policy = GatePolicy(number=3, conditions=defaults.CONDITIONS)
    form = PolicyForm(instance=policy)
    assert [len(rows) for _segment, rows in form.segments()] == [len(settings.GATE_CONDITIONS)] * 2
    data = {name: field.initial for name, field in form.fields.items() if field.initial is not None}
    bound = PolicyForm({**data, "grace_days": 14, "conditional_days": 90}, instance=policy)
    assert bound.is_valid(), bound.errors
    assert bound.values() == {
        "conditions": defaults.CONDITIONS,
        "grace_days": 14,
        "conditional_days": 90,
        "note": "",
    }


def test_limit_of_a_condition_that_is_not_ticked_does_not_matter(db):
    form = PolicyForm(
        {
            "grace_days": 14,
            "conditional_days": 90,
            "strategic-findings": "on",
            "strategic-self_inspection-min_score": "much",
            "strategic-training": "on",
            "strategic-training-people": "51",
        },
        instance=GatePolicy(number=3, conditions={}),
    )
    assert not form.is_valid()
    assert sorted(form.errors) == [
        "strategic-training-key_material_people", "strategic-training-months", "strategic-training-people",
    ]  # fmt: skip


def test_difference_to_another_version_is_said_line_by_line(policy):
    draft = GatePolicy(
        number=2,
        conditions={
            "cooperating": [],
            "strategic": [SA8000, {"condition": "training", "limits": {"people": 3}}, {"condition": "csr_review"}],
        },
    )
    base = GatePolicy(conditions=BASE | {"strategic": [{"condition": "training"}, {"condition": "csr_review"}]})
    lines = {
        segment.value: [(line.code, line.is_needed, line.change) for line in found]
        for segment, found in policy_lines(draft, base)
    }
    assert lines == {
        "cooperating": [("findings", False, "removed")],
        "strategic": [("certificate", True, "added"), ("training", True, "changed"), ("csr_review", True, "")],
    }
    training = policy_lines(draft, base)[1][1][1]
    assert [(limit.value, limit.before) for limit in training.limits] == [("3", "2"), ("1", "1"), ("12", "12")]


# What-if


def effects(trial, segment="strategic"):
    rows = trial.lines.filter(segment=segment).order_by("supplier__number")
    return {row.supplier.number: (row.effect, row.has_status, row.codes) for row in rows}


def test_what_if_strategic_needed_sa8000(draft, csr_manager):
    """Who keeps, who loses, who would stay out, by reason; suppliers that are out of relation are not asked."""
    certified(number="S-1", status="strategic")
    SiteFactory(supplier=SupplierFactory(number="S-2", status="strategic"))
    SiteFactory(supplier=SupplierFactory(number="S-3", status="registered"))
    SupplierFactory(number="S-4", status="ended")
    trial = rules.try_out(draft, by=csr_manager)
    assert effects(trial) == {
        "S-1": ("keeps", True, []),
        "S-2": ("loses", True, ["certificate"]),
        "S-3": ("loses", False, ["certificate"]),
    }
    assert {effect for effect, _has, _codes in effects(trial, "cooperating").values()} == {"keeps"}
    assert (trial.is_ready, trial.total, trial.done, trial.compared_with) == (True, 3, 3, 1)
    assert sorted(row.supplier.number for row in trial.lines.changed()) == ["S-2", "S-3"]


def test_what_if_a_condition_fell_away(policy, csr_manager):
    GatePolicy.objects.update(conditions=with_sa8000())
    SiteFactory(supplier=SupplierFactory(number="S-2", status="cooperating"))
    draft = rules.draft_policy(by=csr_manager)
    rules.save_policy(draft, by=csr_manager, note="", **draft.content() | {"conditions": BASE})
    trial = rules.try_out(draft, by=csr_manager)
    assert effects(trial) == {"S-2": ("gains", False, ["certificate"])}


def test_trying_changes_nothing_and_tells_nobody(draft, csr_manager):
    supplier = SupplierFactory(status="strategic")
    before = (Notice.objects.count(), Supplier.objects.values().get(pk=supplier.pk))
    rules.try_out(draft, by=csr_manager)
    assert (Notice.objects.count(), Supplier.objects.values().get(pk=supplier.pk)) == before


@pytest.mark.parametrize("number", [2, 12])
def test_one_piece_takes_the_same_queries_for_any_number_of_suppliers(number, policy, draft, csr_manager):
    GatePolicy.objects.filter(pk=draft.pk).update(conditions=defaults.CONDITIONS | {"cooperating": [SA8000]})
    for _ in range(number):
        certified(status="cooperating")
    trial = Trial(policy=GatePolicy.objects.get(pk=draft.pk), compared_with=1, day=DAY)
    suppliers = next(trials.pieces())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(list(trials.lines_of(trial, suppliers))) == 2 * number
    assert len(queries) == 14


def test_judged_together_is_judged_alone(policy, draft):
    """The set-based answer is the answer of one supplier alone, for everybody and every condition."""
    defaults_policy = GatePolicy(number=5, conditions=defaults.CONDITIONS | {"cooperating": [SA8000]})
    suppliers = [certified(status="cooperating"), SupplierFactory(status="strategic"), SupplierFactory()]
    SiteFactory(supplier=suppliers[1])
    facts = gates.Facts(suppliers, DAY)
    for supplier in suppliers:
        for segment in Segment:
            alone = gates.check(supplier, segment, policy=defaults_policy, day=DAY)
            together = gates.check(supplier, segment, policy=defaults_policy, facts=facts)
            assert together == alone


def test_many_suppliers_are_compared_by_a_worker_with_progress(draft, csr_manager, monkeypatch, login):
    monkeypatch.setattr(rules, "AT_ONCE", 1)
    SupplierFactory.create_batch(3)
    trial = rules.try_out(draft, by=csr_manager)
    assert (trial.is_ready, Job.objects.filter(task="suppliers.run_trial").count()) == (False, 1)
    client = login(csr_manager)
    page = client.get(f"/staff/rules/trials/{trial.pk}/", headers={"HX-Request": "true"})
    assert ("HX-Refresh" in page, "0 of 3" in page.content.decode()) == (False, True)
    assert client.get(f"/staff/rules/trials/{trial.pk}/").context["page"] is None
    monkeypatch.setattr(trials, "AT_A_TIME", 2)
    for _ in range(2):
        tasks.run_trial(trial.pk)
    tasks.run_trial(0)
    trial.refresh_from_db()
    assert (trial.is_ready, trial.done, trial.lines.count()) == (True, 3, 6)
    page = client.get(f"/staff/rules/trials/{trial.pk}/", headers={"HX-Request": "true"})
    assert page["HX-Refresh"] == "true"


# In force


def test_draft_is_put_in_force_only_after_a_trial_of_this_very_text(draft, csr_manager):
    assert [b.code for b in rules.activation_blockers(draft)] == ["trial"]
    rules.try_out(draft, by=csr_manager)
    assert rules.activation_blockers(draft) == []
    rules.save_policy(draft, by=csr_manager, note="", **draft.content() | {"grace_days": 3})
    with pytest.raises(WorkflowError) as refused:
        rules.activate(draft, reason=" ", by=csr_manager)
    assert [b.code for b in refused.value.blockers] == ["trial", "reason"]
    assert GatePolicy.objects.get(is_current=True).number == 1


def test_version_put_in_force_judges_everybody_anew_and_tells_both_sides(draft, policy, csr_manager, buyer):
    loser = SupplierFactory(number="S-2", status="strategic", owner=buyer)
    keeper = certified(number="S-1", status="cooperating", owner=buyer)
    person = ContactFactory(supplier=loser).user
    rules.try_out(draft, by=csr_manager)
    rules.activate(draft, reason="Customers ask for it", by=csr_manager)
    policy.refresh_from_db()
    assert (policy.state, draft.state, draft.activated_by) == ("retired", "current", csr_manager)
    loser.refresh_from_db()
    keeper.refresh_from_db()
    assert loser.grace_until == today() + dt.timedelta(days=14)
    assert loser.gate_states == " findings:met certificate:missing csr_review:missing "
    assert (keeper.grace_until, keeper.gate_missing) == (None, 1)
    assert {n.recipient for n in Notice.objects.filter(kind="suppliers/gate_lost")} >= {person, buyer}
    entry = HistoryEntry.objects.get(action="policy.activate")
    assert (entry.reason, entry.data) == ("Customers ask for it", {"number": 2, "before": 1})
    with pytest.raises(WorkflowError):
        rules.activate(draft, reason="Again", by=csr_manager)


def test_applying_twice_changes_nothing_the_second_time(draft, csr_manager, buyer):
    supplier = SupplierFactory(status="strategic", owner=buyer)
    rules.try_out(draft, by=csr_manager)
    rules.activate(draft, reason="Customers ask for it", by=csr_manager)
    before = (Notice.objects.count(), Supplier.objects.values().get(pk=supplier.pk))
    rules.apply_rule("policy", draft.pk)
    assert (Notice.objects.count(), Supplier.objects.values().get(pk=supplier.pk)) == before
    draft.refresh_from_db()
    assert (draft.applied, draft.to_apply, draft.is_applying) == (1, 1, False)


def test_version_that_is_no_longer_in_force_is_not_applied(draft, policy):
    rules.apply_rule("policy", draft.pk)
    draft.refresh_from_db()
    assert draft.applied == 0


def test_many_suppliers_are_judged_anew_by_a_worker(draft, csr_manager, monkeypatch):
    SupplierFactory.create_batch(2, status="strategic")
    rules.try_out(draft, by=csr_manager)
    monkeypatch.setattr(rules, "AT_ONCE", 1)
    rules.activate(draft, reason="Customers ask for it", by=csr_manager)
    assert draft.is_applying
    assert Job.objects.get(task="suppliers.apply_rule").arguments == ["policy", draft.pk]
    rules.apply_rule("policy", draft.pk)
    draft.refresh_from_db()
    assert not draft.is_applying


def test_retired_version_is_no_draft_and_cannot_be_tried(draft, policy, csr_manager):
    with pytest.raises(WorkflowError, match="Only a draft"):
        rules.try_out(policy, by=csr_manager)


# Pages


def test_rules_go_from_draft_to_in_force_on_the_pages(policy, csr_manager, login, settings):
    SupplierFactory(number="S-2", status="strategic")
    client = login(csr_manager)
    assert client.get("/staff/rules/gate/").context["current"] == policy
    edit = client.post("/staff/rules/gate/draft/")["Location"]
    draft = GatePolicy.objects.get(number=2)
    form = client.get(edit).context["form"]
    data = {name: field.initial for name, field in form.fields.items() if field.initial is not None}
    ticks = {name: "on" for name, value in data.items() if value is True}
    data = {name: value for name, value in data.items() if not isinstance(value, bool)}
    bad = client.post(edit, data | {"grace_days": 14, "conditional_days": 90})
    assert (bad.status_code, len(bad.context["blockers"])) == (422, 3)
    data |= ticks | {"strategic-certificate": "on", "grace_days": 7, "conditional_days": 90, "note": "SA8000"}
    detail = client.post(edit, data)["Location"]
    assert client.get(detail).context["blockers"][0].code == "trial"
    trial = client.post(f"{detail}try/")["Location"]
    page = client.get(trial)
    assert [(row["segment"], row["effect"], row["number"], row["holders"]) for row in page.context["summary"]] == [
        ("cooperating", "keeps", 1, 1),
        ("strategic", "loses", 1, 1),
    ]
    assert page.context["reasons"] == [{"code": "certificate", "name": "Certificate", "number": 1}]
    assert client.post(f"{detail}activate/", {"reason": ""}).status_code == 302
    assert GatePolicy.objects.get(is_current=True) == policy
    client.post(f"{detail}activate/", {"reason": "Customers ask for it"})
    draft.refresh_from_db()
    assert (draft.is_current, draft.grace_days, draft.note) == (True, 7, "SA8000")
    assert client.get(edit).status_code == 302
    assert client.get(trial).context["is_outdated"] is False
    assert client.post(f"{detail}try/").status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["S-2"]),
        ("?view=all&segment=strategic", ["S-1", "S-2"]),
        ("?effect=keeps&segment=strategic", ["S-1"]),
        ("?effect=loses&because=certificate", ["S-2"]),
        ("?because=training", []),
        ("?has=0", []),
    ],
)
def test_lines_of_a_trial_are_filtered(query, found, draft, csr_manager, login):
    certified(number="S-1", status="strategic", name="A")
    SupplierFactory(number="S-2", status="strategic", name="B")
    trial = rules.try_out(draft, by=csr_manager)
    page = login(csr_manager).get(f"/staff/rules/trials/{trial.pk}/{query}").context["page"]
    assert [row.supplier.number for row in page.rows] == found


def test_trial_is_exported_with_the_reasons_in_words(draft, csr_manager, login):
    SupplierFactory(number="S-2", status="strategic", name="B")
    trial = rules.try_out(draft, by=csr_manager)
    response = login(csr_manager).get(f"/staff/rules/trials/{trial.pk}/?export=csv&effect=loses")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[1].split(",")[1:] == ["S-2", "Strategic", "would lose it", "yes", "0", "1", "Certificate"]


# Readiness


@pytest.fixture
def three(policy):
    GatePolicy.objects.update(conditions=with_sa8000())
    suppliers = [
        certified(number="S-1", name="A", risk_band="low"),
        SupplierFactory(number="S-2", name="B", status="strategic"),
        SupplierFactory(number="S-3", name="C", status="suspended"),
    ]
    for supplier in suppliers:
        standing.refresh(supplier)
    return suppliers


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["S-1", "S-2"]),
        ("?far=ready", ["S-1"]),
        ("?far=one", []),
        ("?far=two", ["S-2"]),
        ("?far=more", []),
        ("?without=certificate", ["S-2"]),
        ("?without=csr_review", ["S-1", "S-2"]),
        ("?status=strategic", ["S-2"]),
        ("?risk=low", ["S-1"]),
        ("?sort=-missing", ["S-2", "S-1"]),
        ("?q=S-2", ["S-2"]),
    ],
)
def test_readiness_is_filtered_and_sorted(query, found, three, buyer, login):
    page = login(buyer).get(f"/staff/readiness/{query}").context["page"]
    assert [row.number for row in page.rows] == found


def test_readiness_is_exported_with_a_column_per_condition(three, buyer, login):
    response = login(buyer).get("/staff/readiness/?export=csv")
    lines = [line.split(",") for line in b"".join(response.streaming_content).decode("utf-8-sig").splitlines()]
    assert lines[0][4:7] == ["Findings", "Certificate", "CSR review"]
    assert [line[0:1] + line[3:7] for line in lines[1:]] == [
        ["S-1", "1", "Met", "Met", "Missing"],
        ["S-2", "2", "Met", "Missing", "Missing"],
    ]


@pytest.mark.parametrize("number", [1, 4])
def test_readiness_takes_the_same_queries_for_any_number(number, policy, buyer, login, django_assert_num_queries):
    SupplierFactory.create_batch(number)
    client = login(buyer)
    client.get("/staff/readiness/")
    with django_assert_num_queries(5):
        client.get("/staff/readiness/")
