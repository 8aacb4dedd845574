"""What people type in training: sessions, who comes, hours and scores (also pasted from a sheet), qualifications."""

import datetime as dt
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csr_portal.core.forms import DateInput
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from suppliers.models import Category, Supplier
from suppliers.states import SupplierStatus
from training.models import AuditorQualification, AuditorTie, Course, Enrolment, Programme, Session
from training.workflow import Result

MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class SessionForm(forms.ModelForm):
    """Plan a session or change a planned one."""

    starts_at = forms.DateTimeField(label=gettext_lazy("Begins"), input_formats=MOMENT_FORMATS, widget=moment_input())
    ends_at = forms.DateTimeField(label=gettext_lazy("Ends"), input_formats=MOMENT_FORMATS, widget=moment_input())

    class Meta:
        model = Session
        fields = [
            "course",
            "starts_at",
            "ends_at",
            "enrol_until",
            "place",
            "is_online",
            "language",
            "trainer",
            "trainer_latin",
            "provider",
            "capacity",
            "has_test",
        ]
        widgets = {"enrol_until": DateInput}
        help_texts = {"enrol_until": gettext_lazy("Empty: until the day before it begins.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        starts, ends, until = values.get("starts_at"), values.get("ends_at"), values.get("enrol_until")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end must come after the beginning."))
        if starts and until and until > starts.date():
            self.add_error("enrol_until", _("Enrolment cannot end after the session has begun."))
        return values


class ProgrammeForm(forms.ModelForm):
    """Whom the year's programme is for."""

    class Meta:
        model = Programme
        fields = ["target", "target_group"]
        widgets = {"target_group": forms.Textarea(attrs={"rows": 3})}


class InviteForm(forms.Form):
    """Which suppliers to invite: by segment and category."""

    segment = forms.ChoiceField(
        label=gettext_lazy("Segment"),
        choices=[
            ("", gettext_lazy("All active suppliers")),
            (SupplierStatus.COOPERATING, gettext_lazy("Cooperating")),
            (SupplierStatus.STRATEGIC, gettext_lazy("Strategic")),
        ],
        required=False,
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"),
        queryset=Category.objects.all(),
        required=False,
        empty_label=gettext_lazy("All categories"),
    )
    only_missing = forms.BooleanField(
        label=gettext_lazy("Only suppliers without enough trained people"),
        help_text=gettext_lazy("Nobody of theirs has an effective certificate of the last 12 months."),
        required=False,
    )

    def suppliers(self, visible: QuerySet) -> QuerySet:
        """The suppliers chosen, of those the person may see."""
        chosen = visible.active()
        if segment := self.cleaned_data.get("segment"):
            chosen = chosen.filter(status=segment)
        if category := self.cleaned_data.get("category"):
            chosen = chosen.filter(categories=category)
        if self.cleaned_data.get("only_missing"):
            chosen = chosen.filter(people_trained=0)
        return chosen.order_by("pk")


class PersonForm(forms.ModelForm):
    """Somebody of a supplier who shall come."""

    class Meta:
        model = Enrolment
        fields = ["name", "name_latin", "job_title", "email"]
        help_texts = {"name_latin": gettext_lazy("As it shall stand on the certificate for customers abroad")}


class StaffEnrolForm(PersonForm):
    """The coordinator enrols somebody of a supplier, or a colleague."""

    supplier_number = forms.CharField(
        label=gettext_lazy("Supplier number"),
        required=False,
        help_text=gettext_lazy("For somebody of a supplier, for example S-10417"),
    )
    user = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"),
        queryset=User.objects.none(),
        required=False,
        help_text=gettext_lazy("For our own staff"),
    )

    class Meta(PersonForm.Meta):
        fields = ["supplier_number", "user", "name", "name_latin", "job_title", "email"]

    def __init__(self, *args: Any, visible: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visible = visible
        self.fields["user"].queryset = staff_people()
        self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        number = values.get("supplier_number", "").strip()
        values["supplier"] = self.visible.filter(number__iexact=number).first() if number else None
        if number and values["supplier"] is None:
            self.add_error("supplier_number", _("There is no supplier with this number."))
        if bool(number) == bool(values.get("user")):
            self.add_error(None, _("Give either a supplier number or a colleague."))
        if number and not values.get("name"):
            self.add_error("name", _("Give the person's name."))
        return values

    def person(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if key != "supplier_number"}


def staff_people() -> QuerySet:
    """Active people of the company."""
    return User.objects.filter(is_active=True, groups__name__in=Role.values).distinct().order_by("name", "pk")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )


class ResultsForm(forms.Form):
    """The table: one line per person, hours per day and the test score. Empty is not known yet, 0 is absent."""

    def __init__(self, *args: Any, session: Session, enrolments: list[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session, self.enrolments = session, enrolments
        for person in enrolments:
            recorded = {item.day: item.hours for item in person.attendances.all()}
            for day in session.days:
                self.fields[hours_key(person, day)] = forms.DecimalField(
                    label=f"{person}, {day:%Y-%m-%d}",
                    required=False,
                    min_value=0,
                    max_value=24,
                    decimal_places=2,
                    initial=recorded.get(day),
                    widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal", "class": "num"}),
                )
            if session.has_test:
                self.fields[score_key(person)] = forms.IntegerField(
                    label=f"{person}: {_('test score')}",
                    required=False,
                    min_value=0,
                    max_value=100,
                    initial=person.score,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
                )

    def lines(self) -> list[dict[str, Any]]:
        """For the template: a person and the fields of their line."""
        return [
            {
                "person": person,
                "hours": [self[hours_key(person, day)] for day in self.session.days],
                "score": self[score_key(person)] if self.session.has_test else None,
            }
            for person in self.enrolments
        ]

    def results(self) -> list[Result]:
        return [
            Result(
                person.pk,
                {day: self.cleaned_data[hours_key(person, day)] for day in self.session.days},
                self.cleaned_data.get(score_key(person)),
            )
            for person in self.enrolments
        ]


def hours_key(person: Enrolment, day: dt.date) -> str:
    return f"hours-{person.pk}-{day:%Y%m%d}"


def score_key(person: Enrolment) -> str:
    return f"score-{person.pk}"


class PasteForm(forms.Form):
    """Lines copied from a spreadsheet: name or email, hours of each day, test score. One wrong: nothing is kept."""

    sheet = forms.CharField(
        strip=False, label=gettext_lazy("Rows from a spreadsheet"), widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, session: Session, enrolments: list[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session, self.enrolments = session, enrolments

    def clean_sheet(self) -> list[Result]:
        errors, results = [], []
        for number, line in enumerate(self.cleaned_data["sheet"].splitlines(), start=1):
            if not line.strip():
                continue
            try:
                results.append(self._result([cell.strip() for cell in line.split("\t")]))
            except ValidationError as error:
                errors.append(
                    ValidationError(_("Line %(number)s: %(error)s") % {"number": number, "error": error.message})
                )
        if errors:
            raise ValidationError(errors)
        return results

    def _result(self, cells: list[str]) -> Result:
        days = self.session.days
        expected = 1 + len(days) + int(self.session.has_test)
        if len(cells) != expected:
            text = _("%(found)s columns, %(expected)s expected.")
            raise ValidationError(text % {"found": len(cells), "expected": expected})
        person = self._person(cells[0])
        hours = {day: _number(cell, 24) for day, cell in zip(days, cells[1:], strict=False)}
        score = _number(cells[-1], 100) if self.session.has_test else None
        if score is not None and score != int(score):
            raise ValidationError(_("The score must be a whole number."))
        return Result(person.pk, hours, None if score is None else int(score))

    def _person(self, text: str) -> Enrolment:
        wanted = _plain(text)
        found = [p for p in self.enrolments if wanted in {_plain(p.name), _plain(p.name_latin), _plain(p.email)} - {""}]
        if len(found) != 1:
            template = _("“%(name)s” is nobody of this session.") if not found else _("“%(name)s” fits several people.")
            raise ValidationError(template % {"name": text})
        return found[0]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _number(cell: str, limit: int) -> Decimal | None:
    if not cell:
        return None
    try:
        number = Decimal(unicodedata.normalize("NFKC", cell).replace(",", "."))
    except InvalidOperation as error:
        raise ValidationError(_("“%(cell)s” is not a number.") % {"cell": cell}) from error
    if not 0 <= number <= limit:
        raise ValidationError(_("%(cell)s is not between 0 and %(limit)s.") % {"cell": cell, "limit": limit})
    return number


class QualificationForm(forms.ModelForm):
    """Record an auditor certificate. A renewal names the certificate that it renews."""

    upload = forms.FileField(label=gettext_lazy("Copy of the certificate"), required=False)

    class Meta:
        model = AuditorQualification
        fields = [
            "user",
            "scheme",
            "level",
            "number",
            "issuer",
            "issued_on",
            "expires_on",
            "standing",
            "witnessed_audits",
            "employer",
            "supersedes",
        ]
        widgets = {"issued_on": DateInput, "expires_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = staff_people()
        self.fields["supersedes"].queryset = AuditorQualification.objects.current().select_related("user")
        self.fields["supersedes"].label_from_instance = lambda row: f"{row.user}: {row}"

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        issued, expires, old = values.get("issued_on"), values.get("expires_on"), values.get("supersedes")
        if issued and expires and expires < issued:
            self.add_error("expires_on", _("The last valid day cannot come before the day of issue."))
        if old and (old.user != values.get("user") or old.scheme != values.get("scheme")):
            self.add_error("supersedes", _("A renewal is of the same person and scheme."))
        return values


class TieForm(forms.ModelForm):
    """Why somebody is not independent of a supplier."""

    supplier_number = forms.CharField(
        label=gettext_lazy("Supplier number"), help_text=gettext_lazy("For example S-10417")
    )

    class Meta:
        model = AuditorTie
        fields = ["supplier_number", "kind", "from_on", "to_on", "note"]
        widgets = {"from_on": DateInput, "to_on": DateInput}

    def __init__(self, *args: Any, visible: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visible = visible

    def clean_supplier_number(self) -> Supplier:
        supplier = self.visible.filter(number__iexact=self.cleaned_data["supplier_number"].strip()).first()
        if supplier is None:
            raise ValidationError(_("There is no supplier with this number."))
        return supplier

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("to_on") and values.get("from_on") and values["to_on"] < values["from_on"]:
            self.add_error("to_on", _("The end cannot come before the beginning."))
        return values


class CodeForm(forms.Form):
    """The code of a certificate, as somebody types it from paper."""

    code = forms.CharField(label=gettext_lazy("Code on the certificate"), max_length=60)

    def clean_code(self) -> str:
        return normalised_code(self.cleaned_data["code"])


def normalised_code(text: str) -> str:
    """What was typed as a code is written: capital letters, groups of four; O and I read as 0 and 1."""
    text = unicodedata.normalize("NFKC", text).upper().removeprefix("CSR").replace("O", "0")
    text = text.replace("I", "1").replace("L", "1")
    letters = "".join(c for c in text if c.isascii() and c.isalnum())
    return "CSR-" + "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
