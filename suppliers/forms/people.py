"""The people of a supplier: inviting a colleague, their role, who takes over."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from suppliers.models import Contact
from suppliers.states import ContactRole


class ColleagueForm(forms.Form):
    """A person to invite for a supplier that is known."""

    person = forms.CharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Email"))
    role = forms.ChoiceField(label=_("Role"), choices=ContactRole.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=ContactRole.choices)


class SuccessorForm(forms.Form):
    successor = forms.ModelChoiceField(
        label=_("Who takes over"),
        queryset=Contact.objects.none(),
        help_text=_("Drafts, tasks and deadlines stay with the company; your access ends at once."),
    )

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = Contact.objects.filter(supplier=contact.supplier).current().exclude(pk=contact.pk)
        self.fields["successor"].queryset = colleagues.select_related("user")
        self.fields["successor"].label_from_instance = lambda item: item.user.name
