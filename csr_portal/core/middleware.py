"""What happens around every request: the reader's language, time zone and theme; nothing private is kept by caches."""

import secrets
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.utils import timezone, translation

GetResponse = Callable[[HttpRequest], HttpResponse]

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


def reader_preferences(get_response: GetResponse) -> GetResponse:
    """Who is logged in reads in their own language and time zone; the theme comes from a cookie.

    Every request gets a reference, which error pages show and log lines carry.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.reference = secrets.token_hex(4)  # type: ignore[attr-defined]
        theme = request.COOKIES.get(THEME_COOKIE, "")
        request.theme = theme if theme in THEMES else THEMES[0]  # type: ignore[attr-defined]
        if request.path.startswith("/static/") or not request.user.is_authenticated:
            return get_response(request)
        person = request.user  # the API takes the user off a request that it refuses
        translation.activate(person.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zoneinfo.ZoneInfo(person.time_zone)):
            response = get_response(request)
        response.headers["Content-Language"] = person.language
        return response

    return middleware


def private_by_default(get_response: GetResponse) -> GetResponse:
    """Private pages stay out of every cache; a script whose log-in has ended gets 401, not a log-in page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if _is_script(request) and _leads_to_login(response):
            response = JsonResponse({"code": "logged_out"}, status=401)
        if request.user.is_authenticated or request.path.startswith(("/open/", "/accounts/")):
            response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=(), camera=(self)"
        )
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def _is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty"


def _leads_to_login(response: HttpResponse) -> bool:
    login = resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and response.headers.get("Location", "").partition("?")[0] == login
