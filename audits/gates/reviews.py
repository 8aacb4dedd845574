"""What site reviews and findings promise the others: two conditions of the gate, and their part of the standing."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audits.models import Finding, SiteReview
from audits.querysets import overdue_finding
from audits.states import REVIEW_OPEN, Grade, SiteReviewStatus
from csr_portal.core.dates import day_text
from csr_portal.core.states import Turn
from suppliers.certificates import Recognition
from suppliers.gates import Condition, Extent, Limit, Remedy, by_supplier, condition, validity_state
from suppliers.models import Site, Supplier
from suppliers.states import ConditionState, RiskBand, Segment

ALWAYS_BLOCKING = (Grade.ZERO_TOLERANCE, Grade.CRITICAL)
WORST_FIRST = [Grade.ZERO_TOLERANCE, Grade.CRITICAL, Grade.MAJOR, Grade.MINOR, Grade.OBSERVATION]
STATES = [ConditionState.MISSING, ConditionState.EXPIRING, ConditionState.MET]


@dataclass(frozen=True)
class _Reviewed:
    """A supplier's supplying sites, the newest reported review of each, the sites with a review on its way, and the
    certificates that may spare one."""

    sites: list[Site]
    newest: dict[int, SiteReview]
    on_the_way: set[int]
    recognition: Recognition


def _reviewed(suppliers: Sequence[Supplier]) -> dict[int, _Reviewed]:
    sites = by_supplier(Site.objects.filter(supplier__in=suppliers, is_supplying=True, is_active=True))
    living = SiteReview.objects.filter(supplier__in=suppliers).exclude(status=SiteReviewStatus.CANCELLED)
    reviews = by_supplier(living.order_by("closing_at", "pk"))
    recognition = Recognition.of(suppliers)
    return {
        supplier.pk: _Reviewed(
            sites[supplier.pk],
            {review.site_id: review for review in reviews[supplier.pk] if review.status == SiteReviewStatus.REPORTED},
            {review.site_id for review in reviews[supplier.pk] if review.status in REVIEW_OPEN},
            recognition,
        )
        for supplier in suppliers
    }


def _at_sites(known: _Reviewed, extent: Extent) -> _Reviewed:
    return replace(known, sites=extent.of(known.sites))


@condition(
    _reviewed,
    gettext_lazy("Site review"),
    (
        Limit("min_score", gettext_lazy("Lowest score that counts"), 75),
        Limit("letters", gettext_lazy("Letters that count"), ["A", "B"], choices=tuple((x, x) for x in "ABCD")),
    ),
    narrow=_at_sites,
)
def site_review_valid(
    supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date, known: _Reviewed
) -> Condition:
    """Each supplying site: a valid site review with enough points, or (risk not high) a recognised certificate."""
    proofs = [_proof(supplier, site, known, limits, day) for site in known.sites]
    states = {state for state, _until, _text, _facts in proofs} or {ConditionState.MISSING}
    state = next(code for code in STATES if code in states)
    texts = [text for _state, _until, text, _facts in proofs] or [_("No supplying site is known.")]
    return Condition(
        "site_review",
        _("Site review or recognised certificate"),
        state,
        " ".join(texts),
        turn="" if state == ConditionState.MET else Turn.CSR,
        until=min((until for _state, until, _text, _facts in proofs if until), default=None),
        url=f"{reverse('staff:site-review-list')}?q={supplier.number}",
        portal_url=reverse("portal:site-review-list"),
        facts={"sites": [facts for _state, _until, _text, facts in proofs]},
        remedy=_remedy(known, [proof_state for proof_state, _until, _text, _facts in proofs]),
    )


def _remedy(known: _Reviewed, states: list[str]) -> Remedy | None:
    """To plan a review of the first site that lacks one; nothing while each of them has a review on its way."""
    lacking = [site.pk for site, state in zip(known.sites, states, strict=True) if state == ConditionState.MISSING]
    site = next((pk for pk in lacking if pk not in known.on_the_way), None)
    url = f"{reverse('staff:site-review-new')}?site={site}"
    return Remedy(_("Plan a site review"), url, "audits.can_plan_reviews") if site else None


def _proof(
    supplier: Supplier, site: Site, known: _Reviewed, limits: Mapping[str, Any], day: dt.date
) -> tuple[str, dt.date | None, str, dict[str, Any]]:
    """State, last day, sentence and facts of one site. The score is compared as it is, never rounded up."""
    review = known.newest.get(site.pk)
    facts: dict[str, Any] = {"site": site.pk, "review": review.number if review else ""}
    words: dict[str, Any] = {"site": site.name}
    if review and review.score is not None:
        facts |= {"score": str(review.score), "letter": review.letter, "until": review.valid_until}
        words |= {"letter": review.letter, "score": review.score, "date": day_text(review.valid_until)}
        is_enough = review.score >= Decimal(str(limits.get("min_score", 75))) and review.letter in limits.get(
            "letters", ["A", "B"]
        )
        state = validity_state(review.valid_until, day)
        if is_enough and state != ConditionState.MISSING:
            text = _("%(site)s: %(letter)s, %(score)s points, valid until %(date)s.") % words
            return state, review.valid_until, text, facts
    certificate = known.recognition.best(site, supplier.risk_band, day) if supplier.risk_band != RiskBand.HIGH else None
    if certificate:
        words |= {"certificate": str(certificate), "date": day_text(certificate.expires_on)}
        facts |= {"certificate": certificate.pk, "until": certificate.expires_on}
        text = _("%(site)s: %(certificate)s, valid until %(date)s.") % words
        return validity_state(certificate.expires_on, day), certificate.expires_on, text, facts
    if review is None or review.score is None:
        return ConditionState.MISSING, None, _("%(site)s: not reviewed yet.") % words, facts
    if review.valid_until and review.valid_until < day:
        text = _("%(site)s: the review was valid until %(date)s.") % words
    else:
        text = _("%(site)s: %(letter)s, %(score)s points are not enough.") % words
    return ConditionState.MISSING, None, text, facts


def _open_findings(suppliers: Sequence[Supplier]) -> dict[int, list[Finding]]:
    return by_supplier(Finding.objects.filter(supplier__in=suppliers).unclosed().order_by("close_due_on", "pk"))


def _found_at(open_ones: list[Finding], extent: Extent) -> list[Finding]:
    """The findings of some sites and of the company; zero tolerance counts wherever it was found (R-GATE-3)."""
    return [f for f in open_ones if f.site_id is None or extent.has(f.site_id) or f.grade == Grade.ZERO_TOLERANCE]


@condition(_open_findings, gettext_lazy("Findings"), narrow=_found_at)
def no_blocking_finding(
    supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date, open_ones: list[Finding]
) -> Condition:
    """No open zero-tolerance or critical finding, no overdue major one (R-GATE-2, point 4). Zero tolerance is never
    waived; one major finding in time may stay open in a conditional approval."""
    blocking = [f for f in open_ones if f.grade in ALWAYS_BLOCKING or (f.grade == Grade.MAJOR and f.is_overdue(day))]
    facts = {"open": [[f.number, f.grade, f.close_due_on] for f in open_ones], "blocking": [f.number for f in blocking]}
    title = _("No open zero-tolerance or critical finding, no overdue major finding")
    url = f"{reverse('staff:finding-list')}?q={supplier.number}"
    if not blocking:
        text = (
            ngettext("%(number)s finding is open, in time.", "%(number)s findings are open, in time.", len(open_ones))
            % {"number": len(open_ones)}
            if open_ones
            else _("No finding is open.")
        )
        majors = sum(finding.grade == Grade.MAJOR for finding in open_ones)
        points = majors if segment == Segment.STRATEGIC else 0
        return Condition("findings", title, ConditionState.MET, text, url=url, facts=facts, open_points=points)
    return Condition(
        "findings",
        title,
        ConditionState.MISSING,
        _(", ").join(f"{f.number} ({f.get_grade_display()})" for f in blocking),
        turn=blocking[0].turn,
        since=min(f.discovered_on for f in blocking),
        until=blocking[0].due_on,
        url=url,
        portal_url=reverse("portal:finding-list"),
        facts=facts,
        can_be_waived=all(f.grade != Grade.ZERO_TOLERANCE for f in blocking),
    )


def standing(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, dict[str, Any]]:
    """The site review with the least time left, and the open findings."""
    sites = Site.objects.filter(supplier__in=suppliers, is_supplying=True, is_active=True)
    reported = SiteReview.objects.filter(site__in=sites, status=SiteReviewStatus.REPORTED).order_by("closing_at")
    reviews = by_supplier(reported)
    unfinished = SiteReview.objects.filter(supplier__in=suppliers).unfinished()
    running = by_supplier(unfinished.order_by("planned_from", "pk"))
    findings = by_supplier(Finding.objects.filter(supplier__in=suppliers).unclosed())
    late = Finding.objects.filter(overdue_finding(day), supplier__in=suppliers)
    overdue = Counter(late.values_list("supplier_id", flat=True))
    return {
        pk: _standing_of(reviews[pk], next(iter(running[pk]), None), findings[pk], overdue[pk], day)
        for pk in (supplier.pk for supplier in suppliers)
    }


def _standing_of(
    reported: list[SiteReview], running: SiteReview | None, open_ones: list[Finding], overdue: int, day: dt.date
) -> dict[str, Any]:
    newest = {review.site_id: review for review in reported}.values()
    worst = min(newest, key=lambda review: (review.valid_until or dt.date.min, review.pk), default=None)
    grades = {finding.grade for finding in open_ones}
    turns = [(finding.turn, finding.due_on) for finding in open_ones if finding.turn]
    if running and running.status in {SiteReviewStatus.ANNOUNCED, SiteReviewStatus.CLOSED} and running.turn:
        turns.append((running.turn, running.due_on))
    return {
        "site_review_status": _review_status(worst, running, day),
        "site_review_score": worst.score if worst else None,
        "site_review_letter": worst.letter if worst else "",
        "site_review_until": worst.valid_until if worst else None,
        "findings_open": len(open_ones),
        "findings_overdue": overdue,
        "findings_worst": next((grade.value for grade in WORST_FIRST if grade in grades), ""),
        "turns": turns,
    }


def _review_status(worst: SiteReview | None, running: SiteReview | None, day: dt.date) -> str:
    if worst and worst.valid_until and worst.valid_until >= day:
        return SiteReviewStatus.REPORTED.value
    if running:
        return str(running.status)
    return "lapsed" if worst else ""
