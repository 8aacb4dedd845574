"""Certificates, and how one was verified."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csr_portal.core.files import EVIDENCE_TYPES, check_size, type_names
from csr_portal.core.forms import DateInput
from suppliers.models import Certificate, Supplier

ACCEPT = ",".join(sorted(EVIDENCE_TYPES))


class CertificateForm(forms.ModelForm):
    """What R-VAL-2 asks for."""

    file = forms.FileField(label=_("The certificate as a file"), widget=forms.FileInput(attrs={"accept": ACCEPT}))

    class Meta:
        model = Certificate
        fields = (
            "standard",
            "edition",
            "number",
            "holder",
            "sites",
            "scope",
            "body",
            "accreditation",
            "result",
            "headcount",
            "issued_on",
            "first_issued_on",
            "expires_on",
        )
        widgets = {
            "sites": forms.CheckboxSelectMultiple,
            "scope": forms.Textarea(attrs={"rows": 3}),
            "issued_on": DateInput,
            "first_issued_on": DateInput,
            "expires_on": DateInput,
        }
        help_texts = {
            "holder": _("The legal name on the certificate"),
            "sites": _("Only sites that the certificate names"),
            "scope": _("The activity in words, as written on the certificate"),
            "result": _("BSCI: A to E. RBA: Silver, Gold, Platinum. Otherwise leave it empty."),
            "accreditation": _("Who accredited the body, e.g. SAAS"),
        }

    def __init__(self, *args: Any, supplier: Supplier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].queryset = supplier.sites.filter(is_active=True)
        self.fields["holder"].initial = supplier.name_latin or supplier.name
        self.fields["file"].help_text = gettext("%(types)s, at most %(limit)s MB") % {
            "types": type_names(),
            "limit": settings.EVIDENCE_MAX_BYTES // 1024**2,
        }

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        check_size(upload.name, upload.size)
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        issued, expires = data.get("issued_on"), data.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", gettext("The last valid day lies before the day of issue."))
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"file", "sites"}}


class VerifyForm(forms.Form):
    how = forms.CharField(
        label=_("How it was verified"),
        help_text=_("Where you looked it up, and what you found"),
        max_length=300,
        required=False,
    )
