"""Charts: presentation attributes only, numbers for those who listen, the same string for page and PDF."""

import xml.etree.ElementTree as ET

import pytest
from django.utils import translation

from csr_portal.core import charts, drawing, palette
from csr_portal.core.charts import Bar, Part, Series

YEARS = [2024, 2025, 2026]
EVIL = '"><script>alert(1)</script>'


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314


def texts(svg):
    return [element.text for element in parsed(svg).iter("{http://www.w3.org/2000/svg}text")]


def every_chart(label="Accepted", **options):
    return [
        charts.line_chart(label, YEARS, [41, None, 92.9], unit="%", **options),
        charts.bar_chart(
            label, YEARS, [Series(label, [1, 2, 3]), Series("Overdue", [1, 0, 2], palette.OPEN)], **options
        ),
        charts.horizontal_bars(label, [Bar(label, 64, marked=9, note=label)], marked_label=label, **options),
        charts.stacked_coverage(label, [Part(label, 3), Part("Rest", 1, palette.NOT_BEGUN)], **options),
    ]


@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_chart_holds_presentation_attributes_only(width):
    for svg in every_chart(width=width):
        names = {name for element in parsed(svg).iter() for name in element.attrib}
        assert names & {"style", "onclick", "onload", "href"} == set()
        assert {element.attrib.get("class") for element in parsed(svg).iter()} == {"chart", None}
        assert parsed(svg).attrib["viewBox"].split()[:3] == ["0", "0", str(width)]


def test_chart_uses_only_colours_that_the_dark_page_knows():
    known = {
        *(palette.MAIN, palette.SECOND, palette.ATTENTION, palette.OPEN, palette.DONE, palette.UNDER_WAY),
        *(palette.NOT_BEGUN, palette.TEXT, palette.AXIS, palette.GRID, palette.GAP, "none"),
    }
    used = {
        element.attrib[name]
        for svg in every_chart()
        for element in parsed(svg).iter()
        for name in ("fill", "stroke")
        if name in element.attrib
    }
    assert used - known == set()


def test_chart_escapes_what_people_wrote():
    for svg in every_chart(label=EVIL):
        assert "<script" not in svg
        assert EVIL in parsed(svg).attrib["aria-label"]


def test_chart_speaks_its_numbers():
    svg = charts.line_chart("Agreement coverage", YEARS, [88, 95, 92.9], unit="%")
    assert parsed(svg).attrib["role"] == "img"
    assert parsed(svg).attrib["aria-label"] == "Agreement coverage: 2024 88\u00a0%, 2025 95\u00a0%, 2026 92.9\u00a0%"


def test_line_chart_names_first_best_and_last_point():
    written = texts(charts.line_chart("Coverage", [2023, *YEARS], [41, 88, 95, 92.9], unit="%", top=100))
    assert [word for word in written if word in {"41", "88", "95", "92.9\u00a0%"}] == ["41", "95", "92.9\u00a0%"]


def test_line_chart_leaves_a_gap_where_nothing_is_known():
    svg = charts.line_chart("Coverage", [2022, 2023, *YEARS], [1, 2, None, 3, 4])
    assert svg.count("<polyline") == 2


def test_bar_chart_stacks_from_nought_to_a_round_number():
    svg = charts.bar_chart(
        "Self-inspections",
        YEARS,
        [Series("Accepted", [168, 203, 171]), Series("Overdue", [26, 12, 19], palette.ATTENTION)],
    )
    assert [word for word in texts(svg) if word in {"0", "100", "200", "300", "400"}] == ["0", "100", "200", "300"]


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [(7, [0, 2, 4, 6, 8]), (100, [0, 25, 50, 75, 100]), (494, [0, 200, 400, 600]), (1, [0, 1]), (0, [0, 1])],
)
def test_axis_ends_at_a_round_number(highest, ticks):
    scale = drawing.Scale.of([highest])
    assert [scale.step * place for place in range(scale.steps + 1)] == ticks


def test_coverage_writes_numbers_and_shares_of_every_part():
    svg = charts.stacked_coverage(
        "Coverage", [Part("In force", 383), Part("Declined", 2, palette.OPEN), Part("Viewed", 0)]
    )
    assert texts(svg) == ["In force 383 · 99.5\u00a0%", "Declined 2 · 0.5\u00a0%", "Viewed 0 · 0\u00a0%"]


def test_charts_of_nothing_say_so():
    for svg in (
        charts.line_chart("A", [], []),
        charts.bar_chart("A", [], [Series("x", [])]),
        charts.horizontal_bars("A", []),
        charts.stacked_coverage("A", []),
    ):
        assert parsed(svg).attrib["aria-label"] == "A: no data"


def test_tables_give_the_same_numbers():
    lines = [Series("Accepted", [203, 168]), Series("Overdue", [12, None])]
    assert charts.series_table("Year", [2025, 2026], lines).rows == [["2025", "203", "12"], ["2026", "168", "–"]]
    assert charts.bars_table("Clause", [Bar("OHS", 64, 9)], value_label="All", marked_label="Open").rows == [
        ["OHS", "64", "9"]
    ]
    assert charts.coverage_table("State", [Part("In force", 3), Part("Open", 1)], value_label="Suppliers").rows == [
        ["In force", "3", "75\u00a0%"],
        ["Open", "1", "25\u00a0%"],
    ]


def test_numbers_and_coordinates_follow_language_and_drawing():
    assert (drawing.number(92.94, "%"), drawing.number(3.0), drawing.number(None)) == ("92.9\u00a0%", "3", "–")
    with translation.override("zh-hans"):
        assert drawing.number(92.9, "%") == "92.9%"
    assert drawing.units(1234.56) == "1234.6"


def test_long_names_are_cut_in_the_drawing_and_whole_in_its_label():
    name = "Freedom of association and the right to collective bargaining at every site"
    svg = charts.horizontal_bars("Findings", [Bar(name, 3)])
    assert texts(svg)[0].endswith("…")
    assert name in parsed(svg).attrib["aria-label"]
