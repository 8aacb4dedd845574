"""Fields that several forms of suppliers share."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suppliers.countries import country_choices
from suppliers.identity import KIND_BY_COUNTRY, has_valid_check_digit
from suppliers.models import Supplier
from suppliers.numbers import find_all
from suppliers.states import RegistrationKind

MOST_NUMBERS = 1000
MOST_NAMED = 20
SEPARATORS = re.compile(r"[\s,;，；、]+")


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


class SupplierNumbersField(forms.CharField):
    """A list of suppliers as it comes out of a spreadsheet: numbers by line, space or comma. Gives the suppliers.

    Every number that is not among `suppliers` is named; at most 1,000 at once.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Suppliers"), widget=forms.Textarea(attrs={"rows": 6, "class": "mono"}),
            help_text=_("Supplier numbers or registration numbers, as copied from a spreadsheet: one per line"),
            **kwargs,
        )  # fmt: skip
        self.suppliers: QuerySet = Supplier.objects.none()

    def clean(self, value: Any) -> Any:
        numbers = list(dict.fromkeys(filter(None, SEPARATORS.split(super().clean(value)))))
        if len(numbers) > MOST_NUMBERS:
            text = gettext("%(number)s numbers are too many; at most %(limit)s at once.")
            raise forms.ValidationError(text % {"number": len(numbers), "limit": MOST_NUMBERS})
        found = find_all(self.suppliers, numbers)
        if unknown := [number for number in numbers if number not in found]:
            raise forms.ValidationError(_said_unknown(unknown))
        return self.suppliers.filter(pk__in={supplier.pk for supplier in found.values()})


def _said_unknown(numbers: Sequence[str]) -> str:
    more = len(numbers) - MOST_NAMED
    named = ", ".join(numbers[:MOST_NAMED]) + (" …" if more > 0 else "")
    return gettext("Not a supplier in relation: %(numbers)s.") % {"numbers": named}


class ReasonForm(forms.Form):
    """Why: one sentence is enough."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
