"""What people type about findings, their plans and their evidence."""

from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from audits.forms.fields import FilesField, ReasonForm
from audits.models import Clause, Finding
from audits.states import ActionKind, SubmissionVerdict
from audits.workflow.findings import PlannedAction
from csr_portal.core.files import type_names
from csr_portal.core.forms import DateInput
from suppliers.models import Evidence


class FindingForm(forms.ModelForm):
    """A finding as an auditor writes it down. The photos become evidence of the site."""

    new_photos = FilesField(label=_("Photos"), required=False, help_text=type_names())

    class Meta:
        model = Finding
        fields = [
            "grade",
            "title",
            "facts",
            "affected",
            "looked_at",
            "clause",
            "verification",
            "wanted_evidence",
            "title_local",
            "facts_local",
        ]
        widgets = {
            "grade": forms.RadioSelect,
            "verification": forms.RadioSelect,
            "facts": forms.Textarea({"rows": 3}),
            "facts_local": forms.Textarea({"rows": 3}),
            "wanted_evidence": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].queryset = Clause.objects.select_related("standard")
        self.fields["clause"].label_from_instance = lambda clause: f"{clause.standard} {clause}"
        self.fields["grade"].choices = [c for c in self.fields["grade"].choices if c[0]]
        self.fields["verification"].choices = [c for c in self.fields["verification"].choices if c[0]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        affected, looked_at = data.get("affected"), data.get("looked_at")
        if affected is not None and looked_at is not None and affected > looked_at:
            self.add_error("affected", _("More affected than looked at."))
        return data


class OtherFindingForm(FindingForm):
    """A finding that no visit has found: a complaint, other information."""

    class Meta(FindingForm.Meta):
        fields = ["site", "origin", "discovered_on", *FindingForm.Meta.fields]
        widgets = FindingForm.Meta.widgets | {"discovered_on": DateInput()}

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites
        self.fields["site"].required = True
        self.fields["site"].label_from_instance = lambda site: f"{site.supplier.number} {site.supplier} – {site}"
        self.fields["origin"].choices = [c for c in self.fields["origin"].choices if c[0] in {"complaint", "other"}]


class EvidenceVerdictForm(ReasonForm):
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[(SubmissionVerdict.PROGRESS, _("Progress made")), (SubmissionVerdict.REJECTED, _("Not accepted"))],
    )


class FindingPlanForm(forms.Form):
    root_cause = forms.CharField(
        label=_("Root cause"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Why could this happen? Ask “why” until you reach something you can change."),
    )
    no_action_reason = forms.CharField(
        label=_("No action, because"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Only if nothing will be done. Then the rest may stay empty."),
    )


class ActionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ActionKind.choices)
    text = forms.CharField(
        label=_("What will be done"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )
    owner = forms.CharField(label=_("Who"), required=False, max_length=120)
    due_on = forms.DateField(label=_("Until"), required=False, widget=DateInput())

    def as_action(self) -> PlannedAction | None:
        data = self.cleaned_data
        if not data.get("text", "").strip():
            return None
        return PlannedAction(data["kind"], data["text"], data["owner"], data["due_on"])


ActionFormSet = formset_factory(ActionForm, extra=0)
FIRST_ACTIONS = [{"kind": kind} for kind in ActionKind.values]


class EvidenceForm(forms.Form):
    files = FilesField(label=_("New photos and files"), required=False, help_text=type_names())
    evidence = forms.ModelMultipleChoiceField(
        Evidence.objects.none(),
        label=_("Files that are here already"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=_("What was done"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    records_from = forms.DateField(label=_("Records from"), required=False, widget=DateInput())
    records_to = forms.DateField(label=_("Records to"), required=False, widget=DateInput())

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Evidence.objects.filter(supplier=finding.supplier_id, withdrawn_at=None).select_related("file")
        self.fields["evidence"].queryset = own[:200] if not self.is_bound else own
        if not finding.needs_two_months:
            del self.fields["records_from"], self.fields["records_to"]
