"""What people type about self-inspections and their campaigns."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.fields import FutureDateField, ReasonForm, SiteChoice, VersionChoice, in_days
from audits.models import InspectionCampaign, QuestionnaireVersion
from audits.states import AnswerCode
from csr_portal.core.timezones import today
from suppliers.models import Category, Site
from suppliers.states import RiskBand


class AssignForm(forms.Form):
    site = SiteChoice(label=_("Site"), queryset=Site.objects.none())
    version = VersionChoice(label=_("Questionnaire"), queryset=QuestionnaireVersion.objects.none())
    due_on = FutureDateField(label=_("Due on"), initial=in_days)

    def __init__(self, *args: Any, user: Any, supplier: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        sites = Site.objects.visible_to(user).filter(is_active=True).select_related("supplier")
        if supplier.isdecimal():
            sites = sites.filter(supplier_id=int(supplier))
        self.fields["site"].queryset = sites.order_by("supplier__name", "name")
        self.fields["version"].queryset = published(user)


def published(user: Any) -> Any:
    return QuestionnaireVersion.objects.visible_to(user).published().select_related("questionnaire").order_by("pk")


class CampaignForm(forms.ModelForm):
    """What is asked, of whom, until when. The suppliers are chosen by filters; the dry run shows who that is."""

    due_on = FutureDateField(label=_("Due on"), initial=in_days)
    status = forms.ChoiceField(
        label=_("Suppliers"),
        choices=[
            ("active", _("Cooperating and strategic")),
            ("strategic", _("Strategic only")),
            ("cooperating", _("Cooperating only")),
        ],
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), required=False, empty_label=_("Any")
    )
    risk = forms.ChoiceField(label=_("Risk"), choices=[("", _("Any")), *RiskBand.choices], required=False)

    class Meta:
        model = InspectionCampaign
        fields = ("name", "year", "version", "due_on")
        field_classes = {"version": VersionChoice}

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["version"].queryset = published(user)
        self.fields["year"].initial = today().year


class FactsForm(forms.Form):
    has_dormitory = forms.BooleanField(label=_("We have a dormitory."), required=False)
    uses_chemicals = forms.BooleanField(label=_("We use hazardous chemicals."), required=False)
    workers_young = forms.BooleanField(label=_("Workers aged 16 or 17 work here."), required=False)
    workers_dispatched = forms.BooleanField(label=_("Workers of an agency work here."), required=False)


class AnswerForm(forms.Form):
    """One answer: from the page without JavaScript, and from the autosave as JSON."""

    choice = forms.ChoiceField(choices=[("", ""), *AnswerCode.choices], required=False)
    note = forms.CharField(label=_("Note"), max_length=4000, required=False)
    na_reason = forms.CharField(label=_("Why it does not apply"), max_length=1000, required=False)
    base_revision = forms.IntegerField(min_value=0, required=False)
    client_id = forms.UUIDField(required=False)


class ReturnForm(ReasonForm):
    due_on = FutureDateField(label=_("Corrected until"), initial=lambda: in_days(14))


class ExtendForm(forms.Form):
    due_on = FutureDateField(label=_("New date"), initial=lambda: in_days(14))
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
