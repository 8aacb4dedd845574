"""What comes in from people: invitation, registration, company, certificates, reviews, waivers."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csr_portal.core.files import EVIDENCE_TYPES, check_size, type_names
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from suppliers.countries import country_choices
from suppliers.identity import KIND_BY_COUNTRY, has_valid_check_digit, registration_key
from suppliers.models import Category, Certificate, Contact, Invitation, Review, Site, Supplier, Waiver
from suppliers.states import ClearanceStatus, ContactRole, Outcome, RegistrationKind
from suppliers.workflow.invitations import default_expiry

ACCEPT = ",".join(sorted(EVIDENCE_TYPES))


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


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
        help_text=_("In China the 18 characters of the business licence"),
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


class ColleagueForm(forms.Form):
    """A person to invite for a supplier that is known."""

    person = forms.CharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Email"))
    role = forms.ChoiceField(label=_("Role"), choices=ContactRole.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=ContactRole.choices)


class SuccessorForm(forms.Form):
    successor = forms.ModelChoiceField(
        label=_("Who takes over"),
        queryset=Contact.objects.none(),
        help_text=_("Drafts, tasks and deadlines stay with the company; your access ends at once."),
    )

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = Contact.objects.filter(supplier=contact.supplier).current().exclude(pk=contact.pk)
        self.fields["successor"].queryset = colleagues.select_related("user")
        self.fields["successor"].label_from_instance = lambda item: item.user.name


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


class ReasonForm(forms.Form):
    """Why: one sentence is enough."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
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


def check_other_company(form: forms.ModelForm, data: dict[str, Any]) -> None:
    key = registration_key(data.get("country", ""), data.get("registration_number", ""))
    other = key and Supplier.objects.filter(registration_key=key).exclude(pk=form.instance.pk).first()
    if other:
        text = gettext("%(name)s (%(number)s) has this number already.") % {"name": other.name, "number": other.number}
        form.add_error("registration_number", text)


CONTRACTS = ("workers_temporary", "workers_dispatched", "workers_students")
AGES = ("workers_under_16", "workers_young", "workers_over_55")


class SiteForm(forms.ModelForm):
    """Where people work and who they are; the headcount decides the days and samples of a site review."""

    country = country_field()

    class Meta:
        model = Site
        fields = (
            "name",
            "name_latin",
            "country",
            "region",
            "city",
            "address",
            "is_supplying",
            "is_active",
            "categories",
            "workers_women",
            "workers_men",
            "workers_under_16",
            "workers_young",
            "workers_over_55",
            "workers_temporary",
            "workers_dispatched",
            "workers_students",
            "workers_migrant",
            "has_dormitory",
            "dormitory_residents",
            "uses_chemicals",
            "chemicals",
            "processes",
        )
        widgets = {"categories": forms.CheckboxSelectMultiple}
        labels = {"categories": _("What this site supplies")}
        help_texts = {
            "workers_women": _("All who work here on a usual day, whoever employs them"),
            "workers_under_16": _("Usually none. If there are any, say so: we help, and nobody is punished for it."),
            "processes": _("Such as stamping, welding, electroplating"),
            "chemicals": _("The main ones, such as solvents, acids, lead solder"),
        }

    def __init__(self, *args: Any, supplier: Supplier | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        supplier = supplier or (self.instance.supplier if self.instance.pk else None)
        choices = supplier.categories.all() if supplier else Category.objects.none()
        if self.instance.pk:
            choices = Category.objects.filter(Q(pk__in=choices) | Q(sites=self.instance)).distinct()
        self.fields["categories"].queryset = choices
        if not choices.exists():
            del self.fields["categories"]
        for name in COUNTS:
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "min": "0"}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in COUNTS:
            if name in data and data[name] is None:
                data[name] = 0
        total = data.get("workers_women", 0) + data.get("workers_men", 0)
        self._check_sum(data, AGES, total, gettext("The age classes together are more than all workers (%(total)s)."))
        self._check_sum(
            data, CONTRACTS, total, gettext("The kinds of contract together are more than all workers (%(total)s).")
        )
        for name in (*AGES, *CONTRACTS, "workers_migrant"):
            if data.get(name, 0) > total:
                self.add_error(name, gettext("More than all workers together (%(total)s).") % {"total": total})
        if data.get("dormitory_residents") and not data.get("has_dormitory"):
            self.add_error("has_dormitory", gettext("People live in the dormitory: tick that there is one."))
        if data.get("chemicals") and not data.get("uses_chemicals"):
            self.add_error("uses_chemicals", gettext("Chemicals are named below: tick that they are used."))
        return data

    def _check_sum(self, data: dict[str, Any], names: tuple[str, ...], total: int, text: str) -> None:
        parts = [data.get(name, 0) for name in names]
        if sum(parts) > total and max(parts) <= total:
            self.add_error(names[0], text % {"total": total})


COUNTS = ("workers_women", "workers_men", *AGES, *CONTRACTS, "workers_migrant", "dormitory_residents")


class CertificateForm(forms.ModelForm):
    """What R-VAL-2 asks for."""

    file = forms.FileField(label=_("The certificate as a file"), widget=forms.FileInput(attrs={"accept": ACCEPT}))

    class Meta:
        model = Certificate
        fields = (
            "standard",
            "edition",
            "number",
            "holder",
            "sites",
            "scope",
            "body",
            "accreditation",
            "result",
            "headcount",
            "issued_on",
            "first_issued_on",
            "expires_on",
        )
        widgets = {
            "sites": forms.CheckboxSelectMultiple,
            "scope": forms.Textarea(attrs={"rows": 3}),
            "issued_on": DateInput,
            "first_issued_on": DateInput,
            "expires_on": DateInput,
        }
        help_texts = {
            "holder": _("The legal name on the certificate"),
            "sites": _("Only sites that the certificate names"),
            "scope": _("The activity in words, as written on the certificate"),
            "result": _("BSCI: A to E. RBA: Silver, Gold, Platinum. Otherwise leave it empty."),
            "accreditation": _("Who accredited the body, e.g. SAAS"),
        }

    def __init__(self, *args: Any, supplier: Supplier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].queryset = supplier.sites.filter(is_active=True)
        self.fields["holder"].initial = supplier.name_latin or supplier.name
        self.fields["file"].help_text = gettext("%(types)s, at most %(limit)s MB") % {
            "types": type_names(),
            "limit": settings.EVIDENCE_MAX_BYTES // 1024**2,
        }

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        check_size(upload.name, upload.size)
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        issued, expires = data.get("issued_on"), data.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", gettext("The last valid day lies before the day of issue."))
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"file", "sites"}}


class VerifyForm(forms.Form):
    how = forms.CharField(
        label=_("How it was verified"),
        help_text=_("Where you looked it up, and what you found"),
        max_length=300,
        required=False,
    )


class ClearanceForm(forms.Form):
    """A status for a category, a site, or a category from a site."""

    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    status = forms.ChoiceField(label=_("Decision"), choices=ClearanceStatus.choices, widget=forms.RadioSelect)
    until = forms.DateField(label=_("Valid until"), required=False, widget=DateInput)
    conditions = forms.CharField(
        label=_("Conditions the supplier must meet"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, supplier: Supplier, may_approve: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = supplier.categories.all()
        self.fields["site"].queryset = supplier.sites.filter(is_active=True)
        if not may_approve:
            self.fields["status"].choices = [(ClearanceStatus.SUSPENDED.value, ClearanceStatus.SUSPENDED.label)]


class OpenReviewForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ("segment", "request")
        widgets = {"segment": forms.RadioSelect, "request": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"request": _("What speaks for this supplier; the one who decides reads it")}


class PrepareForm(forms.Form):
    recommendation = forms.CharField(
        label=_("Recommendation"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    until = forms.DateField(label=_("Valid until"), required=False, widget=DateInput)
    conditions = forms.CharField(
        label=_("Conditions the supplier must meet"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("For the record and for the supplier"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WaiverForm(forms.ModelForm):
    class Meta:
        model = Waiver
        fields = ("condition", "valid_until", "reason")
        widgets = {"valid_until": DateInput, "reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["condition"] = forms.ChoiceField(
            label=gettext("Condition"), choices=choices, widget=forms.RadioSelect
        )
