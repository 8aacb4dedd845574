"""A person at a browser, who notes whatever is wrong with the pages they see."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}
SUBMIT = "main form:not([data-confirm]) button[type=submit].btn-primary"


class Person:
    """Opens pages, fills forms, presses buttons. Every kind of page is looked at once, in light and in dark."""

    seen: set = set()
    looks: list = []

    def __init__(self, chromium, address, faults, *, user=None, **device):
        self.address, self.faults = address, faults
        self.context = chromium.new_context(base_url=address, **device)
        self.width = device["viewport"]["width"]
        if user:
            self.become(user)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.set_default_navigation_timeout(90_000)  # sealing happens within the request: no worker here
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._note(f"script error: {error}"))
        self.context.on("request", self._note_request)
        self.context.on("response", self._note_answer)

    def become(self, user):
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.address}])

    def _note(self, fault):
        self.faults.append(f"{urlsplit(self.page.url).path}: {fault}")

    def _note_look(self, fault):
        Person.looks.append(f"{urlsplit(self.page.url).path}: {fault}")

    def _note_console(self, message):
        if message.type == "error" and "status of 4" not in message.text:
            self._note(f"console: {message.text}")

    def _note_request(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and not request.url.startswith(self.address):
            self._note(f"asks another host: {request.url}")

    def _note_answer(self, response):
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            self._note(f"{response.status} {response.url}")

    # What a person does

    def open(self, path):
        self.page.goto(path)
        self.look()
        return self

    def fill(self, within="main", **fields):
        """Type, choose and tick by the fields' names."""
        for name, value in fields.items():
            field = self.page.locator(f"{within} [name='{name}']")
            kind = field.first.evaluate("field => field.type")
            if kind == "radio":
                self.page.locator(f"{within} [name='{name}'][value='{value}']").check()
            elif kind == "checkbox" and isinstance(value, bool):
                field.first.set_checked(value)
            elif kind == "checkbox":
                self.page.locator(f"{within} [name='{name}'][value='{value}']").check()
            elif kind.startswith("select"):
                field.first.select_option(str(value))
            else:
                field.first.fill(str(value))
        return self

    def press(self, selector=SUBMIT):
        """Press what leads to another page, and look at that page."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.look()
        return self

    def press_in_form(self, path_end, **fields):
        """Fill and send the form whose address ends so."""
        form = f"form[action$='{path_end}']"
        self.unfold(form)
        self.fill(form, **fields)
        return self.press(f"{form} button[type=submit]")

    def unfold(self, selector):
        """Open the folded parts around it, as a reader does."""
        self.page.locator(selector).first.evaluate(
            "e => { for (let p = e; p; p = p.parentElement) if (p.tagName === 'DETAILS') p.open = true; }"
        )

    def says(self, text):
        assert text in self.page.locator("body").inner_text(), f"{text!r} is not on {self.page.url}"
        return self

    @property
    def path(self):
        return urlsplit(self.page.url).path

    def pk(self):
        """The number in the address of the page."""
        return int(re.findall(r"/(\d+)/", self.path)[-1])

    def look(self):
        """Accessible (axe), in light and dark, and not wider than the screen: once for each kind of page and person."""
        kind = (re.sub(r"/\d+/|/[^/]*:[^/]*/", "/…/", self.path), self.width)
        if kind in Person.seen:
            return
        Person.seen.add(kind)
        schemes = ["light", "dark"] if len(Person.seen) % 3 == 0 else ["light"]
        for scheme in schemes:
            if scheme == "dark":
                self.page.emulate_media(color_scheme=scheme)
                self.page.wait_for_timeout(500)  # colours fade over; axe would measure one in between
            for problem in Axe().run(self.page).response["violations"]:
                nodes = [node["html"][:120] for node in problem["nodes"][:2]]
                self._note_look(f"{problem['id']} ({self.width}, {scheme}): {nodes}")
        self.page.emulate_media(color_scheme="light")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.width + 1:  # a browser rounds parts of a pixel up
            self._note_look(f"scrolls sideways: {wide} > {self.width}")

    def keep_picture(self, name):
        """For a look by eye when a journey fails."""
        folder = Path(settings.DATA_DIR) / "journey"
        folder.mkdir(exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)
