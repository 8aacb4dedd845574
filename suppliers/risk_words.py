"""The words for what a risk rating keeps as codes, for the page and the dossier."""

from typing import Any

from django.utils.translation import gettext_lazy as _

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
}
CONFIDENCES: dict[str, Any] = {
    "sourced": _("read at the source"),
    "sourced-secondary": _("quoted by others"),
    "sourced-outdated": _("an older edition"),
    "general-knowledge": _("not checked"),
}
VALUES: dict[str, Any] = {"yes": _("yes"), "no": _("no")} | dict(Spend.choices)


def factor_name(code: str) -> str:
    return str(FACTORS.get(code, code))


def factor_value(value: str) -> str:
    """A value that is a code in words; numbers and ratings as they are."""
    return str(VALUES.get(value, value))


def confidence_name(code: str) -> str:
    """How well a country's value is known; our own codes in words, others as they were entered."""
    return str(CONFIDENCES.get(code, code))
