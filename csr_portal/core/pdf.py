"""Renders a Django template to an archival PDF: PDF/A-3a, tagged, with our own fonts and nothing from outside.

WeasyPrint is imported on first use: it is slow to load and needs native libraries; see
docs/decisions/0003-pdf-and-seal.md.
"""

import atexit
import datetime as dt
import functools
import gc
import hashlib
import json
import logging
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone, translation
from fontTools.ttLib import TTFont

from csr_portal.core.models import Organisation

log = logging.getLogger(__name__)

STYLESHEET = "static:reports/report.css"
FULL_FONTS_STYLESHEET = "static:reports/full-fonts.css"
NO_IMAGES: Mapping[str, bytes] = {}

# The engine's font map and its memory of the document's language belong to one thread at a time.
_engine_lock = threading.Lock()


class PdfEngineMissing(RuntimeError):
    """The native libraries or our fonts are missing; the message says which command brings them."""


class ForbiddenResource(ValueError):
    """A template asked for something outside the closed set of resources."""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF, for programs: the report's data as JSON, the list of checkpoints as CSV."""

    name: str
    media_type: str
    data: bytes
    description: str = ""


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    title: str,
    number: str = "",
    sealed: bool = False,
    at: dt.datetime | None = None,
    attachments: Sequence[Attachment] = (),
    images: Mapping[str, bytes] = NO_IMAGES,
) -> bytes:
    """The template as PDF/A-3a in that language.

    Templates extend reports/base.html. `number` stands at the head of every page, `at` (default: now) and the company
    at the foot; `sealed` says that the caller seals the result (core/seal.py). A picture is `<img src="image:photo-3">`
    with its bytes in `images`.
    """
    at = at or timezone.now()
    with translation.override(language):
        html = render_to_string(
            template,
            {
                **context,
                "organisation": context.get("organisation") or Organisation.current(),
                "title": title,
                "number": number,
                "sealed": sealed,
                "printed_at": at,
                "document_language": language_tag(language),
            },
        )
    with _engine_lock:
        data = _write(html, language_tag(language), at, attachments, images)
    _drop_boxes()
    return data


def preload() -> None:
    """Load library and list of characters now; a machine without them says so when the first PDF is asked for."""
    try:
        _weasyprint()
        _covered_characters()
    except PdfEngineMissing as error:
        log.warning("%s", error)


def _drop_boxes() -> None:
    """The boxes of a document are tied in circles, several MB. A worker, whose other objects are frozen, drops them at
    once for a few milliseconds; kept for the collector's own time they would make its memory a third larger."""
    if gc.get_freeze_count():
        gc.collect()


def content_fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: the same facts give the same hash, whatever the layout."""
    text = json.dumps(
        content,
        cls=DjangoJSONEncoder,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def language_tag(code: str) -> str:
    """Django's `zh-hans` as documents write it: `zh-Hans`."""
    return "-".join(part.title() if len(part) == 4 else part for part in code.split("-"))


def resources() -> dict[str, Path]:
    """Everything a report may load from disk: one stylesheet, our fonts, and the fonts they fall back to."""
    stylesheets, fonts = (
        settings.BASE_DIR / "static" / "reports",
        settings.ASSETS_DIR / "fonts",
    )
    full = {weight: Path(str(files(f"noto_cjk_sans_jp_{weight}"))) for weight in ("regular", "bold")}
    return {
        STYLESHEET: stylesheets / "report.css",
        FULL_FONTS_STYLESHEET: stylesheets / "full-fonts.css",
        "static:fonts/portal-cjk-regular.otf": fonts / "portal-cjk-regular.otf",
        "static:fonts/portal-cjk-bold.otf": fonts / "portal-cjk-bold.otf",
        "static:fonts/portal-latin-regular.ttf": fonts / "portal-latin-regular.ttf",
        "static:fonts/portal-latin-bold.ttf": fonts / "portal-latin-bold.ttf",
        "static:fonts/full-cjk-regular.otf": full["regular"] / "NotoSansCJKjp-Regular.otf",
        "static:fonts/full-cjk-bold.otf": full["bold"] / "NotoSansCJKjp-Bold.otf",
    }


class ClosedFetcher:
    """Answers WeasyPrint's every wish for a resource: our own files by name, the call's pictures, nothing else."""

    _fail_on_errors = True  # WeasyPrint's switch: a refused address ends the rendering instead of leaving a hole

    def __init__(
        self,
        images: Mapping[str, bytes] = NO_IMAGES,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        self.images = images
        self.attachments = {f"attachment:{place}": attachment for place, attachment in enumerate(attachments)}

    def __call__(self, url: str) -> Any:
        response = _weasyprint().urls.URLFetcherResponse
        if url in self.attachments:
            attachment = self.attachments[url]
            return response(url, attachment.data, {"Content-Type": attachment.media_type})
        if url.startswith("image:") and (token := url.removeprefix("image:")) in self.images:
            return response(url, self.images[token])
        if url in (known := resources()):
            return response(url, known[url].read_bytes())
        raise ForbiddenResource(f"reports may not load {url[:200]}")


@dataclass(frozen=True)
class Engine:
    """What WeasyPrint keeps between documents: loading fonts and parsing CSS cost more than a page."""

    font_configuration: Any
    stylesheets: list[Any]


@functools.cache
def _weasyprint() -> Any:
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    try:
        import weasyprint  # noqa: PLC0415 (see above)
    except OSError as error:
        raise PdfEngineMissing(
            "The PDF engine needs Pango. On Debian or Ubuntu: apt-get install --no-install-recommends "
            "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig"
        ) from error
    return weasyprint


@functools.cache
def _engine(*stylesheet_names: str) -> Engine:
    """One font map and parsed stylesheets per process; fresh ones for each document would pile up in memory."""
    library = _weasyprint()
    configuration = library.text.fonts.FontConfiguration()
    sheets = [
        library.CSS(
            string=resources()[name].read_text("utf-8"),
            base_url=name,
            url_fetcher=ClosedFetcher(),
            font_config=configuration,
        )
        for name in stylesheet_names
    ]
    atexit.register(_engine.cache_clear)  # the font map removes its folder of fonts, while Python still can
    return Engine(configuration, sheets)


@functools.cache
def _covered_characters() -> frozenset[str]:
    """What our compact fonts can draw, and what needs no drawing."""
    known = resources()
    if missing := [path.name for path in known.values() if not path.exists()]:
        raise PdfEngineMissing(f"Not built yet: {', '.join(missing)}. Run: python manage.py build_assets")

    fonts = [known[f"static:fonts/portal-{name}"] for name in ("cjk-regular.otf", "latin-regular.ttf")]
    drawn = set("\n\r\t\u200b\u200d\u2060\ufeff")
    for path in fonts:
        with TTFont(path, lazy=True) as font:
            drawn.update(map(chr, font.getBestCmap()))
    return frozenset(drawn)


def _write(
    html: str,
    language: str,
    at: dt.datetime,
    attachments: Sequence[Attachment],
    images: Mapping[str, bytes],
) -> bytes:
    needs_full_fonts = not _covered_by_compact_fonts(html)
    engine = _engine(STYLESHEET, *([FULL_FONTS_STYLESHEET] if needs_full_fonts else []))
    library = _weasyprint()
    fetcher = ClosedFetcher(images, attachments)
    # Text inside SVG takes no `lang` from the page, so that a Chinese chart would get Japanese shapes.
    library.css.properties.INITIAL_VALUES["lang"] = language
    document = library.HTML(string=html, base_url=None, url_fetcher=fetcher).render(
        font_config=engine.font_configuration,
        stylesheets=engine.stylesheets,
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
    )
    document.metadata.attachments = [
        library.Attachment(
            url=url,
            url_fetcher=fetcher,
            name=attachment.name,
            description=attachment.description or attachment.name,
            created=at.astimezone(dt.UTC),
            modified=at.astimezone(dt.UTC),
            relationship="Data",
        )
        for url, attachment in fetcher.attachments.items()
    ]
    return document.write_pdf(
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
    )


def _covered_by_compact_fonts(html: str) -> bool:
    return _covered_characters().issuperset(re.sub(r"&#?\w+;", "", html))
