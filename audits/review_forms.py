"""What people type about site reviews and findings. Rules stay in the workflow."""

from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from audits.finding_workflow import PlannedAction
from audits.forms import FutureDateField
from audits.models import Clause, Finding, InterviewRecord, SiteReview
from audits.states import ActionKind, Announcement, ReviewReason, SubmissionVerdict, TeamPart
from csr_portal.core.files import type_names
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from suppliers.models import Evidence, Site


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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


class PlanForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)


class AddSiteForm(forms.Form):
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"))
    reason = forms.ChoiceField(label=_("Reason"), choices=ReviewReason.choices)
    first_day = forms.DateField(label=_("First day"), widget=DateInput())

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites
        self.fields["site"].label_from_instance = lambda site: f"{site.supplier.number} {site.supplier} – {site}"


class SingleReviewForm(AddSiteForm):
    """A site review outside the plan of the year: somebody says why."""

    announcement = forms.ChoiceField(label=_("Announcement"), choices=Announcement.choices)
    why = forms.CharField(
        label=_("Why outside the plan of the year"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )


class DatesForm(forms.Form):
    """The dates with which a review is announced."""

    planned_from = FutureDateField(label=_("First day"))
    planned_to = FutureDateField(label=_("Last day"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("planned_from"), data.get("planned_to")
        if first and last and last < first:
            self.add_error("planned_to", _("The last day is before the first."))
        return data


class ReviewForm(forms.ModelForm):
    class Meta:
        model = SiteReview
        fields = ["planned_from", "planned_to", "announcement", "checklist", "standards", "scope"]
        labels = {"checklist": _("Checklist")}
        widgets = {"planned_from": DateInput(), "planned_to": DateInput(), "scope": forms.Textarea({"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("planned_from"), data.get("planned_to")
        if first and last and last < first:
            self.add_error("planned_to", _("The last day is before the first."))
        return data


class ReviewTextsForm(forms.ModelForm):
    class Meta:
        model = SiteReview
        fields = ["summary", "strengths", "limits", "files_taken", "confidentiality"]
        widgets = {name: forms.Textarea({"rows": 3}) for name in ("summary", "strengths", "limits")}


class TeamForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"))
    part = forms.ChoiceField(label=_("Part"), choices=TeamPart.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(groups__name__in=[Role.AUDITOR, Role.CSR_MANAGER], is_active=True)
        self.fields["user"].queryset = people.distinct().order_by("name")


class DeclarationForm(forms.Form):
    no_conflict = forms.TypedChoiceField(
        label=_("Conflict of interest"),
        choices=[("yes", _("I have none with this supplier")), ("no", _("I have one"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)


class InterviewForm(forms.ModelForm):
    class Meta:
        model = InterviewRecord
        fields = ["kind", "people", "women", "topics"]
        help_texts = {"topics": _("Never a name")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        people, women = data.get("people") or 0, data.get("women") or 0
        if women > people:
            self.add_error("women", _("More women than people."))
        if data.get("kind") == "individual" and people > 1:
            self.add_error("people", _("Alone is one person."))
        return data


class CheckpointForm(forms.Form):
    result = forms.CharField(max_length=12)
    note = forms.CharField(required=False, max_length=4000)
    revision = forms.IntegerField(min_value=0)
    client_id = forms.UUIDField()
    photos = FilesField(required=False)

    def clean_result(self) -> str:
        known = {"not_checked", "conform", "partly", "not_conform", "na"}
        if self.cleaned_data["result"] not in known:
            raise forms.ValidationError(_("Choose a result."))
        return self.cleaned_data["result"]


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


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3}))


class EvidenceVerdictForm(ReasonForm):
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[(SubmissionVerdict.PROGRESS, _("Progress made")), (SubmissionVerdict.REJECTED, _("Not accepted"))],
    )


class WishForm(ReasonForm):
    wished_from = forms.DateField(label=_("First day that suits you"), widget=DateInput())

    field_order = ["wished_from", "reason"]


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
