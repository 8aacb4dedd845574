"""What every risk model gives: its inputs with their origin, the band, what forces a band."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from csr_portal.core.timezones import day_of
from suppliers.models import CountryValue
from suppliers.risk_facts import Facts, Origin

XINJIANG = ("xinjiang", "新疆")


@dataclass(frozen=True)
class Input:
    """One factor: what is known, how many points it gives, and where it comes from. No value: unknown."""

    factor: str
    value: str
    points: float
    source: str = ""
    year: int | None = None
    confidence: str = ""
    on: str = ""
    by: str = ""
    url: str = ""
    part: str = ""


@dataclass(frozen=True)
class Result:
    """`exact` is what the bands are compared with; `parts` are inherent, control and residual risk."""

    points: int
    band: str
    inputs: list[Input]
    overrides: list[str]
    exact: float = 0
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def points_by_factor(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for item in self.inputs:
            found[item.factor] = found.get(item.factor, 0) + item.points
        return found


def band_of(points: float, bands: list[list[Any]]) -> str:
    return next(band for limit, band in bands if limit is None or points <= limit)


def origin(known: Origin | None) -> dict[str, str]:
    return {"on": known.on.isoformat(), "by": known.by} if known else {}


def published(factor: str, value: CountryValue, points: float, text: str = "", part: str = "") -> Input:
    """An input from a published value about the country."""
    return Input(
        factor,
        text or value.value,
        points,
        value.source,
        value.year,
        value.confidence,
        on=day_of(value.entered_at).isoformat() if value.entered_at else "",
        by=value.entered_by_name,
        url=value.source_url,
        part=part,
    )


def overrides_of(facts: Facts, rule: Mapping[str, Any]) -> list[str]:
    """What makes the risk high whatever the points."""
    severe = newest(facts.country_values, rule["most_severe_source"])
    tests = {
        "xinjiang": any(name in region.lower() for region in facts.regions for name in XINJIANG),
        "zero_tolerance": facts.has_open_zero_tolerance,
        "most_severe_country": severe is not None and severe.value == rule["most_severe_value"],
    }
    return [name for name, holds in tests.items() if holds]


def newest(values: Iterable[CountryValue], source: str) -> CountryValue | None:
    return max((v for v in values if v.source == source), key=lambda v: v.year, default=None)
