"""Issuing a text: to whom, from when, until when."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.audience import FIELDS, HOLDINGS, narrowed
from agreements.models import Version
from csr_portal.core.forms import DateInput
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from suppliers.models import Category, Supplier
from suppliers.querysets import SupplierQuerySet
from suppliers.states import IN_RELATION, SupplierStatus


class SuppliersField(forms.ModelMultipleChoiceField):
    widget = forms.SelectMultiple(attrs={"size": 12})

    def label_from_instance(self, obj: Supplier) -> str:
        return " · ".join(part for part in (obj.name, obj.name_latin, obj.number) if part)


class IssueForm(forms.Form):
    version = forms.ModelChoiceField(label=_("Text to issue"), queryset=Version.objects.none())
    suppliers = SuppliersField(label=_("Suppliers"), queryset=Supplier.objects.none(), required=False)
    to_all = forms.BooleanField(label=_("To all suppliers in relation"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.all(), required=False)
    owner = forms.ModelChoiceField(label=_("Buyer"), queryset=User.objects.none(), required=False)
    holding = forms.ChoiceField(label=_("Holding now"), choices=HOLDINGS, required=False)
    starts_on = forms.DateField(label=_("Begins on"), required=False, widget=DateInput)
    due_on = forms.DateField(label=_("Until"), required=False, widget=DateInput)

    def __init__(self, *args: Any, suppliers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Version.objects.published().select_related("document")
        self.fields["version"].queryset = published  # type: ignore[attr-defined]
        self.fields["suppliers"].queryset = suppliers  # type: ignore[attr-defined]
        self.fields["owner"].queryset = User.objects.filter(pk__in=suppliers.values("owner"))  # type: ignore[attr-defined]
        countries = suppliers.order_by("country").values_list("country", flat=True).distinct()
        self.fields["country"].choices = [("", _("All countries")), *((code, code) for code in countries)]  # type: ignore[attr-defined]
        segments = [(code, label) for code, label in SupplierStatus.choices if code in IN_RELATION]
        self.fields["segment"].choices = [("", _("All suppliers in relation")), *segments]  # type: ignore[attr-defined]
        self.all_suppliers = suppliers

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_narrowed = any(data.get(name) for name in (*FIELDS, "holding"))
        if not data.get("to_all") and not data.get("suppliers") and not is_narrowed:
            raise forms.ValidationError(_("Choose suppliers, a filter, or all of them."))
        if data.get("starts_on") and data["starts_on"] < today():
            self.add_error("starts_on", _("This day is over."))
        first_day = data.get("starts_on") or today()
        if data.get("due_on") and data["due_on"] <= first_day:
            self.add_error("due_on", _("The day to sign by must come after the day of the issue."))
        return data

    def audience(self) -> SupplierQuerySet:
        """The list that was chosen, or what the filters leave of everybody."""
        chosen = self.cleaned_data["suppliers"]
        if chosen and not self.cleaned_data["to_all"]:
            return chosen
        return narrowed(self.all_suppliers, self.cleaned_data["version"], self.cleaned_data)
