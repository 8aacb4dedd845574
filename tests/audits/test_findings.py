"""What can happen to a finding: the step table by hand, deadlines, blockers, second person, standing."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audits import permissions
from audits.defaults import load_deadline_rules
from audits.models import Finding
from audits.states import FindingStatus
from audits.workflow import findings as workflow
from audits.workflow.findings import PlannedAction
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.workflow import WorkflowError, move
from suppliers.states import ConditionState
from tests.factories.audits import ClauseFactory, FindingFactory
from tests.factories.suppliers import EvidenceFactory, SiteFactory

DAY = dt.date(2026, 11, 21)
TABLE = {
    "submit_plan": (["open", "plan_rejected", "reopened"], "plan_submitted", "supplier"),
    "approve_plan": (["plan_submitted"], "plan_approved", "judge"),
    "reject_plan": (["plan_submitted"], "plan_rejected", "judge"),
    "accept_no_action": (["plan_submitted"], "verified_closed", "judge"),
    "submit_evidence": (["plan_approved", "evidence_rejected"], "evidence_submitted", "supplier"),
    "verify": (["evidence_submitted"], "verified_closed", "judge"),
    "reject_evidence": (["evidence_submitted"], "evidence_rejected", "judge"),
    "dispute": (["open", "plan_rejected", "reopened"], "disputed", "supplier"),
    "uphold": (["disputed"], "open", "manager"),
    "drop": (["disputed"], "verified_closed", "manager"),
    "reopen": (["verified_closed"], "reopened", "judge"),
}
WHO = {
    "supplier": {"alice", "bob"},
    "judge": {"csr_manager", "auditor"},
    "manager": {"csr_manager"},
}
ACTIONS = [
    PlannedAction("immediate", "取下挂锁", "陈国强", dt.date(2026, 11, 22)),
    PlannedAction("preventive", "每日检查安全出口", "刘敏", dt.date(2026, 12, 15)),
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
def people(buyer, csr_manager, auditor, training_coordinator, administrator, alice, bob, mallory):
    names = ["buyer", "csr_manager", "auditor", "training_coordinator", "administrator", "alice", "bob", "mallory"]
    return dict(
        zip(names, [buyer, csr_manager, auditor, training_coordinator, administrator, alice, bob, mallory], strict=True)
    )


def planned(finding, by):
    workflow.submit_plan(finding, by=by, root_cause="没有人负责检查", actions=ACTIONS)


def with_evidence(finding, alice, judge):
    planned(finding, alice)
    workflow.approve_plan(finding, by=judge)
    workflow.submit_evidence(finding, by=alice, evidence=[EvidenceFactory(supplier=finding.supplier)])


def test_step_table_says_from_where_to_where():
    found = {name: ([str(s) for s in step.sources], str(step.target)) for name, step in workflow.STEPS.items()}
    assert found == {name: (sources, target) for name, (sources, target, _who) in TABLE.items()}


@pytest.mark.parametrize("name", TABLE)
def test_step_is_for_these_people_only(name, people, finding):
    allowed = {who for who, person in people.items() if workflow.STEPS[name].who(person, finding)}
    assert allowed == WHO[TABLE[name][2]]


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("status", FindingStatus.values)
def test_step_is_refused_from_every_other_status(name, status, finding, alice, csr_manager):
    if status in TABLE[name][0]:
        return
    closed = {"closed_on": DAY} if status == "verified_closed" else {}
    Finding.objects.filter(pk=finding.pk).update(status=status, **closed)
    by = alice if TABLE[name][2] == "supplier" else csr_manager
    with pytest.raises(WorkflowError):
        move(finding, workflow.STEPS, name, by=by)
    finding.refresh_from_db()
    assert finding.status == status


def test_open_finding_gets_number_and_deadlines_and_tells_the_supplier(site, alice, auditor):
    load_deadline_rules()
    finding = workflow.open_finding(
        site.supplier,
        site,
        by=auditor,
        grade="major",
        title="T",
        facts="F",
        origin="other",
        discovered_on=dt.date(2026, 3, 2),
    )
    days = [finding.plan_due_on, finding.approval_due_on, finding.close_due_on, finding.due_on]
    assert finding.number == "F-2026-001"
    assert [f"{day:%m-%d}" for day in days] == ["03-16", "03-30", "05-31", "03-16"]
    assert (finding.status, finding.turn, finding.raised_by) == ("open", "supplier", auditor)
    assert list(Notice.objects.values_list("kind", "recipient")) == [("finding_opened", alice.pk)]


def test_open_finding_is_refused_to_a_buyer(site, buyer):
    with pytest.raises(PermissionDenied):
        workflow.open_finding(site.supplier, site, by=buyer, grade="minor", title="T", facts="F", origin="other")


def test_zero_tolerance_tells_csr_managers_at_once_and_stops_orders(site, csr_manager, auditor, buyer):
    workflow.open_finding(site.supplier, site, by=auditor, grade="zero_tolerance", title="T", facts="F", origin="other")
    told = Notice.objects.filter(kind="finding_zero_tolerance").values_list("recipient__email", flat=True)
    assert sorted(told) == ["buyer@example.com", "csr@example.com"]
    entry = HistoryEntry.objects.about(site.supplier).get(action="zero_tolerance")
    assert entry.data["orders_reviewed_by"] == "2026-11-28"


@pytest.mark.parametrize(
    ("before", "after", "turn", "due_on"),
    [
        ("registered", "registered", "buyer", None),
        ("cooperating", "suspended", "buyer", dt.date(2026, 11, 28)),
        ("strategic", "suspended", "buyer", dt.date(2026, 11, 28)),
    ],
)
def test_zero_tolerance_suspends_who_was_bought_from_the_same_day(site, auditor, before, after, turn, due_on):
    supplier = site.supplier
    type(supplier).objects.filter(pk=supplier.pk).update(status=before, turn="buyer")
    finding = workflow.open_finding(
        supplier, site, by=auditor, grade="zero_tolerance", title="Child at work", facts="F", origin="other"
    )
    supplier.refresh_from_db()
    assert (supplier.status, supplier.turn, supplier.due_on) == (after, turn, due_on)
    entries = HistoryEntry.objects.about(supplier).filter(action="supplier.suspend")
    reason = f"Zero-tolerance finding {finding.number}: Child at work"
    assert [(entry.reason, entry.by) for entry in entries] == ([] if before == after else [(reason, None)])


def test_finding_about_the_same_clause_closed_within_a_year_is_a_repeat_one_grade_higher(site, auditor):
    clause = ClauseFactory()
    old = FindingFactory(site=site, clause=clause, status="verified_closed", closed_on=dt.date(2026, 1, 15))
    new = workflow.open_finding(
        site.supplier, site, by=auditor, grade="minor", title="T", facts="F", origin="other", clause=clause
    )
    assert (new.grade, new.is_repeat, new.previous) == ("major", True, old)


def test_plan_is_refused_with_everything_it_lacks(finding, alice):
    with pytest.raises(WorkflowError) as refusal:
        workflow.submit_plan(finding, by=alice, actions=[PlannedAction("corrective", "x", "", None)])
    assert [b.code for b in refusal.value.blockers] == ["root_cause", "prevention", "owner", "due_on"]


def test_whole_life_ends_verified_by_somebody_else(finding, alice, csr_manager, auditor):
    planned(finding, alice)
    assert (finding.turn, finding.due_on) == ("csr", dt.date(2026, 12, 8))
    workflow.reject_plan(finding, by=csr_manager, note="谁负责？")
    planned(finding, alice)
    workflow.approve_plan(finding, by=csr_manager)
    assert (finding.status, finding.turn, finding.due_on) == ("plan_approved", "supplier", dt.date(2027, 2, 8))
    workflow.submit_evidence(finding, by=alice, evidence=[EvidenceFactory(supplier=finding.supplier)])
    workflow.reject_evidence(finding, by=auditor, note="照片早于发现日期")
    workflow.submit_evidence(finding, by=alice, evidence=[EvidenceFactory(supplier=finding.supplier)])
    workflow.verify(finding, by=auditor)
    finding.refresh_from_db()
    assert (finding.status, finding.closed_on, finding.verified_by, finding.turn) == (
        "verified_closed",
        DAY,
        auditor,
        "",
    )
    assert list(finding.plans.values_list("number", "verdict")) == [(2, "approved"), (1, "rejected")]
    assert list(finding.submissions.values_list("number", "verdict")) == [(2, "accepted"), (1, "progress")]


def test_evidence_of_another_supplier_does_not_count(finding, alice, csr_manager, rival):
    planned(finding, alice)
    workflow.approve_plan(finding, by=csr_manager)
    with pytest.raises(WorkflowError) as refusal:
        workflow.submit_evidence(finding, by=alice, evidence=[EvidenceFactory(supplier=rival)])
    assert [b.code for b in refusal.value.blockers] == ["evidence"]


def test_verifier_is_neither_the_sender_nor_of_the_supplier(finding, alice, csr_manager, auditor):
    with_evidence(finding, alice, csr_manager)
    answers = [permissions.can_verify_finding(person, finding) for person in (alice, csr_manager, auditor)]
    finding.submissions.update(submitted_by=auditor)
    assert (answers, permissions.can_verify_finding(auditor, finding)) == ([False, True, True], False)


def test_wages_and_hours_need_sixty_days_and_two_months_of_records(finding, alice, csr_manager):
    Finding.objects.filter(pk=finding.pk).update(needs_two_months=True)
    with_evidence(finding, alice, csr_manager)
    assert [b.code for b in workflow.closing_blockers(finding, DAY)] == ["too_early", "two_months"]
    finding.submissions.update(records_from=dt.date(2026, 11, 10), records_to=dt.date(2027, 1, 9))
    assert [b.code for b in workflow.closing_blockers(finding, dt.date(2027, 1, 8))] == ["too_early"]
    assert workflow.closing_blockers(finding, dt.date(2027, 1, 9)) == []


@pytest.mark.parametrize(("grade", "codes"), [("minor", []), ("critical", ["grade"])])
def test_no_action_is_an_answer_but_not_for_what_is_critical(grade, codes, finding, alice, csr_manager):
    Finding.objects.filter(pk=finding.pk).update(grade=grade)
    workflow.submit_plan(finding, by=alice, no_action_reason="该出口已停用")
    assert [b.code for b in workflow.no_action_blockers(finding)] == codes


@pytest.mark.parametrize(
    ("closed_on", "grade", "is_repeat"),
    [(dt.date(2025, 11, 21), "critical", True), (dt.date(2025, 11, 20), "major", False)],
)
def test_reopened_within_twelve_months_is_one_grade_higher(closed_on, grade, is_repeat, finding, csr_manager):
    load_deadline_rules()
    Finding.objects.filter(pk=finding.pk).update(status="verified_closed", closed_on=closed_on, turn="")
    workflow.reopen(finding, by=csr_manager, reason="再次发现")
    assert (finding.grade, finding.is_repeat, finding.status, finding.closed_on) == (grade, is_repeat, "reopened", None)


def test_dispute_is_settled_by_a_manager_who_did_not_raise_it(finding, alice, csr_manager, second_csr_manager):
    Finding.objects.filter(pk=finding.pk).update(raised_by=csr_manager)
    workflow.dispute(finding, by=alice, reason="该出口不是安全出口")
    with pytest.raises(PermissionDenied):
        workflow.drop(finding, by=csr_manager, reason="x")
    workflow.drop(finding, by=second_csr_manager, reason="属实")
    assert finding.status == "verified_closed"


@pytest.mark.parametrize(
    ("grade", "due", "expected"),
    [
        ("minor", dt.date(2026, 11, 20), ConditionState.MET),
        ("major", DAY, ConditionState.MET),
        ("major", dt.date(2026, 11, 20), ConditionState.MISSING),
        ("critical", dt.date(2027, 1, 1), ConditionState.MISSING),
        ("zero_tolerance", dt.date(2027, 1, 1), ConditionState.MISSING),
    ],
)
def test_gate_is_blocked_by_critical_and_overdue_major_findings(grade, due, expected, finding):
    from audits.gates import no_blocking_finding  # noqa: PLC0415

    Finding.objects.filter(pk=finding.pk).update(grade=grade, close_due_on=due, due_on=due)
    condition = no_blocking_finding(finding.supplier, "strategic", {}, DAY)
    assert (condition.state, condition.can_be_waived) == (expected, grade != "zero_tolerance")


@pytest.mark.parametrize(
    ("status", "due", "turn"),
    [
        ("open", "2026-11-20", "supplier"),
        ("open", "2026-11-21", "supplier"),
        ("plan_submitted", "2026-11-20", "csr"),
        ("verified_closed", "2026-11-20", ""),
    ],
)
def test_overdue_is_the_same_claim_in_python_and_in_the_database(status, due, turn, finding):
    closed = {"closed_on": DAY} if status == "verified_closed" else {}
    Finding.objects.filter(pk=finding.pk).update(status=status, due_on=due, turn=turn, **closed)
    finding.refresh_from_db()
    assert Finding.objects.overdue(DAY).exists() == finding.is_overdue(DAY)


@pytest.mark.parametrize("number", [1, 3])
def test_finding_list_costs_the_same_whatever_the_number(number, site, csr_manager, login, django_assert_num_queries):
    FindingFactory.create_batch(number, site=site)
    client = login(csr_manager)
    client.get(reverse("staff:finding-list"))
    with django_assert_num_queries(4):
        page = client.get(reverse("staff:finding-list"))
    assert page.content.count("安全出口".encode()) == 0
    assert page.content.count(b"Fire exit locked") == number


def test_supplier_sends_plan_and_evidence_on_the_page(finding, alice, csr_manager, login):
    client = login(alice)
    url = reverse("portal:finding-detail", args=[finding.pk])
    assert "安全出口上锁" in client.get(url).content.decode()
    data = {"root_cause": "没有人负责检查", "actions-TOTAL_FORMS": 3, "actions-INITIAL_FORMS": 3}
    for number, kind in enumerate(["immediate", "corrective", "preventive"]):
        data |= {
            f"actions-{number}-kind": kind,
            f"actions-{number}-text": "x",
            f"actions-{number}-owner": "刘敏",
            f"actions-{number}-due_on": "2026-12-01",
        }
    assert client.post(reverse("portal:finding-plan", args=[finding.pk]), data).status_code == 302
    finding.refresh_from_db()
    assert finding.status == "plan_submitted"
    workflow.approve_plan(finding, by=csr_manager)
    evidence = EvidenceFactory(supplier=finding.supplier)
    client.post(reverse("portal:finding-evidence", args=[finding.pk]), {"evidence": [evidence.pk]})
    finding.refresh_from_db()
    assert (finding.status, list(finding.submissions.get().evidence.all())) == ("evidence_submitted", [evidence])


def test_finding_of_another_supplier_is_not_found(finding, mallory, login):
    assert login(mallory).get(reverse("portal:finding-detail", args=[finding.pk])).status_code == 404
