"""What lies with the suppliers, and another date for several tasks at once: choose, look, carry out."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from csr_portal import extending
from csr_portal.core.access import staff_page
from csr_portal.core.forms import DateInput
from csr_portal.core.lists import (
    Column,
    Filter,
    Listing,
    View,
    Views,
    export_response,
    page_of,
    sets_behind,
    tabs_of,
    view_of,
)
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from suppliers.querysets import search_condition

page = staff_page(Role.BUYER, Role.CSR_MANAGER, Role.AUDITOR)
USUAL_DAYS = 14


class ExtendForm(forms.Form):
    """The day and the reason, which the supplier reads."""

    due_on = forms.DateField(label=gettext_lazy("New date"), widget=DateInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For the record and for the supplier"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


DUES = Listing(
    columns=(
        Column("task", gettext_lazy("Task"), value=lambda row: extending.item_of(row).what),
        Column("number", gettext_lazy("Number"), value=lambda row: extending.item_of(row).number, is_beside=True),
        Column("supplier", gettext_lazy("Supplier"), "supplier__name", lambda row: row.supplier.name),
        Column(
            "supplier_number",
            gettext_lazy("supplier number"),
            value=lambda row: row.supplier.number,
            is_beside=True,
        ),
        Column("site", gettext_lazy("Site"), value=lambda row: getattr(row, "site", None) or ""),
        Column("until", gettext_lazy("Until"), "due_on", lambda row: row.due_on, is_number=True),
    ),
    filters=(Filter("task", gettext_lazy("Task"), [(kind.code, kind.name) for kind in extending.KINDS], "kind"),),
    search=lambda words: search_condition(words, "supplier__"),
    default_order="due_on",
    file_name="with-suppliers",
)


def due_views() -> Views:
    return {
        "all": View(_("All"), Q(), DUES),
        "late": View(_("Overdue"), Q(due_on__lt=today()), DUES, is_bad=True),
    }


@page
def due_list(request: HttpRequest) -> HttpResponseBase:
    """Everything with a date that lies with the suppliers in one's care; `late` only what is overdue."""
    views = due_views()
    sets, view = sets_behind(views, extending.rows_of(request.user)), view_of(request, views)
    if "export" in request.GET:
        return export_response(request, sets[view], DUES)
    listed = page_of(request, sets[view], DUES, sets)
    context = {
        "page": listed,
        "items": [extending.item_of(row) for row in listed.rows],
        "tabs": tabs_of(views, listed, view),
        "actions": [{"value": "extend", "label": _("Another date"), "icon": "calendar-plus"}],
    }
    return render(request, "staff/due.html", context)


@page
@require_POST
def extend_many(request: HttpRequest) -> HttpResponse:
    """First what would happen, then the same again with `confirmed`."""
    items = extending.chosen(request.user, request.POST.getlist("pk"))
    if not items:
        messages.warning(request, _("Choose tasks first; what was done meanwhile is not in the list any more."))
        return redirect("staff:due-list")
    is_new = "due_on" not in request.POST
    form = ExtendForm(None if is_new else request.POST, initial={"due_on": today() + dt.timedelta(days=USUAL_DAYS)})
    if not is_new and form.is_valid() and "confirmed" in request.POST:
        return _carry_out(request, items, form.cleaned_data)
    looked = None if is_new or not form.is_valid() else extending.plan(items, by=request.user, **form.cleaned_data)
    context = {"form": form, "items": items, "plan": looked}
    return render(request, "staff/extend.html", context, status=422 if form.errors else 200)


def _carry_out(request: HttpRequest, items: list[extending.Item], data: dict[str, Any]) -> HttpResponse:
    done = extending.extend(items, by=request.user, **data)
    number = len(done.included)
    text = ngettext("%(number)s task has the new date.", "%(number)s tasks have the new date.", number)
    messages.success(request, text % {"number": number})
    for item, blockers in done.left_out:
        why = " ".join(str(blocker.text) for blocker in blockers)
        messages.warning(request, f"{item.supplier}, {item.what}: {why}")
    return redirect("staff:due-list")
