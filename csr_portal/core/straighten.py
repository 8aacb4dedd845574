"""Photos and scans of paper made readable: the page cut out, its perspective undone, text level, shadows removed.

Pure functions of pictures (Pillow only); what was received is never touched. Where no edges of a page are found the
picture stays whole and only gets level and clear.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath, ImageOps, ImageStat

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]  # top left, top right, bottom right, bottom left

PAGE_SIZE = (1654, 2339)  # A4 at 200 dpi
LOOK_SIZE = 220  # longest side of the small copy on which edges are looked for
SMALLEST_SHARE = 0.2  # of the picture that a page must fill
FIT = 0.93  # how much of what is bright and of the four-sided figure must be the same
SHARP = 28  # per 255 of brightness, from dot to dot
A4 = math.sqrt(2)
A4_TOLERANCE = 0.28
STEEPEST = 6.0  # degrees of skewed text that are undone
PAPER_WHITE = 245
PRINT = 13  # sixteenths of the picture's dots: nothing printed or chopped is as broad in all directions
SAME_PAGE = 0.5  # so much of a page's print must be where the page has it


@dataclass(frozen=True)
class Straightened:
    picture: Image.Image
    has_edges: bool  # whether the sheet was found in the picture
    shows: int | None  # which of the pages it was compared with it seems to show, from 0


def straighten(picture: Image.Image, like: Sequence[Image.Image] = ()) -> Straightened:
    """The page in the picture, upright and clear. `like`: the pages it may show, which say where its top is."""
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    quad = page_edges(upright)
    page = clear(undo_perspective(upright, quad) if quad else _fitted(upright))
    turn, shows = turn_of(page, like)
    return Straightened(level(page.rotate(turn, expand=True)), quad is not None, shows)


def page_edges(picture: Image.Image) -> Quad | None:
    """The corners of the sheet of paper in the middle of the picture; nothing where none is seen."""
    scale = min(1.0, LOOK_SIZE / max(picture.size))
    size = (round(picture.width * scale), round(picture.height * scale))
    red, green, blue = picture.resize(size, Image.Resampling.BOX).split()
    paper = ImageChops.darker(ImageChops.darker(red, green), blue)  # wood and skin are darker than paper in one colour
    paper = paper.filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.MinFilter(7))  # print does not tear it apart
    steps = _steps(paper)
    sheets = [quad for mask in (*_brighter(paper), *_between(steps)) if (quad := _sheet(mask))]
    if not sheets:
        return None
    quad = max(sheets, key=lambda it: (_is_a4(*_sides(it)), round(_sharpness(it, steps), 1), _area(it)))
    return tuple(((x + 0.5) / scale, (y + 0.5) / scale) for x, y in quad)  # type: ignore[return-value]


def _brighter(paper: Image.Image) -> Iterator[Image.Image]:
    """What is brighter than a limit, for several limits."""
    white = _percentile(paper, 0.97)
    for share in (0.42, 0.55, 0.66, 0.76, 0.86):
        yield paper.point(lambda value, limit=white * share: 255 if value >= limit else 0)


def _steps(paper: Image.Image) -> Image.Image:
    """How much brightness changes from dot to dot, against how bright it is there."""
    bright, dark = paper.filter(ImageFilter.MaxFilter(3)), paper.filter(ImageFilter.MinFilter(3))
    return ImageMath.lambda_eval(
        lambda a: a["convert"]((a["bright"] - a["dark"]) * 255 / a["max"](a["bright"], 16), "L"),
        bright=bright,
        dark=dark,
    )


def _between(steps: Image.Image) -> Iterator[Image.Image]:
    """What sharp edges enclose: a sheet on a bright table, or half in a shadow, whose own edge is soft."""
    for limit in (20, 32, 48):
        yield steps.point(lambda value, limit=limit: 255 if value <= limit else 0)


def _sharpness(quad: Quad, steps: Image.Image) -> float:
    """How much of the outline lies on sharp edges: all of a sheet's, not that of its better lit part."""
    outline = Image.new("L", steps.size)
    ImageDraw.Draw(outline).polygon(list(quad), outline=255)
    sharp = steps.filter(ImageFilter.MaxFilter(5)).point(lambda value: 255 if value >= SHARP else 0)
    return _share(ImageChops.darker(outline, sharp)) / _share(outline)


def _percentile(picture: Image.Image, share: float) -> int:
    counts = picture.histogram()
    wanted, seen = sum(counts) * share, 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return value
    return 255


def _sheet(mask: Image.Image) -> Quad | None:
    """The corners of the thing around the middle of the mask, if it has four straight sides."""
    thing = _around_the_middle(mask)
    if thing is None or _share(thing) < SMALLEST_SHARE:
        return None
    rows = _rows(thing)
    corners = _corners(rows)
    quad = _refined(rows, _columns(thing), corners) or corners
    figure = Image.new("L", mask.size)
    ImageDraw.Draw(figure).polygon(list(quad), fill=255)
    both, either = _share(ImageChops.darker(thing, figure)), _share(ImageChops.lighter(thing, figure))
    is_sheet = both / either >= FIT and not _is_whole(quad, mask.size)
    return quad if is_sheet else None


def _around_the_middle(mask: Image.Image) -> Image.Image | None:
    """Only the thing that lies in the middle of the picture, as wide in each row as its first and last dot."""
    middle = [(mask.width * x // 8, mask.height * y // 8) for y in (4, 3, 5) for x in (4, 3, 5)]
    seed = next((place for place in middle if mask.getpixel(place) == 255), None)
    if seed is None:
        return None
    ImageDraw.floodfill(mask, seed, 128)
    dots = mask.point(lambda value: 255 if value == 128 else 0)
    filled = Image.new("L", mask.size)
    draw = ImageDraw.Draw(filled)
    for y, first, last in _rows(dots):
        draw.line((first, y, last, y), fill=255)
    return filled


def _share(mask: Image.Image) -> float:
    return ImageStat.Stat(mask).mean[0] / 255


def _rows(mask: Image.Image) -> list[tuple[int, int, int]]:
    """Per row with something in it: (row, first column, last column)."""
    data, width = mask.tobytes(), mask.width
    lines = (data[start : start + width] for start in range(0, len(data), width))
    return [(y, line.find(b"\xff"), line.rfind(b"\xff")) for y, line in enumerate(lines) if b"\xff" in line]


def _columns(mask: Image.Image) -> list[tuple[int, int, int]]:
    return _rows(mask.transpose(Image.Transpose.TRANSPOSE))


def _corners(rows: Iterable[tuple[int, int, int]]) -> Quad:
    ends = [(float(x), float(y)) for y, first, last in rows for x in (first, last)]
    return (
        min(ends, key=lambda p: p[0] + p[1]),
        max(ends, key=lambda p: p[0] - p[1]),
        max(ends, key=lambda p: p[0] + p[1]),
        min(ends, key=lambda p: p[0] - p[1]),
    )


def _refined(
    rows: Sequence[tuple[int, int, int]], columns: Sequence[tuple[int, int, int]], corners: Quad
) -> Quad | None:
    """The corners as crossings of the four straight edges: bent and folded corners do not count."""
    (top_left, top_right, bottom_right, bottom_left) = corners
    top = _line([(x, first) for x, first, _last in columns if _inside(x, top_left[0], top_right[0])])
    bottom = _line([(x, last) for x, _first, last in columns if _inside(x, bottom_left[0], bottom_right[0])])
    left = _line([(y, first) for y, first, _last in rows if _inside(y, top_left[1], bottom_left[1])])
    right = _line([(y, last) for y, _first, last in rows if _inside(y, top_right[1], bottom_right[1])])
    if top is None or bottom is None or left is None or right is None:
        return None
    return _cross(top, left), _cross(top, right), _cross(bottom, right), _cross(bottom, left)


def _inside(place: float, begin: float, end: float) -> bool:
    margin = (end - begin) * 0.1
    return begin + margin <= place <= end - margin


def _line(points: list[tuple[int, int]]) -> tuple[float, float] | None:
    """`b = offset + slope * a` through most of the points; those far from it are left out, twice."""
    for keep in (0.8, 0.8, 1.0):
        if len(points) < 8:
            return None
        mean_a, mean_b = (sum(values) / len(points) for values in zip(*points, strict=True))
        spread = sum((a - mean_a) ** 2 for a, _b in points)
        slope = sum((a - mean_a) * (b - mean_b) for a, b in points) / spread if spread else 0.0
        offset = mean_b - slope * mean_a
        ranked = sorted(points, key=lambda p: abs(p[1] - offset - slope * p[0]))
        points = ranked[: round(len(ranked) * keep)]
    return offset, slope


def _cross(level_line: tuple[float, float], steep_line: tuple[float, float]) -> Point:
    """Where `y = o + s·x` meets `x = o + s·y`."""
    (y_offset, y_slope), (x_offset, x_slope) = level_line, steep_line
    x = (x_offset + x_slope * y_offset) / (1 - x_slope * y_slope)
    return x, y_offset + y_slope * x


def _is_whole(quad: Quad, size: tuple[int, int]) -> bool:
    """All four corners are the picture's own: no sheet was found, everything is bright."""
    width, height = size
    near = [min(x, width - 1 - x) < width * 0.015 and min(y, height - 1 - y) < height * 0.015 for x, y in quad]
    return all(near)


def undo_perspective(picture: Image.Image, quad: Quad) -> Image.Image:
    """The four-sided figure as a rectangle; as A4 if it is nearly that."""
    size = _paper_size(*_sides(quad))
    ends = [(0.0, 0.0), (float(size[0]), 0.0), (float(size[0]), float(size[1])), (0.0, float(size[1]))]
    return picture.transform(
        size, Image.Transform.PERSPECTIVE, _coefficients(ends, quad), Image.Resampling.BICUBIC, fillcolor="white"
    )


def _sides(quad: Quad) -> tuple[float, float]:
    """Width and height, the longer of each two opposite sides."""
    top_left, top_right, bottom_right, bottom_left = quad
    width = max(math.dist(top_left, top_right), math.dist(bottom_left, bottom_right))
    return width, max(math.dist(top_left, bottom_left), math.dist(top_right, bottom_right))


def _area(quad: Quad) -> float:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return abs((cx - ax) * (dy - by) - (dx - bx) * (cy - ay)) / 2


def _is_a4(width: float, height: float) -> bool:
    """As far as one can say of a sheet seen from aslant."""
    return abs(max(width, height) / min(width, height) / A4 - 1) <= A4_TOLERANCE


def _paper_size(width: float, height: float) -> tuple[int, int]:
    """A4 upright or across if the proportion is near; otherwise the same proportion at that length."""
    long, short = max(width, height), min(width, height)
    sides = PAGE_SIZE if _is_a4(width, height) else (max(1, round(PAGE_SIZE[1] * short / long)), PAGE_SIZE[1])
    return sides if width <= height else (sides[1], sides[0])


def _coefficients(ends: Sequence[Point], starts: Sequence[Point]) -> list[float]:
    """The eight numbers that Pillow takes for `ends` → `starts`, by elimination."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(ends, starts, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for place in range(8):
        pivot = max(range(place, 8), key=lambda line: abs(rows[line][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for line in range(8):
            if line != place and rows[line][place]:
                factor = rows[line][place]
                rows[line] = [a - factor * b for a, b in zip(rows[line], rows[place], strict=True)]
    return [row[8] for row in rows]


def _fitted(picture: Image.Image) -> Image.Image:
    fitted = picture.copy()
    fitted.thumbnail((PAGE_SIZE[1], PAGE_SIZE[1]))
    return fitted


def turn_of(page: Image.Image, like: Sequence[Image.Image]) -> tuple[int, int | None]:
    """By how many degrees the page must be turned to stand like one of the others, and which of them it seems to be."""
    if not like:
        return 0, None
    is_across = (page.width > page.height) != (like[0].width > like[0].height)
    turned = [(turn, _pattern(page.rotate(turn, expand=True))) for turn in ((90, 270) if is_across else (0, 180))]
    found = [
        (_mean(ImageChops.difference(own, other)), turn, number, _mean(ImageChops.darker(own, other)) / _mean(other))
        for number, other in enumerate(map(_pattern, like))
        for turn, own in turned
    ]
    _distance, turn, number, covered = min(found)
    return turn, number if covered >= SAME_PAGE else None


def _mean(picture: Image.Image) -> float:
    return ImageStat.Stat(picture).mean[0] or 1.0


def _pattern(page: Image.Image) -> Image.Image:
    """Where a page is printed and where it is not, in a few dots."""
    gray = ImageOps.invert(page.resize((400, 566), Image.Resampling.BOX).convert("L"))
    ink = gray.crop((16, 16, 384, 550)).point(lambda value: 255 if value >= 60 else 0)
    dots = ink.resize((46, 66), Image.Resampling.BOX).filter(ImageFilter.BoxBlur(1))
    return ImageOps.autocontrast(dots, cutoff=(0, 5))


def clear(page: Image.Image) -> Image.Image:
    """Even paper: each place divided by the brightness of the paper around it, so that shadows and colour go."""
    small = page.resize((max(1, page.width // 16), max(1, page.height // 16)), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(PRINT)).filter(ImageFilter.MinFilter(PRINT))
    paper = paper.filter(ImageFilter.GaussianBlur(2)).resize(page.size, Image.Resampling.BICUBIC)
    bands = [_divided(band, light) for band, light in zip(page.split(), paper.split(), strict=True)]
    return Image.merge("RGB", bands)


def _divided(band: Image.Image, light: Image.Image) -> Image.Image:
    whole = ImageMath.lambda_eval(
        lambda a: a["convert"](a["min"](a["band"] * PAPER_WHITE / a["max"](a["light"], 1), 255), "L"),
        band=band,
        light=light,
    )
    return whole.point(_toned)


def _toned(value: int) -> int:
    """Paper becomes white, print a little darker; a straight line between."""
    dark, white = 30, 232
    return max(0, min(255, round((value - dark) * 255 / (white - dark))))


def level(page: Image.Image) -> Image.Image:
    """Turned by the small angle at which its lines of text are level."""
    angle = skew(page)
    return page.rotate(angle, Image.Resampling.BICUBIC, fillcolor="white") if abs(angle) >= 0.1 else page


def skew(page: Image.Image) -> float:
    """By how many degrees the page must be turned (counter-clockwise) for its lines of text to be level."""
    gray = ImageOps.invert(page.convert("L"))
    gray.thumbnail((450, 640))
    steps = range(-int(STEEPEST * 2), int(STEEPEST * 2) + 1)
    coarse = max((step / 2 for step in steps), key=lambda angle: _stripes(gray, angle))
    return max((coarse + step / 10 for step in range(-4, 5)), key=lambda angle: _stripes(gray, angle))


def _stripes(gray: Image.Image, angle: float) -> float:
    """How much rows with text differ from rows without."""
    turned = gray.rotate(angle, Image.Resampling.BILINEAR)
    middle = turned.crop((turned.width // 10, turned.height // 20, turned.width * 9 // 10, turned.height * 19 // 20))
    column = middle.resize((1, middle.height), Image.Resampling.BOX)
    return ImageStat.Stat(column).var[0]
