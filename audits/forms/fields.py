"""Fields that several forms of audits share."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from csr_portal.core.forms import DateInput
from csr_portal.core.timezones import today
from csr_portal.core.translated import in_language

DEFAULT_DAYS = 30


def in_days(days: int = DEFAULT_DAYS) -> dt.date:
    return today() + dt.timedelta(days=days)


class SiteChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.supplier.number} · {obj.supplier} · {obj}"


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{in_language(obj.questionnaire.title)} · v{obj.number}"


class FutureDateField(forms.DateField):
    """A date from today on."""

    widget = DateInput

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and day < today():
            raise forms.ValidationError(_("The date must not lie in the past."))
        return day


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; cleaned to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"])
        return [super(FilesField, self).clean(item, initial) for item in files]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3}))
