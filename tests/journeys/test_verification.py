"""What is dropped on a page of verification is hashed on the device and never leaves it; the answer is clear."""

import pytest
from django.urls import reverse

from agreements import workflow
from agreements.reports import read_file
from tests.factories.agreements import AgreementFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.mark.usefixtures("erasable", "fonts", "gate_policy")
def test_altered_file_is_named_at_the_head_of_its_page_and_not_sent(open_browser, acme, tmp_path):
    agreement = AgreementFactory(supplier=acme, status="signed")
    workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    data = read_file(agreement.sealed_file)
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
    page, sent = open_browser(width=360), []
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    for address in (reverse("open:verify"), reverse("open:agreement-verify", args=[agreement.verify_code])):
        page.goto(address)
        page.set_input_files("#id_file", copy)
        with page.expect_navigation():
            page.click("form[data-hash-only] button[type=submit]")
        assert page.locator("h1").inner_text() == "Altered: this is not the file we sealed"
        assert page.locator(".note").bounding_box()["height"] < 120
    assert max(map(len, sent)) < 2000
