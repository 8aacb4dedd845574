"""Every night: what time does to self-inspections, site reviews and findings, and who is reminded of them (R-REM-1)."""

import datetime as dt
import logging
from collections.abc import Iterable
from itertools import chain

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from audits.models import Finding, SelfInspection, SiteReview
from audits.recipients import csr_managers, people_of
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_changed, lock

log = logging.getLogger(__name__)

BEFORE = 7
EVERY = 7
# Who else is told, and how many days after the date.
ESCALATION = {"csr": 1, "buyer": 14}
# A night that was missed is made up for within these days.
CATCH_UP = 3
LEFT = (SupplierStatus.ENDED, SupplierStatus.DECLINED)

Item = Finding | SelfInspection


def nightly(day: dt.date | None = None) -> int:
    """Refresh who has passed a date, then remind; return how many suppliers were refreshed. Safe to run twice."""
    day = day or today()
    number = refresh_passed(day)
    remind(day)
    return number


def refresh_passed(day: dt.date) -> int:
    """Standing and gate of every supplier for whom a date passed yesterday, or in a night that was missed."""
    pks = sorted(suppliers_with_passed_dates(day))
    for pk in pks:
        try:
            with transaction.atomic():
                facts_changed(lock(pk), day=day)
        except Exception:  # one supplier's trouble must not keep the others from their night
            log.exception("refreshing supplier %s failed", pk)
    return len(pks)


def suppliers_with_passed_dates(day: dt.date) -> set[int]:
    first, last = day - dt.timedelta(days=CATCH_UP), day - dt.timedelta(days=1)
    is_due, is_valid = Q(due_on__range=(first, last)), Q(valid_until__range=(first, last))
    rows = [
        Finding.objects.unclosed().filter(is_due | Q(close_due_on__range=(first, last))),
        SelfInspection.objects.filter(is_due | is_valid),
        SiteReview.objects.filter(is_due | is_valid),
    ]
    return set(chain.from_iterable(found.values_list("supplier_id", flat=True) for found in rows))


def remind(day: dt.date) -> None:
    """The supplier a week before, on the day and weekly afterwards; the CSR managers and the buyer when it is late."""
    managers = csr_managers()
    for item in waiting_for_suppliers(day):
        if step := reminder_step(item, day):
            _tell(item, people_of(item.supplier), f"reminder:{item.due_on}:{step}", "portal", day)
        for who, days in ESCALATION.items():
            if 0 <= (day - item.due_on).days - days < CATCH_UP:
                people = managers if who == "csr" else [item.supplier.owner]
                _tell(item, people, f"escalation:{item.due_on}:{who}", "staff", day)


def waiting_for_suppliers(day: dt.date) -> Iterable[Item]:
    """Every finding and self-inspection with a date for the supplier; a supplier that has left is not asked."""
    due = {"turn": Turn.SUPPLIER, "due_on__lte": day + dt.timedelta(days=BEFORE)}
    findings = Finding.objects.unclosed().filter(**due).exclude(supplier__status__in=LEFT)
    inspections = SelfInspection.objects.editable().filter(**due).exclude(supplier__status__in=LEFT)
    return chain(
        findings.select_related("supplier__owner", "site").order_by("pk"),
        inspections.select_related("supplier__owner", "site").defer("result").order_by("pk"),
    )


def reminder_step(item: Item, day: dt.date) -> str:
    """The reminder that is due today or in one of the nights missed; empty: none. Whoever got the task after the day
    of the reminder has just been told anyway.
    """
    over = (day - item.due_on).days
    step = -BEFORE if over < 0 else over // EVERY * EVERY
    reminded_on = item.due_on + dt.timedelta(days=step)
    if (day - reminded_on).days >= CATCH_UP or item.status_since.date() > reminded_on:
        return ""
    return f"{step:+d}"


def _tell(item: Item, people: Iterable[User], event: str, side: str, day: dt.date) -> None:
    """Once per item and step: the event is the key of the notice."""
    noun = "finding" if isinstance(item, Finding) else "inspection"
    context = {noun: item, "supplier": item.supplier, "is_over": item.due_on < day}
    url = reverse(f"{side}:{noun}-detail", args=[item.pk])
    tell(people, f"{noun}_reminder", about=item, event=event, url=url, context=context)
