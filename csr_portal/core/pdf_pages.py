"""Pages of a PDF as pictures, for comparing on the screen (PDFium)."""

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

POINTS_PER_INCH = 72
PICTURE_DPI = 200
LONGEST_SIDE = 4000  # dots: a page as large as a wall is drawn no larger than this
_one_at_a_time = threading.Lock()  # PDFium may not be entered by two threads


def page_count(data: bytes) -> int:
    """How many pages the PDF has; ValidationError where it cannot be read."""
    with _opened(data) as document:
        return len(document)


def page_picture(data: bytes, number: int, *, dpi: int) -> Image.Image:
    """Page `number`, from 0, as it would be printed on white paper."""
    with _opened(data) as document:
        page = document[number]
        scale = min(dpi / POINTS_PER_INCH, LONGEST_SIDE / max(page.get_size()))
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        page.close()
        return picture


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    with _one_at_a_time:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise ValidationError(_("The PDF cannot be read; perhaps it is locked with a password.")) from error
        try:
            yield document
        finally:
            document.close()


def small_jpeg(data: bytes, *, width: int) -> bytes:
    """The same picture, no wider than so many dots: to show in a PDF what lies beside it in full."""
    picture, output = Image.open(io.BytesIO(data)), io.BytesIO()
    picture.thumbnail((width, LONGEST_SIDE))
    picture.save(output, "JPEG", quality=75, optimize=True)
    return output.getvalue()


def pdf_of_pictures(pictures: Iterable[bytes]) -> bytes:
    """One page for each JPEG, the picture inside as it is, at 200 dots per inch."""
    output = io.BytesIO()
    with _one_at_a_time:
        document = pypdfium2.PdfDocument.new()
        for data in pictures:
            _add_page(document, data)
        document.save(output)
        document.close()
    return output.getvalue()


def _add_page(document: Any, jpeg: bytes) -> None:
    image = pypdfium2.PdfImage.new(document)
    image.load_jpeg(io.BytesIO(jpeg), inline=True)
    width, height = (side * POINTS_PER_INCH / PICTURE_DPI for side in image.get_px_size())
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = document.new_page(width, height)
    page.insert_obj(image)
    page.gen_content()
    page.close()
