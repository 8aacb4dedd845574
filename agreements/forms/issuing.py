"""Issuing a text: to whom, from when, until when."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from agreements.audience import FIELDS, HOLDINGS, narrowed
from agreements.models import Version
from csr_portal.core.forms import DateInput
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from suppliers.countries import country_name
from suppliers.forms.fields import SupplierNumbersField
from suppliers.models import Category
from suppliers.querysets import SupplierQuerySet
from suppliers.states import IN_RELATION, SupplierStatus


class Whom(TextChoices):
    ALL = "all", _("All suppliers in relation")
    FILTER = "filter", _("Everybody whom filters leave")
    LIST = "list", _("A list of suppliers")


class IssueForm(forms.Form):
    version = forms.ModelChoiceField(
        label=_("Text to issue"), queryset=Version.objects.none(), empty_label=_("Choose a text")
    )
    whom = forms.ChoiceField(label=_("To whom"), choices=Whom.choices, widget=forms.RadioSelect)
    suppliers = SupplierNumbersField(required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), required=False, empty_label=_("All categories")
    )
    owner = forms.ModelChoiceField(
        label=_("Buyer"), queryset=User.objects.none(), required=False, empty_label=_("All buyers")
    )
    holding = forms.ChoiceField(label=_("Holding now"), choices=HOLDINGS, required=False)
    starts_on = forms.DateField(label=_("Begins on"), required=False, widget=DateInput)
    due_on = forms.DateField(label=_("Until"), required=False, widget=DateInput)

    def __init__(self, *args: Any, suppliers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Version.objects.published().select_related("document")
        self.fields["version"].queryset = published  # type: ignore[attr-defined]
        self.fields["suppliers"].suppliers = suppliers  # type: ignore[attr-defined]
        self.fields["owner"].queryset = User.objects.filter(pk__in=suppliers.values("owner"))  # type: ignore[attr-defined]
        countries = suppliers.order_by("country").values_list("country", flat=True).distinct()
        self.fields["country"].choices = [("", _("All countries")), *((code, country_name(code)) for code in countries)]  # type: ignore[attr-defined]
        segments = [(code, label) for code, label in SupplierStatus.choices if code in IN_RELATION]
        self.fields["segment"].choices = [("", _("All suppliers in relation")), *segments]  # type: ignore[attr-defined]
        self.all_suppliers = suppliers

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("whom") == Whom.FILTER and not any(data.get(name) for name in (*FIELDS, "holding")):
            self.add_error("whom", _("Choose at least one filter, or all suppliers."))
        if data.get("whom") != Whom.LIST:
            self.errors.pop("suppliers", None)  # what is folded away was not asked
        if data.get("whom") == Whom.LIST and "suppliers" in data and not data["suppliers"]:
            self.add_error("suppliers", _("Name at least one supplier."))
        if data.get("starts_on") and data["starts_on"] < today():
            self.add_error("starts_on", _("This day is over."))
        first_day = data.get("starts_on") or today()
        if data.get("due_on") and data["due_on"] <= first_day:
            self.add_error("due_on", _("The day to sign by must come after the day of the issue."))
        return data

    def audience(self) -> SupplierQuerySet:
        """Everybody, the list, or what the filters leave of everybody: only what was chosen counts."""
        whom, data = self.cleaned_data["whom"], self.cleaned_data
        if whom == Whom.LIST:
            return data["suppliers"]
        return narrowed(self.all_suppliers, data["version"], data if whom == Whom.FILTER else {})
