"""Worked examples of R-GATE-2, R-VAL-1 and R-VAL-2, and what happens to a strategic supplier, with the real conditions.

R-RISK-1: test_risk.py; the limits of R-GATE-2 on self-inspections: tests/audits.
"""

import datetime as dt

import pytest

from csr_portal.core.models import Notice
from csr_portal.core.timezones import today
from suppliers import gates, snapshots, sweeps
from suppliers.certificates import expected_last_day, recognised, surveillance_days
from suppliers.models import Decision, GatePolicy, RecognitionRule, Supplier
from suppliers.states import Outcome
from suppliers.workflow import reviews, rules
from suppliers.workflow.supplier import facts_changed, lock
from tests.factories.agreements import AgreementFactory
from tests.factories.audits import FindingFactory, SelfInspectionFactory, SiteReviewFactory
from tests.factories.suppliers import CertificateFactory, SiteFactory, SupplierFactory

DAY = dt.date(2026, 11, 21)
LEFT_OUT = frozenset({"csr_review"})


def policy_of(*conditions):
    demands = [{"condition": code} if isinstance(code, str) else code for code in conditions]
    return GatePolicy.objects.create(
        number=1, is_current=True, conditions={"cooperating": [{"condition": "findings"}], "strategic": demands}
    )


@pytest.fixture
def gate_policy(db):
    """Site review (or certificate), findings, and the CSR review."""
    return policy_of("site_review", "findings", "csr_review")


@pytest.fixture
def acme(buyer, gate_policy):
    RecognitionRule.objects.create(standard="sa8000")
    RecognitionRule.objects.create(standard="bsci", accepted_results=["A", "B"])
    return SupplierFactory(number="S-10417", owner=buyer, risk_band="medium")


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme, name="一厂")


def gate(supplier, day=None):
    return gates.check(Supplier.objects.get(pk=supplier.pk), "strategic", day=day or today(), leaving_out=LEFT_OUT)


def reviewed(site, **more):
    values = {
        "status": "reported", "turn": "", "score": "85.0", "letter": "B",
        "closing_at": dt.datetime(2026, 6, 1, tzinfo=dt.UTC), "valid_until": today() + dt.timedelta(days=2000),
    }  # fmt: skip
    return SiteReviewFactory(site=site, **(values | more))


# R-GATE-2


@pytest.mark.parametrize(("risk", "outcome"), [("medium", Outcome.APPROVED), ("high", Outcome.REJECTED)])
def test_r_gate_2_bsci_b_without_own_audit_is_approved_with_risk_medium_and_rejected_with_high(
    risk, outcome, acme, site
):
    Supplier.objects.filter(pk=acme.pk).update(risk_band=risk)
    CertificateFactory(supplier=acme, sites=[site], standard="bsci", result="B")
    assert gate(acme).outcome == outcome


def test_r_gate_2_certificate_for_another_site_is_rejected(acme, site):
    other = SiteFactory(supplier=acme, name="仓库", is_supplying=False)
    CertificateFactory(supplier=acme, sites=[other])
    assert gate(acme).outcome == Outcome.REJECTED


def test_r_gate_2_self_inspection_counts_to_its_last_valid_day_and_no_longer(acme, site):
    """365 days old and not later than the last valid day: counts; one day later: fails."""
    GatePolicy.objects.update(conditions={"strategic": [{"condition": "self_inspection"}]})
    last = dt.date(2027, 11, 20)
    SelfInspectionFactory(
        supplier=acme, site=site, status="accepted", turn="", score="88.0", letter="A", valid_until=last,
        submitted_at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
    )  # fmt: skip
    assert [gate(acme, day).is_open for day in (last, last + dt.timedelta(days=1))] == [True, False]


@pytest.mark.parametrize(("score", "is_open"), [("79.9", False), ("80.0", True)])
def test_r_gate_2_no_rounding_up_before_the_comparison(score, is_open, acme, site):
    GatePolicy.objects.update(conditions={"strategic": [{"condition": "self_inspection"}]})
    SelfInspectionFactory(
        supplier=acme, site=site, status="accepted", turn="", score=score, letter="B",
        valid_until=today() + dt.timedelta(days=300), submitted_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    assert gate(acme).is_open is is_open


@pytest.mark.parametrize(
    ("findings", "outcome"),
    [
        ([], Outcome.APPROVED),
        ([("minor", 9)], Outcome.APPROVED),
        ([("major", 9)], Outcome.CONDITIONAL),
        ([("major", 9), ("major", 30)], Outcome.REJECTED),
        ([("major", -1)], Outcome.REJECTED),
        ([("critical", 9)], Outcome.REJECTED),
        ([("zero_tolerance", 9)], Outcome.REJECTED),
    ],
)
def test_r_gate_2_one_open_major_in_time_is_conditional_an_overdue_one_rejected(findings, outcome, acme, site):
    reviewed(site)
    for grade, days in findings:
        day = today() + dt.timedelta(days=days)
        FindingFactory(supplier=acme, site=site, grade=grade, close_due_on=day, due_on=day)
    assert gate(acme).outcome == outcome


def test_major_finding_in_time_does_not_take_a_status_away(acme, site, csr_manager):
    """It limits the approval; the gate that keeps the status stays open until it is overdue."""
    reviewed(site)
    day = today() + dt.timedelta(days=9)
    FindingFactory(supplier=acme, site=site, grade="major", close_due_on=day, due_on=day)
    assert (gate(acme).is_open, gate(acme, day + dt.timedelta(days=1)).is_open) == (True, False)


def test_approval_with_one_open_major_is_offered_on_condition_only(acme, site, buyer, csr_manager, second_csr_manager):
    reviewed(site)
    day = today() + dt.timedelta(days=40)
    FindingFactory(supplier=acme, site=site, grade="major", close_due_on=day, due_on=day)
    case = reviews.open_review(acme, request="Sole source", by=buyer)
    reviews.prepare_review(case, recommendation="Approve", by=csr_manager)
    assert [b.code for b in reviews.outcome_blockers(case, "approved")] == ["findings"]
    until = today() + dt.timedelta(days=30)
    assert reviews.outcome_blockers(case, "conditional", until=until, conditions="Close the finding") == []
    decision = reviews.decide_review(
        case, outcome="conditional", reason="In time", conditions="Close the finding", until=until,
        by=second_csr_manager,
    )  # fmt: skip
    acme.refresh_from_db()
    assert (acme.status, acme.conditional_until, decision.is_limited) == ("strategic", until, True)


# R-VAL-1, R-VAL-2


def test_r_val_1_sa8000_of_june_2026_is_valid_to_the_last_day_of_may_2029():
    issued = dt.date(2026, 6, 1)
    last = expected_last_day("sa8000", issued)
    assert last == dt.date(2029, 5, 31)
    assert surveillance_days(issued, last) == [
        dt.date(2026, 12, 1), dt.date(2027, 6, 1), dt.date(2027, 12, 1), dt.date(2028, 6, 1), dt.date(2028, 12, 1),
    ]  # fmt: skip
    assert expected_last_day("sa8000", dt.date(2024, 2, 29)) == dt.date(2027, 2, 27)


@pytest.mark.parametrize(
    "change", [{"sites": "other"}, {"expires_on": DAY - dt.timedelta(days=1)}, {"status": "rejected"}]
)
def test_r_val_2_certificate_covers_a_supplier_only_at_a_site_that_it_names(change, acme, site):
    other = SiteFactory(supplier=acme)
    sites = [other] if "sites" in change else [site]
    values = {"issued_on": dt.date(2025, 1, 1), "expires_on": dt.date(2027, 12, 31)} | change
    values.pop("sites", None)
    certificate = CertificateFactory(supplier=acme, sites=sites, **values)
    assert recognised(site, DAY) is None
    assert recognised(other, DAY) == (certificate if sites == [other] else None)


# A strategic supplier whose certificate covers one of two sites


def test_certificate_of_one_site_leaves_the_other_required_and_its_end_ends_the_status(
    acme, site, alice, buyer, csr_manager, second_csr_manager
):
    second = SiteFactory(supplier=acme, name="二厂")
    certificate = CertificateFactory(supplier=acme, sites=[site], issued_on=today())
    alone = gate(acme).conditions[0]
    assert (alone.state, "二厂: not reviewed yet." in alone.text, "一厂: SA8000" in alone.text) == (
        "missing",
        True,
        True,
    )
    reviewed(second)
    assert gate(acme).is_open
    case = reviews.open_review(acme, request="Sole source", by=buyer)
    reviews.prepare_review(case, recommendation="Approve", by=csr_manager)
    reviews.decide_review(case, outcome="approved", reason="All met", by=second_csr_manager)
    acme.refresh_from_db()
    assert acme.status == "strategic"

    over = certificate.expires_on + dt.timedelta(days=1)
    sweeps.look_at_suppliers(certificate.expires_on)
    assert Supplier.objects.get(pk=acme.pk).grace_until is None
    sweeps.look_at_suppliers(over)
    acme.refresh_from_db()
    assert (acme.status, acme.grace_until) == ("strategic", over + dt.timedelta(days=14))
    for _ in range(2):
        sweeps.look_at_suppliers(acme.grace_until + dt.timedelta(days=1))
    acme.refresh_from_db()
    assert (acme.status, acme.grace_until) == ("cooperating", None)
    for kind in ("suppliers/gate_lost", "suppliers/status_ended"):
        told = {n.recipient: n.language for n in Notice.objects.filter(kind=kind)}
        assert (told[alice], told[buyer]) == ("zh-hans", "en")


# Replay


def test_replay_shows_what_was_true_although_agreement_score_and_rules_have_changed(
    acme, site, buyer, csr_manager, second_csr_manager, login
):
    GatePolicy.objects.update(
        conditions={
            "cooperating": [{"condition": "findings"}],
            "strategic": [
                {"condition": "agreement"},
                {"condition": "self_inspection", "limits": {"min_score": 80}},
                {"condition": "findings"},
                {"condition": "csr_review"},
            ],
        }
    )
    agreement = AgreementFactory(
        supplier=acme, status="in_force", turn="", valid_from=dt.date(2026, 1, 1),
        valid_until=today() + dt.timedelta(days=1000), sealed_sha256="a" * 64,
    )  # fmt: skip
    inspection = SelfInspectionFactory(
        supplier=acme, site=site, status="accepted", turn="", score="88.0", letter="A",
        valid_until=today() + dt.timedelta(days=300), submitted_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    case = reviews.open_review(acme, request="Sole source", by=buyer)
    reviews.prepare_review(case, recommendation="Approve", by=csr_manager)
    reviews.decide_review(case, outcome="approved", reason="All met", by=second_csr_manager)

    type(agreement).objects.filter(pk=agreement.pk).update(status="terminated")
    type(inspection).objects.filter(pk=inspection.pk).update(score="12.0", letter="E")
    draft = rules.draft_policy(by=csr_manager)
    strict = draft.content()
    strict["conditions"]["strategic"][1]["limits"]["min_score"] = 95
    rules.save_policy(draft, by=csr_manager, note="", **strict)
    rules.try_out(draft, by=csr_manager)
    rules.activate(draft, reason="Stricter", by=csr_manager)
    facts_changed(lock(acme.pk))

    decision = Decision.objects.get()
    page = login(csr_manager).get(f"/staff/csr-reviews/{case.pk}/")
    assert {line.code: line.state for line in page.context["lines"]} == {
        "agreement": "met", "self_inspection": "met", "findings": "met",
    }  # fmt: skip
    told = {line.code: line.facts for line in page.context["lines"]}
    assert told["self_inspection"]["sites"][str(site.pk)]["score"] == "88.0"
    assert told["agreement"]["sha256"] == "a" * 64
    assert decision.snapshot["rules"]["number"] == 1
    assert decision.snapshot["rules"]["conditions"][1] == {"condition": "self_inspection", "limits": {"min_score": 80}}
    assert (page.context["is_unchanged"], snapshots.is_unchanged(decision)) == (True, True)
    assert {c.code: c.state for c in gate(acme).conditions}["self_inspection"] == "missing"
    decision.snapshot["conditions"][1]["facts"]["min_score"] = "10"
    assert not snapshots.is_unchanged(decision)
