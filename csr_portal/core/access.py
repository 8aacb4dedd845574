"""Who may open a page. Every view says it with one of these decorators; they keep the rule on it for the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from csr_portal.core.models import User
from csr_portal.core.roles import Role, has_role

View = Callable[..., HttpResponseBase]
TRIES_PER_HOUR = 60


class PersonRequest(HttpRequest):
    """The request of a view behind one of the decorators that ask for a log-in."""

    user: User


@dataclass(frozen=True)
class Rule:
    """`kind` is staff, portal, person (any logged-in person) or open; `roles` who of the staff."""

    kind: str
    roles: tuple[str, ...] = ()


def staff_page(*roles: str) -> Callable[[View], View]:
    """Only for people of the company with one of the roles; without arguments for each of them."""
    allowed = roles or tuple(Role.values)

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not has_role(request.user, *allowed):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.rule = Rule("staff", allowed)  # type: ignore[attr-defined]
        return checked

    return decorate


def person_page(view: View) -> View:
    """For everybody who is logged in, about themselves."""
    checked = wraps(view)(login_required(view))
    checked.rule = Rule("person")  # type: ignore[attr-defined]
    return checked


def open_page(view: View) -> View:
    """Without an account: an invitation, a signature, a verification. The view checks its own token."""
    view.rule = Rule("open")  # type: ignore[attr-defined]
    return view


def too_often(request: HttpRequest, what: str) -> str:
    """Words for more tries from one address in an hour than people make, counted in the shared cache; else nothing."""
    key = f"{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, 3600)
    return _("Too many tries from here. Try again in an hour.") if cache.incr(key) > TRIES_PER_HOUR else ""


def speak(request: HttpRequest, language: str) -> None:
    """Show a page without account in the language of the mail that led here, unless this device has chosen one."""
    if not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) and language in dict(settings.LANGUAGES):
        translation.activate(language)
        request.LANGUAGE_CODE = language
