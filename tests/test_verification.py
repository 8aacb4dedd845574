"""Verification for anybody: by code, by file, by hash; valid, altered, superseded, unknown; in three languages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements import workflow
from audits import verification
from audits.models import SiteReviewReport
from audits.tasks import build_review_report, request_review_report
from csr_portal.core.codes import new_code
from csr_portal.core.seal import sha256, verify_pdf
from tests.factories.agreements import AgreementFactory
from tests.factories.audits import SiteReviewFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts", "gate_policy")]


@pytest.fixture
def agreement(acme):
    row = AgreementFactory(supplier=acme, status="signed")
    workflow.seal_agreement(row.pk)
    row.refresh_from_db()
    return row


def bytes_of(field):
    with field.open("rb") as file:
        return file.read()


def look_up(data=None, language="en", **fields):
    """What the page for a file answers, without an account: with the file, or with its hash alone."""
    client = Client(headers={"accept-language": language})
    files = {"file": SimpleUploadedFile("a.pdf", data, "application/pdf")} if data is not None else {}
    return client.post(reverse("open:verify-file"), fields | files)


def altered(data):
    place = len(data) // 3
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_sealed_file_leads_to_its_agreement(agreement):
    data = bytes_of(agreement.sealed_file)
    for answer in (look_up(data), look_up(sha256=sha256(data))):
        assert (answer.status_code, answer.context["agreement"], answer.context["result"]) == (200, agreement, "valid")
        assert answer.context["comparison"] == "same"


def test_altered_file_is_named_by_the_code_in_its_seal(agreement):
    data = altered(bytes_of(agreement.sealed_file))
    for answer in (look_up(data), look_up(sha256=sha256(data), code=agreement.verify_code)):
        assert (answer.context["agreement"], answer.context["result"]) == (agreement, "altered")


def test_replaced_agreement_is_genuine_and_superseded(agreement):
    type(agreement).objects.filter(pk=agreement.pk).update(status="superseded")
    assert look_up(bytes_of(agreement.sealed_file)).context["result"] == "superseded"


@pytest.mark.parametrize(
    "fields", [{"data": b"%PDF-1.7 of somebody"}, {"sha256": "0" * 64}, {}, {"sha256": "", "code": ""}]
)
def test_file_of_somebody_else_is_unknown(fields, agreement):
    answer = look_up(**fields)
    assert "Unknown: we have sealed no such file." in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Genuine and in force"), ("zh-hans", "真实有效"), ("ja", "有効")]
)
def test_answer_comes_in_the_reader_s_language(language, words, agreement):
    assert words in look_up(bytes_of(agreement.sealed_file), language).content.decode()


def test_altered_copy_of_our_own_is_never_called_genuine(agreement, settings):
    path = agreement.sealed_file.path
    data = bytes_of(agreement.sealed_file)
    with open(path, "wb") as file:
        file.write(altered(data))
    assert look_up(sha256=sha256(data)).context["result"] == "altered"


# Site review reports


@pytest.fixture
def report(buyer):
    report = request_review_report(SiteReviewFactory(), "zh-hans", by=buyer)
    build_review_report(report.pk)
    return SiteReviewReport.objects.get(pk=report.pk)


def test_site_review_report_is_sealed_and_found_by_its_file(report):
    data = bytes_of(report.file)
    assert verify_pdf(data).is_valid
    answer = look_up(data)
    assert (answer.context["report"], answer.context["result"], answer.context["comparison"]) == (
        report,
        "valid",
        "same",
    )
    changed = look_up(altered(data))
    assert (changed.context["report"], changed.context["result"]) == (report, "altered")


def test_site_review_report_is_found_by_its_code(report):
    client = Client()
    answer = client.get(reverse("open:verify"), {"code": report.verify_code.lower()}, follow=True)
    assert (answer.context["report"], answer.context["result"]) == (report, "valid")
    compared = client.post(
        reverse("open:review-verify", args=[report.verify_code]),
        {"file": SimpleUploadedFile("a.pdf", b"%PDF-", "application/pdf")},
    )
    assert (compared.context["comparison"], compared.context["result"]) == ("other", "altered")


def test_older_report_of_a_review_is_superseded(report):
    newer = SiteReviewReport.objects.get(pk=report.pk)
    newer.pk, newer.fingerprint, newer.verify_code = None, "f" * 64, new_code("REV")
    newer.finished_at = report.finished_at.replace(year=report.finished_at.year + 1)
    newer.save()
    assert [verification.result(row) for row in (report, newer)] == ["superseded", "valid"]


def test_unknown_code_of_a_report_says_so():
    answer = Client().get(reverse("open:review-verify", args=[new_code("REV")]))
    assert (answer.context["report"], answer.context["result"]) == (None, "unknown")


def test_report_that_is_drawn_again_keeps_its_code(report):
    assert [verification.code_of(report), verification.code_of(report)] == [report.verify_code] * 2


def test_page_of_a_code_compares_a_hash_without_the_file(agreement):
    address = reverse("open:agreement-verify", args=[agreement.verify_code])
    answers = [Client().post(address, {"sha256": digest}) for digest in (agreement.sealed_sha256, "0" * 64)]
    assert [(a.context["result"], a.context["comparison"]) for a in answers] == [
        ("valid", "same"),
        ("altered", "other"),
    ]
