"""Rules as versions: drafted, tried on every supplier, put in force with a reason, applied to everybody."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.jobs import job
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Blocker, WorkflowError
from suppliers import gates, risk, risk_settings, snapshots, trials
from suppliers.models import GatePolicy, RiskModel, RuleVersion, Supplier, Trial
from suppliers.permissions import can_set_rules
from suppliers.states import RiskKind, Segment, SupplierStatus
from suppliers.tasks import run_trial
from suppliers.workflow.supplier import facts_changed, lock, night_falls

AT_ONCE = 100
NEVER_WITHOUT = {"findings": list(Segment), "csr_review": [Segment.STRATEGIC]}


def next_number(model: type[RuleVersion]) -> int:
    return (model._default_manager.aggregate(highest=Max("number"))["highest"] or 0) + 1


def check_may(by: User) -> None:
    if not can_set_rules(by):
        raise PermissionDenied


@transaction.atomic
def draft_policy(*, by: User, base: GatePolicy | None = None) -> GatePolicy:
    """A new version that says what another one says, until it is edited."""
    check_may(by)
    base = base or gates.current_policy()
    draft = GatePolicy.objects.create(number=next_number(GatePolicy), created_by=by, **base.content())
    history.record(draft, "policy.draft", by=by, data={"number": draft.number, "base": base.number})
    return draft


@transaction.atomic
def save_policy(draft: GatePolicy, *, by: User, note: str, **content: Any) -> None:
    """Change a draft. What was in force is never changed."""
    check_may(by)
    locked = GatePolicy.objects.select_for_update().get(pk=draft.pk)
    if not locked.is_draft:
        raise WorkflowError(_("Only drafts are edited. Draft a new version."))
    if blockers := policy_problems(content["conditions"]):
        raise WorkflowError(_("A gate cannot be like this."), blockers)
    before = locked.content() | {"note": locked.note}
    changed = [name for name, value in (content | {"note": note}).items() if before[name] != value]
    if changed:
        GatePolicy.objects.filter(pk=draft.pk).update(note=note, **content)
        draft.refresh_from_db()
        history.record(draft, "policy.edit", by=by, data={"number": draft.number, "fields": changed})


def policy_problems(conditions: dict[str, list[dict[str, Any]]]) -> list[Blocker]:
    """What no version may leave out: findings, because zero tolerance is never set aside (R-GATE-3), and the second
    person's decision before a supplier becomes strategic (M1); and conditions that do not exist.
    """
    codes = {segment: [demand["condition"] for demand in conditions.get(segment, [])] for segment in Segment}
    problems = []
    for code, segments in NEVER_WITHOUT.items():
        for segment in segments:
            if code not in codes[segment]:
                text = _("%(segment)s always needs: %(condition)s.")
                words = {"segment": segment.label, "condition": gates.condition_name(code)}
                problems.append(Blocker(f"{segment}-{code}", text % words))
    unknown = {code for found in codes.values() for code in found} - set(settings.GATE_CONDITIONS)
    return [*problems, *(Blocker(code, _("There is no condition “%(code)s”.") % {"code": code}) for code in unknown)]


@transaction.atomic
def draft_model(*, by: User, base: RiskModel | None = None, kind: str = "") -> RiskModel:
    """A new version of the risk model; of another kind than its base it begins with that kind's own numbers."""
    check_may(by)
    base = base or risk.current_model()
    if base is None:
        raise WorkflowError(_("There is no risk model to begin from."))
    kind = kind or base.kind
    content = base.content() if kind == base.kind else {"kind": kind, **risk_settings.beginning(kind)}
    name = base.name if kind == base.kind else str(RiskKind(kind).label)
    draft = RiskModel.objects.create(number=next_number(RiskModel), name=name, created_by=by, **content)
    history.record(draft, "risk_model.draft", by=by, data={"number": draft.number, "base": base.number})
    return draft


@transaction.atomic
def save_model(draft: RiskModel, *, by: User, name: str, note: str, factors: dict[str, Any], bands: list[Any]) -> None:
    """Change a draft. What was in force is never changed."""
    check_may(by)
    locked = RiskModel.objects.select_for_update().get(pk=draft.pk)
    if not locked.is_draft:
        raise WorkflowError(_("Only drafts are edited. Draft a new version."))
    if blockers := risk_settings.problems(locked.kind, factors, bands):
        raise WorkflowError(_("A risk model cannot be like this."), blockers)
    values = {"name": name, "note": note, "factors": factors, "bands": bands}
    changed = [field for field, value in values.items() if getattr(locked, field) != value]
    if changed:
        RiskModel.objects.filter(pk=draft.pk).update(**values)
        draft.refresh_from_db()
        history.record(draft, "risk_model.edit", by=by, data={"number": draft.number, "fields": changed})


@transaction.atomic
def try_out(rule: RuleVersion, *, by: User) -> Trial:
    """Compare the draft with the version in force: within the page for few suppliers, by a worker for many."""
    check_may(by)
    current = type(rule)._default_manager.filter(is_current=True).first()
    if current is None or not rule.is_draft:
        raise WorkflowError(_("Only a draft can be tried."))
    trial = Trial.objects.create(
        **{_field_of(rule): rule},
        compared_with=current.number,
        content_hash=snapshots.hash_of(rule.content()),
        day=today(),
        total=Supplier.objects.in_relation().count(),
        requested_by=by,
    )
    if trial.total > AT_ONCE:
        run_trial.enqueue(trial.pk, key=str(trial.pk))
    else:
        trials.run(trial)
    return trial


def _field_of(rule: RuleVersion) -> str:
    return "policy" if isinstance(rule, GatePolicy) else "risk_model"


def valid_trial(rule: RuleVersion) -> Trial | None:
    """The newest trial of exactly this text against the version in force now."""
    current = type(rule)._default_manager.filter(is_current=True).first()
    rows = Trial.objects.filter(
        **{_field_of(rule): rule},
        content_hash=snapshots.hash_of(rule.content()),
        compared_with=current.number if current else 0,
    )
    return rows.first()


def activation_blockers(rule: RuleVersion) -> list[Blocker]:
    """Why the draft cannot be put in force yet: nobody does it without having seen what it changes."""
    if not rule.is_draft:
        return [Blocker("draft", _("This version is no draft."))]
    trial = valid_trial(rule)
    if isinstance(rule, RiskModel):
        blockers = risk_settings.problems(rule.kind, rule.factors, rule.bands)
    else:
        blockers = policy_problems(rule.content()["conditions"])
    if trial is None or not trial.is_ready:
        blockers.append(Blocker("trial", _("Try this version on all suppliers first, as it is written now.")))
    return blockers


@transaction.atomic
def discard(rule: RuleVersion, *, reason: str, by: User) -> None:
    """Lay a draft aside: it keeps its number and its trials, and can be drafted from, never put in force."""
    check_may(by)
    rule = type(rule)._default_manager.select_for_update().get(pk=rule.pk)
    if not rule.is_draft:
        raise WorkflowError(_("Only drafts are discarded."))
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    type(rule)._default_manager.filter(pk=rule.pk).update(discarded_at=timezone.now())
    action = "policy.discard" if isinstance(rule, GatePolicy) else "risk_model.discard"
    history.record(rule, action, by=by, reason=reason, data={"number": rule.number})


@transaction.atomic
def activate(rule: RuleVersion, *, reason: str, by: User) -> None:
    """Put the draft in force; the one before is kept for the decisions that stand on it. Everybody is asked again."""
    check_may(by)
    model = type(rule)
    before = model._default_manager.select_for_update().filter(is_current=True).first()
    rule.refresh_from_db()
    blockers = activation_blockers(rule)
    if not reason.strip():
        blockers.append(Blocker("reason", _("Give a reason: it stays in the history.")))
    if blockers:
        raise WorkflowError(_("This version cannot be put in force now."), blockers)
    now = timezone.now()
    model._default_manager.filter(is_current=True).update(is_current=False, retired_at=now)
    model._default_manager.filter(pk=rule.pk).update(
        is_current=True,
        activated_by=by,
        activated_at=now,
        activation_reason=reason,
        to_apply=Supplier.objects.in_relation().count(),
    )
    rule.refresh_from_db()
    data = {"number": rule.number, "before": before.number if before else None}
    action = "policy.activate" if isinstance(rule, GatePolicy) else "risk_model.activate"
    history.record(rule, action, by=by, reason=reason, data=data)
    if rule.to_apply > AT_ONCE:
        apply_rule.enqueue(_field_of(rule), rule.pk, key=f"{_field_of(rule)}:{rule.pk}")
    else:
        apply_rule(_field_of(rule), rule.pk)


@job("suppliers.apply_rule", time_limit=3600)
def apply_rule(kind: str, pk: int) -> None:
    """Ask everybody again under the version in force. Run twice, it changes nothing the second time."""
    model: Any = GatePolicy if kind == "policy" else RiskModel
    rule = model.objects.filter(pk=pk, is_current=True).first()
    if rule is None:
        return
    done = 0
    for piece in trials.pieces():
        if kind == "policy":
            _apply_policy(rule, piece)
        else:
            rate_piece(rule, piece)
        done += len(piece)
        model.objects.filter(pk=pk).update(applied=done)
    model.objects.filter(pk=pk).update(applied=done, to_apply=done)


def rate_piece(model: RiskModel, suppliers: list[Supplier], day: dt.date | None = None) -> None:
    """Rate some suppliers anew. The gate depends on the band: who moved is counted anew as well."""
    with transaction.atomic():
        for supplier in risk.rate_many(suppliers, model, day=day):
            facts_changed(lock(supplier.pk), day=day)


@job("suppliers.rate_everybody", time_limit=3600)
def rate_everybody() -> None:
    """By the model in force: every night, and after new country values. Only what says something new is written."""
    model = risk.current_model()
    if model is not None:
        for piece in trials.pieces():
            rate_piece(model, piece)


def _apply_policy(policy: GatePolicy, suppliers: list[Supplier]) -> None:
    """Only those for whom something changes are locked and counted anew; both sides are told of a loss."""
    day = today()
    facts = gates.Facts(suppliers, day)
    for supplier in suppliers:
        if _is_touched(supplier, policy, facts):
            night_falls(supplier, day)


def _is_touched(supplier: Supplier, policy: GatePolicy, facts: gates.Facts) -> bool:
    aimed_at = gates.check(supplier, supplier.segment_aimed_at, policy=policy, facts=facts)
    if aimed_at.states_text != supplier.gate_states:
        return True
    held = {SupplierStatus.COOPERATING: Segment.COOPERATING, SupplierStatus.STRATEGIC: Segment.STRATEGIC}
    if (segment := held.get(SupplierStatus(supplier.status))) is None:
        return False
    gate = gates.check(supplier, segment, policy=policy, facts=facts)
    return bool(gate.missing) != bool(supplier.grace_until)
