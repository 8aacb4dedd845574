"""Columns and filters that several lists of suppliers' things share."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from csr_portal.core import badges
from csr_portal.core.lists import CodesInUse, Filter
from suppliers.countries import COUNTRIES
from suppliers.models import Supplier


def label_of(domain: str, field: str) -> Any:
    return lambda row: badges.badge(domain, getattr(row, field)).label


def choices_of(domain: str, *codes: str) -> list[tuple[str, Any]]:
    return [(code, badges.badge(domain, code).label) for code in codes]


def country_filter(field: str = "country") -> Filter:
    """The countries that suppliers are in: a filter with all 249 would hide the few that matter."""
    return Filter("country", _("Country"), COUNTRIES, field, in_use=CodesInUse(Supplier, "country"))
