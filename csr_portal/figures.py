"""The charts of indicators page and yearly report: the same drawing for both, with its numbers as a table."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from csr_portal.core import charts, palette
from csr_portal.core.charts import Bar, Series, Table
from csr_portal.core.translated import in_language

TOPICS_SHOWN = 8


@dataclass(frozen=True)
class Figure:
    """A chart in the width of a page and of a phone, and its table."""

    key: str
    title: str
    subtitle: str
    wide: SafeString
    narrow: SafeString
    table: Table

    @property
    def is_empty(self) -> bool:
        """Nothing but zeros and gaps: the page says so instead of drawing an empty frame."""
        return not any(digit in "123456789" for row in self.table.rows for cell in row[1:] for digit in cell)


def yearly_figures(content: dict[str, Any]) -> list[Figure]:
    """The four charts of `yearly.yearly_content`, in the reader's language."""
    return [_coverage(content), _inspections(content), _findings(content), _training(content)]


def year_labels(content: dict[str, Any], key: str) -> list[str]:
    """The years of a figure as they are written at the axis; the one that runs says so."""
    running = content["year"] if content["is_running"] else None
    return [_("%(year)s so far") % {"year": year} if year == running else str(year) for year in content[key]]


def _coverage(content: dict[str, Any]) -> Figure:
    years = year_labels(content, "coverage")
    values = [row["per_cent"] if row["total"] else None for row in content["coverage"].values()]
    title = _("Agreement coverage")

    def draw(width: int) -> SafeString:
        return charts.line_chart(title, years, values, unit="%", top=100, width=width)

    table = charts.series_table(_("Year"), years, [Series(title, values)], unit="%")
    return _figure("coverage", title, _("per cent of suppliers, end of year"), draw, table)


def _inspections(content: dict[str, Any]) -> Figure:
    years = year_labels(content, "inspections")
    rows = list(content["inspections"].values())
    series = [
        Series(_("Accepted"), [row["accepted"] for row in rows], palette.MAIN),
        Series(_("Under way"), [row["under_way"] for row in rows], palette.SECOND),
        Series(_("Overdue"), [row["overdue"] for row in rows], palette.ATTENTION),
    ]
    title = _("Self-inspections")

    def draw(width: int) -> SafeString:
        return charts.bar_chart(title, years, series, width=width)

    table = charts.series_table(_("Year"), years, series)
    return _figure("inspections", title, _("by the year they were due in"), draw, table)


def _findings(content: dict[str, Any]) -> Figure:
    rows = content["findings"][:TOPICS_SHOWN]
    bars = [Bar(in_language(row["topic"]) or _("Other"), row["total"], row["open"]) for row in rows]
    title, still_open = _("Findings by topic"), _("open")

    def draw(width: int) -> SafeString:
        return charts.horizontal_bars(title, bars, marked_label=still_open, width=width)

    table = charts.bars_table(_("Topic"), bars, value_label=_("Findings"), marked_label=still_open)
    return _figure("findings", title, _("found in the year, open ones in red"), draw, table)


def _training(content: dict[str, Any]) -> Figure:
    years = year_labels(content, "training")
    rows = list(content["training"].values())
    series = [
        Series(_("Before"), [row["total"] - row["new"] for row in rows], palette.SECOND),
        Series(_("New in the year"), [row["new"] for row in rows], palette.MAIN),
    ]
    title = _("Training participation")

    def draw(width: int) -> SafeString:
        return charts.bar_chart(title, years, series, width=width)

    table = charts.series_table(_("Year"), years, series)
    return _figure("training", title, _("people of suppliers and partners, cumulated"), draw, table)


def _figure(key: str, title: str, subtitle: str, draw: Any, table: Table) -> Figure:
    return Figure(key, title, subtitle, draw(charts.WIDE), draw(charts.NARROW), table)
