"""What the frame around every page shows of its data: the company's name, and how many notices wait for the reader.

One query for both. A list asks for them along with its counts (`core/lists.py`), and then it is none.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.http import HttpRequest

from csr_portal.core.models import Notice, Organisation, User


@dataclass(frozen=True)
class Company:
    """As much of `Organisation` as a page shows of it."""

    name: str
    name_latin: str
    country: str


@dataclass(frozen=True)
class Frame:
    company: Company
    unread: int


def wanted(reader: Any) -> dict[str, Combinable]:
    """What to ask a row of anything for, so that `keep` can make the frame of it."""
    company = Organisation.objects.values(found=JSONObject(name="name", name_latin="name_latin", country="country"))
    unread = Notice.objects.visible_to(reader).unread().order_by().values("recipient")
    return {
        "frame_company": Subquery(company[:1]),
        "frame_unread": Subquery(unread.annotate(number=Count("pk")).values("number")),
    }


def keep(request: HttpRequest, found: dict[str, Any]) -> Frame:
    """Take the frame out of what was found, for the templates of this request."""
    company, unread = found.pop("frame_company"), found.pop("frame_unread")
    frame = Frame(Company(**company) if company else of_company(Organisation.before_set_up()), unread or 0)
    request.frame = frame  # type: ignore[attr-defined]
    return frame


def of_company(organisation: Organisation) -> Company:
    return Company(organisation.name, organisation.name_latin, organisation.country)


def frame_of(request: HttpRequest) -> Frame:
    """The frame for a person who is logged in, asked for once per request."""
    kept: Frame | None = getattr(request, "frame", None)
    reader: Any = request.user
    return kept or keep(request, dict(User.objects.filter(pk=reader.pk).values(**wanted(reader)).get()))


def belongs_to(request: HttpRequest, address: str) -> None:
    """For a page whose own address does not say which entry of the menu it belongs to."""
    request.place = address  # type: ignore[attr-defined]


def place_of(request: HttpRequest) -> str:
    """The address by which the menu marks where the reader is."""
    return getattr(request, "place", request.path)
