"""What a supplier's page costs on a phone: everything that is transferred on the first visit, without the PDF."""

import gzip

import pytest
from django.urls import reverse

from agreements import workflow
from tests.factories.agreements import load_texts

LIMIT = 300_000
COMPRESSED = (".css", ".js", ".svg")  # as whitenoise sends them; fonts are compressed already, pages go as they are


@pytest.fixture
def transferred(open_browser, log_in, alice):
    """`transferred(address)`: the bytes of each file of a page that a phone in Chinese opens with an empty cache."""
    type(alice).objects.filter(pk=alice.pk).update(language="zh-hans")
    alice.refresh_from_db()
    entrance = open_browser(360)
    log_in(entrance, alice)

    def measure(address):
        page = open_browser(360, locale="zh-CN", storage_state=entrance.context.storage_state())
        answers = []
        page.on("requestfinished", lambda request: answers.append(request.response()))
        page.goto(address, wait_until="networkidle")
        assert page.locator("html").get_attribute("lang").lower() == "zh-hans"
        return {answer.url: _sent(answer) for answer in answers}

    return measure


def _sent(answer):
    data, path = answer.body(), answer.url.partition("?")[0]
    return len(gzip.compress(data, 9) if path.endswith(COMPRESSED) else data) + len(str(answer.headers))


def test_agreement_page_in_chinese_is_light(erasable, live_server, fonts, acme, buyer, transferred):
    agreement = workflow.issue(load_texts()[0], acme, by=buyer)
    sizes = transferred(reverse("portal:agreement-detail", args=[agreement.pk]))
    assert any(name.endswith(".css") for name in sizes)
    assert sum(sizes.values()) < LIMIT, sizes
