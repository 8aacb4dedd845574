"""The company's side: comparing, countersigning, who signs and for whom, reasons."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Document, FrameContract, OwnCode, OwnCodeClause
from agreements.permissions import can_delegate_for_others
from agreements.states import Cover, DocumentKind
from agreements.workflow.company import MAX_SIGNERS
from csr_portal.core.forms import DateInput
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today


class CompareForm(forms.ModelForm):
    """What the supplier's code says about one of our clauses."""

    cover = forms.ChoiceField(
        label=_("Does the code cover it?"), choices=[("", _("Not compared yet")), *Cover.choices], required=False
    )

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
    starts_on = forms.DateField(label=_("From"), widget=DateInput)
    ends_on = forms.DateField(
        label=_("Until"), widget=DateInput,
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


class FrameContractForm(forms.Form):
    number = forms.CharField(label=_("Number of the frame contract"), max_length=60, required=False)
    ends_on = forms.DateField(
        label=_("Last day"), widget=DateInput, required=False, help_text=_("Empty: without an end")
    )  # fmt: skip

    def __init__(self, *args: Any, contract: FrameContract | None, **kwargs: Any) -> None:
        initial = {"number": contract.number, "ends_on": contract.ends_on} if contract else {}
        super().__init__(*args, initial=initial, **kwargs)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
