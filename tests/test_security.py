"""The floor under every page: headers, cookies, log-in, redirects, uploads, private files; reading changes nothing."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http.multipartparser import MultiPartParser
from django.test import Client
from django.urls import reverse

from csr_portal.core.files import LimitedUploadHandler
from tests.test_access import ROUTES
from tests.test_access import world as access_world

world = access_world  # the fixture: one object of each kind, all Acme's
ROOT = Path(project.BASE_DIR)
PASSWORD = "correct horse battery"
PRODUCTION = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "ALLOWED_HOSTS": "csr.example.com",
    "PUBLIC_URL": "https://csr.example.com",
    "EMAIL_URL": "smtp://mail.example.com:25",
    "CELERY_BROKER_URL": "redis://broker.example.com:6379/0",
    "DJANGO_SETTINGS_MODULE": "csr_portal.settings",
}
LIBRARY_PAGES = [
    "/admin/",
    "/admin/login/",
    "/admin/core/user/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/password/reset/",
    "/accounts/password/change/",
    "/accounts/signup/",
    "/accounts/2fa/",
    "/nothing/",
]
# Opening these is what is recorded (“viewed”), or the text is drawn as PDF by whoever asks first.
PAGES_THAT_NOTE_THE_OPENING = {
    "open:calendar",
    "open:invitation",
    "open:sign",
    "portal:agreement-detail",
    "portal:guideline-detail",
    "portal:agreement-file",
    "staff:agreement-file",
}
WRITES = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.I)
KEPT_BY_DJANGO = {"django_session", "core_cache"}
INLINE = re.compile(
    rb"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style\b|\sstyle=\"|\son[a-z]+=\"|javascript:", re.I
)


@pytest.fixture(autouse=True)
def no_one_has_tried_yet(db):
    cache.clear()
    yield
    cache.clear()


def run_with(environment, *arguments):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=60
    )


class Written:
    """Which of our tables a request has written to."""

    def __init__(self):
        self.tables = set()

    def __call__(self, execute, sql, params, many, context):
        found = WRITES.match(sql)
        if found and found[2] not in KEPT_BY_DJANGO:
            self.tables.add(found[2])
        return execute(sql, params, many, context)


def addresses(world):
    yield from ((name, reverse(name, kwargs=route.arguments(world))) for name, route in ROUTES.items())
    yield from ((address, address) for address in LIBRARY_PAGES)


def client_of(world, person):
    client = Client()
    if person != "anonymous":
        client.force_login(world.people[person])
    return client


def header_faults(response):
    """What is missing in the headers of this answer."""
    policy = response.get("Content-Security-Policy", "")
    is_page = response.get("Content-Type", "").startswith("text/html")
    wanted = {
        "no nosniff": response.get("X-Content-Type-Options") == "nosniff",
        "no policy": "default-src 'none'" in policy,
        "may be framed": response.get("X-Frame-Options") == "DENY",
        "referrer leaves": response.get("Referrer-Policy") == "same-origin",
        "other windows reach it": response.get("Cross-Origin-Opener-Policy") == "same-origin",
        "devices are open": "Permissions-Policy" in response.headers,
        "inline is allowed": not is_page or "unsafe" not in policy,
        "has inline code": not is_page or not INLINE.search(response.content),
    }
    return [fault for fault, is_right in wanted.items() if not is_right]


def file_faults(response):
    """A file from people or about them: never cached, never run by the browser as a page."""
    wanted = {
        "not sandboxed": response.get("Content-Security-Policy", "").startswith("sandbox"),
        "cached": "no-store" in response.get("Cache-Control", ""),
        "no disposition": response.get("Content-Disposition", "").startswith(("attachment", "inline")),
    }
    return [fault for fault, is_right in wanted.items() if not is_right]


def close(response):
    """The file only: `response.close()` would close the connection to the database, too."""
    for closer in response._resource_closers:
        closer()
    response._resource_closers.clear()


def is_private_file(response):
    return response.streaming or "Content-Disposition" in response.headers


@pytest.mark.parametrize("person", ["anonymous", "alice", "csr_manager", "administrator"])
def test_reading_is_safe_on_every_page(world, person):
    client, faults = client_of(world, person), {}
    for name, address in addresses(world):
        written = Written()
        with connection.execute_wrapper(written):
            response = client.get(address)
        found = header_faults(response)
        if is_private_file(response):
            found += file_faults(response)
            close(response)
        if written.tables and name not in PAGES_THAT_NOTE_THE_OPENING:
            found.append(f"writes {sorted(written.tables)}")
        if person != "anonymous" and "no-store" not in response.get("Cache-Control", ""):
            found.append("may be cached")
        if found:
            faults[name] = found
    assert faults == {}


def test_every_form_needs_its_token(world):
    accepted = []
    for name, route in ROUTES.items():
        person = next((p for p in ("csr_manager", "alice", "buyer", "administrator") if p in route.allowed), None)
        if person is None:
            continue
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.people[person])
        response = client.post(reverse(name, kwargs=route.arguments(world)))
        if response.status_code not in {403, 405}:
            accepted.append(f"{name}: {response.status_code}")
    assert accepted == []


# Log-in


def log_in(client, email, password):
    return client.post("/accounts/login/", {"login": email, "password": password})


@pytest.fixture
def known(buyer):
    buyer.set_password(PASSWORD)
    buyer.save()
    return buyer


def without_what_was_typed(response, email):
    text = response.content.decode().replace(email, "…")
    return response.status_code, re.sub(r"\b[A-Za-z0-9]{64}\b", "token", text)


def test_log_in_does_not_tell_whether_the_account_exists(known):
    answers = [
        without_what_was_typed(log_in(Client(), email, "not the password"), email)
        for email in (known.email, "nobody@example.com")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_reset_does_not_tell_whether_the_account_exists(known):
    answers = []
    for email in (known.email, "nobody@example.com"):
        response = Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        answers.append((response.redirect_chain, *without_what_was_typed(response, email)))
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [[known.email], ["nobody@example.com"]]


def test_reset_link_works_once_and_ends_other_sessions(known):
    elsewhere = Client()
    log_in(elsewhere, known.email, PASSWORD)
    Client().post("/accounts/password/reset/", {"email": known.email})
    link = re.search(r"https?://[^/]+(/accounts/\S+)", mail.outbox[0].body)[1]
    client = Client()
    form = client.get(link, follow=True)
    new = "another good horse"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    known.refresh_from_db()
    assert known.check_password(new)
    assert elsewhere.get("/accounts/settings/").status_code == 302
    assert "password1" not in Client().get(link, follow=True).content.decode()


def test_log_in_is_locked_after_five_wrong_tries(known):
    client = Client()
    for _ in range(5):
        log_in(client, known.email, "not the password")
    assert "_auth_user_id" not in log_in(client, known.email, PASSWORD).wsgi_request.session
    somewhere_else = Client(REMOTE_ADDR="203.0.113.9")
    assert "_auth_user_id" not in log_in(somewhere_else, known.email, PASSWORD).wsgi_request.session


def test_log_in_works_after_four_wrong_tries(known):
    client = Client()
    for _ in range(4):
        log_in(client, known.email, "not the password")
    assert log_in(client, known.email, PASSWORD).wsgi_request.session["_auth_user_id"] == str(known.pk)


TRIES = """
import django
django.setup()
from django.test import Client
for _ in range(5):
    Client().post("/accounts/login/", {"login": "buyer@example.com", "password": "not the password"})
"""


@pytest.mark.skipif(project.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="the file is enough")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_log_in_lock_counts_the_tries_of_other_processes(known):
    environment = {name: os.environ[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATA_DIR", "CELERY_BROKER_URL")}
    database = connection.settings_dict["NAME"]
    other = run_with(
        environment | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": f"sqlite:///{database}"}, "-c", TRIES
    )
    assert other.returncode == 0, other.stderr
    assert "_auth_user_id" not in log_in(Client(), known.email, PASSWORD).wsgi_request.session


def test_nobody_signs_up_without_an_invitation():
    response = Client().post(
        "/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert (response.status_code, "_auth_user_id" in response.wsgi_request.session) == (200, False)


def test_password_is_kept_by_argon2():
    assert 'PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]' in (
        ROOT / "csr_portal" / "settings.py"
    ).read_text("utf-8")


# Redirects

FOREIGN = ["https://evil.example", "//evil.example", "https:evil.example", "/\\evil.example", "javascript:alert(1)"]


@pytest.mark.parametrize("target", FOREIGN)
def test_log_in_never_leads_to_another_host(known, target):
    response = Client().post("/accounts/login/", {"login": known.email, "password": PASSWORD, "next": target})
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("target", FOREIGN)
@pytest.mark.parametrize("name", ["open:set-language", "open:set-theme"])
def test_switches_never_lead_to_another_host(name, target):
    response = Client().post(reverse(name), {"next": target, "language": "ja", "theme": "dark"})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_switch_leads_back_to_our_page():
    response = Client().post(reverse("open:set-language"), {"next": "/accounts/login/?next=/staff/", "language": "ja"})
    assert response["Location"] == "/accounts/login/?next=/staff/"


# Uploads


class Counted(io.RawIOBase):
    """A long upload that counts how much of it was read."""

    def __init__(self, head, size, tail):
        self.data, self.taken = io.BytesIO(head + b"x" * size + tail), 0

    def read(self, size=-1):
        chunk = self.data.read(size)
        self.taken += len(chunk)
        return chunk


def test_upload_is_stopped_while_it_is_read(settings, rf):
    settings.EVIDENCE_MAX_BYTES = 100_000
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    tail = b"\r\n--cut--\r\n"
    body = Counted(head, 5_000_000, tail)
    meta = {"CONTENT_TYPE": "multipart/form-data; boundary=cut", "CONTENT_LENGTH": len(head) + 5_000_000 + len(tail)}
    _, received = MultiPartParser(meta, body, [LimitedUploadHandler(rf.get("/"))]).parse()
    assert len(received) == 0
    assert body.taken < 400_000


def test_form_without_files_may_not_be_large(login, buyer):
    response = login(buyer).post("/accounts/settings/", {"name": "x" * (3 * 1024 * 1024)})
    assert response.status_code in {400, 413}


# Production


def test_deployment_check_has_nothing_to_say(tmp_path):
    (tmp_path / "assets").mkdir()
    answer = run_with(
        PRODUCTION | {"DATA_DIR": str(tmp_path)}, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"
    )
    assert (answer.returncode, answer.stdout.strip()) == (0, "System check identified no issues (0 silenced).")


SHOW = """
import django
django.setup()
from django.conf import settings as s
print(*[getattr(s, name) for name in (
    "DEBUG", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")])
"""


def test_cookies_are_safe_behind_https(tmp_path):
    answer = run_with(PRODUCTION | {"DATA_DIR": str(tmp_path)}, "-c", SHOW)
    assert answer.stdout.split() == [
        "False", "True", "True", "Lax", "__Host-session",
        "True", "True", "Lax", "__Host-csrf", "True",
        "True", "63072000",
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["SECRET_KEY"])
def test_nothing_starts_without_its_secret(tmp_path, missing):
    environment = {name: value for name, value in PRODUCTION.items() if name != missing} | {"DATA_DIR": str(tmp_path)}
    answer = run_with(environment, "manage.py", "check")
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_no_host_is_allowed_unless_named(tmp_path):
    environment = {name: value for name, value in PRODUCTION.items() if name != "ALLOWED_HOSTS"}
    answer = run_with(
        environment | {"DATA_DIR": str(tmp_path)},
        "-c",
        "from csr_portal.settings import *; print(ALLOWED_HOSTS, DEBUG)",
    )
    assert answer.stdout.strip() == "[] False"


# The source


def sources(pattern):
    folders = ["csr_portal", "suppliers", "agreements", "audits", "training", "templates"]
    return [path for folder in folders for path in (ROOT / folder).rglob(pattern)]


def test_no_template_trusts_what_people_typed():
    found = [
        f"{path.relative_to(ROOT)}: {match}"
        for path in sources("*.html")
        for match in re.findall(r"\|\s*safe\b|safeseq|autoescape off", path.read_text("utf-8"))
    ]
    assert found == []


# What `mark_safe` may stand around: our own icons and drawings, made of escaped parts.
TRUSTED = {
    "csr_portal/core/icons.py",
    "csr_portal/core/templatetags/names.py",
    "csr_portal/core/templatetags/navigation.py",
    "csr_portal/core/templatetags/pieces.py",
    "csr_portal/core/templatetags/reports.py",
}


def test_only_drawings_are_marked_safe():
    found = {
        str(path.relative_to(ROOT))
        for path in sources("*.py")
        if re.search(r"\bmark_safe\(|\bSafeString\(", path.read_text("utf-8"))
    }
    assert found <= TRUSTED


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "inspections/assign/?supplier=²",
        "site-reviews/new/?site=²",
        "certificates/?supplier=²",
        "csr-reviews/?supplier=²",
    ],
)
def test_page_opens_when_its_address_holds_a_digit_that_is_no_number(address, csr_manager, login):
    assert login(csr_manager).get(f"/staff/{address}").status_code == 200


def test_no_view_is_exempt_from_the_form_token():
    assert [str(path) for path in sources("*.py") if "csrf_exempt" in path.read_text("utf-8")] == []
