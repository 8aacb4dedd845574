"""What charts are drawn with: an axis with its numbers, texts whose width is known, shapes as SVG."""

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

from csr_portal.core import palette

# In a PDF the first families are embedded and always there; a page knows none of them and takes Inter.
FONT = "Portal CJK, Portal Latin, Portal CJK full, Inter, Noto Sans CJK SC, sans-serif"
SIZE = 12  # of text, in units of the drawing
TOP, FLOOR, HEIGHT = 30, 180, 210  # of the plot of a chart with an axis
LEFT = 36


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


def picture(
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
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    size: float = SIZE,
    weight: int = 400,
    color: str = palette.AXIS,
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


def strong(x: float, y: float, words: str, *, anchor: str = "start", color: str = palette.TEXT) -> SafeString:
    """A number that the chart is about."""
    return text(x, y, words, anchor=anchor, weight=600, color=color)


def dot(x: float, y: float) -> SafeString:
    """A known point of a line."""
    return format_html(
        '<circle cx="{}" cy="{}" r="4" fill="{}" stroke="{}" stroke-width="2"/>',
        units(x),
        units(y),
        palette.MAIN,
        palette.GAP,
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
        palette.MAIN,
    )


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
                palette.GRID,
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
