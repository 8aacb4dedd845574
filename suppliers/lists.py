"""The lists of this app as core/lists.py wants them: columns, filters, saved views."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from csr_portal.core import badges
from csr_portal.core.lists import CodesInUse, Column, Filter, Listing, count_label
from csr_portal.core.roles import Role
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.told import codes, kind_name, sentence, status_words
from suppliers.countries import COUNTRIES
from suppliers.likeness import LIKELY_FROM
from suppliers.likeness_words import reason_text
from suppliers.models import Site, Supplier
from suppliers.models.suppliers import AGREEMENT_OPEN, BLOCKED, KEY_MATERIAL, NOT_REVIEWED
from suppliers.querysets import search_condition
from suppliers.states import (
    IN_RELATION,
    CertificateStandard,
    CertificateStatus,
    ContactRole,
    DuplicateStatus,
    InvitationStatus,
    ReviewStatus,
    RiskBand,
    SupplierStatus,
)

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


def label_of(domain: str, field: str) -> Any:
    return lambda row: badges.badge(domain, getattr(row, field)).label


def clearance_words(row: Supplier) -> str:
    return str(badges.badge("clearance", row.clearance_worst).label) if row.clearance_worst else ""


def choices_of(domain: str, *codes: str) -> list[tuple[str, Any]]:
    return [(code, badges.badge(domain, code).label) for code in codes]


def country_filter(field: str = "country") -> Filter:
    """The countries that suppliers are in: a filter with all 249 would hide the few that matter."""
    return Filter("country", _("Country"), COUNTRIES, field, in_use=CodesInUse(Supplier, "country"))


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


CERTIFICATES = Listing(
    columns=[
        Column("supplier", _("Supplier"), order="supplier__name"),
        Column("standard", _("Standard"), order="standard", value=lambda row: row.get_standard_display()),
        Column("number", _("Number"), order="number"),
        Column("status", _("Status"), order="status", value=lambda row: row.get_status_display()),
        Column("sites", _("Sites"), value=lambda row: ", ".join(site.name for site in row.sites.all())),
        Column("expires_on", _("last valid day"), order="expires_on"),
    ],
    filters=[
        Filter("status", _("Status"), CertificateStatus.choices),
        Filter("standard", _("Standard"), CertificateStandard.choices),
    ],
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words),
    default_order="expires_on",
    file_name="certificates",
)

REVIEWS = Listing(
    columns=[
        Column("number", _("Number"), order="number"),
        Column("supplier", _("Supplier"), order="supplier__name"),
        Column("segment", _("Segment"), order="segment", value=lambda row: row.get_segment_display()),
        Column("scope", _("Categories and sites"), value="scope_text"),
        Column("status", _("Status"), order="status", value=lambda row: row.get_status_display()),
        Column("outcome", _("Decision"), value=lambda row: getattr(row, "decision", None) or ""),
        Column("turn", _("Whose turn"), order="due_on", value=label_of("turn", "turn")),
    ],
    filters=[
        Filter("status", _("Status"), ReviewStatus.choices),
        Filter(
            "outcome",
            _("Decision"),
            choices_of("decision", "approved", "conditional", "rejected", "suspended", "ended"),
            field="decision__outcome",
        ),
    ],
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words),
    default_order="-pk",
    file_name="csr-reviews",
)

DUPLICATES = Listing(
    columns=[
        Column("first", _("Supplier"), order="first__name", value=lambda row: f"{row.first.number} {row.first.name}"),
        Column("second", _("and"), order="second__name", value=lambda row: f"{row.second.number} {row.second.name}"),
        Column("score", _("Likeness"), order="score", is_number=True),
        Column("why", _("Why"), value=lambda row: "; ".join(map(reason_text, row.reasons))),
        Column("status", _("Status"), order="status", value=lambda row: row.get_status_display()),
        Column("found_at", _("Found"), order="found_at"),
    ],
    filters=[
        Filter("status", _("Status"), DuplicateStatus.choices),
        Filter(
            "likeness",
            _("Likeness"),
            [("likely", _("Probably the same")), ("possible", _("Possibly the same"))],
            apply={"likely": Q(score__gte=LIKELY_FROM), "possible": Q(score__lt=LIKELY_FROM)}.__getitem__,
        ),
    ],
    search=lambda words: search_condition(words, "first__") | search_condition(words, "second__"),
    default_order="-score",
    file_name="duplicates",
)

HISTORY_COLUMNS = [
    Column("at", _("When")),
    Column("by_name", _("Who")),
    Column("sentence", _("What"), value=sentence),
    Column("kind", _("About"), value=lambda row: kind_name(row.subject_type)),
    Column("from_status", _("from"), value=lambda row: status_words(row, row.from_status)),
    Column("to_status", _("to"), value=lambda row: status_words(row, row.to_status)),
    Column("reason", _("Reason")),
    Column("sequence", _("No. in the chain")),
    Column("hash", "SHA-256"),
    Column("codes", _("Code (step:from:to)"), value=codes),
]
HISTORY = Listing(columns=HISTORY_COLUMNS, default_order="-pk", file_name="history")


def yes_or_no(value: bool) -> str:
    return str(_("yes") if value else _("no"))


def place_of(site: Site) -> str:
    return ", ".join(filter(None, [site.city, site.region]))


def headcount(field: str) -> Column:
    """A number of people at a site under the name that the form of the site gives it."""
    return Column(field, Site._meta.get_field(field).verbose_name, is_number=True, is_beside=True)


SITES = Listing(
    columns=[
        Column("name", _("Site"), order="name"),
        Column("place", _("Place"), order="city", value=place_of),
        Column("country", _("country"), is_beside=True),
        Column("supplies", _("Supplies us"), value=lambda site: yes_or_no(site.is_active and site.is_supplying)),
        Column("dormitory", _("Dormitory"), value=lambda site: yes_or_no(site.has_dormitory)),
        Column("workers", _("Workers"), order="headcount", is_number=True),
        *map(
            headcount,
            [
                "workers_women",
                "workers_men",
                "workers_under_16",
                "workers_young",
                "workers_over_55",
                "workers_temporary",
                "workers_dispatched",
                "workers_students",
                "workers_migrant",
                "dormitory_residents",
            ],
        ),
        Column("chemicals", _("hazardous chemicals"), is_beside=True),
        Column("processes", _("processes"), is_beside=True),
        Column(
            "categories",
            _("What this site supplies"),
            value=lambda site: "; ".join(map(str, site.categories.all())),
            is_beside=True,
        ),
    ],
    filters=[
        Filter(
            "state",
            _("Supplies us"),
            [("yes", _("Yes")), ("no", _("No")), ("closed", _("closed"))],
            apply={
                "yes": Q(is_active=True, is_supplying=True),
                "no": Q(is_active=True, is_supplying=False),
                "closed": Q(is_active=False),
            }.__getitem__,
        ),
        Filter(
            "dormitory",
            _("Dormitory"),
            [("yes", _("Yes")), ("no", _("No"))],
            apply=lambda code: Q(has_dormitory=code == "yes"),
        ),
    ],
    search=lambda words: Q(name__icontains=words) | Q(name_latin__icontains=words) | Q(city__icontains=words),
    default_order="name",
    file_name="sites",
)

HAS_ACCESS = Q(ended_at=None, user__is_active=True)
CONTACTS = Listing(
    columns=[
        Column("name", _("Name"), order="user__name", value=lambda contact: contact.user.name),
        Column("name_latin", _("name in Latin letters"), value=lambda contact: contact.user.name_latin),
        Column("role", _("Role"), order="role", value=lambda contact: contact.get_role_display()),
        Column("email", _("Email"), order="user__email", value=lambda contact: contact.user.email),
        Column("phone", _("phone")),
        Column("since", _("Access since"), order="since"),
        Column("ended_at", _("Access ended"), order="ended_at"),
    ],
    filters=[
        Filter(
            "access",
            _("Access"),
            [("current", _("has access")), ("ended", _("Access ended"))],
            apply={"current": HAS_ACCESS, "ended": ~HAS_ACCESS}.__getitem__,
        ),
        Filter("role", _("Role"), ContactRole.choices),
    ],
    search=lambda words: (
        Q(user__name__icontains=words) | Q(user__name_latin__icontains=words) | Q(user__email__icontains=words)
    ),
    default_order="has_left",
    file_name="people",
)

INVITATIONS = Listing(
    columns=[
        Column("email", _("Email"), order="email"),
        Column("person", _("Name"), order="person"),
        Column("role", _("Role"), value=lambda invitation: invitation.get_role_display()),
        Column("status", _("Status"), order="status", value=lambda invitation: invitation.get_status_display()),
        Column("invited_by", _("Invited by"), order="invited_by__name"),
        Column("expires_on", _("last valid day"), order="expires_on"),
    ],
    filters=[Filter("status", _("Status"), InvitationStatus.choices)],
    search=lambda words: Q(email__icontains=words) | Q(person__icontains=words),
    default_order="-pk",
    file_name="invitations",
)
