"""The frame in a real browser: nothing typed is lost (B4, B9), pages are accessible and fit on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import PASSWORD


@pytest.fixture
def page(open_browser, log_in, alice, buyer):
    page = open_browser()
    page.clock.install()
    log_in(page, buyer)
    page.goto("/accounts/settings/")
    page.fill("#id_job_title", "Typed, not saved")
    return page


def test_unsaved_input_survives_a_change_of_the_language(page):
    page.click("details.menu summary >> nth=0")
    page.click("button[name=language][value=ja]")
    page.wait_for_selector("html[lang=ja]")
    assert (page.input_value("#id_job_title"), page.input_value("#id_language")) == ("Typed, not saved", "ja")


def test_form_is_sent_after_a_new_log_in_over_the_page(page, buyer):
    page.context.clear_cookies(name="session")
    page.clock.fast_forward(120_000)
    page.click("main form button[type=submit]")
    page.wait_for_selector("#session-over[open]")
    page.fill("#again-password", PASSWORD)
    page.click("#session-over button[type=submit]")
    page.wait_for_selector("main .note.tone-ok")
    buyer.refresh_from_db()
    assert buyer.job_title == "Typed, not saved"


def test_form_without_network_stays_with_its_text(page, buyer):
    page.context.set_offline(True)
    page.click("main form button[type=submit]")
    page.wait_for_selector("[data-no-network]")
    assert page.input_value("#id_job_title") == "Typed, not saved"
    page.context.set_offline(False)
    page.click("main form button[type=submit]")
    page.wait_for_selector("main .note.tone-ok")
    buyer.refresh_from_db()
    assert buyer.job_title == "Typed, not saved"


def test_theme_is_kept_and_drawn_by_the_server(page):
    page.click("details.menu summary:has(.avatar)")
    page.click("button[name=theme][value=dark]")
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "dark"


ADDRESSES = ["/accounts/settings/", "/accounts/notices/", "/accounts/2fa/", "/accounts/password/change/", "/nothing/"]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
@pytest.mark.parametrize("person", ["alice", "buyer"])
def test_pages_about_oneself_are_accessible_and_fit(open_browser, log_in, request, person, width, scheme):
    page = open_browser(width=width, scheme=scheme)
    log_in(page, request.getfixturevalue(person))
    found = {}
    for address in ADDRESSES:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((menu) => { menu.open = true; })")
        problems = [problem["id"] for problem in Axe().run(page).response["violations"]]
        if problems or page.evaluate("document.documentElement.scrollWidth") > width:
            found[address] = problems or "scrolls sideways"
    assert found == {}
