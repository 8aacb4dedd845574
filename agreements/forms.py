"""What comes in from people: who signs, signatures, reasons, issues."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.audience import FIELDS, HOLDINGS, narrowed
from agreements.models import CheckQuestion, Version
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.translated import in_language
from suppliers.models import Category, Supplier
from suppliers.querysets import SupplierQuerySet
from suppliers.states import SupplierStatus

SEGMENTS = (SupplierStatus.REGISTERED, SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC, SupplierStatus.SUSPENDED)


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
    has_read = forms.BooleanField(label=_("I have read the text to its end"))


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


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


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
    starts_on = forms.DateField(
        label=_("Begins on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    due_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, suppliers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Version.objects.published().select_related("document")
        self.fields["version"].queryset = published  # type: ignore[attr-defined]
        self.fields["suppliers"].queryset = suppliers  # type: ignore[attr-defined]
        self.fields["owner"].queryset = User.objects.filter(pk__in=suppliers.values("owner"))  # type: ignore[attr-defined]
        countries = suppliers.order_by("country").values_list("country", flat=True).distinct()
        self.fields["country"].choices = [("", _("All countries")), *((code, code) for code in countries)]  # type: ignore[attr-defined]
        segments = [(code, label) for code, label in SupplierStatus.choices if code in SEGMENTS]
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
