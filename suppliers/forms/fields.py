"""Fields that several forms of suppliers share."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suppliers.countries import country_choices
from suppliers.identity import KIND_BY_COUNTRY, has_valid_check_digit
from suppliers.states import RegistrationKind


def country_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Country"), choices=lambda: [("", "–"), *country_choices()])


class RegistrationNumberMixin(forms.Form):
    """A number that does not fit its check digit is a warning with a tick: the buyer or clerk may be right."""

    accept_number = forms.BooleanField(
        label=_("The number is right as written"), required=False, widget=forms.HiddenInput
    )

    def check_number(self, country: str, number: str) -> None:
        kind = KIND_BY_COUNTRY.get(country, RegistrationKind.OTHER)
        if number and not has_valid_check_digit(kind, number) and not self.cleaned_data.get("accept_number"):
            self.fields["accept_number"].widget = forms.CheckboxInput()
            label = RegistrationKind(kind).label
            self.add_error(
                "registration_number",
                gettext("This does not fit the check digit of: %(kind)s. Correct it, or tick below that it is right.")
                % {"kind": label},
            )


class ReasonForm(forms.Form):
    """Why: one sentence is enough."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
