"""What people say about a webhook."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from csr_portal.core.webhooks.addresses import AddressRefused, resolve
from csr_portal.core.webhooks.delivery import events
from csr_portal.core.webhooks.models import Webhook


class WebhookForm(forms.ModelForm):
    """The address is tried at once: a name that is not known, or that leads into our own network, is refused here."""

    address = forms.URLField(
        label=_("Address"), max_length=500, assume_scheme="https",
        help_text=_("Where the events are sent to, beginning with https://. Redirects are not followed."),
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label=_("Events"), widget=forms.CheckboxSelectMultiple, choices=lambda: list(events().items())
    )

    class Meta:
        model = Webhook
        fields = ("name", "address", "events")
        help_texts = {"name": _("What it is for, such as the name of the receiving system.")}

    def clean_address(self) -> str:
        try:
            resolve(address := self.cleaned_data["address"])
        except AddressRefused as refused:
            raise ValidationError(str(refused)) from refused
        return address

    def clean_events(self) -> list[str]:
        chosen: Any = self.cleaned_data["events"]
        return [name for name in events() if name in chosen]
