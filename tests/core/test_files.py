import hashlib
import io
import uuid
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from PIL import Image

from csr_portal.core import files
from csr_portal.core.models import StoredFile

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def picture(kind="JPEG", size=(3000, 2000), **options):
    output = io.BytesIO()
    Image.new("RGB", size, "navy").save(output, kind, **options)
    return output.getvalue()


def office(*names):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return output.getvalue()


def upload(data, name="file.bin"):
    return SimpleUploadedFile(name, data)


@pytest.mark.django_db
def test_receive_keeps_the_original_unaltered_with_its_hash(alice):
    stored = files.receive(upload(PDF, "消防演练记录（2026年11月）.pdf"), by=alice)
    assert stored.original_name == "消防演练记录（2026年11月）.pdf"
    assert stored.file.read() == PDF
    assert (stored.size, stored.media_type) == (len(PDF), "application/pdf")
    assert stored.sha256 == hashlib.sha256(PDF).hexdigest()


@pytest.mark.django_db
def test_receive_makes_an_upright_small_copy_without_metadata(alice):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera maker"
    data = picture(exif=exif)
    stored = files.receive(upload(data, "photo.jpg"), by=alice)
    copy = Image.open(stored.viewing_copy)
    assert copy.size == (1067, 1600)
    assert dict(copy.getexif()) == {}
    assert stored.file.read() == data


@pytest.mark.django_db
def test_receive_takes_iphone_pictures(alice):
    output = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(output, "HEIF")
    stored = files.receive(upload(output.getvalue(), "IMG_0001.HEIC"), by=alice)
    assert stored.media_type in {"image/heic", "image/heif"}
    assert Image.open(stored.viewing_copy).format == "JPEG"


@pytest.mark.django_db
def test_receive_adds_nothing_when_the_device_sends_again(alice):
    client_id = uuid.uuid4()
    first = files.receive(upload(PDF, "a.pdf"), by=alice, client_id=client_id)
    assert files.receive(upload(PDF, "a.pdf"), by=alice, client_id=client_id) == first
    with pytest.raises(ValidationError):
        files.receive(upload(PDF + b" ", "a.pdf"), by=alice, client_id=client_id)
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("program.jpg", b"MZ" + b"\0" * 200),
        ("empty.pdf", b""),
        ("archive.docx", office("a.txt")),
        ("macro.xlsx", office("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")),
        ("broken.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
    ],
)
def test_receive_refuses_what_is_not_accepted_and_names_the_file(alice, name, data):
    with pytest.raises(ValidationError) as refusal:
        files.receive(upload(data, name), by=alice)
    assert name in refusal.value.messages[0]
    assert StoredFile.objects.count() == 0


@pytest.mark.django_db
def test_receive_takes_office_files_by_content(alice):
    data = office("[Content_Types].xml", "xl/workbook.xml")
    assert files.receive(upload(data, "花名册.xlsx"), by=alice).media_type.endswith("spreadsheetml.sheet")


@pytest.mark.django_db
def test_receive_names_the_size_limit(alice, settings):
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    with pytest.raises(ValidationError) as refusal:
        files.receive(upload(PDF + b"0" * 1024 * 1024, "big.pdf"), by=alice)
    assert refusal.value.messages == ["big.pdf is 1.0 MB; at most 1 MB are accepted."]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\刘敏\\记录.pdf", "记录.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("名" * 300 + ".pdf", "名" * 196 + ".pdf"),
        ("", "file"),
    ],
)
def test_clean_name_keeps_scripts_and_drops_paths_and_control_characters(given, kept):
    assert files.clean_name(given) == kept


@pytest.mark.django_db
def test_database_refuses_to_change_a_received_file(alice):
    stored = files.receive(upload(PDF, "a.pdf"), by=alice)
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(sha256="1" * 64)
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).delete()
