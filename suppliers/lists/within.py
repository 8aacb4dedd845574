"""What belongs to one supplier as lists, for staff and for itself: its sites, its people, its invitations."""

from dataclasses import replace

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from csr_portal.core.lists import Column, Filter, Listing
from suppliers.models import Site
from suppliers.models.suppliers import COUNTS
from suppliers.states import ContactRole, InvitationStatus


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
        *map(headcount, COUNTS),
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

# What a supplier sees of itself: who has access now.
COLLEAGUES = replace(
    CONTACTS,
    columns=[column for column in CONTACTS.columns if column.key != "ended_at"],
    filters=[item for item in CONTACTS.filters if item.name != "access"],
    default_order="role",
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
