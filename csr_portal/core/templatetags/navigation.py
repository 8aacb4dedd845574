"""What the reader may do, and where links lead."""

from typing import Any

from django import template
from django.http import QueryDict
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from csr_portal.core.roles import is_staff_member
from csr_portal.core.templatetags.components import request_of

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: Context, rule: str, obj: Any = None) -> bool:
    """`{% may "suppliers.can_manage_supplier" supplier as ok %}` asks suppliers/permissions.py about the reader."""
    app, name = rule.split(".")
    return bool(import_string(f"{app}.permissions.{name}")(context.get("user"), obj))


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """The present query string with these changes; an empty value takes a key away."""
    request = request_of(context)
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def url_or_none(name: str, *args: Any) -> str:
    """The address of a page, or nothing while that page does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def menu_here(context: Context, url: str) -> SafeString:
    """`aria-current` for a link of a menu: this very page, or a page below it."""
    request = request_of(context)
    path = request.path if request else ""
    if path == url:
        return mark_safe(' aria-current="page"')
    return mark_safe(' aria-current="true"') if url and path.startswith(url) else SafeString("")


@register.filter
def frame_of(user: Any) -> str:
    """The frame for pages about oneself: the one of the reader's own side."""
    if not getattr(user, "is_authenticated", False):
        return "open/base.html"
    return "staff/base.html" if is_staff_member(user) else "portal/base.html"
