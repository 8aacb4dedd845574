"""Icons, and the sprite they point into."""

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from csr_portal.core import icons
from csr_portal.core.templatetags.components import icon_of, request_of

register = template.Library()


@register.simple_tag(takes_context=True)
def open_sprite(context: Context) -> str:
    """Called once by base.html: from here on icons point into the page's sprite. Fragments never call it."""
    request = request_of(context)
    if request is not None and not getattr(request, "htmx", False):
        request.icon_sprite = set()  # type: ignore[attr-defined]  # ours, for this request
    return ""


@register.simple_tag(takes_context=True)
def close_sprite(context: Context) -> str:
    """Called once at the end of base.html: writes the sprite with the icons used on this page."""
    request = request_of(context)
    names = getattr(request, "icon_sprite", None)
    if request is not None:
        request.icon_sprite = None  # type: ignore[attr-defined]
    return icons.sprite_sheet(names) if names else ""


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str, size: str = "", label: str = "", extra: str = "") -> SafeString:
    """`{% icon "flag" size="sm|lg|xl" label=_("…") %}`; without a label it is decoration beside a word."""
    return icon_of(context, name, size=size, label=label, extra=extra)
