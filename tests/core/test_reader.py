"""The reader's preferences, the headers of private pages, and pages about oneself."""

import json
import logging

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from csr_portal.core.logs import JsonFormatter
from csr_portal.core.models import Notice
from csr_portal.views import server_error


@pytest.fixture
def notice(alice):
    return Notice.objects.create(
        key="k",
        kind="test",
        recipient=alice,
        email=alice.email,
        language="en",
        subject="Your turn",
        body="x",
        url="/open/session/",
    )


def test_language_is_kept_with_the_person_and_leads_back(client, alice):
    client.force_login(alice)
    response = client.post(reverse("open:set-language"), {"language": "ja", "next": "/accounts/settings/?a=1"})
    alice.refresh_from_db()
    assert (response.status_code, response["Location"], alice.language) == (302, "/accounts/settings/?a=1", "ja")


@pytest.mark.django_db
def test_language_of_a_reader_without_account_is_kept_in_a_cookie(client):
    response = client.post(reverse("open:set-language"), {"language": "zh-hans", "next": "/accounts/login/"})
    assert response.cookies["django_language"].value == "zh-hans"
    assert '<html lang="zh-Hans"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_language_never_leads_to_another_site(client, target):
    assert client.post(reverse("open:set-language"), {"language": "ja", "next": target})["Location"] == "/"


@pytest.mark.django_db
def test_unknown_language_changes_nothing(client, alice):
    client.force_login(alice)
    before = alice.language
    client.post(reverse("open:set-language"), {"language": "xx"})
    alice.refresh_from_db()
    assert alice.language == before


@pytest.mark.parametrize(("cookie", "expected"), [("", "auto"), ("dark", "dark"), ("light", "light"), ('"><b', "auto")])
@pytest.mark.django_db
def test_theme_comes_with_the_page(client, cookie, expected):
    client.cookies["theme"] = cookie
    assert f'data-bs-theme="{expected}"' in client.get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_set_theme_keeps_only_known_themes(client):
    assert client.post(reverse("open:set-theme"), {"theme": "dark"}).cookies["theme"].value == "dark"
    assert "theme" not in client.post(reverse("open:set-theme"), {"theme": "pink"}).cookies


def test_page_of_a_person_is_in_their_language_and_kept_by_no_cache(client, alice):
    get_user_model().objects.filter(pk=alice.pk).update(language="ja")
    client.force_login(alice)
    response = client.get(reverse("my-settings"))
    assert (response["Content-Language"], response["Cache-Control"], response["Cross-Origin-Opener-Policy"]) == (
        "ja",
        "private, no-store",
        "same-origin",
    )


@pytest.mark.django_db
def test_script_without_log_in_gets_401_and_a_page_the_log_in(client):
    address = reverse("my-notices")
    answers = [
        client.get(address, headers=headers) for headers in ({"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}, {})
    ]
    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [
        (401, None),
        (401, None),
        (302, f"/accounts/login/?next={address}"),
    ]


def test_session_says_whether_somebody_is_logged_in(client, alice):
    before = client.get(reverse("open:session")).json()
    client.force_login(alice)
    after = client.get(reverse("open:session")).json()
    assert (before["logged_in"], after["logged_in"], len(after["token"])) == (False, True, 64)


def test_settings_are_saved_and_said_so(client, alice):
    client.force_login(alice)
    values = {"name": "刘敏", "name_latin": "Liu Min", "job_title": "", "language": "en", "time_zone": "Asia/Tokyo"}
    response = client.post(reverse("my-settings"), values, follow=True)
    alice.refresh_from_db()
    assert (alice.name_latin, alice.time_zone) == ("Liu Min", "Asia/Tokyo")
    assert "Your settings are saved." in response.content.decode()


def test_settings_refuse_an_unknown_time_zone_and_keep_what_was_typed(client, alice):
    client.force_login(alice)
    response = client.post(reverse("my-settings"), {"name": "New", "language": "en", "time_zone": "Mars/Olympus"})
    alice.refresh_from_db()
    assert (response.status_code, alice.name) == (200, "刘敏")
    assert 'value="New"' in response.content.decode()


def test_opening_a_notice_marks_it_as_read_and_leads_there(client, alice, notice):
    client.force_login(alice)
    response = client.post(reverse("my-notice-open", args=[notice.pk]))
    notice.refresh_from_db()
    assert (response["Location"], notice.read_at is not None) == ("/open/session/", True)


def test_notice_of_somebody_else_is_not_there(client, mallory, notice):
    client.force_login(mallory)
    assert client.post(reverse("my-notice-open", args=[notice.pk])).status_code == 404


def test_all_notices_are_marked_as_read(client, alice, notice):
    client.force_login(alice)
    client.post(reverse("my-notices-read"))
    notice.refresh_from_db()
    assert notice.read_at is not None


@pytest.mark.django_db
def test_form_with_a_wrong_token_says_that_nothing_was_sent():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert response.status_code == 403
    assert "Nothing was sent." in response.content.decode()


@pytest.mark.django_db
def test_missing_page_leads_to_the_start(client):
    response = client.get("/nothing/here/")
    html = response.content.decode()
    assert (response.status_code, "This page does not exist" in html, "Reference: " in html) == (404, True, True)


def test_server_error_shows_the_reference_that_the_log_carries(rf):
    request = rf.get("/")
    request.reference = "1a2b3c4d"
    response = server_error(request)
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Internal Server Error: /", None, None)
    record.request = request
    assert (response.status_code, "1a2b3c4d" in response.content.decode()) == (500, True)
    assert json.loads(JsonFormatter().format(record))["reference"] == "1a2b3c4d"


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "mfa_index",
        "account_email",
        "account_logout",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
    ],
)
@pytest.mark.parametrize("person", ["alice", "buyer"])
def test_pages_of_the_log_in_stand_in_the_readers_frame(client, name, person, request):
    client.force_login(request.getfixturevalue(person))
    html = client.get(reverse(name), follow=True).content.decode()
    assert ("portal/theme.css" in html, html.count("<h1")) == (True, 1)
