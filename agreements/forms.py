"""What comes in from people: who signs, signatures, reasons, issues."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.audience import FIELDS, HOLDINGS, narrowed
from agreements.models import CheckQuestion, Document, OwnCode, OwnCodeClause, Version
from agreements.permissions import can_delegate_for_others
from agreements.states import DocumentKind
from agreements.workflow.company import MAX_SIGNERS
from csr_portal.core.models import User
from csr_portal.core.roles import Role
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


class CompareForm(forms.ModelForm):
    """What the supplier's code says about one of our clauses."""

    class Meta:
        model = OwnCodeClause
        fields = ["cover", "place", "quote"]
        widgets = {"quote": forms.Textarea(attrs={"rows": 2})}

    def _post_clean(self) -> None:
        """The workflow saves; the row in hand stays as it was."""


def clause_forms(code: OwnCode, data: Any = None) -> list[tuple[OwnCodeClause, CompareForm]]:
    rows = code.clauses.select_related("clause", "own_code__agreement", "checked_by")
    return [(row, CompareForm(data, instance=row, prefix=f"c{row.pk}")) for row in rows]


class CountersignForm(forms.Form):
    presented_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    typed_name = forms.CharField(label=_("Type your name as signature"), max_length=120)
    consent = forms.BooleanField(label=_("I have read the text and sign it for the company"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_typed_name(self) -> str:
        typed = self.cleaned_data["typed_name"]
        known = {"".join(name.split()).lower() for name in (self.person.name, self.person.name_latin) if name}
        if "".join(typed.split()).lower() not in known:
            raise forms.ValidationError(_("This is not your name: %(name)s."), params={"name": self.person.name})
        return typed


def people_of_the_company() -> Any:
    return User.objects.filter(groups__name__in=Role.values, is_active=True).distinct().order_by("name")


class SignersForm(forms.Form):
    """Up to five people in the order in which they sign; empty places are left out."""

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = list(document.company_signers.values_list("person_id", flat=True))
        people = people_of_the_company()
        for place in range(1, MAX_SIGNERS + 1):
            self.fields[f"signer{place}"] = forms.ModelChoiceField(
                people, label=_("Signature %(number)s") % {"number": place}, required=False,
                initial=now[place - 1] if place <= len(now) else None,
            )  # fmt: skip

    def people(self) -> list[User]:
        return [person for person in self.cleaned_data.values() if person]


class DelegationForm(forms.Form):
    grantor = forms.ModelChoiceField(User.objects.none(), label=_("In place of"))
    delegate = forms.ModelChoiceField(User.objects.none(), label=_("Who may sign"))
    documents = forms.ModelMultipleChoiceField(
        Document.objects.none(), label=_("Which documents"), widget=forms.CheckboxSelectMultiple
    )
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most a year"),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts_on": today(), "grantor": person.pk}, **kwargs)
        people = people_of_the_company()
        grantors = people if can_delegate_for_others(person) else people.filter(pk=person.pk)
        self.fields["grantor"].queryset = grantors  # type: ignore[attr-defined]
        self.fields["delegate"].queryset = people  # type: ignore[attr-defined]
        papers = Document.objects.exclude(kind=DocumentKind.GUIDELINE)
        self.fields["documents"].queryset = papers  # type: ignore[attr-defined]


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
