"""Template tags of the suppliers app."""

import datetime as dt

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from csr_portal.core import told
from csr_portal.core.dates import day_text
from csr_portal.core.qr import qr_svg
from suppliers.countries import country_name
from suppliers.gates import condition_name
from suppliers.likeness_words import reason_text
from suppliers.risk_words import confidence_name, factor_name, factor_value, indicator_name

register = template.Library()


@register.simple_tag
def qr_of(link: str) -> SafeString:
    """The invitation link for the camera of a phone."""
    return qr_svg(link, label=_("QR code of the invitation link"))


register.filter(told.kind_name)


@register.filter
def iso_day(text: str) -> str:
    """A day that a snapshot keeps as text, as the reader writes days."""
    return day_text(dt.date.fromisoformat(text)) if text else ""


register.filter("condition_name", condition_name)
register.filter("country_name", country_name)
register.filter("reason_text", reason_text)
register.filter("confidence_name", confidence_name)
register.filter("indicator_name", indicator_name)
register.filter("factor_name", factor_name)
register.filter("factor_value", factor_value)
