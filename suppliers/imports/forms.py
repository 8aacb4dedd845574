"""What a person says about a file of suppliers: the file, what its columns are, why a doubtful line is right."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csr_portal.core.files import check_size
from csr_portal.core.models import User
from suppliers.imports import columns
from suppliers.imports.columns import FIELDS, IGNORED
from suppliers.imports.reading import ENCODINGS, XLSX
from suppliers.imports.values import possible_owners
from suppliers.imports.words import unmatched
from suppliers.models import SupplierImport


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX or CSV (UTF-8 or GB18030), up to 200,000 lines. The first line holds the headings."),
        widget=forms.ClearableFileInput(attrs={"accept": f".xlsx,.csv,.txt,{XLSX},text/csv"}),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        check_size(upload.name, upload.size)
        return upload


class ColumnsForm(forms.ModelForm):
    """One choice per column of the file, and what holds for every new supplier."""

    class Meta:
        model = SupplierImport
        fields = ("encoding", "owner", "contact_is_optional")

    def __init__(self, *args: Any, sample: list[list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sample = sample
        self.fields["owner"].queryset = User.objects.filter(pk__in=possible_owners()).order_by("name")
        if self.instance.file.media_type == XLSX:
            del self.fields["encoding"]
        else:
            choices = list(ENCODINGS.items())
            self.fields["encoding"] = forms.ChoiceField(label=_("Encoding"), choices=choices, required=False)
        meanings = [(IGNORED, _("Leave out")), *((field.name, field.label) for field in FIELDS)]
        for position, heading in enumerate(self.instance.headings):
            self.fields[f"column_{position}"] = forms.ChoiceField(
                label=heading or gettext("Column %(number)s") % {"number": position + 1},
                choices=meanings,
                required=False,
                initial=self.instance.columns[position],
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each column of the file with its heading, its first values and the choice."""
        return [
            {
                "heading": heading,
                "field": self[f"column_{position}"],
                "values": [line[position] for line in self.sample if position < len(line) and line[position]][:3],
            }
            for position, heading in enumerate(self.instance.headings)
        ]

    def rest(self) -> list[Any]:
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen = self.chosen()
        twice = {name for name in chosen if name and chosen.count(name) > 1}
        for name in sorted(twice):
            label = columns.BY_NAME[name].label
            self.add_error(None, gettext("“%(field)s” is chosen for several columns.") % {"field": label})
        if columns.missing(chosen):
            raise ValidationError(unmatched())
        return data

    def chosen(self) -> list[str]:
        return [self.cleaned_data.get(f"column_{n}", IGNORED) for n in range(len(self.instance.headings))]

    def choices(self) -> dict[str, Any]:
        """What `workflow.check` takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields} | {
            "columns": self.chosen()
        }


class AcceptForm(forms.Form):
    reason = forms.CharField(
        label=_("Why these lines are right"), max_length=300, help_text=_("Stays in the history of each supplier.")
    )
