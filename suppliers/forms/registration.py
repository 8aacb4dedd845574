"""Inviting a supplier, and what the invited people type to register."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csr_portal.core.forms import DateInput
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from suppliers.forms.fields import RegistrationNumberMixin, country_field
from suppliers.identity import KIND_BY_COUNTRY, registration_key
from suppliers.models import Invitation, Supplier
from suppliers.states import RegistrationKind
from suppliers.workflow.invitations import default_expiry


class InviteForm(RegistrationNumberMixin, forms.ModelForm):
    country = country_field()
    email = forms.EmailField(label=_("Email of the contact"))
    person = forms.CharField(label=_("Name of the contact"), max_length=120, required=False)
    message = forms.CharField(
        label=_("Message"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    expires_on = forms.DateField(label=_("Link works until"), widget=DateInput)

    class Meta:
        model = Supplier
        fields = ("name", "name_latin", "country", "registration_number", "language", "categories", "spend")
        widgets = {"categories": forms.CheckboxSelectMultiple}

    field_order = (
        "name",
        "name_latin",
        "country",
        "registration_number",
        "accept_number",
        "person",
        "email",
        "language",
        "categories",
        "spend",
        "message",
        "expires_on",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].initial = default_expiry

    def clean_expires_on(self) -> dt.date:
        day = self.cleaned_data["expires_on"]
        if day <= today():
            raise ValidationError(gettext("Give a day after today."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        country, number = data.get("country", ""), data.get("registration_number", "")
        self.known = Supplier.objects.filter(registration_key=registration_key(country, number) or "-").first()
        if self.known:
            text = gettext("%(name)s (%(number)s) has this number already. Invite a person there instead.")
            self.add_error("registration_number", text % {"name": self.known.name, "number": self.known.number})
        else:
            self.check_number(country, number)
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "accept_number"}


NEVER_KEPT = frozenset({"password", "agree", "accept_number"})


def draft_of(form: forms.Form) -> dict[str, str]:
    """What of a half-filled form may be kept: its own fields, cut to their lengths, never the password."""
    kept = {}
    for name, field in form.fields.items():
        if name not in NEVER_KEPT and (value := form.data.get(form.add_prefix(name), "")):
            kept[name] = str(value)[: getattr(field, "max_length", None) or 200]
    return kept


class PersonForm(forms.Form):
    """Who registers: five fields; the email stands in the invitation."""

    person_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 10 characters"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    agree = forms.BooleanField(
        label=_("I agree that these data are used for the cooperation on social responsibility"),
        help_text=_("Only the inviting company and your colleagues see them. You can have them corrected at any time."),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["person_name"].initial = invitation.person
        self.fields["language"].initial = invitation.language
        self._take_draft()

    def _take_draft(self) -> None:
        """Go on where somebody with this link stopped, on whatever device."""
        for name, value in self.invitation.draft.items():
            if name in self.fields and name not in NEVER_KEPT:
                self.fields[name].initial = value

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], User(email=self.invitation.email))
        return self.cleaned_data["password"]

    def person(self) -> dict[str, Any]:
        return {
            "name": self.cleaned_data["person_name"],
            **{name: self.cleaned_data[name] for name in ("phone", "password", "language")},
        }

    def company(self) -> dict[str, Any] | None:
        return None


class RegistrationForm(RegistrationNumberMixin, PersonForm):
    """The first person of a supplier: eleven fields, company and person."""

    company_name = forms.CharField(label=_("Company name"), help_text=_("As on the business licence"), max_length=200)
    name_latin = forms.CharField(
        label=_("Company name in Latin letters"), max_length=200, help_text=_("As on your invoices in English")
    )
    registration_number = forms.CharField(
        label=_("Registration number"),
        max_length=40,
        help_text=_("China: the 18 characters of the business licence; Japan: 13 digits; Vietnam: 10 or 13 digits"),
    )
    country = country_field()
    city = forms.CharField(label=_("City"), max_length=80)
    address = forms.CharField(
        label=_("Address"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    field_order = (
        "company_name",
        "name_latin",
        "registration_number",
        "accept_number",
        "country",
        "city",
        "address",
        "person_name",
        "phone",
        "password",
        "language",
        "agree",
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, invitation=invitation, **kwargs)
        supplier = invitation.supplier
        for field, value in {
            "company_name": supplier.name,
            "name_latin": supplier.name_latin,
            "registration_number": supplier.registration_number,
            "country": supplier.country,
            "city": supplier.city,
            "address": supplier.address,
        }.items():
            self.fields[field].initial = value
        self._take_draft()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.check_number(data.get("country", ""), data.get("registration_number", ""))
        return data

    def company(self) -> dict[str, Any]:
        data = self.cleaned_data
        kind = KIND_BY_COUNTRY.get(data["country"], RegistrationKind.OTHER)
        names = ("name_latin", "registration_number", "country", "city", "address")
        return {"name": data["company_name"], "registration_kind": kind, **{name: data[name] for name in names}}
