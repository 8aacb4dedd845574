"""What every template knows: the company, the theme, the menu of the reader's side, unread notices."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from csr_portal.core.frame import frame_of, of_company, place_of
from csr_portal.core.models import Organisation
from csr_portal.core.roles import Role, is_staff_member
from csr_portal.sentences import all_sentences

ALL = frozenset(Role.values)
PROCUREMENT = frozenset({Role.BUYER, Role.CSR_MANAGER})
FIELD = PROCUREMENT | {Role.AUDITOR}
RULES = frozenset({Role.CSR_MANAGER, Role.ADMINISTRATOR})
SELF_INSPECTIONS = ("/staff/inspection-", "/staff/questionnaires/")
CONNECTIONS = frozenset({Role.ADMINISTRATOR, Role.CSR_MANAGER})
OF_THE_COMPANY = ("/portal/sites/", "/portal/people/", "/portal/certificates/", "/portal/status/")
ABILITY = PROCUREMENT | {Role.TRAINING_COORDINATOR}


@dataclass(frozen=True)
class Place:
    """An entry of a menu: the name of its address, its words, its icon, whose it is, and what else belongs to it."""

    url_name: str
    label: Any
    icon: str
    roles: frozenset[str] = ALL
    also: tuple[str, ...] = ()


@dataclass
class Entry:
    label: Any
    icon: str
    url: str
    also: tuple[str, ...] = ()
    count: int = 0
    is_here: str = ""


@dataclass
class Group:
    label: Any
    entries: list[Entry] = field(default_factory=list)


STAFF_MENU = (
    ("", (
        Place("staff:home", _("My work"), "house"),
        Place("staff:supplier-list", _("Suppliers"), "factory", also=("/staff/invitations/",)),
    )),
    (_("Commitment"), (
        Place("staff:agreement-list", _("Agreements"), "signature", PROCUREMENT, ("/staff/guideline/",)),
        Place("staff:document-list", _("Texts and campaigns"), "book-open-check", PROCUREMENT),
    )),
    (_("Verification"), (
        Place("staff:inspection-list", _("Self-inspections"), "clipboard-list", FIELD, SELF_INSPECTIONS),
        Place("staff:review-list", _("CSR reviews"), "gavel", PROCUREMENT, ("/staff/waivers/",)),
        Place("staff:readiness-list", _("Readiness"), "list-checks", PROCUREMENT | {Role.ADMINISTRATOR}),
        Place("staff:plan-list", _("Site review plan"), "calendar-range", FIELD),
        Place("staff:site-review-list", _("Site reviews"), "map-pinned", FIELD),
        Place("staff:finding-list", _("Findings"), "flag", FIELD),
        Place("staff:certificate-list", _("Certificates"), "badge-check", FIELD),
    )),
    (_("Ability"), (
        Place("staff:training-home", _("Training"), "graduation-cap", ABILITY),
        Place("staff:qualification-list", _("Auditor certificates"), "id-card", ABILITY | {Role.AUDITOR}),
    )),
    (_("Proof"), (
        Place("staff:indicators", _("Indicators"), "chart-column"),
        Place("staff:report-list", _("Reports"), "file-text"),
    )),
    (_("Connections"), (
        Place("staff:colleague-list", _("Colleagues"), "users", CONNECTIONS),
        Place("staff:webhook-list", _("Webhooks"), "webhook", CONNECTIONS),
        Place("staff:digest-preview", _("Reminders"), "bell-ring", CONNECTIONS),
        Place("staff:drop-list", _("Files for purchasing"), "file-spreadsheet", CONNECTIONS),
    )),
    (_("Rules"), (
        Place("staff:policy-list", _("Gate rules"), "scale", RULES),
        Place("staff:risk-model-list", _("Risk models"), "gauge", RULES),
        Place("staff:country-value-list", _("Country values"), "globe", RULES),
    )),
)  # fmt: skip
PORTAL_MENU = (
    ("", (
        Place("portal:home", _("My tasks"), "list-todo"),
        Place("portal:agreement-list", _("Agreements"), "signature", also=("/portal/guideline/",)),
        Place("portal:inspection-list", _("Self-inspections"), "clipboard-list"),
        Place("portal:site-review-list", _("Site reviews"), "map-pinned"),
        Place("portal:finding-list", _("Findings"), "flag"),
        Place("portal:training-list", _("Training"), "graduation-cap"),
        Place("portal:company", _("Our company"), "factory", also=OF_THE_COMPANY),
        Place("portal:documents", _("Documents"), "folder-open"),
    )),
)  # fmt: skip


def organisation(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation": SimpleLazyObject(lambda: _company(request)),
        "theme": getattr(request, "theme", "auto"),
        "history_sentences": SimpleLazyObject(all_sentences),
    }


def _company(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    return frame_of(request).company if is_known else of_company(Organisation.current())


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The menu of the side the reader is on; lazy, because fragments and mails have none."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "navigation": SimpleLazyObject(lambda: _menu(request)),
        "unread_notices": SimpleLazyObject(lambda: frame_of(request).unread),
    }


def _menu(request: HttpRequest) -> dict[str, Any]:
    is_staff = is_staff_member(request.user)
    roles = request.user.roles if is_staff else ALL
    groups = []
    for label, places in STAFF_MENU if is_staff else PORTAL_MENU:
        entries = [entry for place in places if place.roles & roles and (entry := _entry(place, request.path))]
        if entries:
            groups.append(Group(label, entries))
    _mark_here(groups, request)
    return {"groups": groups, "home_url": groups[0].entries[0].url if groups else "/"}


def _entry(place: Place, path: str) -> Entry | None:
    try:
        return Entry(place.label, place.icon, reverse(place.url_name), place.also)
    except NoReverseMatch:
        return None


def _mark_here(groups: list[Group], request: HttpRequest) -> None:
    """Mark the entry whose address, or one that belongs to it, is the longest beginning of this page's address."""
    place = place_of(request)
    fits = [
        (len(beginning), entry)
        for group in groups
        for entry in group.entries
        for beginning in (entry.url, *entry.also)
        if place.startswith(beginning)
    ]
    if fits:
        here = max(fits, key=lambda fit: fit[0])[1]
        here.is_here = "page" if here.url == request.path else "true"
