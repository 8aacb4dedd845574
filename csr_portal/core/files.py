"""Files from people: checked by content, limited while reading, kept exactly as received with their SHA-256.

Pictures get a smaller viewing copy without location data. Files leave only through `file_response`, after the
view has found the row with `visible_to`.
"""

import codecs
import datetime as dt
import hashlib
import io
import unicodedata
import uuid
import zipfile
from typing import Any

import filetype
import pillow_heif
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from csr_portal.core.models import StoredFile, User

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = 60_000_000

IMAGE_TYPES = {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"}
OFFICE_TYPES = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word/",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xl/",
}
EVIDENCE_TYPES = IMAGE_TYPES | set(OFFICE_TYPES) | {"application/pdf"}
CSV_TYPE = "text/csv"
ZIP_START = b"PK\x03\x04"
VIEWING_SIZE = (1600, 1600)
UNPACKED_LIMIT = 200 * 1024 * 1024


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Stops reading as soon as a request's files are larger than the limit."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.EVIDENCE_MAX_BYTES * 2:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def receive(
    upload: UploadedFile,
    *,
    by: User | None,
    client_id: uuid.UUID | None = None,
    accepted: set[str] = EVIDENCE_TYPES,
) -> StoredFile:
    """Keep the file as it came and return its row. The same `client_id` with the same content returns the first row.

    Raises ValidationError naming the file, the reason and the limit; nothing is kept then.
    """
    name = clean_name(upload.name or "")
    check_size(name, upload.size or 0)
    data = upload.read()
    digest = hashlib.sha256(data).hexdigest()
    if client_id and (known := StoredFile.objects.filter(client_id=client_id).first()):
        if known.sha256 != digest or known.uploaded_by != by:
            raise ValidationError(_("%(file)s: this upload was already received with other content.") % {"file": name})
        return known
    media_type = check_type(name, data, accepted)
    viewing_copy, captured_at = make_viewing_copy(name, data) if media_type in IMAGE_TYPES else (b"", None)
    folder = f"evidence/{digest[:2]}/{uuid.uuid4().hex}"
    return StoredFile.objects.create(
        original_name=name,
        media_type=media_type,
        size=len(data),
        sha256=digest,
        file=default_storage.save(folder, ContentFile(data)),
        viewing_copy=default_storage.save(f"{folder}-view.jpg", ContentFile(viewing_copy)) if viewing_copy else "",
        captured_at=captured_at,
        uploaded_by=by,
        client_id=client_id or uuid.uuid4(),
    )


def clean_name(name: str) -> str:
    """The file's own name, in any script, without path and control characters, to 200 characters."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs"}).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: 199 - len(ending)]}{dot}{ending}" if len(name) > 200 else name or "file"


def check_size(name: str, size: int) -> None:
    limit = settings.EVIDENCE_MAX_BYTES
    if size > limit:
        raise ValidationError(
            _("%(file)s is %(size)s MB; at most %(limit)s MB are accepted.")
            % {"file": name, "size": round(size / 1024**2, 1), "limit": limit // 1024**2}
        )
    if not size:
        raise ValidationError(_("%(file)s is empty.") % {"file": name})


def check_type(name: str, data: bytes, accepted: set[str]) -> str:
    """The type by content, if it is accepted and the name does not say something else."""
    media_type = _office_type(data) if data.startswith(ZIP_START) else filetype.guess_mime(data) or ""
    if not media_type and CSV_TYPE in accepted and _is_text(name, data):
        media_type = CSV_TYPE
    if media_type not in accepted:
        raise ValidationError(
            _("%(file)s is not accepted. Accepted are: %(types)s.") % {"file": name, "types": type_names(accepted)}
        )
    return media_type


def type_names(accepted: set[str] = EVIDENCE_TYPES) -> str:
    """The accepted types as people name them."""
    names = {
        "image/jpeg": "JPG",
        "image/png": "PNG",
        "image/webp": "WEBP",
        "image/heic": "HEIC",
        "application/pdf": "PDF",
        CSV_TYPE: "CSV",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    }
    return ", ".join(label for media_type, label in names.items() if media_type in accepted)


def _office_type(data: bytes) -> str:
    """The Office type of a zip file, after a look at its unpacked size and its parts; empty for any other."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile:
        return ""
    names = {part.filename for part in parts}
    if sum(part.file_size for part in parts) > UNPACKED_LIMIT or any("vbaProject" in name for name in names):
        return ""
    return next(
        (
            media_type
            for media_type, folder in OFFICE_TYPES.items()
            if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
        ),
        "",
    )


def _is_text(name: str, data: bytes) -> bool:
    """Whether it calls itself a text and holds no byte that no text has; UTF-16, which has zeros, says so first."""
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return name.lower().endswith((".csv", ".txt", ".tsv")) and (is_utf16 or b"\x00" not in data)


def make_viewing_copy(name: str, data: bytes) -> tuple[bytes, dt.datetime | None]:
    """A turned, smaller JPEG without metadata, and the time the camera noted."""
    try:
        picture = Image.open(io.BytesIO(data))
        captured_at = _captured_at(picture)
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail(VIEWING_SIZE)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(_("%(file)s cannot be read as a picture.") % {"file": name}) from error
    output = io.BytesIO()
    upright.save(output, "JPEG", quality=82, optimize=True)
    return output.getvalue(), captured_at


def _captured_at(picture: Image.Image) -> dt.datetime | None:
    details = picture.getexif().get_ifd(ExifTags.IFD.Exif)
    text = str(details.get(ExifTags.Base.DateTimeOriginal, ""))
    try:
        return dt.datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return None


# No file of ours runs anything in a browser that shows it.
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"


def digest_sent(request: HttpRequest) -> str:
    """The SHA-256 of a file that is only compared: hashed in the browser, or here and dropped."""
    upload = request.FILES.get("file")
    return hashlib.sha256(upload.read()).hexdigest() if upload else request.POST.get("sha256", "")


def file_response(field: Any, *, name: str, media_type: str, inline: bool = False) -> FileResponse:
    """Send a private file under its own name; never interpreted by the browser as anything but its type."""
    response = FileResponse(field.open("rb"), as_attachment=not inline, filename=name, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response
