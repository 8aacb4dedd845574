"""Paper with the company chop: photos become pages that can be read and compared; the originals stay as they came."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageChops, ImageFilter, ImageStat

from agreements import viewing, workflow
from agreements.models import Agreement, ChopPage, ChopPaper
from agreements.tasks import ensure_presented, straighten_paper
from csr_portal.core import pdf_pages
from csr_portal.core.seal import sha256
from csr_portal.core.straighten import page_edges, skew, straighten
from tests.agreements.photos import FROM_ASLANT, STRAIGHT, THREE_DEGREES, chopped, photo
from tests.factories.agreements import load_texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts")]


@pytest.fixture
def agreement(acme, alice, buyer):
    return ensure_presented(workflow.issue(load_texts()[0], acme, by=buyer, language="zh-hans"))


@pytest.fixture
def pages(agreement):
    return list(viewing.text_pictures(agreement, dpi=150))


def upload(picture, name="photo.jpg", orientation=None):
    output = io.BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    picture.save(output, "JPEG", quality=88, exif=exif)
    return SimpleUploadedFile(name, output.getvalue())


def unlikeness(picture, page):
    """Mean difference of the blurred pictures, of 255."""
    soft = [it.convert("L").resize((330, 467)).filter(ImageFilter.GaussianBlur(2)) for it in (picture, page)]
    return ImageStat.Stat(ImageChops.difference(*soft)).mean[0]


# What the eye gets


@pytest.mark.parametrize("quad", [FROM_ASLANT, THREE_DEGREES], ids=["aslant", "three degrees"])
@pytest.mark.parametrize("table", [(126, 88, 54), (60, 62, 70), (150, 150, 150)], ids=["wood", "dark", "grey"])
def test_corners_of_the_sheet_are_found_on_any_table_half_in_a_shadow(pages, quad, table):
    found = page_edges(photo(pages[0], quad, table=table))
    errors = [abs(a - b) for corner, true in zip(found, quad, strict=True) for a, b in zip(corner, true, strict=True)]
    assert max(errors) <= 20  # of 1500 × 2000 dots: 1 % of the picture


def test_photographed_page_becomes_the_page_again(pages):
    last = chopped(pages[-1])
    result = straighten(photo(last, FROM_ASLANT), pages)
    assert (result.has_edges, result.shows, result.picture.size) == (True, len(pages) - 1, (1654, 2339))
    assert abs(skew(result.picture)) <= 0.2
    assert unlikeness(result.picture, last) <= 4 <= 8 <= unlikeness(result.picture, pages[0])


def test_shadow_goes_and_the_chop_stays_red(pages):
    picture = straighten(photo(chopped(pages[-1]), FROM_ASLANT, shadow=0.5), pages).picture
    empty = picture.crop((200, 1900, 1400, 2050)).convert("L")
    assert ImageStat.Stat(empty).mean[0] >= 250
    red, green, blue = ImageStat.Stat(picture.crop((1005, 1617, 1045, 1657))).mean
    assert (red >= 150, green <= 100, blue <= 100) == (True, True, True)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_page_photographed_from_any_side_stands_upright(pages, turn):
    result = straighten(photo(pages[1], THREE_DEGREES).rotate(turn, expand=True), pages)
    assert result.shows == 1
    assert unlikeness(result.picture, pages[1]) <= 6


def test_picture_without_a_sheet_stays_whole(pages):
    result = straighten(Image.new("RGB", (900, 1200), (240, 240, 240)), pages)
    assert (result.has_edges, result.shows, result.picture.size) == (False, None, (900, 1200))


def test_flat_scan_is_only_made_level(pages):
    scan = pages[0].rotate(2, Image.Resampling.BICUBIC, fillcolor="white")
    result = straighten(scan, pages)
    assert (result.has_edges, result.shows) == (False, 0)
    assert abs(skew(result.picture)) <= 0.2


# From the upload to the comparison


def test_photos_of_all_pages_in_any_order_become_one_pdf_beside_the_text(
    agreement, pages, alice, django_capture_on_commit_callbacks
):
    shots = [photo(page, THREE_DEGREES) for page in (chopped(pages[-1]), *pages[:-1])]
    uploads = [upload(shot, f"{place}.jpg") for place, shot in enumerate(shots)]
    received = [item.read() for item in uploads]
    for item in uploads:
        item.seek(0)
    with django_capture_on_commit_callbacks(execute=True):
        paper = workflow.upload_chop(agreement, uploads, by=alice)
    paper.refresh_from_db()
    assert (paper.page_count, paper.is_ready) == (len(pages), True)
    assert [page.shows for page in paper.pages.all()] == [len(pages), *range(1, len(pages))]
    assert [[page.position for page in pair.pages] for pair in viewing.pairs(paper)] == [[2], [3], [1]]
    assert [row.file.sha256 for row in paper.files.all()] == [sha256(data) for data in received]
    assert [viewing.read_file(row.file.file) for row in paper.files.all()] == received
    data = viewing.read_file(paper.viewing_file)
    assert pdf_pages.page_count(data) == len(pages)


def test_sideways_photo_is_turned_by_what_the_camera_noted(agreement, pages, alice, django_capture_on_commit_callbacks):
    sideways = photo(pages[0], THREE_DEGREES).rotate(90, expand=True)  # orientation 6: turn by 90 degrees clockwise
    with django_capture_on_commit_callbacks(execute=True):
        paper = workflow.upload_chop(agreement, [upload(sideways, orientation=6)], by=alice)
    page = paper.pages.get()
    assert (page.has_edges, page.shows) == (True, 1)
    assert unlikeness(Image.open(page.picture), pages[0]) <= 6


def test_scan_as_pdf_gives_a_page_each(agreement, alice, django_capture_on_commit_callbacks):
    scan = SimpleUploadedFile("scan.pdf", viewing.read_file(agreement.presented_file))
    with django_capture_on_commit_callbacks(execute=True):
        paper = workflow.upload_chop(agreement, [scan], by=alice)
    assert [page.shows for page in paper.pages.all()] == [1, 2, 3]


def test_copy_is_made_once_however_often_the_job_runs(agreement, pages, alice, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        paper = workflow.upload_chop(agreement, [upload(photo(pages[0], STRAIGHT))], by=alice)
    first = list(ChopPage.objects.values()), ChopPaper.objects.get().viewing_file.name
    straighten_paper(paper.pk)
    assert (list(ChopPage.objects.values()), ChopPaper.objects.get().viewing_file.name) == first


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "Choose a scan or a photo."),
        ([("scan.pdf", b"%PDF-1.7 torn")], "scan.pdf: The PDF cannot be read; perhaps it is locked with a password."),
    ],
)
def test_upload_that_nobody_could_look_at_is_refused(agreement, alice, login, files, words):
    alice.language = "en"
    alice.save()
    uploads = [SimpleUploadedFile(*item) for item in files]
    page = login(alice).post(
        reverse("portal:agreement-chop", args=[agreement.pk]), {"file": uploads} if uploads else {}, follow=True
    )
    assert [str(message) for message in page.context["messages"]] == [words]
    assert (Agreement.objects.get().status, ChopPaper.objects.count()) == ("viewed", 0)


def test_more_pages_than_anybody_compares_are_refused(agreement, alice, login, monkeypatch):
    monkeypatch.setattr("agreements.workflow.chop.MAX_PAGES", 2)
    alice.language = "en"
    alice.save()
    scan = SimpleUploadedFile("scan.pdf", viewing.read_file(agreement.presented_file))
    address = reverse("portal:agreement-chop", args=[agreement.pk])
    page = login(alice).post(address, {"file": scan}, follow=True)
    assert [str(message) for message in page.context["messages"]] == ["These are 3 pages; at most 2 are accepted."]


# The page of staff


@pytest.fixture
def paper(agreement, pages, alice, django_capture_on_commit_callbacks):
    """Only the last page was photographed."""
    with django_capture_on_commit_callbacks(execute=True):
        return workflow.upload_chop(agreement, [upload(photo(chopped(pages[-1]), FROM_ASLANT))], by=alice)


def test_comparison_shows_text_and_paper_and_names_missing_pages(agreement, paper, buyer, login):
    client = login(buyer)
    answer = client.get(reverse("staff:agreement-paper", args=[agreement.pk]))
    assert answer.context["missing"] == [1, 2]
    assert [(pair.number, len(pair.pages)) for pair in answer.context["pairs"]] == [(1, 0), (2, 0), (3, 1)]
    assert "confirm_chop" in answer.context["steps"]
    for name, number, kind in [
        ("staff:agreement-text-page", 3, "image/png"),
        ("staff:agreement-paper-page", paper.pages.get().pk, "image/jpeg"),
    ]:
        picture = client.get(reverse(name, args=[agreement.pk, number]))
        assert (picture.status_code, picture["Content-Type"]) == (200, kind)
    assert client.get(reverse("staff:agreement-text-page", args=[agreement.pk, 4])).status_code == 404


def test_comparison_follows_the_work_and_then_loads_once_more(agreement, pages, alice, buyer, login):
    paper = workflow.upload_chop(agreement, [upload(photo(pages[0], STRAIGHT))], by=alice)
    client, address = login(buyer), reverse("staff:agreement-paper-progress", args=[agreement.pk])
    answer = client.get(address)
    assert ("HX-Refresh" in answer, "hx-trigger" in answer.content.decode()) == (False, True)
    straighten_paper(paper.pk)
    answer = client.get(address)
    assert (answer["HX-Refresh"], "hx-trigger" in answer.content.decode()) == ("true", False)


def test_refused_paper_stays_readable_beside_the_next(agreement, paper, pages, alice, buyer, login):
    workflow.refuse_chop(agreement, by=buyer, reason="第2页缺失")
    second = workflow.upload_chop(Agreement.objects.get(), [upload(photo(pages[0], STRAIGHT))], by=alice)
    client = login(buyer)
    answer = client.get(reverse("staff:agreement-paper", args=[agreement.pk]))
    assert (answer.context["paper"], list(answer.context["earlier"])) == (second, [paper])
    original = client.get(reverse("staff:agreement-file", args=[agreement.pk, paper.files.get().key]))
    assert sha256(b"".join(original.streaming_content)) == paper.files.get().file.sha256


def test_sealed_pdf_holds_every_photo_as_it_came(agreement, pages, alice, buyer, django_capture_on_commit_callbacks):
    uploads = [upload(photo(page, STRAIGHT), f"{place}.jpg") for place, page in enumerate(pages)]
    with django_capture_on_commit_callbacks(execute=True):
        paper = workflow.upload_chop(agreement, uploads, by=alice)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.confirm_chop(Agreement.objects.get(), by=buyer)
    agreement = Agreement.objects.get()
    assert agreement.status == "in_force"
    from pypdf import PdfReader  # noqa: PLC0415

    inside = PdfReader(agreement.sealed_file.open("rb")).attachments
    assert [sha256(inside[f"chop-{place}.jpeg"][0]) for place in (1, 2, 3)] == [
        row.file.sha256 for row in paper.files.all()
    ]
