"""`manage.py build_assets`: makes the compact fonts of the PDFs and the web font from the installed font packages.

Nothing is downloaded. A second run with the same packages does nothing (docs/decisions/0003-pdf-and-seal.md).
"""

import hashlib
import json
import logging
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from csr_portal.core.glyph_order import frequent_characters, put_first, with_plain_numbers

RECIPE = 3  # raise it when anything below changes what is made
PACKAGES = [
    "fonttools",
    "fontpkg-inter",
    "noto-cjk-sans-jp-regular",
    "noto-cjk-sans-jp-bold",
]

LATIN = [(0x20, 0x7F), (0xA0, 0x250), (0x2B9, 0x2DE), (0x300, 0x370), (0x1E00, 0x1F00)]
GREEK_AND_CYRILLIC = [(0x370, 0x530)]
SIGNS = [(0x2000, 0x2070), (0x2070, 0x20C1), (0x2100, 0x2300), (0x2460, 0x2700)]
EAST_ASIAN_SIGNS = [(0x3000, 0x3100), (0x3200, 0x3400), (0xFF00, 0xFFF0)]
EAST_ASIAN_LANGUAGES = [
    f"{script}.{language}"
    for script in ("DFLT", "hani", "kana", "latn", "grek", "cyrl")
    for language in ("dflt", "JAN ", "ZHS ", "ZHT ")
]


class Command(BaseCommand):
    """Builds what is missing or out of date in `settings.ASSETS_DIR`."""

    help = "Make the fonts of PDFs and pages from the installed font packages."
    requires_system_checks = ()  # it runs before the folders exist that the checks look for

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="build again even if nothing changed")

    def handle(self, *args: Any, force: bool = False, **options: Any) -> None:
        logging.getLogger("fontTools").setLevel(logging.WARNING)
        folder = settings.ASSETS_DIR / "fonts"
        folder.mkdir(parents=True, exist_ok=True)
        stamp, wanted = folder / "stamp.json", current_stamp()
        if not force and stamp.exists() and json.loads(stamp.read_text("utf-8")) == wanted:
            self.stdout.write("Fonts are up to date.")
            return
        stamp.unlink(missing_ok=True)
        for name, build in recipes().items():
            started = time.monotonic()
            self.stdout.write(f"{name} … ", ending="")
            self.stdout.flush()
            size = write_whole(folder / name, build)
            self.stdout.write(f"{size / 1e6:.1f} MB in {time.monotonic() - started:.0f} s")
        stamp.write_text(json.dumps(wanted), "utf-8")


def recipes() -> dict[str, Callable[[], TTFont]]:
    """File name → how the font is made."""
    return {
        "portal-cjk-regular.otf": lambda: compact_cjk("regular", "Regular"),
        "portal-cjk-bold.otf": lambda: compact_cjk("bold", "Bold"),
        "portal-latin-regular.ttf": lambda: further_latin("Regular", 400),
        "portal-latin-bold.ttf": lambda: further_latin("Bold", 700),
        "inter.woff2": web_inter,
    }


def current_stamp() -> dict[str, Any]:
    """What the built files depend on."""
    wanted = hashlib.sha256("".join(map(chr, sorted(compact_characters()))).encode()).hexdigest()
    return {
        "recipe": RECIPE,
        "characters": wanted,
        "order": hashlib.sha256(frequent_characters().encode()).hexdigest(),
        **{name: version(name) for name in PACKAGES},
    }


def write_whole(path: Path, build: Callable[[], TTFont]) -> int:
    """Write under another name first, so that nobody reads half a font; return the size."""
    draft = path.with_name(f".{path.name}")
    with build() as font:
        font.save(draft, reorderTables=False)
    draft.replace(path)
    return path.stat().st_size


def full_cjk_path(weight: str) -> Path:
    """The font of the package: `weight` is `regular` or `bold`."""
    return Path(str(files(f"noto_cjk_sans_jp_{weight}"))) / f"NotoSansCJKjp-{weight.title()}.otf"


def inter_path() -> Path:
    return Path(str(files("fontpkg_inter"))) / "files" / "Inter[opsz,wght].ttf"


def compact_characters() -> set[int]:
    """GB2312, JIS levels 1 and 2, kana, Latin with Vietnamese, Greek, Cyrillic and signs: about 13,000 characters."""
    east_asian = [
        *encoded("gb2312", range(0xA1, 0xF8)),
        *encoded("shift_jis", range(0x81, 0xF0)),
    ]
    return {ord(character) for character in east_asian} | ranges(LATIN, GREEK_AND_CYRILLIC, SIGNS, EAST_ASIAN_SIGNS)


def in_order_of_use() -> list[int]:
    """Latin and signs, then what our own texts use, then the everyday characters of China and Japan."""
    everyday = [*encoded("gb2312", range(0xB0, 0xD8)), *encoded("shift_jis", range(0x81, 0x99))]
    first = [*sorted(ranges(LATIN[:2], [(0x2010, 0x2040), (0x3000, 0x3100), (0xFF00, 0xFF60)]))]
    return [*first, *map(ord, frequent_characters()), *sorted(ranges(LATIN)), *map(ord, everyday)]


def encoded(encoding: str, leads: range) -> Iterator[str]:
    """Every two-byte character of an encoding."""
    for lead in leads:
        for trail in range(0x40, 0x100):
            character = bytes([lead, trail]).decode(encoding, "ignore")
            if len(character) == 1:
                yield character


def ranges(*blocks: list[tuple[int, int]]) -> set[int]:
    return {code for block in blocks for first, end in block for code in range(first, end)}


def compact_cjk(weight: str, style: str) -> TTFont:
    """Noto Sans CJK with the characters suppliers use; `lang` still picks Chinese or Japanese shapes (locl)."""
    font = subset(
        TTFont(full_cjk_path(weight), lazy=True, recalcBBoxes=False),
        compact_characters(),
        features=["ccmp", "halt", "kern", "locl", "mark", "mkmk", "palt"],
        scripts=EAST_ASIAN_LANGUAGES,
        drop=["vhea", "vmtx", "VORG"],  # nothing is printed from top to bottom
    )
    put_first(font, in_order_of_use())
    rename(font, "Portal CJK", style)
    return with_plain_numbers(font)


def further_latin(style: str, weight: int) -> TTFont:
    """The letters of European names that Noto Sans CJK lacks (ł, ő, č, ş …) and some signs, from Inter."""
    with TTFont(full_cjk_path("regular"), lazy=True) as full:
        missing = ranges(LATIN, GREEK_AND_CYRILLIC, SIGNS) - set(full.getBestCmap())
    font = TTFont(inter_path())
    font = subset(font, missing, features=["ccmp", "kern", "mark", "mkmk"])
    font = instancer.instantiateVariableFont(font, {"wght": weight, "opsz": 14})
    rename(font, "Portal Latin", style)
    return font


def web_inter() -> TTFont:
    """Inter as a variable font for the pages of the staff."""
    font = subset(TTFont(inter_path()), ranges(LATIN, SIGNS[:2], [(0x2190, 0x2270)]))
    font = instancer.instantiateVariableFont(font, {"wght": (400, 700)})
    font.flavor = "woff2"
    return font


def subset(
    font: TTFont,
    characters: set[int],
    *,
    features: list[str] | None = None,
    scripts: list[str] | None = None,
    drop: Sequence[str] = (),
) -> TTFont:
    options = Options()
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", *drop]
    if features is not None:
        options.layout_features = features
    if scripts is not None:
        options.layout_scripts = scripts
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def rename(font: TTFont, family: str, style: str) -> None:
    """A changed font carries its own name, as its licence asks."""
    postscript = f"{family.replace(' ', '')}-{style}"
    names = {
        1: family,
        2: style,
        3: postscript,
        4: f"{family} {style}",
        6: postscript,
        16: family,
        17: style,
    }
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames[0] = postscript
        top = cff.topDictIndex[0]
        top.FullName, top.FamilyName = f"{family} {style}", family
