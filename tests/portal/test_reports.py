import io
import subprocess

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from pypdf import PdfReader

from csr_portal.core.dates import day_text, years_always
from csr_portal.core.timezones import today
from csr_portal.tasks import build_dossier, build_yearly_report
from suppliers.models import SupplierReport, YearlyReport
from tests.factories.agreements import AgreementFactory
from tests.factories.audits import FindingFactory, SelfInspectionFactory
from tests.factories.core import OrganisationFactory
from tests.factories.suppliers import CertificateFactory, DecisionFactory, SiteFactory

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hans", "ja"]


def tool(*command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


def words(data):
    """The text without the spaces that line breaks put into it."""
    return "".join(tool("pdftotext", "-", "-", data=data).split())


def fonts_not_ours(data):
    lines = [line.split() for line in tool("pdffonts", "-", data=data).splitlines()[2:]]
    return [line[0] for line in lines if line[-5] != "yes" or "+Portal-" not in line[0]]


def bytes_of(report):
    report.refresh_from_db()
    with report.file.open("rb") as stored:
        return stored.read()


def missing(texts, data):
    whole = words(data)
    return [text for text in texts if "".join(str(text).split()) not in whole]


@pytest.fixture
def known(acme, buyer):
    """A supplier with something in every section of its dossier."""
    OrganisationFactory()
    site = SiteFactory(supplier=acme, name="虎门厂", name_latin="Humen plant")
    AgreementFactory(supplier=acme)
    SelfInspectionFactory(site=site, supplier=acme)
    FindingFactory(supplier=acme, site=site, title="消防通道堵塞")
    CertificateFactory(supplier=acme)
    DecisionFactory(review__supplier=acme)
    return acme


@pytest.mark.parametrize("language", LANGUAGES)
def test_dossier_tells_everything_about_the_supplier_in_the_language_asked_for(language, known, fonts):
    report = SupplierReport.objects.create(supplier=known, language=language, fingerprint=language)
    build_dossier(report.pk)
    data = bytes_of(report)
    with override(language):
        headings = [gettext("Sites"), gettext("Findings"), gettext("Decisions")]
        name = f"{gettext('Supplier dossier')} {known.number} {known.name}.pdf"
    found = [known.name, known.number, "虎门厂", "Humen plant", "消防通道堵塞", str(today().year), *headings]
    assert missing(found, data) == []
    assert (report.status, report.file_name) == ("ready", name)
    assert fonts_not_ours(data) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_yearly_report_tells_the_year_in_the_language_asked_for(language, known, fonts):
    report = YearlyReport.objects.create(year=today().year, language=language, fingerprint=language)
    build_yearly_report(report.pk)
    data = bytes_of(report)
    with override(language):
        title = gettext("CSR report %(year)s") % {"year": today().year}
        headings = [gettext("Agreement coverage"), gettext("Training participation"), gettext("CSR reviews")]
    assert missing(["Nordhaven Group", title, *headings], data) == []
    assert (report.status, report.file_name) == ("ready", f"{title}.pdf")
    assert fonts_not_ours(data) == []


def test_reports_carry_their_figures_as_data(known, fonts):
    report = YearlyReport.objects.create(year=today().year, language="en", fingerprint="x")
    build_yearly_report(report.pk)
    assert list(PdfReader(io.BytesIO(bytes_of(report))).attachments) == ["figures.json"]


def test_same_report_asked_for_twice_is_one_row(known, csr_manager, login):
    client = login(csr_manager)
    for _time in range(2):
        client.post(reverse("staff:yearly-report"), {"year": today().year, "language": "en"})
        client.post(reverse("staff:supplier-dossier", args=[known.pk]), {"language": "ja"})
    assert (YearlyReport.objects.count(), SupplierReport.objects.count()) == (1, 1)


def test_year_without_figures_is_refused(csr_manager, login, gate_policy):
    response = login(csr_manager).post(reverse("staff:yearly-report"), {"year": 1999, "language": "en"})
    assert (response.status_code, YearlyReport.objects.count()) == (422, 0)


def test_download_is_a_private_file_with_its_name(known, csr_manager, login, fonts):
    report = SupplierReport.objects.create(supplier=known, language="en", fingerprint="x", requested_by=csr_manager)
    url = reverse("staff:report-download", args=["dossier", report.pk])
    assert login(csr_manager).get(url).status_code == 404
    build_dossier(report.pk)
    response = login(csr_manager).get(url)
    assert response.getvalue()[:5] == b"%PDF-"
    response.close()
    headers = {name: response.headers[name] for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options")}
    assert headers == {
        "Content-Type": "application/pdf",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    assert response.headers["Content-Disposition"].startswith("attachment; filename")


def test_dossier_of_another_supplier_does_not_exist(known, mallory, login):
    report = SupplierReport.objects.create(supplier=known, language="en", fingerprint="x", status="ready")
    answers = [
        login(mallory).get(reverse(f"portal:{name}", args=["dossier", report.pk])).status_code
        for name in ("report-status", "report-download")
    ]
    assert answers == [404, 404]


def test_every_date_in_a_dossier_has_its_year(known):
    with override("zh-hans"):
        with years_always():
            inside = day_text(today())
        outside = day_text(today())
    assert (inside, outside) == (
        f"{today().year}年{today().month}月{today().day}日",
        f"{today().month}月{today().day}日",
    )
