"""The supplier's side: reading, signing, declining, its own code, the check of the guideline."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import CheckQuestion, Version
from csr_portal.core.translated import in_language


class ShareForm(forms.Form):
    name = forms.CharField(label=_("Name of the signatory"), max_length=120, help_text=_("In the person's own script"))
    name_latin = forms.CharField(label=_("Name in Latin letters"), max_length=120, required=False)
    title = forms.CharField(label=_("Job title"), max_length=120, help_text=_("For example: legal representative"))
    email = forms.EmailField(
        label=_("Email of the signatory"), required=False,
        help_text=_("Without an address you get a link and a code to hand over yourself."),
    )  # fmt: skip


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("6-digit code"), max_length=9,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "otp"}),
    )  # fmt: skip


class WhoForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, help_text=_("In your own script"))
    name_latin = forms.CharField(label=_("Name in Latin letters"), max_length=120, required=False)
    title = forms.CharField(label=_("Job title"), max_length=120)
    has_authority = forms.BooleanField(label=_("I am authorised to sign for the company"))


class ReadForm(forms.Form):
    """Read to the end; with a reservation on a clause where one is written (`reserve_<key>`)."""

    has_read = forms.BooleanField(label=_("I have read the text to its end"))

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for clause in version.clauses.all():
            self.fields[f"reserve_{clause.key}"] = forms.CharField(
                label=str(clause), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
            )

    def reserve_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("reserve_")]

    def reservations(self) -> dict[str, str]:
        """Clause key → text, for the clauses where one was written."""
        texts = {name.removeprefix("reserve_"): text for name, text in self.cleaned_data.items() if name != "has_read"}
        return {key: text for key, text in texts.items() if text}


class SignForm(forms.Form):
    presented_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    typed_name = forms.CharField(label=_("Type your name as signature"), max_length=120)
    drawing = forms.CharField(widget=forms.HiddenInput, required=False)
    consent = forms.BooleanField(label=_("I agree and sign"))


class DeclineForm(forms.Form):
    clauses = forms.MultipleChoiceField(label=_("Which clauses?"), required=False, widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The company and your contact person see it."),
    )  # fmt: skip

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(clause.key, str(clause)) for clause in version.clauses.all()]
        self.fields["clauses"].choices = choices  # type: ignore[attr-defined]


class OwnCodeForm(forms.Form):
    file = forms.FileField(label=_("Your own code of conduct as PDF"))
    note = forms.CharField(
        label=_("Where to look"), max_length=500, required=False,
        help_text=_("For example: pages 3 to 9, in Chinese"),
    )  # fmt: skip


class CheckForm(forms.Form):
    """The check questions of a guideline; field names are `q<id>`."""

    def __init__(self, *args: Any, questions: list[CheckQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            choices = [(str(place), in_language(choice)) for place, choice in enumerate(question.choices)]
            self.fields[f"q{question.pk}"] = forms.ChoiceField(
                label=in_language(question.text), choices=choices, widget=forms.RadioSelect
            )

    def answers(self) -> dict[int, int]:
        return {int(name[1:]): int(value) for name, value in self.cleaned_data.items()}
