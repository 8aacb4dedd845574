"""The supplier list: columns, filters, its export, the saved views and the views of My work."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from csr_portal.core import badges
from csr_portal.core.lists import Column, Filter, Listing, count_label
from csr_portal.core.roles import Role
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from suppliers.lists.parts import choices_of, country_filter, label_of
from suppliers.models import Supplier
from suppliers.models.suppliers import AGREEMENT_OPEN, BLOCKED, KEY_MATERIAL, NOT_REVIEWED
from suppliers.querysets import search_condition
from suppliers.states import IN_RELATION, RiskBand, SupplierStatus

EXPIRING_WITHIN = 30
NOT_OVER = ~Q(status__in=[SupplierStatus.DECLINED, SupplierStatus.ENDED])
KEEPS = Q(status__in=[SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC])
GATE = {"missing": Q(gate_missing__gt=0), "expiring": Q(gate_missing=0, gate_expiring__gt=0), "met": Q(gate_missing=0)}
FINDINGS = {
    "open": Q(findings_open__gt=0),
    "overdue": Q(findings_overdue__gt=0),
    "zero_tolerance": Q(findings_worst="zero_tolerance", findings_open__gt=0),
    "none": Q(findings_open=0),
}


def clearance_words(row: Supplier) -> str:
    return str(badges.badge("clearance", row.clearance_worst).label) if row.clearance_worst else ""


SUPPLIERS = Listing(
    columns=[
        Column("name", _("Supplier"), order="name"),
        Column("status", _("Segment"), order="status", value=label_of("supplier", "status")),
        Column("gate", _("Gate"), order="gate_missing", value="gate_missing"),
        Column("agreement", _("Agreement"), order="agreement_until", value=label_of("agreement", "agreement_status")),
        Column(
            "inspection",
            _("Self-inspection"),
            order="inspection_score",
            value=label_of("self_inspection", "inspection_status"),
        ),
        Column(
            "site_review",
            _("Site review"),
            order="site_review_until",
            value=label_of("site_review", "site_review_status"),
        ),
        Column("findings", _("Findings"), order="findings_open", value="findings_open"),
        Column("turn", _("Whose turn"), order="next_due_on", value=label_of("turn", "next_turn")),
    ],
    filters=[
        Filter("status", _("Segment"), SupplierStatus.choices),
        Filter("gate", _("Gate"), choices_of("gate", "missing", "expiring", "met"), apply=GATE.__getitem__),
        Filter("risk", _("Risk"), RiskBand.choices, field="risk_band"),
        Filter(
            "agreement",
            _("Agreement"),
            choices_of(
                "agreement",
                "issued",
                "viewed",
                "chop_pending",
                "reserved",
                "own_code",
                "in_force",
                "declined",
                "expired",
            ),
            field="agreement_status",
        ),
        Filter(
            "inspection",
            _("Self-inspection"),
            choices_of("self_inspection", "assigned", "in_progress", "submitted", "returned", "accepted"),
            field="inspection_status",
        ),
        Filter(
            "findings",
            _("Findings"),
            [
                ("open", _("Open")),
                ("overdue", _("Overdue")),
                ("zero_tolerance", _("Zero tolerance")),
                ("none", _("None")),
            ],
            apply=FINDINGS.__getitem__,
        ),
        country_filter(),
        Filter(
            "clearance",
            _("Categories and sites"),
            choices_of("clearance", "approved", "conditional", "rejected", "suspended"),
            field="clearance_worst",
        ),
        Filter(
            "turn",
            _("Whose turn"),
            choices_of("turn", "buyer", "supplier", "signatory", "csr", "auditor"),
            field="next_turn",
        ),
    ],
    search=search_condition,
    default_order="name",
    file_name="suppliers",
)
# An export has columns of its own: one value per cell.
SUPPLIER_EXPORT = Listing(
    columns=[
        Column("number", _("supplier number")),
        Column("name", _("company name"), order="name"),
        Column("name_latin", _("name in Latin letters")),
        Column("country", _("country")),
        Column("registration_number", _("registration number")),
        Column("owner", _("buyer in charge")),
        Column("region", _("province or state")),
        Column("city", _("city")),
        Column("address", _("address")),
        Column("phone", _("phone")),
        Column("website", _("website")),
        Column("language", _("language")),
        Column("categories", _("categories"), value=lambda row: "; ".join(c.code for c in row.categories.all())),
        Column("spend", _("spend")),
        Column("contact_name", _("contact to invite")),
        Column("contact_email", _("email of the contact to invite")),
        Column("status", _("status"), order="status", value=label_of("supplier", "status")),
        Column("key", _("key material"), value=lambda row: str(_("yes") if row.is_key_material else _("no"))),
        Column("clearance", _("Categories and sites"), value=clearance_words),
        Column("risk", _("Risk"), value=label_of("risk", "risk_band")),
        Column("risk_points", _("Risk points")),
        Column("gate", _("Missing conditions"), order="gate_missing", value="gate_missing"),
        Column("agreement", _("Agreement"), order="agreement_until", value=label_of("agreement", "agreement_status")),
        Column("agreement_until", _("Agreement until")),
        Column(
            "inspection",
            _("Self-inspection"),
            order="inspection_score",
            value=label_of("self_inspection", "inspection_status"),
        ),
        Column("inspection_score", _("Score of the self-inspection")),
        Column(
            "site_review",
            _("Site review"),
            order="site_review_until",
            value=label_of("site_review", "site_review_status"),
        ),
        Column("site_review_score", _("Score of the site review")),
        Column("site_review_until", _("Site review until")),
        Column("findings", _("Open findings"), order="findings_open", value="findings_open"),
        Column("findings_overdue", _("Overdue findings")),
        Column("people_trained", _("People trained")),
        Column("turn", _("Whose turn"), order="next_due_on", value=label_of("turn", "next_turn")),
        Column("next_due_on", _("until")),
    ],
    filters=SUPPLIERS.filters,
    search=search_condition,
    default_order="name",
    file_name="suppliers",
)


def views_of(user: Any) -> dict[str, tuple[Any, Q]]:
    """The saved views of the supplier list: code → (words, condition)."""
    return {
        "mine": (_("In my care"), Q(owner=user) & NOT_OVER),
        "blocked": (_("Blocked"), KEEPS & BLOCKED),
        "strategic": (_("Strategic"), Q(status=SupplierStatus.STRATEGIC)),
        "key": (_("Key material"), KEY_MATERIAL & NOT_OVER),
        "agreement": (_("Agreement open"), Q(status__in=IN_RELATION) & AGREEMENT_OPEN),
        "no_review": (_("No site review yet"), KEEPS & NOT_REVIEWED),
        "all": (_("All"), Q()),
    }


def in_care_of(user: Any) -> Q:
    """A buyer's own suppliers; for everybody else of the company all that are in relation."""
    care = Q(status__in=IN_RELATION)
    return care & Q(owner=user) if Role.BUYER in user.roles else care


def work_views_of(user: Any) -> dict[str, tuple[Any, Q]]:
    """What each number of My work leads to: the same condition counts it and lists it. A tab only while it is open."""
    day = today()
    soon = day + dt.timedelta(days=EXPIRING_WITHIN)
    care = in_care_of(user)
    return {
        "overdue": (_("Overdue at the supplier"), care & Q(next_turn=Turn.SUPPLIER, next_due_on__lt=day)),
        "stopped": (
            _("You may not buy from"),
            care & (Q(status=SupplierStatus.SUSPENDED) | Q(grace_until__isnull=False)),
        ),
        "expiring": (
            _("Expire within 30 days"),
            care & (Q(agreement_until__range=(day, soon)) | Q(inspection_until__range=(day, soon))),
        ),
        "gap": (_("Agreement open, in my care"), care & ~Q(agreement_status="in_force")),
    }


def all_views_of(user: Any) -> dict[str, tuple[Any, Q]]:
    return views_of(user) | work_views_of(user)


def shown_views(user: Any, current: str) -> dict[str, tuple[Any, Q]]:
    """The saved views, and the one of My work that the reader came for."""
    work = work_views_of(user)
    return views_of(user) | ({current: work[current]} if current in work else {})


def sets_of(rows: QuerySet[Supplier], user: Any, current: str = "all") -> dict[str, QuerySet[Supplier]]:
    """The rows behind each view that is shown."""
    return {code: rows.filter(where) for code, (_words, where) in shown_views(user, current).items()}


def tabs(request: HttpRequest, counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    """The views as tabs, each with its count."""
    return [
        {"code": code, "label": label, "count": count_label(counts[code]), "here": code == current}
        | {"bad": code == "blocked" and counts[code] > 0}
        for code, (label, _where) in shown_views(request.user, current).items()
    ]
