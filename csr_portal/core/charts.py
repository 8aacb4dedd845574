"""Charts as SVG made on the server: the same string for page and PDF, presentation attributes only.

The colours are exactly the ones that the stylesheet re-colours in dark mode. Every chart carries its numbers in
`aria-label`, and the `…_table` functions give them for “As a table”. Drawn for 560 units; for a phone draw it again
with `width=NARROW` instead of shrinking it.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

WIDE, NARROW = 560, 328

MAIN, SECOND, ATTENTION, OPEN = "#0b5c78", "#5b9ab0", "#c27806", "#cf3f4d"
DONE, UNDER_WAY, NOT_BEGUN = "#2f9460", "#4a7fc9", "#84909f"  # in the coverage bar only
TEXT, AXIS, GRID, GAP = "#17212d", "#5b6878", "#e1e6eb", "#ffffff"
# In a PDF the first families are embedded and always there; a page knows none of them and takes Inter.
FONT = "Portal CJK, Portal Latin, Portal CJK full, Inter, Noto Sans CJK SC, sans-serif"

SIZE = 12  # of text, in units of the drawing
TOP, FLOOR, HEIGHT = 30, 180, 210  # of the plot of a chart with an axis
LEFT = 36


@dataclass(frozen=True)
class Series:
    """One line of a legend: its values stand in the order of the labels; nothing is known where it says None."""

    label: str
    values: Sequence[float | None]
    color: str = MAIN


@dataclass(frozen=True)
class Bar:
    """A horizontal bar. `marked` is the part of `value` drawn first and in red; `note` follows the number."""

    label: str
    value: float
    marked: float = 0
    note: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a whole in the coverage bar."""

    label: str
    value: float
    color: str = DONE


@dataclass(frozen=True)
class Table:
    """What “As a table” shows: texts only."""

    head: list[str]
    rows: list[list[str]]


# The charts


def line_chart(
    title: str,
    labels: Sequence[Any],
    values: Sequence[float | None],
    *,
    unit: str = "",
    top: float | None = None,
    width: int = WIDE,
) -> SafeString:
    """Values over years. The first, best and last point carry their number; a gap stays a gap."""
    known = [value for value in values if value is not None]
    scale = Scale.of(known, top=top)
    right = width - 20
    step = (right - 16 - LEFT - 8) / max(len(values) - 1, 1)
    points = [
        (LEFT + 8 + place * step, scale.y(value), value) for place, value in enumerate(values) if value is not None
    ]
    best = max(range(len(points)), key=lambda place: (points[place][2], place), default=None)
    pieces = [grid(scale, right), axis_labels(labels, LEFT + 8, step, width)]
    pieces += [polyline(run) for run in unbroken(values, LEFT + 8, step, scale)]
    pieces += [
        format_html(
            '<circle cx="{}" cy="{}" r="4" fill="{}" stroke="{}" stroke-width="2"/>', units(x), units(y), MAIN, GAP
        )
        for x, y, _value in points
    ]
    for place, (x, y, value) in enumerate(points):
        is_last = place == len(points) - 1
        if is_last or place in {0, best}:
            below = is_last and place != best and len(points) > 1 and y < points[place - 1][1] + 22 and y < FLOOR - 30
            words = number(value, unit) if is_last else number(value)
            pieces.append(text(x, y + 22 if below else y - 10, words, anchor="middle", weight=600, color=TEXT))
    spoken = listing((label, number(value, unit)) for label, value in zip(labels, values, strict=True))
    return drawing(title, spoken, pieces, width, HEIGHT)


def bar_chart(
    title: str, labels: Sequence[Any], series: Sequence[Series], *, unit: str = "", width: int = WIDE
) -> SafeString:
    """Upright bars; several series are stacked, the first at the bottom, each part with its number where it fits."""
    totals = [sum(value or 0 for value in column) for column in zip(*(line.values for line in series), strict=True)]
    scale = Scale.of(totals)
    right = width - 20
    step = (right - LEFT) / max(len(labels), 1)
    thick = min(46.0, step * 0.6)
    pieces = [grid(scale, right)]
    for place, total in enumerate(totals):
        x = LEFT + place * step + (step - thick) / 2
        pieces.append(stack(x, thick, [(line.values[place] or 0, line.color) for line in series], scale, step))
        if len(series) == 1 or step - thick < 22:
            pieces.append(
                text(x + thick / 2, scale.y(total) - 6, number(total, unit), anchor="middle", weight=600, color=TEXT)
            )
    pieces.append(axis_labels(labels, LEFT + step / 2, step, width))
    if len(series) > 1:
        pieces.append(legend([(line.label, line.color) for line in series], LEFT, 4, right)[0])
    spoken = listing(
        (label, listing((line.label, number(line.values[place], unit)) for line in series) if len(series) > 1 else
         number(series[0].values[place], unit))
        for place, label in enumerate(labels)
    )  # fmt: skip
    return drawing(title, spoken, pieces, width, HEIGHT)


def horizontal_bars(
    title: str, bars: Sequence[Bar], *, marked_label: str = "", unit: str = "", width: int = WIDE
) -> SafeString:
    """Ranked bars with long names; on a phone the name stands above its bar."""
    is_narrow = width < 400
    pitch, thick = (42, 15) if is_narrow else (25, 17)
    names = 0 if is_narrow else min(max([text_width(bar.label, 12.5) for bar in bars], default=0) + 11, width * 0.42)
    notes = max([text_width(tail(bar, unit), SIZE) for bar in bars], default=0) + 14
    longest = max([bar.value for bar in bars], default=0) or 1
    per_unit = max(width - names - notes, 40) / longest
    pieces = []
    for place, bar in enumerate(bars):
        y = 8 + place * pitch + (18 if is_narrow else 0)
        label = fitting(bar.label, width if is_narrow else names - 10, 12.5)
        pieces += [
            text(0, y - 5, label, size=12.5, color=TEXT)
            if is_narrow
            else text(names - 10, y + 13, label, size=12.5, color=TEXT, anchor="end"),
            rect(names, y, bar.value * per_unit, thick, SECOND),
            rect(names, y, bar.marked * per_unit, thick, OPEN) if bar.marked else "",
            text(names + bar.value * per_unit + 8, y + 13, number(bar.value, unit), weight=600, color=TEXT),
        ]
        if bar.note:
            x = names + bar.value * per_unit + 8 + text_width(number(bar.value, unit), SIZE) + 4
            pieces.append(text(x, y + 13, f"· {bar.note}"))
    spoken = listing(
        (bar.label, number(bar.value, unit) + (f" ({number(bar.marked)} {marked_label})" if bar.marked else ""))
        for bar in bars
    )
    return drawing(title, spoken, pieces, width, 8 + len(bars) * pitch + 2)


def stacked_coverage(title: str, parts: Sequence[Part], *, width: int = WIDE) -> SafeString:
    """How much of a whole is done: one bar, and below it every part with its number and share."""
    whole = sum(part.value for part in parts)
    shown = [part for part in parts if part.value]
    gaps = 1.5 * max(len(shown) - 1, 0)
    x, pieces = 0.0, []
    for part in shown:
        length = part.value / whole * (width - gaps)
        pieces.append(rect(x, 0, length, 18, part.color))
        x += length + 1.5
    if not shown:
        pieces.append(rect(0, 0, width, 18, GRID))
    words = [
        (f"{part.label} {number(part.value)} · {number(part.value / whole * 100 if whole else 0, '%')}", part.color)
        for part in parts
    ]
    key, bottom = legend(words, 0, 30, width)
    spoken = listing((part.label, number(part.value)) for part in parts)
    return drawing(title, spoken, [*pieces, key], width, bottom)


def coverage_bar(title: str, parts: Sequence[Part], *, width: int = WIDE) -> SafeString:
    """The bar alone, as high as its stylesheet says, where the page writes the legend itself."""
    whole = sum(part.value for part in parts)
    shown = [part for part in parts if part.value]
    gap = 3.0
    x, pieces = 0.0, []
    for part in shown:
        length = part.value / whole * (width - gap * (len(shown) - 1))
        pieces.append(rect(x, 0, length, 18, part.color))
        x += length + gap
    if not shown:
        pieces.append(rect(0, 0, width, 18, GRID))
    spoken = listing((part.label, number(part.value)) for part in parts)
    return drawing(title, spoken, pieces, width, 18, css="chart cover")


def series_table(head: str, labels: Sequence[Any], series: Sequence[Series], *, unit: str = "") -> Table:
    """A line or bar chart as a table: a row for every label."""
    rows = [[str(label), *(number(line.values[place], unit) for line in series)] for place, label in enumerate(labels)]
    return Table([head, *(line.label for line in series)], rows)


def bars_table(head: str, bars: Sequence[Bar], *, value_label: str, marked_label: str = "", unit: str = "") -> Table:
    """Horizontal bars as a table."""
    if not marked_label:
        return Table([head, value_label], [[bar.label, number(bar.value, unit)] for bar in bars])
    rows = [[bar.label, number(bar.value, unit), number(bar.marked, unit)] for bar in bars]
    return Table([head, value_label, marked_label], rows)


def coverage_table(head: str, parts: Sequence[Part], *, value_label: str) -> Table:
    """The coverage bar as a table with shares."""
    whole = sum(part.value for part in parts)
    rows = [[part.label, number(part.value), number(part.value / whole * 100 if whole else 0, "%")] for part in parts]
    return Table([head, value_label, _("Share")], rows)


# What they are made of


@dataclass(frozen=True)
class Scale:
    """The upright axis: from nought to a round number, in three to five steps."""

    step: float
    steps: int

    @classmethod
    def of(cls, values: Iterable[float], *, top: float | None = None) -> "Scale":
        highest = top or max(values, default=0) or 1
        rough = highest / 4
        magnitude = 10 ** math.floor(math.log10(rough))
        step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough * 0.999)
        if step < 1 and highest >= 1:
            step = 1
        return cls(step, max(math.ceil(highest / step - 1e-9), 1))

    def y(self, value: float) -> float:
        return FLOOR - value / (self.step * self.steps) * (FLOOR - TOP)


def number(value: float | None, unit: str = "") -> str:
    """A number as the reader writes it, with at most one digit behind the point; “92.9 %”, in Chinese “92.9%”."""
    if value is None:
        return "–"
    rounded = round(float(value), 1)
    text_ = formats.number_format(int(rounded) if rounded == int(rounded) else rounded)
    if unit == "%":
        return f"{text_}\u00a0%" if (get_language() or "en").startswith("en") else f"{text_}%"
    return f"{text_}\u00a0{unit}" if unit else text_


def drawing(
    title: str, spoken: str, pieces: Sequence[SafeString | str], width: int, height: float, *, css: str = "chart"
) -> SafeString:
    stretch = format_html(' preserveAspectRatio="{}"', "none") if css != "chart" else ""
    return format_html(
        '<svg class="{}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"{} role="img" aria-label="{}">{}</svg>',
        css,
        width,
        units(height),
        stretch,
        _("%(title)s: %(numbers)s") % {"title": title, "numbers": spoken or _("no data")},
        together(pieces),
    )


def together(pieces: Iterable[SafeString | str]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: float = SIZE, weight: int = 400, color: str = AXIS
) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" font-family="{}" font-size="{}" font-weight="{}" fill="{}" text-anchor="{}">{}</text>',
        units(x),
        units(y),
        FONT,
        size,
        weight,
        color,
        anchor,
        words,
    )


def rect(x: float, y: float, width: float, height: float, color: str) -> SafeString:
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>',
        units(x),
        units(y),
        units(width),
        units(height),
        color,
    )


def polyline(points: Sequence[tuple[float, float]]) -> SafeString:
    return format_html(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="2.5" stroke-linejoin="round"/>',
        " ".join(f"{units(x)},{units(y)}" for x, y in points),
        MAIN,
    )


def unbroken(
    values: Sequence[float | None], start: float, step: float, scale: Scale
) -> list[list[tuple[float, float]]]:
    """The runs of neighbouring known values, as points."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((start + place * step, scale.y(value)))
    return [run for run in runs if len(run) > 1]


def grid(scale: Scale, right: float) -> SafeString:
    """The lines of the axis with their numbers."""
    ticks = [scale.step * place for place in range(scale.steps + 1)]
    return format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="1"/>{}',
        (
            (
                LEFT,
                units(scale.y(tick)),
                units(right),
                units(scale.y(tick)),
                GRID,
                text(LEFT - 6, scale.y(tick) + 4, number(tick), anchor="end"),
            )
            for tick in ticks
        ),
    )


def axis_labels(labels: Sequence[Any], start: float, step: float, width: float) -> SafeString:
    """The labels below; where they would touch, only every second or third is written, and always the last.

    One that would reach over the edge of the drawing ends there.
    """
    widest = max([text_width(str(label), SIZE) for label in labels], default=0)
    every = max(1, math.ceil((widest + 8) / step)) if step else 1
    shown = [(start + place * step, str(label)) for place, label in enumerate(labels)]
    return together(
        text(width, FLOOR + 22, label, anchor="end")
        if x + text_width(label, SIZE) / 2 > width
        else text(x, FLOOR + 22, label, anchor="middle")
        for place, (x, label) in enumerate(shown)
        if (len(labels) - 1 - place) % every == 0
    )


def stack(x: float, thick: float, parts: Sequence[tuple[float, str]], scale: Scale, step: float) -> SafeString:
    """The parts of one upright bar from the floor up, white gaps between them, numbers inside or beside."""
    pieces: list[SafeString | str] = []
    reached = 0.0
    beside: float = FLOOR + 20
    for place, (value, color) in enumerate(parts):
        if not value:
            continue
        bottom, upper = scale.y(reached) - (1.5 if reached else 0), scale.y(reached + value)
        pieces.append(rect(x, upper, thick, max(bottom - upper, 0.5), color))
        reached += value
        middle = (bottom + upper) / 2 + 4
        fits_inside = bottom - upper >= 16 and text_width(number(value), SIZE) <= thick - 6
        if len(parts) == 1 or step - thick < 22:
            continue
        if fits_inside and color == MAIN:
            pieces.append(text(x + thick / 2, middle, number(value), anchor="middle", weight=600, color=GAP))
        elif place or not fits_inside:
            beside = min(middle, beside - 13)
            pieces.append(text(x + thick + 6, beside, number(value)))
        else:
            pieces.append(text(x + thick / 2, middle, number(value), anchor="middle", weight=600, color=TEXT))
    return together(pieces)


def legend(entries: Sequence[tuple[str, str]], left: float, top: float, right: float) -> tuple[SafeString, float]:
    """Squares with their words, broken into lines; also says where it ends."""
    x, y = left, top
    pieces = []
    for words, color in entries:
        needed = 16 + text_width(words, SIZE)
        if x > left and x + needed > right:
            x, y = left, y + 20
        pieces += [rect(x, y, 10, 10, color), text(x + 16, y + 9, words)]
        x += needed + 20
    return together(pieces), y + 16


def tail(bar: Bar, unit: str) -> str:
    """What follows a horizontal bar."""
    return f"{number(bar.value, unit)} · {bar.note}" if bar.note else number(bar.value, unit)


def text_width(words: str, size: float) -> float:
    """About how wide the words are: a Chinese character is square, a digit or Latin letter a little over half."""
    return sum(letter_width(letter) for letter in words) * size


def letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return 1.0
    return 0.64 if letter.isdigit() else 0.56


def fitting(words: str, room: float, size: float) -> str:
    """The words, cut with an ellipsis where there is no room; the whole stands in the label of the drawing."""
    if text_width(words, size) <= room:
        return words
    while words and text_width(words, size) > room - size:
        words = words[:-1]
    return f"{words.rstrip()}…"


def listing(pairs: Iterable[tuple[Any, str]]) -> str:
    """“2025 95, 2026 92.9 %” for those who listen to a chart."""
    return ", ".join(f"{label} {words}" for label, words in pairs)


def units(value: float) -> str:
    """A coordinate with one decimal at most and always a point, whatever the language."""
    return f"{round(value, 1):g}" if abs(value) < 100000 else str(round(value))
