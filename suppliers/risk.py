"""Supplier risk after R-RISK-1: points per factor, every input with source, year and confidence.

Unknown is never safe.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from csr_portal.core import history
from csr_portal.core.workflow import SYSTEM, Actor
from suppliers.models import CountryValue, RiskModel, RiskRating, Supplier
from suppliers.states import RiskBand

XINJIANG = ("xinjiang", "新疆")


@dataclass(frozen=True)
class Input:
    """One factor: what is known, how many points it gives, and where it comes from. No value: unknown."""

    factor: str
    value: str
    points: int
    source: str = ""
    year: int | None = None
    confidence: str = ""


@dataclass(frozen=True)
class Facts:
    """What the model needs to know about a supplier."""

    country_values: list[CountryValue]
    goods_on_labour_list: bool
    workers: int
    vulnerable_share: float
    spend: str
    regions: tuple[str, ...] = ()
    has_open_zero_tolerance: bool = False


@dataclass(frozen=True)
class Result:
    points: int
    band: str
    inputs: list[Input]
    overrides: list[str]


def assess(facts: Facts, factors: Mapping[str, Any], bands: list[list[Any]]) -> Result:
    """R-RISK-1 with the points and limits of a risk model: pure, no database."""
    inputs = [
        _corruption(facts, factors["corruption"]),
        _workers_rights(facts, factors["workers_rights"]),
        _labour_list(facts, factors["labour_list"]),
        _workforce(facts, factors["workforce"]),
        Input("spend", facts.spend, factors["spend"]["points"][facts.spend]),
    ]
    points = sum(item.points for item in inputs)
    overrides = _overrides(facts, factors["overrides"])
    band = next(band for limit, band in bands if limit is None or points <= limit)
    return Result(points, RiskBand.HIGH if overrides else band, inputs, overrides)


def _corruption(facts: Facts, rule: Mapping[str, Any]) -> Input:
    value = _newest(facts.country_values, rule["source"])
    if value is None:
        return Input("corruption", "", rule["unknown"])
    points = next(points for lowest, points in rule["from"] if float(value.value) >= lowest)
    return Input("corruption", value.value, points, value.source, value.year, value.confidence)


def _workers_rights(facts: Facts, rule: Mapping[str, Any]) -> Input:
    """The newest rating; a place among the worst ten is a rating of its own."""
    value = _newest(facts.country_values, rule["source"])
    if value is None:
        return Input("workers_rights", "", rule["unknown"])
    points = rule["points"].get(value.value, rule["unknown"])
    return Input("workers_rights", value.value, points, value.source, value.year, value.confidence)


def _labour_list(facts: Facts, rule: Mapping[str, Any]) -> Input:
    if not facts.goods_on_labour_list:
        return Input("labour_list", "no", 0)
    value = _newest(facts.country_values, rule["source"])
    if value is None:
        return Input("labour_list", "", rule["unknown"])
    return Input("labour_list", "yes", rule["listed"], value.source, value.year, value.confidence)


def _workforce(facts: Facts, rule: Mapping[str, Any]) -> Input:
    if not facts.workers:
        return Input("workforce", "", rule["unknown"])
    if facts.vulnerable_share > rule["vulnerable_share"]:
        return Input("workforce", f"{facts.workers} ({facts.vulnerable_share:.0f} %)", rule["vulnerable"])
    return Input("workforce", str(facts.workers), next(p for lowest, p in rule["from"] if facts.workers >= lowest))


def _overrides(facts: Facts, rule: Mapping[str, Any]) -> list[str]:
    """What makes the risk high whatever the points."""
    severe = _newest(facts.country_values, rule["most_severe_source"])
    tests = {
        "xinjiang": any(name in region.lower() for region in facts.regions for name in XINJIANG),
        "zero_tolerance": facts.has_open_zero_tolerance,
        "most_severe_country": severe is not None and severe.value == rule["most_severe_value"],
    }
    return [name for name, holds in tests.items() if holds]


def _newest(values: Iterable[CountryValue], source: str) -> CountryValue | None:
    return max((v for v in values if v.source == source), key=lambda v: v.year, default=None)


def facts_of(supplier: Supplier) -> Facts:
    sites = list(supplier.sites.filter(is_active=True))
    shares = [100 * max(site.workers_dispatched, site.workers_migrant) / site.workers for site in sites if site.workers]
    return Facts(
        country_values=list(CountryValue.objects.filter(country=supplier.country)),
        goods_on_labour_list=supplier.categories.filter(goods_on_labour_list=True).exists(),
        workers=sum(site.workers for site in sites),
        vulnerable_share=max(shares, default=0.0),
        spend=supplier.spend,
        regions=(supplier.region, supplier.city, *(f"{site.region} {site.city}" for site in sites)),
        has_open_zero_tolerance=supplier.findings_worst == "zero_tolerance" and supplier.findings_open > 0,
    )


def assess_listed(supplier_id: int, model: RiskModel) -> Result:
    """The assessment of a supplier as it stands, without keeping it: for many that are alike."""
    return assess(facts_of(Supplier.objects.get(pk=supplier_id)), model.factors, model.bands)


def current_model() -> RiskModel | None:
    return RiskModel.objects.filter(is_current=True).first()


@transaction.atomic
def rate(supplier: Supplier, *, by: Actor = SYSTEM) -> RiskRating | None:
    """Rate the supplier by the current model; a rating that says something new supersedes the one before.

    Returns the rating in force; nothing while no model is current.
    """
    model = current_model()
    if model is None:
        return None
    result = assess(facts_of(supplier), model.factors, model.bands)
    content = {
        "points": result.points,
        "band": result.band,
        "inputs": [asdict(item) for item in result.inputs],
        "overrides": result.overrides,
    }
    before = RiskRating.objects.filter(supplier=supplier, is_current=True).first()
    if before and before.model_id == model.pk and all(getattr(before, k) == v for k, v in content.items()):
        return before
    RiskRating.objects.filter(supplier=supplier, is_current=True).update(is_current=False)
    rating = RiskRating.objects.create(supplier=supplier, model=model, rated_at=timezone.now(), **content)
    Supplier.objects.filter(pk=supplier.pk).update(risk_points=result.points, risk_band=result.band)
    supplier.risk_points, supplier.risk_band = result.points, result.band
    if before is None or before.band != result.band:
        data = {"band": result.band, "points": result.points, "before": before.band if before else ""}
        history.record(supplier, "supplier.rated", by=by, data=data)
    return rating
