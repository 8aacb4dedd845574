"""The additive model: inherent risk from country, goods, workforce and spend; lowered by controls that are fresh.

Residual = inherent x (1 - effect x control). An unknown fact counts as the worst, an unknown control as none.
An open zero-tolerance finding forces the highest band, an open major finding sets a floor.
"""

from collections.abc import Mapping
from typing import Any

from suppliers.risk_facts import Control, Facts
from suppliers.risk_inputs import Input, Result, band_of, newest, origin, overrides_of, published
from suppliers.states import RiskBand

# Weights of the inherent part add up to 100, those of the controls as well. Shares say which part of a weight counts.
DEFAULT_FACTORS: dict[str, Any] = {
    "weights": {"country": 40, "goods": 30, "workforce": 20, "spend": 10},
    "controls": {"self_inspection": 40, "site_review": 40, "certificate": 10, "training": 10},
    "effect": 80,
    "floor_major": 40,
    "country": {
        "corruption_source": "Transparency International CPI",
        "rights_source": "ITUC Global Rights Index",
        "rights": {"1": 0, "2": 20, "3": 40, "4": 70, "5": 100, "5+": 100, "worst-10": 100},
    },
    "goods": {"source": "US DoL TVPRA list", "listed": 100, "elsewhere": 50, "not_listed": 20},
    "workforce": {"from": [[500, 65], [50, 35], [0, 10]], "vulnerable_share": 20, "vulnerable": 100},
    "spend": {"shares": {"minor": 35, "key_material": 65, "strategic": 100}},
    "overrides": {
        "most_severe_source": "amfori Country Risk Classification",
        "most_severe_value": "most severe risk",
    },
}
DEFAULT_BANDS: list[list[Any]] = [[30, RiskBand.LOW.value], [60, RiskBand.MEDIUM.value], [None, RiskBand.HIGH.value]]
WORST = 100


def assess(facts: Facts, factors: Mapping[str, Any], bands: list[list[Any]]) -> Result:
    """Pure, no database. The bands are compared with the exact residual risk, never with a rounded one."""
    inherent_inputs = [*_country(facts, factors), _goods(facts, factors), _workforce(facts, factors)]
    inherent_inputs.append(_spend(facts, factors))
    control_inputs = [item for code in factors["controls"] for item in _control(code, facts, factors["controls"])]
    inherent = sum(item.points for item in inherent_inputs)
    control = sum(item.points for item in control_inputs) / 100
    residual = inherent * (1 - factors["effect"] / 100 * control)
    overrides = overrides_of(facts, factors["overrides"])
    floor_inputs = []
    if facts.has_open_major and residual < factors["floor_major"]:
        floor_inputs = [Input("major_floor", "yes", round(factors["floor_major"] - residual, 2), part="floor")]
        residual = factors["floor_major"]
    return Result(
        points=int(residual + 0.5),
        band=RiskBand.HIGH if overrides else band_of(residual, bands),
        inputs=[*inherent_inputs, *control_inputs, *floor_inputs],
        overrides=overrides,
        exact=residual,
        parts={"inherent": round(inherent, 1), "control": round(100 * control, 1), "residual": round(residual, 1)},
    )


def _country(facts: Facts, factors: Mapping[str, Any]) -> list[Input]:
    """Half the weight for corruption, half for workers' rights."""
    rule, half = factors["country"], factors["weights"]["country"] / 2
    index = newest(facts.country_values, rule["corruption_source"])
    rights = newest(facts.country_values, rule["rights_source"])
    return [
        published("corruption", index, _part(half, 100 - float(index.value)), part="inherent")
        if index
        else Input("corruption", "", half, part="inherent"),
        published("workers_rights", rights, _part(half, rule["rights"].get(rights.value, WORST)), part="inherent")
        if rights
        else Input("workers_rights", "", half, part="inherent"),
    ]


def _part(weight: float, share: float) -> float:
    return round(weight * share / 100, 2)


def _goods(facts: Facts, factors: Mapping[str, Any]) -> Input:
    """Whether the goods are on a child or forced labour list, and the country as well. No category: unknown."""
    rule, weight = factors["goods"], factors["weights"]["goods"]
    if not facts.has_categories:
        return Input("labour_list", "", weight, part="inherent")
    if not facts.goods_on_labour_list:
        return Input(
            "labour_list", "no", _part(weight, rule["not_listed"]), **origin(facts.company_data), part="inherent"
        )
    value = newest(facts.country_values, rule["source"])
    if value is None:
        return Input("labour_list", "elsewhere", _part(weight, rule["elsewhere"]), part="inherent")
    return published("labour_list", value, _part(weight, rule["listed"]), "yes", part="inherent")


def _workforce(facts: Facts, factors: Mapping[str, Any]) -> Input:
    rule, weight = factors["workforce"], factors["weights"]["workforce"]
    if not facts.workers:
        return Input("workforce", "", weight, part="inherent")
    text, share = str(facts.workers), next(s for lowest, s in rule["from"] if facts.workers >= lowest)
    if facts.vulnerable_share > rule["vulnerable_share"]:
        text, share = f"{facts.workers} ({facts.vulnerable_share:.0f} %)", rule["vulnerable"]
    return Input("workforce", text, _part(weight, share), **origin(facts.site_data), part="inherent")


def _spend(facts: Facts, factors: Mapping[str, Any]) -> Input:
    share = factors["spend"]["shares"].get(facts.spend, WORST)
    points = _part(factors["weights"]["spend"], share)
    return Input("spend", facts.spend, points, **origin(facts.company_data), part="inherent")


def _control(code: str, facts: Facts, weights: Mapping[str, int]) -> list[Input]:
    """The mean over the sites that must be looked at; a site without it lowers nothing. Nothing at all is unknown."""
    found = facts.controls.get(code, [])
    if not found:
        return [Input(code, "", 0, part="control")]
    places = max(facts.sites, len(found)) if found[0].is_per_site else len(found)
    return [_control_input(control, weights[code] / places, facts) for control in found]


def _control_input(control: Control, weight: float, facts: Facts) -> Input:
    fresh = control.freshness(facts.day) if facts.day else 1.0
    return Input(
        control.code,
        f"{control.what}: {100 * control.worth:.1f} % × {100 * fresh:.0f} %",
        round(weight * control.worth * fresh, 2),
        source=control.what,
        on=control.since.isoformat(),
        by=control.by,
        url=control.url,
        part="control",
    )
