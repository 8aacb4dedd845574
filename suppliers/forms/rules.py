"""Drafts of rules as forms, built from what the conditions say about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from suppliers.gates import Limit, condition_name, limits_of
from suppliers.models import GatePolicy, RiskModel
from suppliers.risk_settings import settings_of, value_at, with_values
from suppliers.risk_words import factor_name
from suppliers.rule_words import demands_of
from suppliers.states import Segment


class PolicyForm(forms.ModelForm):
    """For each segment every condition that exists, with a tick and its limits."""

    class Meta:
        model = GatePolicy
        fields = ("grace_days", "conditional_days", "note")
        help_texts = {
            "grace_days": _("How long a status holds after a condition was lost"),
            "note": _("What this version is for"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for segment in Segment:
            needed = demands_of(self.instance.conditions, segment)
            for code in settings.GATE_CONDITIONS:
                self.fields[f"{segment}-{code}"] = forms.BooleanField(
                    label=condition_name(code), required=False, initial=code in needed
                )
                for limit in limits_of(code):
                    value = needed.get(code, {}).get(limit.code, limit.default)
                    self.fields[f"{segment}-{code}-{limit.code}"] = field_of(limit, value)

    def clean(self) -> dict[str, Any]:
        """A limit matters only where its condition is ticked."""
        data = super().clean()
        for name in list(self.errors):
            segment, _dash, rest = name.partition("-")
            code = rest.partition("-")[0]
            if rest and not data.get(f"{segment}-{code}"):
                del self.errors[name]
        return data

    def segments(self) -> list[tuple[Segment, list[tuple[BoundField, list[BoundField]]]]]:
        """The ticks and their limits as the page draws them."""
        return [
            (
                segment,
                [
                    (
                        self[f"{segment}-{code}"],
                        [self[f"{segment}-{code}-{limit.code}"] for limit in limits_of(code)],
                    )
                    for code in settings.GATE_CONDITIONS
                ],
            )
            for segment in Segment
        ]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "conditions": {segment.value: self._demands(segment) for segment in Segment},
            **{name: data[name] for name in ("grace_days", "conditional_days", "note")},
        }

    def _demands(self, segment: Segment) -> list[dict[str, Any]]:
        """Limits that have no field are carried over as they are."""
        before = demands_of(self.instance.conditions, segment)
        demands: list[dict[str, Any]] = []
        for code in settings.GATE_CONDITIONS:
            if not self.cleaned_data[f"{segment}-{code}"]:
                continue
            limits = before.get(code, {}) | {
                limit.code: self.cleaned_data[f"{segment}-{code}-{limit.code}"] for limit in limits_of(code)
            }
            demands.append({"condition": code, "limits": limits} if limits else {"condition": code})
        return demands


def field_of(limit: Limit, value: Any) -> forms.Field:
    if limit.choices:
        return forms.MultipleChoiceField(
            label=limit.label, choices=limit.choices, initial=value, widget=forms.CheckboxSelectMultiple
        )
    return forms.IntegerField(label=limit.label, min_value=limit.lowest, max_value=limit.highest, initial=value)


class RiskModelForm(forms.ModelForm):
    """Every number of the model, under its factor."""

    class Meta:
        model = RiskModel
        fields = ("name", "note")
        help_texts = {"note": _("What this version is for")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = self.instance.factors | {"bands": self.instance.bands}
        for setting in settings_of(self.instance.kind):
            self.fields[setting.name] = forms.IntegerField(
                label=setting.label, min_value=0, max_value=setting.highest, initial=value_at(tree, setting.path)
            )

    def groups(self) -> list[tuple[str, list[BoundField]]]:
        found: dict[str, list[BoundField]] = {}
        for setting in settings_of(self.instance.kind):
            found.setdefault(setting.group, []).append(self[setting.name])
        return [(factor_name(group), fields) for group, fields in found.items()]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"name": data["name"], "note": data["note"], **with_values(self.instance, data)}


class CountryFileForm(forms.Form):
    file = forms.FileField(
        label=_("Table of country values (CSV)"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )


class ActivateForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
