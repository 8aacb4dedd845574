"""The words for what a risk rating keeps as codes, for the page and the dossier."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from suppliers.models import RiskModel
from suppliers.risk_settings import settings_of, value_at
from suppliers.states import Spend

FACTORS: dict[str, Any] = {
    "corruption": _("Corruption index of the country"),
    "workers_rights": _("Workers' rights rating of the country"),
    "labour_list": _("Good and country on the child or forced labour list"),
    "workforce": _("Workforce"),
    "spend": _("Spend"),
    "xinjiang": _("link to Xinjiang"),
    "zero_tolerance": _("open zero-tolerance finding"),
    "most_severe_country": _("country of most severe risk"),
    "country": _("Country"),
    "control": _("Control"),
    "bands": _("Bands"),
    "major_floor": _("Floor for an open major finding"),
    "self_inspection": _("Self-inspection"),
    "site_review": _("Site review"),
    "certificate": _("Certificate"),
    "training": _("Training"),
}
CONFIDENCES: dict[str, Any] = {
    "sourced": _("read at the source"),
    "sourced-secondary": _("quoted by others"),
    "sourced-outdated": _("an older edition"),
    "general-knowledge": _("not checked"),
}
VALUES: dict[str, Any] = {"yes": _("yes"), "no": _("no"), "elsewhere": _("the good is, the country is not")} | dict(
    Spend.choices
)


def factor_name(code: str) -> str:
    return str(FACTORS.get(code, code))


def factor_value(value: str) -> str:
    """A value that is a code in words; numbers and ratings as they are."""
    return str(VALUES.get(value, value))


# What the figures that the portal brings along measure; others are called as they were entered.
INDICATORS: dict[str, Any] = {
    "public-sector corruption, 0 worst - 100 best": _("corruption in the public sector, 0 worst to 100 best"),
    "rating 1 best - 5+ worst": _("rating from 1 (best) to 5+ (worst)"),
    "classification": _("classification"),
    "fundamental conventions of the eight pre-2022 ones not in force": _(
        "fundamental conventions not in force, of the eight before 2022"
    ),
    "named among the ten worst countries for workers": _("named among the ten worst countries for workers"),
    "number of goods listed for child or forced labour": _("number of goods listed for child or forced labour"),
    "polysilicon listed for forced labour": _("polysilicon listed for forced labour"),
    "rebuttable presumption for Xinjiang goods and listed entities; entity count": _(
        "rebuttable presumption for goods from Xinjiang and listed companies; number of companies"
    ),
}


def indicator_name(text: str) -> str:
    return str(INDICATORS.get(text, text))


def confidence_name(code: str) -> str:
    """How well a country's value is known; our own codes in words, others as they were entered."""
    return str(CONFIDENCES.get(code, code))


@dataclass(frozen=True)
class Number:
    """A number of a risk model in words, and what it is in the version beside it."""

    label: str
    value: int
    before: int

    @property
    def is_changed(self) -> bool:
        return self.value != self.before


def model_groups(model: RiskModel, base: RiskModel | None = None) -> list[tuple[str, list[Number]]]:
    """Every number that can be set, under the words of its factor."""
    tree = model.factors | {"bands": model.bands}
    other = base.factors | {"bands": base.bands} if base else tree
    found: dict[str, list[Number]] = {}
    for setting in settings_of(model.kind):
        number = Number(setting.label, value_at(tree, setting.path), value_at(other, setting.path))
        found.setdefault(setting.group, []).append(number)
    return [(factor_name(group), numbers) for group, numbers in found.items()]
