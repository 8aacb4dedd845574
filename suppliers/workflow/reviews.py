"""The CSR review case (M1): opened by a buyer, prepared by a CSR manager, decided by a second person, frozen."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.translated import in_every_language
from csr_portal.core.workflow import Blocker, Step, WorkflowError, move, not_now_message
from suppliers import gates, snapshots
from suppliers.models import Category, Decision, Review, Site, Supplier
from suppliers.models.gate import units_of
from suppliers.permissions import can_decide, can_decide_review, can_manage, can_prepare_review
from suppliers.recipients import company_side, people_of
from suppliers.states import OPENING, Outcome, ReviewStatus, Segment, SupplierStatus
from suppliers.workflow import clearances
from suppliers.workflow.clearances import scope_blockers
from suppliers.workflow.supplier import STEPS as SUPPLIER_STEPS
from suppliers.workflow.supplier import end, end_strategic, facts_changed, lock, make_strategic, suspend

REVIEW_STEPS = {
    "review.prepare": Step((ReviewStatus.OPENED,), ReviewStatus.PREPARED, can_prepare_review, Turn.CSR),
    "review.send_back": Step((ReviewStatus.PREPARED,), ReviewStatus.OPENED, can_decide_review, Turn.CSR),
    "review.decide": Step((ReviewStatus.PREPARED,), ReviewStatus.DECIDED, can_decide_review),
    "review.withdraw": Step((ReviewStatus.OPENED, ReviewStatus.PREPARED), ReviewStatus.WITHDRAWN, can_manage),
}
DAYS_TO_DECIDE = 14
LEFT_OUT = snapshots.LEFT_OUT
OPEN_FOR = {
    Segment.COOPERATING: {SupplierStatus.REGISTERED, SupplierStatus.COOPERATING, SupplierStatus.SUSPENDED},
    Segment.STRATEGIC: {SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC},
}
# A category or site is decided about while we do business; a supplier that is suspended as a whole comes back first.
OPEN_FOR_PARTS = {SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC}
# What a case about the whole supplier does besides approving: suspend it, or end the segment that was asked for.
CLOSING = {
    (Outcome.SUSPENDED, Segment.COOPERATING): "supplier.suspend",
    (Outcome.SUSPENDED, Segment.STRATEGIC): "supplier.suspend",
    (Outcome.ENDED, Segment.COOPERATING): "supplier.end",
    (Outcome.ENDED, Segment.STRATEGIC): "supplier.end_strategic",
}
CLOSE = {"supplier.suspend": suspend, "supplier.end": end, "supplier.end_strategic": end_strategic}


@transaction.atomic
def open_review(
    supplier: Supplier,
    *,
    request: str,
    by: User,
    segment: str = Segment.STRATEGIC,
    categories: Iterable[Category] = (),
    sites: Iterable[Site] = (),
) -> Review:
    """Begin a case: why this supplier, or these of its categories and sites, should reach (or keep) the segment."""
    if not can_manage(by, supplier):
        raise WorkflowError(_("Only buyers and CSR managers open a CSR review."))
    supplier, categories, sites = lock(supplier.pk), list(categories), list(sites)
    if blockers := opening_blockers(supplier, segment, categories, sites):
        raise WorkflowError(_("A CSR review cannot be opened now."), blockers)
    review = Review.objects.create(
        number=_next_number(),
        supplier=supplier,
        segment=segment,
        status=ReviewStatus.OPENED,
        turn=Turn.CSR,
        due_on=today() + dt.timedelta(days=DAYS_TO_DECIDE),
        opened_by=by,
        request=request,
        scope_key=_scope_key(categories, sites),
    )
    review.categories.set(categories)
    review.sites.set(sites)
    data = {"scope": in_every_language(lambda: review.scope_text)} if review.is_partial else None
    history.record(review, "review.open", by=by, reason=request, to_status=ReviewStatus.OPENED, data=data)
    _tell_managers(review, "suppliers/review_open", "opened", but=by)
    return review


def _scope_key(categories: list[Category], sites: list[Site]) -> str:
    kinds = (("c", categories), ("s", sites))
    return " ".join(f"{kind}{pk}" for kind, rows in kinds for pk in sorted(row.pk for row in rows))


def opening_blockers(
    supplier: Supplier, segment: str, categories: list[Category] | None = None, sites: list[Site] | None = None
) -> list[Blocker]:
    """Everything that stands against a case: the status, a scope that is not the supplier's, a case about the same."""
    categories, sites = categories or [], sites or []
    blockers = scope_blockers(supplier, categories, sites)
    allowed = OPEN_FOR_PARTS if categories or sites else OPEN_FOR[Segment(segment)]
    if supplier.status not in allowed:
        text = _("The supplier's status is “%(status)s”.") % {"status": supplier.get_status_display()}
        blockers.append(Blocker("status", text, Turn.BUYER, reverse("staff:supplier-detail", args=[supplier.pk])))
    if open_case := _open_case_about(supplier, segment, categories, sites):
        text = _("Case %(number)s is still open.") % {"number": open_case.number}
        blockers.append(Blocker("open_case", text, Turn.CSR, reverse("staff:review-detail", args=[open_case.pk])))
    return blockers


def _open_case_about(supplier: Supplier, segment: str, categories: list[Category], sites: list[Site]) -> Review | None:
    """An open case that decides about something of the same; the whole supplier and its parts are decided apart."""
    rows = Review.objects.filter(
        supplier=supplier, segment=segment, status__in=[ReviewStatus.OPENED, ReviewStatus.PREPARED]
    )
    wanted = set(units_of(categories, sites))
    rows = rows.prefetch_related("categories", "sites").order_by("pk")
    return next((review for review in rows if wanted & set(review.units)), None)


def _next_number() -> str:
    year = today().year
    number = Review.objects.filter(number__startswith=f"CR-{year}-").count() + 1
    while Review.objects.filter(number=f"CR-{year}-{number:03}").exists():
        number += 1
    return f"CR-{year}-{number:03}"


@transaction.atomic
def prepare_review(review: Review, *, recommendation: str, by: User) -> None:
    """The CSR manager's recommendation, having seen the checklist."""
    if not recommendation.strip():
        raise WorkflowError(_("Write what you recommend, and why."))
    changes: dict[str, Any] = {"recommendation": recommendation, "prepared_by": by}
    move(review, REVIEW_STEPS, "review.prepare", by=by, reason=recommendation, **changes)
    _tell_managers(review, "suppliers/review_prepared", review.status_since.isoformat(), but=by)


@transaction.atomic
def send_review_back(review: Review, *, reason: str, by: User) -> None:
    if not reason.strip():
        raise WorkflowError(_("Say what is missing in the preparation."))
    move(review, REVIEW_STEPS, "review.send_back", by=by, reason=reason)


def withdraw_review(review: Review, *, reason: str, by: User) -> None:
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    move(review, REVIEW_STEPS, "review.withdraw", by=by, reason=reason)


def latest_condition_day(policy: gates.GatePolicy, day: dt.date) -> dt.date:
    return day + dt.timedelta(days=policy.conditional_days)


def outcome_blockers(
    review: Review, outcome: str, *, until: dt.date | None = None, conditions: str = "", day: dt.date | None = None
) -> list[Blocker]:
    """Everything that stands against this outcome now (R-GATE-2)."""
    if outcome not in OPENING:
        return _closing_blockers(review, outcome)
    day = day or today()
    gate = snapshots.gate_for(review, day)
    if outcome == Outcome.APPROVED:
        return gate.approval_blockers()
    blockers = [] if gate.outcome == Outcome.CONDITIONAL else gate.approval_blockers()
    if gate.outcome == Outcome.APPROVED:
        blockers.append(Blocker("nothing_missing", _("Nothing is missing: approve without conditions.")))
    last = latest_condition_day(gate.policy, day)
    if until is None or not day < until <= last:
        text = _("Give a day after today, at most %(days)s days from now.") % {"days": gate.policy.conditional_days}
        blockers.append(Blocker("until", text))
    if not conditions.strip():
        blockers.append(Blocker("conditions", _("Write what the supplier must meet until then.")))
    return blockers


def _closing_blockers(review: Review, outcome: str) -> list[Blocker]:
    """The whole supplier is suspended, or its segment ended, only while it has it; parts may be closed at any time."""
    step = CLOSING.get((Outcome(outcome), Segment(review.segment)))
    if review.is_partial or step is None or review.supplier.status in SUPPLIER_STEPS[step].sources:
        return []
    return [Blocker("status", not_now_message(review.supplier))]


def possible_outcomes(review: Review) -> list[str]:
    """Besides approving: what the decision form offers."""
    closing = (Outcome.REJECTED, Outcome.SUSPENDED, Outcome.ENDED)
    return [outcome.value for outcome in closing if not _closing_blockers(review, outcome)]


@transaction.atomic
def decide_review(
    review: Review,
    *,
    outcome: str,
    reason: str,
    by: User,
    conditions: str = "",
    conditions_owner: User | None = None,
    until: dt.date | None = None,
    day: dt.date | None = None,
) -> Decision:
    """Decide, freeze all inputs with their hash, and carry out what follows, in one transaction (R-GATE-2).

    Raises WorkflowError with everything that stands against the outcome; then nothing has changed.
    """
    day = day or today()
    supplier = lock(review.supplier_id)
    move(review, REVIEW_STEPS, "review.decide", by=by, reason=reason, data={"outcome": outcome, "until": until})
    review.supplier = supplier
    blockers = outcome_blockers(review, outcome, until=until, conditions=conditions, day=day)
    if not reason.strip():
        blockers.append(Blocker("reason", _("Write why you decide so. One sentence is enough.")))
    if blockers:
        raise WorkflowError(_("This decision is not possible now."), blockers)
    is_conditional = outcome == Outcome.CONDITIONAL
    snapshot = snapshots.freeze(review, day)
    decision = Decision.objects.create(
        review=review,
        supplier=supplier,
        segment=review.segment,
        outcome=outcome,
        reason=reason,
        conditions=conditions if is_conditional else "",
        conditions_owner=(conditions_owner or review.owner) if is_conditional else None,
        until=until if is_conditional else None,
        decided_by=by,
        decided_at=timezone.now(),
        policy=gates.current_policy(),
        snapshot=snapshot,
        snapshot_hash=snapshots.hash_of(snapshot),
    )
    _carry_out(decision, supplier, by, day)
    _tell_both(decision)
    return decision


def _carry_out(decision: Decision, supplier: Supplier, by: User, day: dt.date) -> None:
    closing = CLOSING.get((Outcome(decision.outcome), Segment(decision.segment)))
    if decision.review.is_partial:
        clearances.carry_out(decision, supplier, by)
    elif closing:
        CLOSE[closing](supplier, by=by, reason=decision.reason)
    elif decision.outcome in OPENING:
        if decision.segment == Segment.STRATEGIC and supplier.status == SupplierStatus.COOPERATING:
            make_strategic(supplier, until=decision.until, day=day)
        elif decision.segment == Segment.STRATEGIC:
            Supplier.objects.filter(pk=supplier.pk).update(conditional_until=decision.until)
            supplier.conditional_until = decision.until
        elif supplier.status == SupplierStatus.REGISTERED:
            move(supplier, SUPPLIER_STEPS, "supplier.admit", by=by, reason=decision.reason)
    facts_changed(supplier, day=day)


@transaction.atomic
def confirm_conditions(decision: Decision, *, by: User, day: dt.date | None = None) -> None:
    """The conditions of a conditional approval were met in time: it becomes a full one."""
    day = day or today()
    supplier = lock(decision.supplier_id)
    decision.refresh_from_db()
    if not can_decide(by, supplier):
        raise WorkflowError(_("Only CSR managers confirm that conditions were met."))
    if not decision.is_limited or decision.until is None or decision.until < day:
        raise WorkflowError(_("This approval has no condition that is still open."))
    gate = snapshots.gate_for(decision.review, day)
    if gate.outcome != Outcome.APPROVED:
        raise WorkflowError(_("This is not possible yet."), gate.approval_blockers())
    Decision.objects.filter(pk=decision.pk).update(conditions_met_on=day)
    decision.conditions_met_on = day
    if decision.review.is_partial:
        clearances.confirm(decision, by)
    else:
        Supplier.objects.filter(pk=supplier.pk).update(conditional_until=None)
        supplier.conditional_until = None
    history.record(decision, "decision.conditions_met", by=by, data={"number": decision.review.number})
    facts_changed(supplier, day=day)


def _tell_managers(review: Review, kind: str, event: str, *, but: User) -> None:
    url = reverse("staff:review-detail", args=[review.pk])
    readers = [person for person in company_side(review.supplier) if person != but]
    tell(readers, kind, about=review, event=event, url=url, context={"review": review, "supplier": review.supplier})


def _tell_both(decision: Decision) -> None:
    context = {"decision": decision, "review": decision.review, "supplier": decision.supplier}
    people = people_of(decision.supplier)
    url = reverse("portal:status")
    tell(people, "suppliers/decision", about=decision, event="decided", url=url, context=context)
    url = reverse("staff:review-detail", args=[decision.review_id])
    readers = [*company_side(decision.supplier), decision.review.owner]
    tell(dict.fromkeys(readers), "suppliers/decision", about=decision, event="decided", url=url, context=context)
