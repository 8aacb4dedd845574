"""Colleagues and what they hold; the page on which it goes to others."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csr_portal import handover
from csr_portal.core.access import staff_page
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.roles import Role
from csr_portal.core.workflow import WorkflowError

people_page = staff_page(Role.CSR_MANAGER, Role.ADMINISTRATOR)
GONE = Q(suppliers_in_care__status__in=["ended", "declined"])
ACCESS = {True: gettext_lazy("has access"), False: gettext_lazy("has left")}


def role_names(person: User) -> str:
    labels = dict(Role.choices)
    return ", ".join(str(labels[group.name]) for group in person.groups.all() if group.name in labels)


COLLEAGUES = Listing(
    columns=(
        Column("name", gettext_lazy("Name"), "name"),
        Column("email", gettext_lazy("Email"), "email"),
        Column("roles", gettext_lazy("Roles"), value=role_names),
        Column("in_care", gettext_lazy("Suppliers in care"), "in_care", is_number=True),
        Column("access", gettext_lazy("Access"), value=lambda person: ACCESS[person.is_active], is_beside=True),
    ),
    filters=(
        Filter("role", gettext_lazy("Roles"), Role.choices, "groups__name"),
        Filter(
            "access",
            gettext_lazy("Access"),
            (("active", ACCESS[True]), ("left", ACCESS[False])),
            apply=lambda code: Q(is_active=code == "active"),
        ),
    ),
    search=lambda words: Q(name__icontains=words) | Q(name_latin__icontains=words) | Q(email__icontains=words),
    default_order="name",
    file_name="colleagues",
)


class HandOverForm(forms.Form):
    """One successor for each kind of thing that the person holds."""

    leaves = forms.BooleanField(
        label=gettext_lazy("Leaves the company: end the access now"),
        help_text=gettext_lazy("Every log-in and every API token ends at once."),
        required=False,
    )
    leave_open = forms.BooleanField(
        label=gettext_lazy("Leave open what has no successor"),
        help_text=gettext_lazy("Only with a note that says why; it is listed here afterwards."),
        required=False,
    )
    reason = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for holding, number in handover.preview(person):
            if number:
                self.fields[holding.code] = forms.ModelChoiceField(
                    label=f"{holding.label} ({number})",
                    queryset=handover.successors_for(person, holding),
                    required=False,
                    empty_label=_("stays"),
                )
        self.order_fields([*(holding.code for holding in handover.HOLDINGS), "leaves", "leave_open", "reason"])

    def successors(self) -> dict[str, User | None]:
        return {holding.code: self.cleaned_data.get(holding.code) for holding in handover.HOLDINGS}


@people_page
def colleague_list(request: HttpRequest) -> HttpResponseBase:
    """Everybody of the company, with the number of suppliers in care."""
    staff = User.objects.filter(groups__name__in=Role.values)
    people = User.objects.filter(pk__in=staff.values("pk")).prefetch_related("groups")
    people = people.annotate(in_care=Count("suppliers_in_care", filter=~GONE, distinct=True))
    if "export" in request.GET:
        return export_response(request, people, COLLEAGUES)
    page = page_of(request, people, COLLEAGUES)
    rows = [(person, role_names(person)) for person in page.rows]
    return render(request, "staff/colleagues.html", {"page": page, "rows": rows})


@people_page
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """What the person holds, who takes it; done in one step, or nothing of it."""
    person = get_object_or_404(User.objects.filter(groups__name__in=Role.values).distinct(), pk=pk)
    form, blockers = HandOverForm(request.POST or None, person=person), []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = handover.hand_over(
                person, form.successors(), by=request.user, leaves=data["leaves"], reason=data["reason"],
                leave_open=data["leave_open"],
            )  # fmt: skip
        except WorkflowError as error:
            form.add_error(None, error.message)
            blockers = error.blockers
        else:
            messages.success(request, _("Handed over: %(number)s.") % {"number": sum(done.moved.values())})
            for left in done.left:
                messages.warning(request, left.text)
            return redirect("staff:hand-over", pk)
    context = {
        "person": person,
        "form": form,
        "blockers": blockers,
        "held": [(holding, number) for holding, number in handover.preview(person) if number],
        "entries": HistoryEntry.objects.about(person).select_related("by")[:20],
    }
    return render(request, "staff/hand_over.html", context, status=422 if form.errors else 200)
