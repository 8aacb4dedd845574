"""Pages of a new log-in email: asked for by the person, confirmed and taken back by links."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csr_portal.core import email_change
from csr_portal.core.access import PersonRequest, open_page, person_page
from csr_portal.core.models import User
from csr_portal.core.workflow import WorkflowError


class EmailForm(forms.Form):
    """The new address, with the password, because a log-in may have been left open."""

    email = forms.EmailField(label=gettext_lazy("New email"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label=gettext_lazy("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        if not self.person.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("This is not your password."))
        return ""


@person_page
def my_email(request: PersonRequest) -> HttpResponse:
    form = EmailForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            email_change.ask(User.objects.get(pk=request.user.pk), form.cleaned_data["email"])
        except WorkflowError as error:
            form.add_error("email", error.message)
        else:
            text = _("A link is on its way to %(email)s. The change holds as soon as it is opened there.")
            messages.success(request, text % {"email": form.cleaned_data["email"]})
            return redirect("my-settings")
    return render(request, "account/email.html", {"form": form}, status=422 if form.errors else 200)


@open_page
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A button, because mail programs open links by themselves."""
    change = email_change.change_of(token, "confirm")
    return _answer(request, "confirm", change if email_change.is_waiting(change) else None)


@open_page
def email_veto(request: HttpRequest, token: str) -> HttpResponse:
    change = email_change.change_of(token, "veto")
    return _answer(request, "veto", change if email_change.can_be_taken_back(change) else None)


def _answer(request: HttpRequest, purpose: str, change: email_change.Change | None) -> HttpResponse:
    """One page for both links; a dead one reveals nothing about anybody."""
    if change is None:
        return render(request, "account/email_link.html", {"state": "dead"}, status=410)
    if request.method != "POST":
        return render(request, "account/email_link.html", {"state": purpose, "change": change})
    try:
        (email_change.confirm if purpose == "confirm" else email_change.veto)(change)
    except WorkflowError:
        return render(request, "account/email_link.html", {"state": "dead"}, status=410)
    return render(request, "account/email_link.html", {"state": f"{purpose}_done", "change": change})
