"""The lists of this app as core/lists.py wants them: columns, filters, saved views."""

from suppliers.lists.companies import (
    SUPPLIER_EXPORT,
    SUPPLIERS,
    all_views_of,
    in_care_of,
    sets_of,
    tabs,
    work_views_of,
)
from suppliers.lists.parts import choices_of, country_filter, label_of
from suppliers.lists.records import CERTIFICATES, DUPLICATES, HISTORY, REVIEWS
from suppliers.lists.within import COLLEAGUES, CONTACTS, INVITATIONS, SITES

__all__ = [
    "CERTIFICATES",
    "COLLEAGUES",
    "CONTACTS",
    "DUPLICATES",
    "HISTORY",
    "INVITATIONS",
    "REVIEWS",
    "SITES",
    "SUPPLIERS",
    "SUPPLIER_EXPORT",
    "all_views_of",
    "choices_of",
    "country_filter",
    "in_care_of",
    "label_of",
    "sets_of",
    "tabs",
    "work_views_of",
]
