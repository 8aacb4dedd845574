"""PDFs: archival, tagged, in our fonts, in three scripts, and without anything from outside."""

import datetime as dt
import io
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from csr_portal.core import pdf
from csr_portal.core.models import Organisation

AT = dt.datetime(2026, 12, 10, 9, 5, tzinfo=dt.UTC)
SHAPES = "直骨关次"  # drawn differently in China and Japan

pytestmark = pytest.mark.usefixtures("fonts")


@pytest.fixture(autouse=True)
def samples(settings):
    """Templates of these tests only."""
    folder = Path(__file__).parent / "templates"
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], folder]}]


@pytest.fixture
def printed():
    """Print a sample with a company that needs no database."""

    def printed_sample(template="samples/text.html", *, language="en", title="Sample", context=None, **options):
        company = Organisation(name="Nordhaven Group", name_latin="Nordhaven Group", country="SE")
        context = {"organisation": company} | (context or {})
        return pdf.render_pdf(template, context, language=language, title=title, at=AT, **options)

    return printed_sample


def text_of(data, *options):
    return run("pdftotext", *options, "-", "-", data=data).stdout.decode()


def run(*command, data):
    return subprocess.run(command, input=data, capture_output=True, check=False)


def fonts_of(data):
    """The embedded families, without the six letters of the subset; fails if a font is not embedded."""
    lines = run("pdffonts", "-", data=data).stdout.decode().splitlines()[2:]
    assert [line.split()[-5] for line in lines] == ["yes"] * len(lines)
    return sorted(line.split()[0].split("+")[1] for line in lines)


def test_pdf_says_that_it_is_an_archival_tagged_document_in_its_language(printed):
    reader = PdfReader(io.BytesIO(printed(language="zh-hans", title="现场评审报告", number="SR-1")))
    catalogue, xmp = reader.root_object, reader.xmp_metadata.rdf_root.toxml()
    assert (catalogue["/Lang"], catalogue["/MarkInfo"]["/Marked"]) == ("zh-Hans", True)
    assert ("<pdfaid:part>3<" in xmp or 'pdfaid:part="3"' in xmp, "OutputIntents" in str(catalogue.keys())) == (
        True,
        True,
    )
    assert (reader.metadata.title, reader.metadata.author) == ("现场评审报告 SR-1", "Nordhaven Group")


def test_pdf_keeps_every_script_letter_by_letter_in_our_own_fonts(printed):
    lines = [
        "东莞市宏达五金制品有限公司",
        "日本語の指摘事項と是正処置",
        "Nguyễn Thị Hà ký cam kết",
        "Łukasz Wójcik, Őrség, Çağlar",
    ]
    data = printed(context={"lines": lines})
    text = text_of(data)
    assert [line for line in lines if line not in text] == []
    assert "\ufffd" not in text
    assert fonts_of(data) == ["Portal-CJK", "Portal-CJK-Bold", "Portal-Latin"]


def test_pdf_embeds_the_full_font_only_for_a_character_beyond_the_compact_one(printed):
    rare = "㐂𠮷"
    data = printed(context={"lines": [f"{rare} 商事"]})
    assert rare in text_of(data)
    assert fonts_of(data) == ["Portal-CJK", "Portal-CJK-Bold", "Portal-CJK-full"]


def test_pdf_is_whole_when_qpdf_reads_it(printed, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(printed())
    assert run("qpdf", "--check", str(path), data=b"").returncode == 0


def test_pdf_repeats_title_and_number_above_and_company_and_time_below(printed):
    data = printed(title="Site review report", number="SR-2026-044", sealed=True, context={"pages": [1, 2]})
    second = text_of(data, "-f", "2", "-l", "2")
    expected = [
        "Site review report",
        "SR-2026-044",
        "Nordhaven Group · CSR Portal · sealed 10 Dec 2026, 17:05 UTC+08:00",
        "2/3",
    ]
    assert [line for line in expected if line not in second] == []


def test_certificate_is_one_landscape_page_with_its_code(printed):
    verification = {
        "address": "csr.example.com/verify",
        "code": "CSR-19D2",
        "url": "https://csr.example.com/v/CSR-19D2",
    }
    data = printed(
        "samples/certificate.html", title="Certificate", number="TC-1", context={"verification": verification}
    )
    reader = PdfReader(io.BytesIO(data))
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert (len(reader.pages), width > height) == (1, True)
    text = text_of(data)
    assert [word for word in ("刘敏 Liu Min", "TC-1", "CSR-19D2", "csr.example.com/verify") if word not in text] == []


def test_pdf_carries_its_data_as_an_attachment_for_programs(printed):
    attachment = pdf.Attachment("findings.json", "application/json", b'{"findings": []}', "Findings")
    reader = PdfReader(io.BytesIO(printed(attachments=[attachment])))
    assert dict(reader.attachments) == {"findings.json": [b'{"findings": []}']}
    file = reader.root_object["/AF"][0].get_object()
    assert (file["/AFRelationship"], file["/EF"]["/F"]["/Subtype"]) == ("/Data", "/application/json")


def test_pdf_of_the_same_content_has_the_same_text_twice(printed):
    context = {"lines": ["简体中文", "日本語", "Tiếng Việt"]}
    assert text_of(printed(context=context)) == text_of(printed(context=context))


def test_pdf_shows_a_picture_given_with_the_call(printed):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "#0b5c78").save(picture, "JPEG")
    data = printed("samples/link.html", context={"address": "image:photo-1"}, images={"photo-1": picture.getvalue()})
    assert run("pdfimages", "-list", "-", data=data).stdout.decode().count("jpeg") == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png",
        "https://example.com/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,iVBORw0KGgo=",
        "static:../settings.py",
        "static:reports/other.css",
        "image:photo-2",
        "attachment:0",
        "ftp://example.com/x",
    ],
)
def test_pdf_refuses_every_address_but_its_own(printed, address):
    with pytest.raises(FatalURLFetchingError):
        printed("samples/link.html", context={"address": address}, images={"photo-1": b""})


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/", "static:reports/report.css.bak"])
def test_fetcher_answers_nothing_outside_the_closed_set(address):
    with pytest.raises(pdf.ForbiddenResource):
        pdf.ClosedFetcher()(address)


def test_pdf_never_reads_what_a_value_asks_for_when_it_holds_markup(printed):
    payload = '<link rel=attachment href="file:///etc/passwd"><img src="http://127.0.0.1:9/">'
    assert payload in text_of(printed(context={"lines": [payload]}), "-raw").replace("\n", " ").replace("  ", " ")


def shapes_of(data, tmp_path, name):
    """The upper half of the drawn page as bytes, for comparing shapes; the foot differs by language anyway."""
    source, target = tmp_path / f"{name}.pdf", tmp_path / name
    source.write_bytes(data)
    run("pdftoppm", "-r", "60", "-png", "-singlefile", str(source), str(target), data=b"")
    page = Image.open(f"{target}.png")
    return page.crop((0, 0, page.width, page.height // 2)).tobytes()


def test_pdf_draws_chinese_and_japanese_shapes_by_lang_also_inside_a_drawing(printed, tmp_path):
    drawings = {
        language: shapes_of(
            printed("samples/drawing.html", language=language, title="X", context={"text": SHAPES}), tmp_path, language
        )
        for language in ("zh-hans", "ja")
    }
    assert drawings["zh-hans"] != drawings["ja"]


def test_fingerprint_depends_on_content_and_not_on_order():
    first = {"b": dt.date(2026, 1, 2), "a": "关"}
    assert pdf.content_fingerprint(first) == pdf.content_fingerprint({"a": "关", "b": dt.date(2026, 1, 2)})
    assert pdf.content_fingerprint(first) != pdf.content_fingerprint(first | {"a": "関"})
    assert len(pdf.content_fingerprint({})) == 64


@pytest.mark.parametrize(("code", "tag"), [("en", "en"), ("zh-hans", "zh-Hans"), ("ja", "ja"), ("pt-br", "pt-br")])
def test_language_tag_is_written_as_documents_write_it(code, tag):
    assert pdf.language_tag(code) == tag


def test_pdf_says_which_command_is_missing_when_the_fonts_are_not_built(printed, settings, tmp_path):
    settings.ASSETS_DIR = tmp_path
    pdf._covered_characters.cache_clear()
    with pytest.raises(pdf.PdfEngineMissing, match="manage.py build_assets"):
        printed()
    pdf._covered_characters.cache_clear()


def test_build_assets_does_nothing_when_the_fonts_are_up_to_date(capsys):
    call_command("build_assets")
    assert capsys.readouterr().out == "Fonts are up to date.\n"
