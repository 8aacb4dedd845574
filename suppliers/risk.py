"""Supplier risk: a model applied to a supplier's facts, every input with source, date and author.

Two kinds of models: points per factor after R-RISK-1 (below), and inherent, control and residual risk
(risk_additive.py). Unknown is never safe.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from csr_portal.core import history
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, Actor
from suppliers import risk_additive
from suppliers.models import RiskModel, RiskRating, Supplier
from suppliers.risk_facts import Control, Facts, Origin, facts_of_many
from suppliers.risk_inputs import Input, Result, band_of, newest, origin, overrides_of, published
from suppliers.states import RiskBand, RiskKind

__all__ = ["Control", "Facts", "Input", "Origin", "Result", "assess", "current_model", "judge", "rate", "rate_many"]


def judge(model: RiskModel, facts: Facts) -> Result:
    """What this model says about these facts."""
    asked = risk_additive.assess if model.kind == RiskKind.ADDITIVE else assess
    return asked(facts, model.factors, model.bands)


def assess(facts: Facts, factors: Mapping[str, Any], bands: list[list[Any]]) -> Result:
    """R-RISK-1 with the points and limits of a risk model: pure, no database."""
    inputs = [
        _corruption(facts, factors["corruption"]),
        _workers_rights(facts, factors["workers_rights"]),
        _labour_list(facts, factors["labour_list"]),
        _workforce(facts, factors["workforce"]),
        Input("spend", facts.spend, factors["spend"]["points"][facts.spend], **origin(facts.company_data)),
    ]
    points = int(sum(item.points for item in inputs))
    overrides = overrides_of(facts, factors["overrides"])
    band = RiskBand.HIGH if overrides else band_of(points, bands)
    return Result(points, band, inputs, overrides, exact=points)


def _corruption(facts: Facts, rule: Mapping[str, Any]) -> Input:
    value = newest(facts.country_values, rule["source"])
    if value is None:
        return Input("corruption", "", rule["unknown"])
    return published("corruption", value, next(p for lowest, p in rule["from"] if float(value.value) >= lowest))


def _workers_rights(facts: Facts, rule: Mapping[str, Any]) -> Input:
    """The newest rating; a place among the worst ten is a rating of its own."""
    value = newest(facts.country_values, rule["source"])
    if value is None:
        return Input("workers_rights", "", rule["unknown"])
    return published("workers_rights", value, rule["points"].get(value.value, rule["unknown"]))


def _labour_list(facts: Facts, rule: Mapping[str, Any]) -> Input:
    if not facts.goods_on_labour_list:
        return Input("labour_list", "no", 0, **origin(facts.company_data))
    value = newest(facts.country_values, rule["source"])
    if value is None:
        return Input("labour_list", "", rule["unknown"])
    return published("labour_list", value, rule["listed"], "yes")


def _workforce(facts: Facts, rule: Mapping[str, Any]) -> Input:
    written = origin(facts.site_data)
    if not facts.workers:
        return Input("workforce", "", rule["unknown"])
    if facts.vulnerable_share > rule["vulnerable_share"]:
        text = f"{facts.workers} ({facts.vulnerable_share:.0f} %)"
        return Input("workforce", text, rule["vulnerable"], **written)
    points = next(p for lowest, p in rule["from"] if facts.workers >= lowest)
    return Input("workforce", str(facts.workers), points, **written)


def assess_listed(keys: Sequence[int], model: RiskModel) -> dict[int, Result]:
    """The assessment of suppliers as they stand, by key, without keeping it: for many that others are like."""
    suppliers = list(Supplier.objects.filter(pk__among=keys))
    return {key: judge(model, facts) for key, facts in facts_of_many(suppliers, today()).items()}


def current_model() -> RiskModel | None:
    return RiskModel.objects.filter(is_current=True).first()


def rate(supplier: Supplier, *, by: Actor = SYSTEM, day: dt.date | None = None) -> RiskRating | None:
    """Rate the supplier by the current model; a rating that says something new supersedes the one before.

    Returns the rating in force; nothing while no model is current.
    """
    model = current_model()
    if model is None:
        return None
    rate_many([supplier], model, by=by, day=day)
    return RiskRating.objects.get(supplier=supplier, is_current=True)


@transaction.atomic
def rate_many(
    suppliers: Sequence[Supplier], model: RiskModel, *, by: Actor = SYSTEM, day: dt.date | None = None
) -> list[Supplier]:
    """Rate many suppliers with a constant number of queries; return those whose band is another one now."""
    facts = facts_of_many(suppliers, day or today())
    in_force = {r.supplier_id: r for r in RiskRating.objects.filter(supplier__in=suppliers, is_current=True)}
    fresh = [
        (supplier, rating)
        for supplier in suppliers
        if _is_news(in_force.get(supplier.pk), rating := _rating(supplier, model, judge(model, facts[supplier.pk])))
    ]
    RiskRating.objects.filter(supplier__in=[supplier for supplier, _r in fresh], is_current=True).update(
        is_current=False
    )
    RiskRating.objects.bulk_create([rating for _s, rating in fresh])
    for supplier, rating in fresh:
        supplier.risk_points, supplier.risk_band = rating.points, rating.band
    Supplier.objects.bulk_update([supplier for supplier, _r in fresh], ["risk_points", "risk_band"], batch_size=500)
    moved = [(supplier, rating) for supplier, rating in fresh if _band_of(in_force.get(supplier.pk)) != rating.band]
    for supplier, rating in moved:
        before = _band_of(in_force.get(supplier.pk))
        data = {"band": rating.band, "points": rating.points, "before": before}
        history.record(supplier, "supplier.rated", by=by, data=data)
    return [supplier for supplier, _rating in moved]


def _band_of(rating: RiskRating | None) -> str:
    return rating.band if rating else ""


def _rating(supplier: Supplier, model: RiskModel, result: Result) -> RiskRating:
    return RiskRating(
        supplier=supplier,
        model=model,
        rated_at=timezone.now(),
        points=result.points,
        band=result.band,
        inputs=[asdict(item) for item in result.inputs],
        overrides=result.overrides,
        parts=result.parts,
    )


def _is_news(before: RiskRating | None, rating: RiskRating) -> bool:
    """Another model, band, number of points, override or fact. That a control grows old by a day alone is no news."""
    return before is None or _says(before) != _says(rating)


def _says(rating: RiskRating) -> tuple[Any, ...]:
    names = ("factor", "value", "source", "year", "on", "by")
    told = [tuple(item.get(name) or "" for name in names) for item in rating.inputs if item.get("part") != "control"]
    told += [(item["factor"], item["source"], item["on"]) for item in rating.inputs if item.get("part") == "control"]
    return rating.model_id, rating.points, rating.band, rating.overrides, told
