"""Lucide icons as inline SVG: a page carries one sprite with only the icons it uses, a fragment draws them in place."""

from functools import cache, lru_cache
from importlib.resources import as_file, files
from xml.etree import ElementTree
from zipfile import ZipFile

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"": "", "sm": " ic-sm", "lg": " ic-lg", "xl": " ic-xl"}


def svg(name: str, *, size: str = "", label: str = "", extra: str = "", sprite: set[str] | None = None) -> SafeString:
    """The icon's markup. With `sprite` it points into the page's sprite and notes its name there.

    Without `label` it is decoration beside a word and hidden from screen readers.
    """
    if sprite is None:
        body, box = shape(name), mark_safe(' viewBox="0 0 24 24"')
    else:
        sprite.add(name)
        shape(name)
        body, box = format_html('<use href="#i-{}"/>', name), SafeString("")
    role = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    css = "ic" + SIZES[size] + (f" {extra}" if extra else "")
    return format_html('<svg class="{}"{}{}>{}</svg>', css, box, role, body)


def sprite_sheet(names: set[str]) -> SafeString:
    """The symbols that `svg(…, sprite=names)` points to."""
    symbols = format_html_join(
        "", '<symbol id="i-{}" viewBox="0 0 24 24">{}</symbol>', ((name, shape(name)) for name in sorted(names))
    )
    return format_html('<svg width="0" height="0" display="none" aria-hidden="true">{}</svg>', symbols)


@lru_cache(maxsize=512)
def shape(name: str) -> SafeString:
    """What is drawn inside the icon's 24 × 24 box. Raises LookupError for an unknown name."""
    if f"{name}.svg" not in _drawings():
        raise LookupError(f"There is no icon “{name}”.")
    root = ElementTree.fromstring(_drawings()[f"{name}.svg"])  # noqa: S314  (the package's own file)
    parts = []
    for node in root:
        node.tag = node.tag.removeprefix(SVG)
        node.tail = None
        parts.append(ElementTree.tostring(node, encoding="unicode").replace(" />", "/>"))
    return mark_safe("".join(parts))  # noqa: S308  (the package's own files, nothing from people)


@cache
def _drawings() -> dict[str, bytes]:
    """The whole archive, less than a megabyte: its directory is slow to read, and was read again for each icon."""
    with as_file(files("lucide") / "lucide.zip") as path, ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
