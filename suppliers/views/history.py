"""The history of a supplier: as sentences, by kind, person and time; exported; verified on the spot."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date

from csr_portal.core import history, lists
from csr_portal.core.access import staff_page
from csr_portal.core.models import HistoryEntry
from suppliers.lists import HISTORY
from suppliers.views.staff import find
from suppliers.workflow import merging


@staff_page()
def supplier_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that happened to the supplier and to what was merged into it."""
    supplier = find(request, pk)
    threads = merging.threads_of(supplier)
    everything = HistoryEntry.objects.of_threads(threads)
    kinds = sorted(set(everything.order_by().values_list("subject_type", flat=True)))
    people = sorted(set(everything.order_by().exclude(by_name="").values_list("by_name", flat=True)))
    entries = chosen(request.GET, everything.select_related("by"), kinds)
    if request.GET.get("export"):
        return lists.export_response(request, entries, HISTORY)
    context = {
        "supplier": supplier,
        "page": lists.page_of(request, entries, HISTORY),
        "kinds": kinds,
        "people": people,
        "asked": {name: request.GET.get(name, "") for name in ("kind", "person", "since", "until")},
        "verdict": history.verify_threads(threads) if "verify" in request.GET else None,
        "tab": "history",
    }
    return render(request, "staff/suppliers/history.html", context)


def chosen(asked: Any, entries: QuerySet[HistoryEntry], kinds: list[str]) -> QuerySet[HistoryEntry]:
    """The entries that the filters of the page leave; a date that is none filters nothing."""
    if (kind := asked.get("kind", "")) in kinds:
        entries = entries.filter(subject_type=kind)
    if person := asked.get("person", ""):
        entries = entries.filter(by_name="" if person == "system" else person)
    if since := _day(asked.get("since", "")):
        entries = entries.filter(at__date__gte=since)
    if until := _day(asked.get("until", "")):
        entries = entries.filter(at__date__lte=until)
    if words := asked.get("q", "").strip():
        entries = entries.filter(Q(by_name__icontains=words) | Q(reason__icontains=words) | Q(action__icontains=words))
    return entries


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
