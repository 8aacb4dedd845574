"""Charts as SVG made on the server: the same string for page and PDF, presentation attributes only.

Every chart carries its numbers in `aria-label`, and the `…_table` functions give them for “As a table”. Drawn for 560
units; for a phone draw it again with `width=NARROW` instead of shrinking it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from csr_portal.core import drawing, palette
from csr_portal.core.drawing import listing, number

WIDE, NARROW = 560, 328
NAME_SIZE = 12.5


@dataclass(frozen=True)
class Series:
    """One line of a legend: its values stand in the order of the labels; nothing is known where it says None."""

    label: str
    values: Sequence[float | None]
    color: str = palette.MAIN


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
    color: str = palette.DONE


class Point(NamedTuple):
    """A known value of a line, where it is drawn."""

    x: float
    y: float
    value: float


@dataclass(frozen=True)
class Table:
    """What “As a table” shows: texts only."""

    head: list[str]
    rows: list[list[str]]


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
    scale = drawing.Scale.of([value for value in values if value is not None], top=top)
    right, left = width - 20, drawing.LEFT + 8
    step = (right - 16 - left) / max(len(values) - 1, 1)
    points = [
        Point(left + place * step, scale.y(value), value) for place, value in enumerate(values) if value is not None
    ]
    pieces = [drawing.grid(scale, right), drawing.axis_labels(labels, left, step, width)]
    pieces += [drawing.polyline(run) for run in unbroken(values, left, step, scale)]
    pieces += [drawing.dot(point.x, point.y) for point in points]
    pieces += numbers_at(points, unit)
    spoken = listing((label, number(value, unit)) for label, value in zip(labels, values, strict=True))
    return drawing.picture(title, spoken, pieces, width, drawing.HEIGHT)


def numbers_at(points: Sequence[Point], unit: str) -> list[SafeString]:
    """The numbers of the first, best and last point; the last one's stands below unless the line falls steeply."""
    if not points:
        return []
    last = len(points) - 1
    best = max(range(len(points)), key=lambda place: (points[place].value, place))
    pieces = []
    for place in sorted({0, best, last}):
        x, y, value = points[place]
        is_below = place == last and 0 < last != best and y < min(points[place - 1].y + 22, drawing.FLOOR - 30)
        height = y + 22 if is_below else y - 10
        pieces.append(drawing.strong(x, height, number(value, unit if place == last else ""), anchor="middle"))
    return pieces


def bar_chart(
    title: str, labels: Sequence[Any], series: Sequence[Series], *, unit: str = "", width: int = WIDE
) -> SafeString:
    """Upright bars; several series are stacked, the first at the bottom, each part with its number where it fits."""
    totals = [sum(value or 0 for value in column) for column in zip(*(line.values for line in series), strict=True)]
    scale = drawing.Scale.of(totals)
    right = width - 20
    step = (right - drawing.LEFT) / max(len(labels), 1)
    thick = min(46.0, step * 0.6)
    pieces = [drawing.grid(scale, right)]
    for place, total in enumerate(totals):
        x = drawing.LEFT + place * step + (step - thick) / 2
        pieces.append(stack(x, thick, [(line.values[place] or 0, line.color) for line in series], scale, step))
        if len(series) == 1 or step - thick < 22:
            pieces.append(drawing.strong(x + thick / 2, scale.y(total) - 6, number(total, unit), anchor="middle"))
    pieces.append(drawing.axis_labels(labels, drawing.LEFT + step / 2, step, width))
    if len(series) > 1:
        pieces.append(drawing.legend([(line.label, line.color) for line in series], drawing.LEFT, 4, right)[0])
    spoken = listing((label, column_words(series, place, unit)) for place, label in enumerate(labels))
    return drawing.picture(title, spoken, pieces, width, drawing.HEIGHT)


def column_words(series: Sequence[Series], place: int, unit: str) -> str:
    """One column for those who listen: its number, or what each part of it is."""
    if len(series) == 1:
        return number(series[0].values[place], unit)
    return listing((line.label, number(line.values[place], unit)) for line in series)


def horizontal_bars(
    title: str, bars: Sequence[Bar], *, marked_label: str = "", unit: str = "", width: int = WIDE
) -> SafeString:
    """Ranked bars with long names; on a phone the name stands above its bar."""
    rows = Rows.of(bars, unit, width)
    pieces = [piece for place, bar in enumerate(bars) for piece in rows.drawn(place, bar)]
    spoken = listing(
        (bar.label, number(bar.value, unit) + (f" ({number(bar.marked)} {marked_label})" if bar.marked else ""))
        for bar in bars
    )
    return drawing.picture(title, spoken, pieces, width, 8 + len(bars) * rows.pitch + 2)


@dataclass(frozen=True)
class Rows:
    """The room of horizontal bars: how wide their names are, and how long a unit."""

    width: int
    names: float
    per_unit: float
    unit: str

    @classmethod
    def of(cls, bars: Sequence[Bar], unit: str, width: int) -> "Rows":
        widest = max([drawing.text_width(bar.label, NAME_SIZE) for bar in bars], default=0)
        names = 0 if width < 400 else min(widest + 11, width * 0.42)
        notes = max([drawing.text_width(tail(bar, unit), drawing.SIZE) for bar in bars], default=0) + 14
        longest = max([bar.value for bar in bars], default=0) or 1
        return cls(width, names, max(width - names - notes, 40) / longest, unit)

    @property
    def pitch(self) -> int:
        return 25 if self.names else 42

    def drawn(self, place: int, bar: Bar) -> list[SafeString]:
        """A row: the name before or above its bar, the bar, its number and note."""
        y = 8 + place * self.pitch + (0 if self.names else 18)
        thick = 17 if self.names else 15
        end = self.names + bar.value * self.per_unit + 8
        words = number(bar.value, self.unit)
        pieces = [
            self._name(y, bar.label),
            drawing.rect(self.names, y, bar.value * self.per_unit, thick, palette.SECOND),
        ]
        if bar.marked:
            pieces.append(drawing.rect(self.names, y, bar.marked * self.per_unit, thick, palette.OPEN))
        pieces.append(drawing.strong(end, y + 13, words))
        if bar.note:
            pieces.append(drawing.text(end + drawing.text_width(words, drawing.SIZE) + 4, y + 13, f"· {bar.note}"))
        return pieces

    def _name(self, y: float, label: str) -> SafeString:
        if not self.names:
            words = drawing.fitting(label, self.width, NAME_SIZE)
            return drawing.text(0, y - 5, words, size=NAME_SIZE, color=palette.TEXT)
        end = self.names - 10
        words = drawing.fitting(label, end, NAME_SIZE)
        return drawing.text(end, y + 13, words, size=NAME_SIZE, color=palette.TEXT, anchor="end")


def stacked_coverage(title: str, parts: Sequence[Part], *, width: int = WIDE) -> SafeString:
    """How much of a whole is done: one bar, and below it every part with its number and share."""
    words = [(f"{part.label} {number(part.value)} · {share(part, parts)}", part.color) for part in parts]
    key, bottom = drawing.legend(words, 0, 30, width)
    return drawing.picture(title, spoken_parts(parts), [*side_by_side(parts, width, 1.5), key], width, bottom)


def coverage_bar(title: str, parts: Sequence[Part], *, width: int = WIDE) -> SafeString:
    """The bar alone, as high as its stylesheet says, where the page writes the legend itself."""
    return drawing.picture(title, spoken_parts(parts), side_by_side(parts, width, 3.0), width, 18, css="chart cover")


def side_by_side(parts: Sequence[Part], width: int, gap: float) -> list[SafeString]:
    """The parts of a whole as one lying bar; where there is nothing, an empty one."""
    shown = [part for part in parts if part.value]
    if not shown:
        return [drawing.rect(0, 0, width, 18, palette.GRID)]
    whole, room = sum(part.value for part in shown), width - gap * (len(shown) - 1)
    x, pieces = 0.0, []
    for part in shown:
        length = part.value / whole * room
        pieces.append(drawing.rect(x, 0, length, 18, part.color))
        x += length + gap
    return pieces


def spoken_parts(parts: Sequence[Part]) -> str:
    return listing((part.label, number(part.value)) for part in parts)


def share(part: Part, parts: Sequence[Part]) -> str:
    whole = sum(each.value for each in parts)
    return number(part.value / whole * 100 if whole else 0, "%")


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
    rows = [[part.label, number(part.value), share(part, parts)] for part in parts]
    return Table([head, value_label, _("Share")], rows)


def unbroken(
    values: Sequence[float | None], start: float, step: float, scale: drawing.Scale
) -> list[list[tuple[float, float]]]:
    """The runs of neighbouring known values, as points."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((start + place * step, scale.y(value)))
    return [run for run in runs if len(run) > 1]


def stack(x: float, thick: float, parts: Sequence[tuple[float, str]], scale: drawing.Scale, step: float) -> SafeString:
    """The parts of one upright bar from the floor up, white gaps between them, numbers inside or beside."""
    pieces: list[SafeString | str] = []
    reached = 0.0
    beside: float = drawing.FLOOR + 20
    for place, (value, color) in enumerate(parts):
        if not value:
            continue
        bottom, upper = scale.y(reached) - (1.5 if reached else 0), scale.y(reached + value)
        pieces.append(drawing.rect(x, upper, thick, max(bottom - upper, 0.5), color))
        reached += value
        middle = (bottom + upper) / 2 + 4
        fits_inside = bottom - upper >= 16 and drawing.text_width(number(value), drawing.SIZE) <= thick - 6
        if len(parts) == 1 or step - thick < 22:
            continue
        if fits_inside and color == palette.MAIN:
            pieces.append(drawing.strong(x + thick / 2, middle, number(value), anchor="middle", color=palette.GAP))
        elif place or not fits_inside:
            beside = min(middle, beside - 13)
            pieces.append(drawing.text(x + thick + 6, beside, number(value)))
        else:
            pieces.append(drawing.strong(x + thick / 2, middle, number(value), anchor="middle"))
    return drawing.together(pieces)


def tail(bar: Bar, unit: str) -> str:
    """What follows a horizontal bar."""
    return f"{number(bar.value, unit)} · {bar.note}" if bar.note else number(bar.value, unit)
