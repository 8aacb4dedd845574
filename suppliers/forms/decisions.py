"""What is decided about a supplier: clearances, reviews, waivers."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csr_portal.core.forms import DateInput
from suppliers.models import Category, Review, Site, Supplier, Waiver
from suppliers.states import ClearanceStatus, Outcome


class ClearanceForm(forms.Form):
    """Suspend or end a category, a site, or a category from a site; approving needs a CSR review."""

    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), required=False, empty_label=_("All categories")
    )
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("All sites")
    )
    status = forms.ChoiceField(label=_("What happens"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, supplier: Supplier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = supplier.categories.all()
        self.fields["site"].queryset = supplier.sites.filter(is_active=True)
        self.fields["status"].choices = [
            (ClearanceStatus.SUSPENDED.value, _("Suspend: no orders until a CSR review approves it")),
            (ClearanceStatus.ENDED.value, _("End: we no longer buy it from there")),
        ]


class OpenReviewForm(forms.ModelForm):
    """The whole supplier while nothing is ticked; otherwise each category, each site, or each category from each."""

    class Meta:
        model = Review
        fields = ("segment", "categories", "sites", "request")
        widgets = {
            "segment": forms.RadioSelect,
            "categories": forms.CheckboxSelectMultiple,
            "sites": forms.CheckboxSelectMultiple,
            "request": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "categories": _("Tick nothing here and below to decide about the whole supplier"),
            "request": _("What speaks for this supplier; the one who decides reads it"),
        }

    def __init__(self, *args: Any, supplier: Supplier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].queryset = supplier.categories.all()
        self.fields["sites"].queryset = supplier.sites.filter(is_active=True)
        for name in ("categories", "sites"):
            if not self.fields[name].queryset.exists():
                del self.fields[name]


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
