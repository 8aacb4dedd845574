"""Whom a text goes to: everybody, a segment, what a filter finds, or a list; and who of them could not be told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Version
from csr_portal.core.models import Notice
from csr_portal.core.states import MailStatus
from suppliers.models import Contact, Supplier
from suppliers.querysets import SupplierQuerySet

HOLDINGS = [
    ("", gettext_lazy("Whatever they hold")),
    ("older", gettext_lazy("An older version of this text is in force")),
    ("none", gettext_lazy("No version of this text is in force")),
]
FIELDS = {"segment": "status", "country": "country", "category": "categories", "owner": "owner"}


def narrowed(suppliers: SupplierQuerySet, version: Version, chosen: Mapping[str, Any]) -> SupplierQuerySet:
    """The suppliers that every given filter leaves; `chosen` holds segment, country, category, owner, holding."""
    for name, field in FIELDS.items():
        if chosen.get(name):
            suppliers = suppliers.filter(**{field: chosen[name]})
    in_force = Agreement.objects.in_force().filter(document=version.document_id, supplier=OuterRef("pk"))
    if chosen.get("holding") == "older":
        suppliers = suppliers.filter(Exists(in_force.exclude(version=version)))
    elif chosen.get("holding") == "none":
        suppliers = suppliers.exclude(Exists(in_force))
    return suppliers


def undeliverable(suppliers: Iterable[Supplier]) -> list[tuple[Supplier, str]]:
    """Who gets the text but cannot be told: nobody to read it, or every address has failed. Two queries."""
    rows = list(suppliers)
    current = Contact.objects.current().filter(supplier__in=[row.pk for row in rows])
    failed = Notice.objects.filter(mail_status=MailStatus.FAILED, recipient=OuterRef("user"))
    counts = {
        supplier: (people, unreached)
        for supplier, people, unreached in current.values("supplier").annotate(
            people=Count("pk"), unreached=Count("pk", filter=Q(Exists(failed)))
        ).values_list("supplier", "people", "unreached").order_by("supplier")
    }  # fmt: skip
    result = []
    for row in rows:
        people, unreached = counts.get(row.pk, (0, 0))
        if not people:
            result.append((row, _("Nobody of this supplier has an account.")))
        elif people == unreached:
            result.append((row, _("Mail to every address has failed.")))
    return result
