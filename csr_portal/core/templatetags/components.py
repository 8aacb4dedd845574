"""What the tags share: the request, and drawing a component or an icon."""

from typing import Any, cast

from django.http import HttpRequest
from django.template.backends.django import Template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

from csr_portal.core import icons


def request_of(context: Context) -> HttpRequest | None:
    return getattr(context, "request", None) or context.get("request")


def component(context: Context, name: str, **values: Any) -> SafeString:
    """Draw a component with these values only; the request goes along for icons and the reader."""
    template = cast(Template, get_template(f"components/{name}.html"))
    return template.template.render(context.new(values | _reader(context)))


def _reader(context: Context) -> dict[str, Any]:
    return {key: context[key] for key in ("request", "user", "csrf_token") if key in context}


def icon_of(context: Context, name: str, **options: str) -> SafeString:
    return icons.svg(name, sprite=getattr(request_of(context), "icon_sprite", None), **options)
