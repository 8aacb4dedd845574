"""What of a risk model can be set, with its words and limits; and what no model may say."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from csr_portal.core.workflow import Blocker
from suppliers import risk_additive
from suppliers.models import RiskModel
from suppliers.states import RiskBand, RiskKind, Spend

# Of the Global Rights Index: 5+ where the rule of law has broken down; the ten worst countries are named apart.
WORST_TEN = "worst-10"
RATINGS = ["1", "2", "3", "4", "5", "5+", WORST_TEN]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Setting:
    """One number: where it lies in `factors` (or `bands`), under which factor it is shown, its words, its limit."""

    path: Path
    group: str
    label: str
    highest: int = 100

    @property
    def name(self) -> str:
        return "-".join(map(str, self.path)).replace("+", "plus")


def settings_of(kind: str) -> list[Setting]:
    return [*(_of_additive() if kind == RiskKind.ADDITIVE else _of_points()), *_of_bands(kind)]


def _limit_of(points: int) -> str:
    return ngettext("%(points)s point from", "%(points)s points from", points) % {"points": points}


def _of_points() -> Iterator[Setting]:
    """R-RISK-1: the limits at which points begin."""
    for place, points in enumerate((0, 1, 2)):
        yield Setting(("corruption", "from", place, 0), "corruption", _limit_of(points))
    yield Setting(("corruption", "unknown"), "corruption", _("Points if unknown"), 10)
    for rating in RATINGS:
        label = _("Points for rating %(rating)s") % {"rating": _rating_name(rating)}
        yield Setting(("workers_rights", "points", rating), "workers_rights", label, 10)
    yield Setting(("workers_rights", "unknown"), "workers_rights", _("Points if unknown"), 10)
    yield Setting(("labour_list", "listed"), "labour_list", _("Points if listed"), 10)
    yield Setting(("labour_list", "unknown"), "labour_list", _("Points if unknown"), 10)
    for place, points in enumerate((2, 1)):
        yield Setting(("workforce", "from", place, 0), "workforce", _limit_of(points), 100_000)
    yield Setting(("workforce", "vulnerable_share"), "workforce", _("Migrant or dispatched above per cent"))
    yield Setting(("workforce", "vulnerable"), "workforce", _("Points above that"), 10)
    yield Setting(("workforce", "unknown"), "workforce", _("Points if unknown"), 10)
    for spend in Spend:
        yield Setting(("spend", "points", spend.value), "spend", str(spend.label), 10)


def _rating_name(rating: str) -> str:
    return _("ten worst countries") if rating == WORST_TEN else rating


def _of_additive() -> Iterator[Setting]:
    names = {"country": "country", "goods": "labour_list", "workforce": "workforce", "spend": "spend"}
    for code, group in names.items():
        yield Setting(("weights", code), group, _("Weight of 100"))
    for rating in RATINGS:
        label = _("Rating %(rating)s, share in per cent") % {"rating": _rating_name(rating)}
        yield Setting(("country", "rights", rating), "country", label)
    yield Setting(("goods", "listed"), "labour_list", _("Good and country listed, share in per cent"))
    yield Setting(("goods", "elsewhere"), "labour_list", _("Good listed for other countries, share in per cent"))
    yield Setting(("goods", "not_listed"), "labour_list", _("Good not listed, share in per cent"))
    yield Setting(("workforce", "vulnerable_share"), "workforce", _("Migrant or dispatched above per cent"))
    yield Setting(("workforce", "vulnerable"), "workforce", _("Share above that, in per cent"))
    for spend in Spend:
        label = _("%(name)s, share in per cent") % {"name": spend.label}
        yield Setting(("spend", "shares", spend.value), "spend", label)
    for code in ("self_inspection", "site_review", "certificate", "training"):
        yield Setting(("controls", code), code, _("Weight of 100 among the controls"))
    yield Setting(("effect",), "control", _("How much a full control lowers the risk, in per cent"))
    yield Setting(("floor_major",), "control", _("Lowest residual risk with an open major finding"))


def _of_bands(kind: str) -> Iterator[Setting]:
    for place, band in enumerate((RiskBand.LOW, RiskBand.MEDIUM)):
        yield Setting(("bands", place, 0), "bands", _("%(band)s up to") % {"band": band.label})


def value_at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def with_values(model: Any, values: dict[str, int]) -> dict[str, Any]:
    """`factors` and `bands` of the model with the numbers of the form."""
    tree = deepcopy(model.factors) | {"bands": deepcopy(model.bands)}
    for setting in settings_of(model.kind):
        value_at(tree, setting.path[:-1])[setting.path[-1]] = values[setting.name]
    return {"bands": tree.pop("bands"), "factors": tree}


def beginning(kind: str) -> dict[str, Any]:
    """The numbers with which a model of this kind begins: those of its last version, otherwise what we ship."""
    earlier = RiskModel.objects.filter(kind=kind).order_by("-number").first()
    if earlier:
        return {"factors": earlier.factors, "bands": earlier.bands}
    return {"factors": deepcopy(risk_additive.DEFAULT_FACTORS), "bands": deepcopy(risk_additive.DEFAULT_BANDS)}


def problems(kind: str, factors: dict[str, Any], bands: list[Any]) -> list[Blocker]:
    """Bands that do not follow each other, weights that do not add up, an unknown that counts as safe."""
    found = []
    if not bands[0][0] < bands[1][0]:
        found.append(Blocker("bands", _("The limit of the medium band lies above that of the low band.")))
    if kind == RiskKind.ADDITIVE:
        found += _additive_problems(factors)
    else:
        found += _points_problems(factors)
    return found


def _additive_problems(factors: dict[str, Any]) -> list[Blocker]:
    sums = {code: sum(factors[code].values()) for code in ("weights", "controls")}
    text = _("The weights add up to %(sum)s, not to 100.")
    return [Blocker(code, text % {"sum": total}) for code, total in sums.items() if total != 100]


def _points_problems(factors: dict[str, Any]) -> list[Blocker]:
    found = []
    for code in ("corruption", "workforce"):
        limits = [limit for limit, _points in factors[code]["from"]]
        if limits != sorted(set(limits), reverse=True):
            found.append(Blocker(code, _("The limits do not follow each other.")))
    for code in ("corruption", "workers_rights", "labour_list", "workforce"):
        if factors[code]["unknown"] < 1:
            found.append(Blocker(f"{code}-unknown", _("Unknown is never safe: give it at least 1 point.")))
    return found
