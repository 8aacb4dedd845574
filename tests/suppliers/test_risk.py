import pytest

from suppliers import defaults, risk
from suppliers.models import CountryValue, RiskRating
from suppliers.states import RiskBand, Spend
from tests.factories.suppliers import CategoryFactory, SiteFactory


def value(source, text, year=2025):
    return CountryValue(country="CN", source=source, indicator="-", value=text, year=year, confidence="sourced")


CPI, ITUC, LIST = "Transparency International CPI", "ITUC Global Rights Index", "US DoL TVPRA list"
SEVERE = "amfori Country Risk Classification"


def facts(**changes):
    values = {
        "country_values": [value(CPI, "43"), value(ITUC, "5"), value(LIST, "31")],
        "goods_on_labour_list": True,
        "workers": 800,
        "vulnerable_share": 0,
        "spend": Spend.STRATEGIC,
    }
    return risk.Facts(**(values | changes))


def assess(**changes):
    return risk.assess(facts(**changes), defaults.FACTORS, defaults.BANDS)


def test_worked_example_of_r_risk_1_gives_13_points_and_high():
    result = assess()
    assert (result.points, result.band) == (13, RiskBand.HIGH)
    assert {item.factor: item.points for item in result.inputs} == {
        "corruption": 2,
        "workers_rights": 3,
        "labour_list": 3,
        "workforce": 2,
        "spend": 3,
    }


@pytest.mark.parametrize(
    ("index", "points"), [("100", 0), ("70", 0), ("69", 1), ("60", 1), ("59", 2), ("40", 2), ("39", 3), ("0", 3)]
)
def test_corruption_index_gives_points(index, points):
    assert assess(country_values=[value(CPI, index)]).inputs[0].points == points


@pytest.mark.parametrize(
    ("rating", "points"), [("1", 0), ("2", 1), ("3", 1), ("4", 2), ("5", 3), ("5+", 3), ("worst-10", 3), ("?", 3)]
)
def test_workers_rights_rating_gives_points(rating, points):
    assert assess(country_values=[value(ITUC, rating)]).inputs[1].points == points


@pytest.mark.parametrize(
    ("workers", "share", "points"), [(0, 0, 2), (49, 0, 0), (50, 0, 1), (499, 20, 1), (500, 0, 2), (30, 20.5, 3)]
)
def test_workforce_gives_points(workers, share, points):
    assert assess(workers=workers, vulnerable_share=share).inputs[3].points == points


def test_unknown_is_never_safe():
    result = assess(country_values=[], workers=0, spend=Spend.MINOR)
    assert {item.factor: (item.value, item.points) for item in result.inputs} == {
        "corruption": ("", 3),
        "workers_rights": ("", 3),
        "labour_list": ("", 3),
        "workforce": ("", 2),
        "spend": ("minor", 1),
    }


@pytest.mark.parametrize(("points", "band"), [(4, "low"), (5, "medium"), (8, "medium"), (9, "high")])
def test_bands_begin_where_the_rule_says(points, band):
    assert next(name for limit, name in defaults.BANDS if limit is None or points <= limit) == band


SAFE = {
    "country_values": [value(CPI, "80"), value(ITUC, "1")],
    "goods_on_labour_list": False,
    "workers": 10,
    "spend": Spend.MINOR,
}


@pytest.mark.parametrize(
    ("changes", "override"),
    [
        ({"regions": ("新疆维吾尔自治区",)}, "xinjiang"),
        ({"has_open_zero_tolerance": True}, "zero_tolerance"),
        ({"country_values": [*SAFE["country_values"], value(SEVERE, "most severe risk")]}, "most_severe_country"),
    ],
)
def test_override_makes_the_risk_high_whatever_the_points(changes, override):
    result = assess(**(SAFE | changes))
    assert (result.points, result.band, result.overrides) == (1, RiskBand.HIGH, [override])


def test_newer_value_of_a_source_counts():
    values = [value(CPI, "80", 2020), value(CPI, "20", 2025)]
    assert assess(country_values=values).inputs[0].points == 3


def test_rating_is_superseded_only_when_it_says_something_new(acme):
    defaults.load()
    acme.refresh_from_db()
    first = risk.rate(acme)
    assert risk.rate(acme) == first
    SiteFactory(supplier=acme, workers_women=600)
    second = risk.rate(acme)
    assert second.points == first.points
    acme.categories.add(CategoryFactory(goods_on_labour_list=True))
    third = risk.rate(acme)
    assert third.points == second.points + 3
    assert list(RiskRating.objects.filter(supplier=acme, is_current=True)) == [third]
    assert (acme.risk_points, acme.risk_band) == (third.points, third.band)


def test_namibia_is_a_country_and_not_a_null(db):
    defaults.load()
    assert CountryValue.objects.get(country="NA", source=CPI).value == "46"


def test_defaults_load_twice_without_a_second_row(db):
    defaults.load()
    before = CountryValue.objects.count()
    defaults.load()
    assert (before, CountryValue.objects.count()) == (238, 238)
