"""Trying a draft on every supplier: who would lose, keep or gain what, and why. Set-based, in pieces, with progress."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction

from csr_portal.core.states import ReportStatus
from suppliers import gates, risk
from suppliers.gates import Gate
from suppliers.models import GatePolicy, RiskModel, Supplier, Trial, TrialLine
from suppliers.risk_facts import facts_of_many
from suppliers.risk_inputs import Result
from suppliers.snapshots import LEFT_OUT
from suppliers.states import RiskBand, Segment, SupplierStatus, TrialEffect

AT_A_TIME = 500
HOLDS = {
    Segment.COOPERATING: {SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC},
    Segment.STRATEGIC: {SupplierStatus.STRATEGIC},
}


def run(trial: Trial) -> None:
    """Compare piece by piece, so that the page shows how far it is. Run again, it begins anew."""
    trial.lines.all().delete()
    suppliers = Supplier.objects.in_relation()
    Trial.objects.filter(pk=trial.pk).update(status=ReportStatus.RUNNING, total=suppliers.count(), done=0)
    done = 0
    for piece in pieces():
        with transaction.atomic():
            TrialLine.objects.bulk_create(lines_of(trial, piece))
            done += len(piece)
            Trial.objects.filter(pk=trial.pk).update(done=done)
    Trial.objects.filter(pk=trial.pk).update(status=ReportStatus.READY)
    trial.refresh_from_db()


def pieces() -> Iterator[list[Supplier]]:
    """Everybody in relation, some hundred at a time, in the order of their keys."""
    rows = Supplier.objects.in_relation().order_by("pk").defer("search_text")
    last = 0
    while piece := list(rows.filter(pk__gt=last)[:AT_A_TIME]):
        yield piece
        last = piece[-1].pk


def lines_of(trial: Trial, suppliers: Sequence[Supplier]) -> Iterable[TrialLine]:
    return policy_lines(trial, suppliers) if trial.policy_id else risk_lines(trial, suppliers)


def policy_lines(trial: Trial, suppliers: Sequence[Supplier]) -> Iterator[TrialLine]:
    """Both policies asked of the same facts. The CSR review itself is left out: readiness is what it looks at."""
    facts = gates.Facts(suppliers, trial.day)
    draft = trial.policy
    current = GatePolicy.objects.get(number=trial.compared_with)
    for supplier in suppliers:
        for segment in Segment:
            before, after = (
                gates.check(supplier, segment, policy=policy, facts=facts, leaving_out=LEFT_OUT)
                for policy in (current, draft)
            )
            yield TrialLine(
                trial=trial,
                supplier=supplier,
                segment=segment,
                effect=_effect(before, after),
                has_status=supplier.status in HOLDS[segment],
                points_before=len(before.missing),
                points_after=len(after.missing),
                reasons=_padded(_reasons(before, after)),
            )


def _effect(before: Gate, after: Gate) -> str:
    if before.is_open:
        return TrialEffect.KEEPS if after.is_open else TrialEffect.LOSES
    return TrialEffect.GAINS if after.is_open else TrialEffect.STAYS_OUT


def _reasons(before: Gate, after: Gate) -> list[str]:
    """What is missing under the draft; for a supplier that gains, what is no longer missing."""
    return [condition.code for condition in (before if after.is_open else after).missing]


def risk_lines(trial: Trial, suppliers: Sequence[Supplier]) -> Iterator[TrialLine]:
    """Both models asked of the same facts; the reasons are the factors that give other points or force a band."""
    facts = facts_of_many(suppliers, trial.day)
    current = RiskModel.objects.get(number=trial.compared_with)
    for supplier in suppliers:
        before, after = (risk.judge(model, facts[supplier.pk]) for model in (current, trial.risk_model))
        yield TrialLine(
            trial=trial,
            supplier=supplier,
            effect=_risk_effect(before, after),
            before=before.band,
            after=after.band,
            points_before=round(before.exact, 1),
            points_after=round(after.exact, 1),
            reasons=_padded(_risk_reasons(before, after)),
        )


BANDS = [RiskBand.LOW, RiskBand.MEDIUM, RiskBand.HIGH]


def _risk_effect(before: Result, after: Result) -> str:
    steps = BANDS.index(RiskBand(after.band)) - BANDS.index(RiskBand(before.band))
    return TrialEffect.HIGHER if steps > 0 else TrialEffect.LOWER if steps < 0 else TrialEffect.SAME


def _risk_reasons(before: Result, after: Result) -> list[str]:
    old, new = before.points_by_factor, after.points_by_factor
    if bool(before.parts) != bool(after.parts):  # models of different kinds: every number differs, the controls explain
        return [factor for factor in old | new if (factor in old) != (factor in new) and (old | new)[factor]]
    factors = [factor for factor in old | new if old.get(factor, 0) != new.get(factor, 0)]
    return [*factors, *sorted(set(before.overrides) ^ set(after.overrides))]


def _padded(codes: Iterable[str]) -> str:
    return "".join(f" {code}" for code in codes) + " "
