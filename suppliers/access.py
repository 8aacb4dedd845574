"""Pages of the supplier portal: for people who act for a supplier; `request.supplier` says for which one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse

from csr_portal.core.access import Rule, View
from suppliers.models import Contact
from suppliers.states import ContactRole

SESSION_KEY = "supplier"


def contact_of(request: HttpRequest) -> Contact | None:
    """Through which contact the person acts now: the one chosen in this session, otherwise the oldest of a supplier
    that was not merged into another.
    """
    rows = Contact.objects.filter(user=request.user, ended_at=None).select_related("supplier")
    contacts = list(rows.order_by(F("supplier__merged_into").asc(nulls_first=True), "pk"))
    chosen = request.session.get(SESSION_KEY)
    return next((c for c in contacts if c.supplier_id == chosen), contacts[0] if contacts else None)


def portal_page(view: View) -> View:
    """For every person of a supplier. A portal view never takes a supplier from the URL: it uses `request.supplier`."""
    return _portal(view, ContactRole.values)


def portal_admin_page(view: View) -> View:
    """For the supplier's administrators only."""
    return _portal(view, [ContactRole.ADMIN])


def _portal(view: Callable[..., HttpResponse], roles: list[str]) -> View:
    @wraps(view)
    @login_required
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        contact = contact_of(request)
        if contact is None or contact.role not in roles:
            raise PermissionDenied
        request.contact, request.supplier = contact, contact.supplier  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    checked.rule = Rule("portal", tuple(roles))  # type: ignore[attr-defined]
    return checked
