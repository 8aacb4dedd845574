"""A real browser for the journeys. Without Chromium they are skipped."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

PASSWORD = "correct horse battery"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: a journey in a real browser")


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("no Chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread; the server has its own
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_browser(chromium, live_server, django_db_serialized_rollback):
    """`open_browser(width=360, scheme="dark")` gives a page of a fresh browser; relative addresses work."""
    contexts = []

    def open_page(width=1280, scheme="light", **options):
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 800}, color_scheme=scheme, **options
        )
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def log_in(db):
    """Log a person into a page by the log-in form."""

    def log_in_as(page, person):
        person.set_password(PASSWORD)
        person.save()
        page.goto("/accounts/login/")
        page.fill("main [name=login]", person.email)
        page.fill("main [name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)

    return log_in_as
