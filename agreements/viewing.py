"""The viewing copy of a paper with the company chop: page by page straightened, and all pages as one PDF."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import Http404
from PIL import Image

from agreements.models import Agreement, ChopFile, ChopPage, ChopPaper
from agreements.reports import read_file
from csr_portal.core.drawn_files import forget_others, keep
from csr_portal.core.pdf_pages import page_count, page_picture, pdf_of_pictures
from csr_portal.core.seal import sha256
from csr_portal.core.straighten import Straightened, straighten

log = logging.getLogger(__name__)

PDF = "application/pdf"
SCAN_DPI = 200
COMPARED_DPI = 100
READ_DPI = 150
DECODED = (3400, 3400)  # a JPEG of a camera is read no larger than this


def make_viewing_copy(paper: ChopPaper) -> None:
    """Straighten what is not straightened yet; pages that are done can be looked at meanwhile. Safe to run twice."""
    if paper.viewing_file:
        return
    sources = [(source, number) for source in paper.files.select_related("file") for number in range(pages_in(source))]
    ChopPaper.objects.filter(pk=paper.pk).update(page_count=len(sources))
    done = set(paper.pages.values_list("position", flat=True))
    text = list(text_pictures(paper.agreement, dpi=COMPARED_DPI)) if len(done) < len(sources) else []
    for position, (source, number) in enumerate(sources, 1):
        if position not in done:
            _keep_page(paper, position, source, _straightened(source, number, text))
    paper.refresh_from_db()
    pictures = [page.picture for page in paper.pages.exclude(picture="")]
    if pictures:
        data = pdf_of_pictures(read_file(picture) for picture in pictures)
        paper.viewing_file = keep(f"{folder_of(paper)}/pages-{sha256(data)[:16]}.pdf", data)
        paper.save(update_fields=["viewing_file"])
    forget_others(folder_of(paper), {paper.viewing_file.name, *(picture.name for picture in pictures)})


def folder_of(paper: ChopPaper) -> str:
    return f"chops/{paper.pk}"


def pages_in(source: ChopFile) -> int:
    return page_count(read_file(source.file.file)) if source.file.media_type == PDF else 1


def text_pictures(agreement: Agreement, *, dpi: int) -> Iterator[Image.Image]:
    """The text as presented, page by page."""
    data = read_file(agreement.presented_file)
    return (page_picture(data, number, dpi=dpi) for number in range(page_count(data)))


def text_page(agreement: Agreement, number: int) -> bytes:
    """Page `number`, from 1, of the text as presented, as PNG. Raises Http404 for a page that it does not have."""
    data = read_file(agreement.presented_file)
    if not 1 <= number <= page_count(data):
        raise Http404
    return png(page_picture(data, number - 1, dpi=READ_DPI))


def _straightened(source: ChopFile, number: int, text: list[Image.Image]) -> Straightened | None:
    """The page as a picture; nothing where it cannot be read: then the original is there to be looked at."""
    data = read_file(source.file.file)
    try:
        if source.file.media_type == PDF:
            return straighten(page_picture(data, number, dpi=SCAN_DPI), text)
        picture = Image.open(io.BytesIO(data))
        picture.draft("RGB", DECODED)
        return straighten(picture, text)
    except (ValidationError, OSError, ValueError) as error:
        log.warning("page %s of %s cannot be straightened: %s", number + 1, source, error)
        return None


def _keep_page(paper: ChopPaper, position: int, source: ChopFile, page: Straightened | None) -> None:
    fields: dict[str, object] = {"source": source}
    if page is not None:
        data = jpeg(page.picture)
        path = keep(f"{folder_of(paper)}/{position}-{sha256(data)[:16]}.jpg", data)
        shows = None if page.shows is None else page.shows + 1
        fields |= {"picture": path, "has_edges": page.has_edges, "shows": shows}
    ChopPage.objects.get_or_create(paper=paper, position=position, defaults=fields)


def jpeg(picture: Image.Image) -> bytes:
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=78, optimize=True)
    return output.getvalue()


def png(picture: Image.Image) -> bytes:
    output = io.BytesIO()
    picture.quantize(32).save(output, "PNG")
    return output.getvalue()


@dataclass
class Pair:
    """A page of the text and what was sent of it; number 0 for pages that are like none of the text."""

    number: int
    pages: list[ChopPage] = field(default_factory=list)


def pairs(paper: ChopPaper) -> list[Pair]:
    """Page by page beside each other: what each sent page seems to show, otherwise in the order of the upload."""
    number = page_count(read_file(paper.agreement.presented_file))
    pages = list(paper.pages.select_related("source__file"))
    if not any(page.shows for page in pages):
        rows = [Pair(place) for place in range(1, number + 1)] + [Pair(0) for _page in pages[number:]]
        for row, page in zip(rows, pages, strict=False):
            row.pages.append(page)
        return rows
    rows = [Pair(place, [page for page in pages if page.shows == place]) for place in range(1, number + 1)]
    unlike = [page for page in pages if page.shows is None or page.shows > number]
    return [*rows, *([Pair(0, unlike)] if unlike else [])]
