"""Makes the pictures of README.md from a running demo: `python docs/screenshots.py http://localhost:8000`."""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from csr_portal.demo import PASSWORD

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1360, "height": 860}


def main(url: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        buyer = log_in(browser, url, "buyer@demo.example", "en", DESK)
        picture(buyer, "/staff/", "my-work-en")
        buyer.goto("/staff/suppliers/?view=strategic")
        picture(buyer, buyer.locator("a.main").first.get_attribute("href") or "", "supplier-en")
        manager = log_in(browser, url, "csr@demo.example", "zh-hans", DESK)
        picture(manager, "/staff/suppliers/?view=all", "list-zh")
        picture(manager, "/staff/indicators/", "indicators-zh")
        yearly_report(manager, "ja", "report-ja")
        clerk = log_in(browser, url, "clerk@demo.example", "zh-hans", PHONE)
        picture(clerk, "/portal/", "portal-zh")
        browser.close()


def log_in(browser: Browser, url: str, email: str, language: str, size: dict[str, int]) -> Page:
    """A page of a browser of its own, in which the person is logged in and reads the language."""
    page = browser.new_context(base_url=url, viewport=size, color_scheme="light").new_page()  # type: ignore[arg-type]
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile("/(staff|portal)/"))
    say_language(page, language)
    return page


def say_language(page: Page, language: str) -> None:
    button = page.locator(f"button[name=language][value={language}]").first
    with page.expect_navigation():
        button.evaluate("button => button.click()")


def picture(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    keep(page.screenshot(), name)


def yearly_report(page: Page, language: str, name: str) -> None:
    """Ask for the report as a person does, wait for the worker, and draw the first two pages beside each other."""
    page.goto("/staff/reports/")
    page.select_option("select[name=language]", language)
    page.locator("form select[name=language]").locator("xpath=ancestor::form").evaluate("form => form.requestSubmit()")
    page.wait_for_selector("a[download]", timeout=120_000)
    with page.expect_download() as download:
        page.locator("a[download]").first.click()
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "report.pdf"
        download.value.save_as(pdf)
        command = ["pdftoppm", "-r", "75", "-l", "2", "-png", str(pdf), str(Path(folder) / "page")]
        subprocess.run(command, check=True)  # noqa: S603
        pages = sorted(Path(folder).glob("page*.png"))
        keep(beside(pages), name)


def beside(pages: list[Path]) -> bytes:
    """Pages beside each other on grey, as one picture."""
    pictures = [Image.open(page).convert("RGB") for page in pages]
    width, height, gap = pictures[0].width, pictures[0].height, 16
    whole = Image.new("RGB", (gap + (width + gap) * len(pictures), height + 2 * gap), "#e1e6eb")
    for place, drawn in enumerate(pictures):
        whole.paste(drawn, (gap + place * (width + gap), gap))
    data = io.BytesIO()
    whole.save(data, "PNG")
    return data.getvalue()


def keep(data: bytes, name: str) -> None:
    """As a palette of 128 colours: text and lines stay sharp, and the file is a quarter."""
    small = Image.open(io.BytesIO(data)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(PICTURES / f"{name}.png", optimize=True)
    sys.stdout.write(f"{name}.png\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
