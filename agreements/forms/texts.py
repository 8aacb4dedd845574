"""What comes in while a text is written: all languages side by side, placeholders and clause keys from closed lists."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from agreements.models import CheckQuestion, Clause, Document, Version
from agreements.placeholders import unknown_in
from agreements.states import ClauseKey, DocumentKind

CHOICES = 3


class TextsForm(forms.Form):
    """Adds a field per language for each text; empty ones are allowed in a draft, unknown placeholders are not."""

    def add_texts(
        self, name: str, label: Any, texts: Mapping[str, str] | None = None, *, rows: int = 0, limit: int = 200
    ) -> None:
        widget: Any = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        for code, language in settings.LANGUAGES:
            self.fields[f"{name}:{code}"] = forms.CharField(
                label=_("%(label)s (%(language)s)") % {"label": label, "language": language}, required=False,
                max_length=limit, initial=(texts or {}).get(code, ""), widget=widget,
            )  # fmt: skip
            self.fields[f"{name}:{code}"].widget.attrs["lang"] = code

    def texts(self, name: str) -> dict[str, str]:
        """What was given, without the languages that are empty."""
        return {
            code: self.cleaned_data[f"{name}:{code}"].replace("\r\n", "\n")
            for code, _language in settings.LANGUAGES
            if self.cleaned_data.get(f"{name}:{code}")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in [name for name in data if ":" in name]:
            if unknown := unknown_in(data[name]):
                message = _("Unknown placeholder: %(names)s. Use one of the list.")
                self.add_error(name, forms.ValidationError(message, params={"names": ", ".join(unknown)}))
        return data


class DocumentForm(TextsForm):
    code = forms.CharField(
        label=_("Code"), max_length=40, validators=[validate_slug], help_text=_("Letters, digits and hyphens: ohs-2027")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices, initial=DocumentKind.OTHER_AGREEMENT)
    number = forms.CharField(label=_("Number of the first version"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_texts("title", _("Title"))

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if Document.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is a text with this code already."))
        return code

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("code", "kind", "number")} | {"title": self.texts("title")}


class DraftForm(forms.Form):
    number = forms.CharField(label=_("Number of the new version"), max_length=20)


class VersionForm(TextsForm):
    number = forms.CharField(label=_("Number of the version"), max_length=20)
    prevailing_language = forms.ChoiceField(label=_("Language that prevails"), choices=settings.LANGUAGES)
    validity_months = forms.IntegerField(label=_("Valid for (months)"), min_value=1, max_value=120)
    notice_days = forms.IntegerField(label=_("Notice period (days)"), min_value=0, max_value=365)
    staff_note = forms.CharField(label=_("Note for staff"), required=False, max_length=1000)

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        names = ("number", "prevailing_language", "validity_months", "notice_days", "staff_note")
        super().__init__(*args, initial={name: getattr(version, name) for name in names}, **kwargs)
        self.version = version
        self.add_texts("intro", _("Preamble"), version.intro, rows=3, limit=3000)

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        if self.version.document.versions.filter(number=number).exclude(pk=self.version.pk).exists():
            raise forms.ValidationError(_("Version %(number)s exists already."), params={"number": number})
        return number

    def values(self) -> dict[str, Any]:
        plain = {name: value for name, value in self.cleaned_data.items() if ":" not in name}
        return plain | {"intro": self.texts("intro")}


class ClauseForm(TextsForm):
    key = forms.ChoiceField(
        label=_("What the clause is about"), choices=ClauseKey.choices,
        help_text=_("By this, versions are compared and a supplier's own code is checked."),
    )  # fmt: skip

    def __init__(self, *args: Any, version: Version, clause: Clause | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"key": clause.key if clause else ""}, **kwargs)
        taken = set(version.clauses.exclude(pk=clause.pk if clause else None).values_list("key", flat=True))
        free = [("", "–"), *((code, label) for code, label in ClauseKey.choices if code not in taken)]
        self.fields["key"].choices = free  # type: ignore[attr-defined]
        self.add_texts("title", _("Title"), clause.title if clause else None)
        self.add_texts("text", _("Text"), clause.text if clause else None, rows=5, limit=5000)

    def values(self) -> dict[str, Any]:
        return {"key": self.cleaned_data["key"], "title": self.texts("title"), "text": self.texts("text")}


class QuestionForm(TextsForm):
    clause = forms.ModelChoiceField(Clause.objects.none(), label=_("Clause to read"))

    def __init__(self, *args: Any, version: Version, question: CheckQuestion | None = None, **kwargs: Any) -> None:
        initial = {"clause": question.clause_id, "right": question.right + 1} if question else {}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["clause"].queryset = version.clauses.all()  # type: ignore[attr-defined]
        self.add_texts("text", _("Question"), question.text if question else None)
        given = question.choices if question else []
        for place in range(1, CHOICES + 1):
            texts = given[place - 1] if place <= len(given) else None
            self.add_texts(f"choice{place}", _("Answer %(number)s") % {"number": place}, texts)
        self.fields["right"] = forms.TypedChoiceField(
            label=_("The right answer"), coerce=int, choices=[(n, str(n)) for n in range(1, CHOICES + 1)]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        right = data.get("right")
        if right and not self.texts(f"choice{right}"):
            self.add_error("right", _("This answer is empty."))
        return data

    def values(self) -> dict[str, Any]:
        given = [(place, self.texts(f"choice{place}")) for place in range(1, CHOICES + 1)]
        choices = [(place, texts) for place, texts in given if texts]
        places = [place for place, _texts in choices]
        return {
            "clause": self.cleaned_data["clause"],
            "text": self.texts("text"),
            "choices": [texts for _place, texts in choices],
            "right": places.index(self.cleaned_data["right"]),
        }
