"""Another date for several tasks at once: who may, what stands against it, history and notice of each."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from agreements.workflow import dates as papers
from audits.workflow.findings import dates as findings
from csr_portal import extending
from csr_portal.core.dates import day_text
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import AcknowledgementFactory, AgreementFactory
from tests.factories.audits import FindingFactory, SelfInspectionFactory
from tests.factories.suppliers import SiteFactory

NEVER = "The dates of zero-tolerance and critical findings stay as they are."


def in_days(number):
    return today() + dt.timedelta(days=number)


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


@pytest.fixture
def four(acme, site):
    """One task of each kind, due in three days."""
    waiting = {"turn": "supplier", "due_on": in_days(3)}
    return {
        "inspection": SelfInspectionFactory(site=site, status="assigned", **waiting),
        "agreement": AgreementFactory(supplier=acme, status="issued", **waiting),
        "guideline": AcknowledgementFactory(supplier=acme, status="issued", **waiting),
        "finding": FindingFactory(site=site, plan_due_on=in_days(3), close_due_on=in_days(60), **waiting),
    }


def codes(rows):
    return [f"{kind}:{row.pk}" for kind, row in rows.items()]


def reasons(plan):
    return {item.code.split(":")[0]: [str(b.text) for b in blockers] for item, blockers in plan.left_out}


def test_each_kind_gets_the_date_with_history_and_a_notice_in_the_readers_language(four, alice, csr_manager):
    items = extending.chosen(csr_manager, codes(four))
    done = extending.extend(items, in_days(20), reason="Typhoon week", by=csr_manager)
    assert (len(done.included), done.left_out) == (4, [])
    for row in four.values():
        row.refresh_from_db()
        assert row.due_on == in_days(20)
    assert four["finding"].plan_due_on == in_days(20)
    actions = {"inspection.extend", "agreement.extend", "acknowledgement.extend", "finding.extend"}
    entries = HistoryEntry.objects.filter(action__in=actions)
    assert {(e.action, e.reason, e.by, e.data["to"]) for e in entries} == {
        (action, "Typhoon week", csr_manager, str(in_days(20))) for action in actions
    }
    told = Notice.objects.filter(recipient=alice, kind__in=["suppliers/extended", "inspection_extended"])
    assert [(n.kind, n.language) for n in told.order_by("kind")] == [("inspection_extended", "zh-hans")] + [
        ("suppliers/extended", "zh-hans")
    ] * 3
    assert all("Typhoon week" in n.body for n in told)


def test_buyer_extends_everything_but_findings(four, buyer):
    plan = extending.plan(extending.chosen(buyer, codes(four)), in_days(20), "Typhoon week", buyer)
    assert reasons(plan) == {"finding": ["Your role may not change this date."]}
    with pytest.raises(PermissionDenied):
        findings.extend(four["finding"], in_days(20), by=buyer, reason="x")


@pytest.mark.parametrize(
    ("days", "reason", "expected"),
    [
        (20, "Typhoon week", []),
        (90, "Typhoon week", []),
        (91, "Typhoon week", ["The latest possible day is %(last)s."]),
        (3, "Typhoon week", ["It is due on %(due)s; give a later day."]),
        (0, " ", [
            "Give a reason: it stays in the history.", "Give a day after today.",
            "It is due on %(due)s; give a later day.",
        ]),
    ],
)  # fmt: skip
def test_limits_of_every_task_are_named(days, reason, expected, four, buyer):
    words = {"last": day_text(in_days(90)), "due": day_text(in_days(3))}
    rows = {"agreement": four["agreement"], "inspection": four["inspection"]}
    plan = extending.plan(extending.chosen(buyer, codes(rows)), in_days(days), reason, buyer)
    texts = [text % words for text in expected]
    assert reasons(plan) == (dict.fromkeys(rows, texts) if texts else {})
    if texts:
        with pytest.raises(WorkflowError) as refused:
            papers.extend(four["agreement"], in_days(days), by=buyer, reason=reason)
        assert [str(b.text) for b in refused.value.blockers] == texts


@pytest.mark.parametrize("grade", ["zero_tolerance", "critical"])
def test_worst_findings_keep_their_dates(grade, site, csr_manager):
    finding = FindingFactory(site=site, grade=grade, due_on=in_days(3))
    with pytest.raises(WorkflowError) as refused:
        findings.extend(finding, in_days(5), by=csr_manager, reason="Typhoon week")
    assert [str(b.text) for b in refused.value.blockers] == [NEVER]


@pytest.mark.parametrize(("status", "close_in", "last"), [("open", 10, 10), ("open", 80, 33), ("plan_approved", 3, 33)])
def test_finding_moves_once_by_30_days_at_most_and_no_plan_after_the_correction(
    status, close_in, last, site, csr_manager
):
    finding = FindingFactory(
        site=site, status=status, due_on=in_days(3), plan_due_on=in_days(3), close_due_on=in_days(close_in)
    )
    with pytest.raises(WorkflowError):
        findings.extend(finding, in_days(last + 1), by=csr_manager, reason="Typhoon week")
    findings.extend(finding, in_days(last), by=csr_manager, reason="Typhoon week")
    assert (finding.due_on, finding.close_due_on) == (in_days(last), in_days(max(close_in, last)))
    with pytest.raises(WorkflowError) as refused:
        findings.extend(finding, in_days(last + 1), by=csr_manager, reason="Again")
    assert [blocker.code for blocker in refused.value.blockers] == ["once"]


def test_list_shows_what_lies_with_the_suppliers_in_care_and_late_ones_alone(four, rival, csr_manager, buyer, login):
    late = SelfInspectionFactory(site__supplier=rival, status="in_progress", turn="supplier", due_on=in_days(-2))
    SelfInspectionFactory(site__supplier=rival, status="accepted", due_on=None)
    page = login(csr_manager).get("/staff/due/")
    first, *others = [item.code for item in page.context["items"]]
    assert (first, sorted(others)) == (f"inspection:{late.pk}", sorted(codes(four)))
    page = login(csr_manager).get("/staff/due/?view=late")
    assert [item.code for item in page.context["items"]] == [f"inspection:{late.pk}"]


def test_page_shows_first_and_does_then(four, buyer, login):
    client, form = login(buyer), {"pk": codes(four)}
    assert client.post("/staff/due/extend/", form).context["plan"] is None
    form |= {"due_on": in_days(20).isoformat(), "reason": "Typhoon week"}
    looked = client.post("/staff/due/extend/", form)
    assert (len(looked.context["plan"].included), reasons(looked.context["plan"])) == (
        3, {"finding": ["Your role may not change this date."]},
    )  # fmt: skip
    four["agreement"].refresh_from_db()
    assert four["agreement"].due_on == in_days(3)
    assert client.post("/staff/due/extend/", form | {"confirmed": "1"})["Location"] == "/staff/due/"
    assert {kind for kind, row in four.items() if type(row).objects.get(pk=row.pk).due_on == in_days(20)} == {
        "inspection", "agreement", "guideline",
    }  # fmt: skip
    assert client.post("/staff/due/extend/", form | {"reason": ""}).status_code == 422
    assert client.post("/staff/due/extend/", {"pk": ["nonsense", "moon:1"]})["Location"] == "/staff/due/"
