"""The printed agreement: small enough to send ten thousand of, exact in every language."""

import subprocess

import pytest

from agreements import reports
from agreements.models import Version
from agreements.states import DocumentKind
from csr_portal.core.models import Organisation
from tests.factories.agreements import AgreementFactory, load_texts
from tests.factories.suppliers import SupplierFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts")]

LIMIT = 130_000  # bytes of an agreement without seal, performance goal G7


@pytest.fixture
def presented():
    """The agreement that the product comes with, drawn for a Chinese supplier in that language."""
    load_texts()
    version = Version.objects.get(document__kind=DocumentKind.CSR_AGREEMENT)
    address = "广东省东莞市长安镇振安路88号"
    supplier = SupplierFactory(number="S-7", name="东莞市宏达五金制品有限公司", country="CN", address=address)

    def draw(language):
        agreement = AgreementFactory(version=version, document=version.document, supplier=supplier, language=language)
        return reports.draw_presented(agreement, Organisation.current())

    return draw


def text_of(data):
    command = ["pdftotext", "-raw", "-", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode().replace("\n", "")


@pytest.mark.parametrize("language", ["en", "zh-hans", "ja"])
def test_agreement_is_small_and_says_every_clause_letter_by_letter(presented, language):
    data = presented(language)
    text = text_of(data).replace(" ", "")
    content = reports.text_content(Version.objects.get(document__kind=DocumentKind.CSR_AGREEMENT), language)
    clauses = [clause[part].replace(" ", "") for clause in content["clauses"] for part in ("title", "text")]
    assert len(data) <= LIMIT
    assert [part for part in [content["title"].replace(" ", ""), *clauses] if part not in text] == []
    assert ("东莞市宏达五金制品有限公司" in text, "\ufffd" in text) == (True, False)
