"""What the risk models need to know about suppliers: read for many at once, every fact with its date and author."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils.module_loading import import_string

from csr_portal.core.models import HistoryEntry
from csr_portal.core.timezones import day_of
from suppliers.gates import by_supplier
from suppliers.models import Category, CountryValue, Site, Supplier


@dataclass(frozen=True)
class Control:
    """One thing that lowers the risk, worth 0 to 1 on the day it came to be, and less the nearer its last day is."""

    code: str
    worth: float
    since: dt.date
    until: dt.date
    what: str
    by: str = ""
    url: str = ""
    is_per_site: bool = True

    def freshness(self, day: dt.date) -> float:
        """1 on the first day, 0 after the last one, evenly in between."""
        total = (self.until - self.since).days + 1
        return min(1.0, max(0.0, ((self.until - day).days + 1) / total)) if total > 0 else 0.0


@dataclass(frozen=True)
class Origin:
    """When our own data were written, and by whom."""

    on: dt.date
    by: str


@dataclass(frozen=True)
class Facts:
    """What a model needs to know about a supplier. `controls` has an entry per code and site."""

    country_values: list[CountryValue]
    goods_on_labour_list: bool
    workers: int
    vulnerable_share: float
    spend: str
    regions: tuple[str, ...] = ()
    has_open_zero_tolerance: bool = False
    has_open_major: bool = False
    has_categories: bool = True
    controls: dict[str, list[Control]] = field(default_factory=dict)
    sites: int = 1
    company_data: Origin | None = None
    site_data: Origin | None = None
    day: dt.date | None = None


def facts_of_many(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, Facts]:
    """A constant number of queries for any number of suppliers."""
    sites = by_supplier(Site.objects.filter(supplier__in=suppliers, is_active=True).order_by("pk"))
    values = defaultdict(list)
    for value in CountryValue.objects.current().filter(country__in={supplier.country for supplier in suppliers}):
        values[value.country].append(value)
    goods = _goods_of(suppliers)
    controls = _controls_of(suppliers, day)
    origins = _origins_of(suppliers)
    return {
        supplier.pk: _facts(
            supplier,
            sites[supplier.pk],
            country_values=values[supplier.country],
            goods_on_labour_list=any(goods[supplier.pk]),
            has_categories=bool(goods[supplier.pk]),
            controls=controls[supplier.pk],
            company_data=origins.get((supplier.pk, "supplier.")),
            site_data=origins.get((supplier.pk, "site.")),
            day=day,
        )
        for supplier in suppliers
    }


def _facts(supplier: Supplier, sites: list[Site], **more: Any) -> Facts:
    shares = [100 * max(site.workers_dispatched, site.workers_migrant) / site.workers for site in sites if site.workers]
    return Facts(
        workers=sum(site.workers for site in sites),
        vulnerable_share=max(shares, default=0.0),
        spend=supplier.spend,
        regions=(supplier.region, supplier.city, *(f"{site.region} {site.city}" for site in sites)),
        has_open_zero_tolerance=supplier.findings_worst == "zero_tolerance" and supplier.findings_open > 0,
        has_open_major=supplier.findings_worst in {"zero_tolerance", "critical", "major"}
        and supplier.findings_open > 0,
        sites=max(1, sum(site.is_supplying for site in sites)),
        **more,
    )


def _goods_of(suppliers: Sequence[Supplier]) -> dict[int, list[bool]]:
    """Per supplier whether each of its categories is a good on a child or forced labour list."""
    found: dict[int, list[bool]] = defaultdict(list)
    links = Supplier.categories.through.objects.filter(supplier__in=suppliers)
    listed = dict(Category.objects.values_list("pk", "goods_on_labour_list"))
    for supplier_id, category_id in links.values_list("supplier_id", "category_id"):
        found[supplier_id].append(listed[category_id])
    return found


def _controls_of(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, dict[str, list[Control]]]:
    """Each app tells of its own: `settings.RISK_CONTROLS` names `controls(suppliers, day) -> {supplier: [Control]}`."""
    found: dict[int, dict[str, list[Control]]] = defaultdict(dict)
    for code, path in settings.RISK_CONTROLS.items():
        for supplier_id, controls in import_string(path)(suppliers, day).items():
            found[supplier_id][code] = controls
    return found


def _origins_of(suppliers: Sequence[Supplier]) -> dict[tuple[int, str], Origin]:
    """Who wrote the company's and the sites' data last: two queries over the history."""
    threads = {supplier.history_thread: supplier.pk for supplier in suppliers}
    actions = ["supplier.edit", "supplier.register", "supplier.invite", "site.add", "site.edit"]
    newest = (
        HistoryEntry.objects.filter(thread__in=threads, action__in=actions)
        .values("thread", "action")
        .annotate(newest=Max("pk"))
        .order_by()
    )
    entries = HistoryEntry.objects.filter(pk__in=[row["newest"] for row in newest]).order_by("pk")
    return {
        (threads[entry.thread], entry.action.partition(".")[0] + "."): Origin(day_of(entry.at), entry.by_name)
        for entry in entries
    }
