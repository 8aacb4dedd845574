"""What people type about the plan of the year and site reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.fields import FilesField, FutureDateField, ReasonForm, SiteChoice
from audits.models import InterviewRecord, SiteReview, SiteReviewPlan
from audits.states import Announcement, PlanStatus, ReviewReason, TeamPart
from csr_portal.core.forms import DateInput
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from suppliers.models import Site


class PlanChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.year} · {obj.get_status_display()}"


class PlanForm(forms.Form):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)


class NewReviewForm(forms.Form):
    """A site review in a plan of a year or outside of it. Whoever adds it to an approved plan or outside says why."""

    site = SiteChoice(Site.objects.none(), label=_("Site"))
    plan = PlanChoice(
        SiteReviewPlan.objects.none(), label=_("Plan"), required=False, empty_label=_("Outside the plan of the year")
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=ReviewReason.choices)
    first_day = FutureDateField(label=_("First day"))
    announcement = forms.ChoiceField(label=_("Announcement"), choices=Announcement.choices)
    why = forms.CharField(
        label=_("Why it is added"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed unless the plan is a draft. For example: a complaint, bad news, a change at the site."),
    )

    def __init__(self, *args: Any, sites: Any, plans: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites
        self.fields["plan"].queryset = plans

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        plan = data.get("plan")
        if not data.get("why", "").strip() and not (plan and plan.status == PlanStatus.DRAFT):
            self.add_error("why", _("Give a reason."))
        return data


class _FirstToLast(forms.BaseForm):
    """The days of a review, `planned_from` and `planned_to`, in their order."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("planned_from"), data.get("planned_to")
        if first and last and last < first:
            self.add_error("planned_to", _("The last day is before the first."))
        return data


class DatesForm(_FirstToLast, forms.Form):
    """The dates with which a review is announced."""

    planned_from = FutureDateField(label=_("First day"))
    planned_to = FutureDateField(label=_("Last day"))


class ReviewForm(_FirstToLast, forms.ModelForm):
    class Meta:
        model = SiteReview
        fields = ["planned_from", "planned_to", "announcement", "checklist", "standards", "scope"]
        labels = {"checklist": _("Checklist")}
        widgets = {"planned_from": DateInput(), "planned_to": DateInput(), "scope": forms.Textarea({"rows": 3})}


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


class WishForm(ReasonForm):
    wished_from = forms.DateField(label=_("First day that suits you"), widget=DateInput())

    field_order = ["wished_from", "reason"]
