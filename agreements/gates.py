"""What agreements promises the others: conditions of the gate and the standing of a supplier."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Acknowledgement, Agreement, Version
from agreements.states import AcknowledgementStatus, AgreementStatus, DocumentKind
from agreements.terms import day_for, with_own_days
from csr_portal.core.dates import day_text
from csr_portal.core.timezones import day_of
from suppliers.gates import Condition, by_supplier, condition, validity_state
from suppliers.models import Supplier
from suppliers.states import ConditionState


def _agreements_of(suppliers: Sequence[Supplier]) -> dict[int, list[Agreement]]:
    rows = Agreement.objects.csr().filter(supplier__in=suppliers)
    return by_supplier(with_own_days(rows.select_related("version").order_by("-pk")))


@condition(_agreements_of, gettext_lazy("CSR agreement"))
def agreement_in_force(
    supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date, rows: list[Agreement]
) -> Condition:
    """The CSR agreement is signed, sealed and not expired. An older version holds to its own date (B28)."""
    held = next((row for row in rows if _holds(row, day)), None)
    waiting = next((row for row in rows if row.is_open), None)
    title = _("CSR agreement in force, signed by an authorised person")
    if held is None:
        text, turn, due = _why_no_agreement(rows, waiting)
        return Condition(
            "agreement", title, ConditionState.MISSING, text, turn, until=due,
            since=day_of(waiting.status_since) if waiting else None, facts={"agreement": None},
            **_urls("agreement", supplier, waiting or (rows[0] if rows else None)),
        )  # fmt: skip
    state = validity_state(held.valid_until, day_for(held, day))
    text = _held_text(held)
    if waiting:
        text = _("%(held)s; version %(version)s waits for a signature") % {
            "held": text,
            "version": waiting.version.number,
        }
    facts: dict[str, Any] = {
        "agreement": held.pk,
        "number": held.number,
        "version": held.version.number,
        "sha256": held.sealed_sha256,
    }
    facts |= {"own_code": True} if held.is_own_code else {}
    facts |= {"reservations": [item["clause"] for item in held.reservations]} if held.reservations else {}
    needs_renewal = state == ConditionState.EXPIRING and not waiting
    turn = waiting.turn if waiting else ("buyer" if needs_renewal else "")
    return Condition(
        "agreement",
        title,
        state,
        text,
        turn,
        until=held.valid_until,
        facts=facts,
        **_urls("agreement", supplier, waiting or held),
    )


def _held_text(held: Agreement) -> str:
    values = {"version": held.version.number, "date": day_text(held.valid_until)}
    if held.is_own_code:
        text = _("Own code of conduct, accepted in place of version %(version)s, in force to %(date)s") % values
    else:
        text = _("Version %(version)s, in force to %(date)s") % values
    if held.notice_until:
        text = _("%(held)s, notice given") % {"held": text}
    if held.reservations:
        numbers = ", ".join(str(item["position"]) for item in held.reservations)
        text = _("%(held)s, with an accepted reservation on clause %(clauses)s") % {"held": text, "clauses": numbers}
    return text


def _holds(row: Agreement, day: dt.date) -> bool:
    """In force on that day; today's end is the supplier's own (R-VAL-1)."""
    if row.status != AgreementStatus.IN_FORCE or row.valid_until is None:
        return False
    return row.valid_until >= day_for(row, day)


def _why_no_agreement(rows: list[Agreement], waiting: Agreement | None) -> tuple[str, str, dt.date | None]:
    if waiting:
        text = _("Version %(version)s: %(status)s since %(date)s") % {
            "version": waiting.version.number,
            "status": waiting.get_status_display(),
            "date": day_text(waiting.status_since),
        }
        return text, waiting.turn, waiting.due_on
    if not rows:
        return _("No agreement has been issued."), "buyer", None
    text = _("The last agreement has ended: %(status)s since %(date)s") % {
        "status": rows[0].get_status_display(),
        "date": day_text(rows[0].status_since),
    }
    return text, "buyer", None


def _guideline_of(suppliers: Sequence[Supplier]) -> dict[int, tuple[Version | None, Acknowledgement | None]]:
    """The version in force, and each supplier's acknowledgement of it."""
    version = Version.objects.current(DocumentKind.GUIDELINE)
    rows = Acknowledgement.objects.filter(supplier__in=suppliers, version=version).select_related("acknowledged_by")
    papers = {row.supplier_id: row for row in rows.order_by("-pk")} if version else {}
    return {supplier.pk: (version, papers.get(supplier.pk)) for supplier in suppliers}


@condition(_guideline_of, gettext_lazy("Guideline"))
def guideline_acknowledged(
    supplier: Supplier,
    segment: str,
    limits: Mapping[str, Any],
    day: dt.date,
    paper: tuple[Version | None, Acknowledgement | None],
) -> Condition:
    """The guideline is acknowledged in the version that is current."""
    title = _("Guideline acknowledged in its current version")
    version, row = paper
    urls = _urls("guideline", supplier, row)
    facts = {"version": version.number if version else None, "acknowledgement": row.pk if row else None}
    if row is None or version is None:
        text = _("Version %(version)s has not been issued.") % {"version": version.number if version else "–"}
        return Condition("guideline", title, ConditionState.MISSING, text, "buyer", facts=facts, **urls)
    if row.status != AcknowledgementStatus.ACKNOWLEDGED:
        text = _("Version %(version)s has not been acknowledged.") % {"version": version.number}
        since = day_of(row.status_since)
        return Condition(
            "guideline",
            title,
            ConditionState.MISSING,
            text,
            row.turn,
            until=row.due_on,
            since=since,
            facts=facts,
            **urls,
        )
    text = _("Version %(version)s, acknowledged on %(date)s by %(person)s") % {
        "version": version.number,
        "date": day_text(row.acknowledged_at),
        "person": row.acknowledged_by,
    }
    return Condition("guideline", title, ConditionState.MET, text, facts=facts, **urls)


def _urls(page: str, supplier: Supplier, row: Agreement | Acknowledgement | None) -> dict[str, Any]:
    if row is None:
        return {
            "url": f"{reverse('staff:agreement-issue')}?supplier={supplier.pk}",
            "portal_url": reverse("portal:agreement-list"),
        }
    staff = reverse("staff:guideline-list") if page == "guideline" else reverse("staff:agreement-detail", args=[row.pk])
    return {"url": staff, "portal_url": reverse(f"portal:{page}-detail", args=[row.pk])}


def standing(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, dict[str, Any]]:
    """The suppliers' agreements and guidelines as list columns, and what waits. Two queries."""
    rows = Agreement.objects.filter(supplier__in=suppliers).select_related("document").order_by("-pk")
    agreements = by_supplier(with_own_days(rows))
    papers = by_supplier(Acknowledgement.objects.filter(supplier__in=suppliers).order_by("-pk"))
    return {pk: _standing_of(agreements[pk], papers[pk], day) for pk in (supplier.pk for supplier in suppliers)}


def _standing_of(agreements: list[Agreement], papers: list[Acknowledgement], day: dt.date) -> dict[str, Any]:
    csr = [row for row in agreements if row.document.kind == DocumentKind.CSR_AGREEMENT]
    held = next((row for row in csr if _holds(row, day)), None)
    open_papers = [p for p in papers if p.status in (AcknowledgementStatus.ISSUED, AcknowledgementStatus.VIEWED)]
    newest = {row.document_id: row.pk for row in reversed(agreements)}
    waiting: list[Agreement | Acknowledgement] = [
        row for row in agreements if row.turn and (row.is_open or newest[row.document_id] == row.pk)
    ]
    waiting += open_papers
    if held:
        state = validity_state(held.valid_until, day_for(held, day))
        status = "expiring" if state == ConditionState.EXPIRING else "in_force"
    else:
        status = _status_without_force(csr)
    return {
        "agreement_status": status,
        "agreement_until": held.valid_until if held else None,
        "guideline_status": papers[0].status if papers else "",
        "turns": [(row.turn, row.due_on) for row in waiting],
    }


def _status_without_force(rows: list[Agreement]) -> str:
    """The newest agreement's state; one that is over by date although the night has not come yet counts as expired."""
    if not rows:
        return ""
    newest = next((row for row in rows if row.is_open), rows[0])
    return AgreementStatus.EXPIRED if newest.status == AgreementStatus.IN_FORCE else newest.status
