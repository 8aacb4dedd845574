"""The company itself, as procurement and its own people edit it."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import User
from csr_portal.core.roles import Role
from suppliers.forms.fields import RegistrationNumberMixin, country_field
from suppliers.identity import registration_key
from suppliers.models import Supplier


class PairForm(forms.Form):
    """Two suppliers by their numbers."""

    left = forms.ModelChoiceField(
        label=_("Supplier number"),
        queryset=Supplier.objects.all(),
        to_field_name="number",
        widget=forms.TextInput(attrs={"placeholder": "S-10001"}),
        error_messages={"invalid_choice": _("There is no supplier with this number.")},
    )
    right = forms.ModelChoiceField(
        label=_("and supplier number"),
        queryset=Supplier.objects.all(),
        to_field_name="number",
        widget=forms.TextInput(attrs={"placeholder": "S-10002"}),
        error_messages={"invalid_choice": _("There is no supplier with this number.")},
    )


class SupplierForm(RegistrationNumberMixin, forms.ModelForm):
    """The buyer's side edits everything that is not a status or a fact of another app."""

    country = country_field()

    class Meta:
        model = Supplier
        fields = (
            "name",
            "name_latin",
            "country",
            "region",
            "city",
            "address",
            "phone",
            "website",
            "registration_kind",
            "registration_number",
            "language",
            "owner",
            "categories",
            "spend",
        )
        widgets = {"categories": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = User.objects.filter(groups__name__in=[Role.BUYER, Role.CSR_MANAGER], is_active=True)
        self.fields["owner"].queryset = owners.distinct().order_by("name")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "registration_number" in self.changed_data:
            self.check_number(data.get("country", ""), data.get("registration_number", ""))
        check_other_company(self, data)
        return data


class CompanyForm(forms.ModelForm):
    """What the supplier's own people edit. The registration number stays: it says who the company is."""

    class Meta:
        model = Supplier
        fields = ("name", "name_latin", "region", "city", "address", "phone", "website", "language")
        labels = {"name_latin": _("Company name in Latin letters")}


def check_other_company(form: forms.ModelForm, data: dict[str, Any]) -> None:
    key = registration_key(data.get("country", ""), data.get("registration_number", ""))
    other = key and Supplier.objects.filter(registration_key=key).exclude(pk=form.instance.pk).first()
    if other:
        text = gettext("%(name)s (%(number)s) has this number already.") % {"name": other.name, "number": other.number}
        form.add_error("registration_number", text)
