"""The reader's own settings: language, theme, time zone, notices; and whether the log-in still lasts."""

import zoneinfo
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from csr_portal.core.access import PersonRequest, open_page, person_page
from csr_portal.core.digests import DigestPart
from csr_portal.core.lists import Column, Listing, View, export_response, page_of, sets_behind, tabs_of, view_of
from csr_portal.core.middleware import THEME_COOKIE, THEMES
from csr_portal.core.models import Notice, User
from csr_portal.core.roles import is_staff_member

A_YEAR = 365 * 24 * 3600


@open_page
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language with the person or, without an account, in a cookie; back to the same page."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@open_page
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    if request.POST.get("theme") in THEMES:
        _set_cookie(response, THEME_COOKIE, request.POST["theme"])
    return response


@open_page
@require_GET
def session(request: HttpRequest) -> HttpResponse:
    """Whether somebody is logged in, and a fresh form token: asked by a page that was open for long (B4)."""
    return JsonResponse({"logged_in": request.user.is_authenticated, "token": get_token(request)})


class SettingsForm(forms.ModelForm):
    """What a person may say about themselves."""

    class Meta:
        model = User
        fields = ("name", "name_latin", "job_title", "language", "time_zone", "muted_digests")

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [
            (name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if "/" in name
        ],
        help_text=gettext_lazy("Deadlines and times are shown in it."),
    )
    muted_digests = forms.MultipleChoiceField(
        label=gettext_lazy("Leave out of the daily mail"), choices=DigestPart.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Reminders of your own deadlines always come."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_staff_member(self.instance):  # a supplier's people have no suppliers in their care
            parts = [part for part in DigestPart.choices if part[0] != DigestPart.CARE]
            cast(forms.MultipleChoiceField, self.fields["muted_digests"]).choices = parts


@person_page
def my_settings(request: PersonRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        person = form.save()
        with translation.override(person.language):
            messages.success(request, _("Your settings are saved."))
        return redirect("my-settings")
    return render(request, "account/settings.html", {"form": form})


NOTICES = Listing(
    columns=(
        Column("subject", gettext_lazy("Subject"), value="subject"),
        Column("created_at", gettext_lazy("When"), "created_at"),
        Column("read_at", gettext_lazy("Read at"), "read_at"),
    ),
    search=lambda words: Q(subject__icontains=words),
    default_order="-pk",
    file_name="notices",
)
NOTICE_VIEWS = {
    "all": View(gettext_lazy("All"), Q(), NOTICES),
    "unread": View(gettext_lazy("Unread"), Q(read_at=None), NOTICES),
}


@person_page
@require_GET
def my_notices(request: PersonRequest) -> HttpResponseBase:
    """What one was told, newest first; the unread ones are those that the bell counts."""
    sets, view = sets_behind(NOTICE_VIEWS, Notice.objects.visible_to(request.user)), view_of(request, NOTICE_VIEWS)
    if "export" in request.GET:
        return export_response(request, sets[view], NOTICES)
    page = page_of(request, sets[view], NOTICES, sets)
    return render(request, "account/notices.html", {"page": page, "tabs": tabs_of(NOTICE_VIEWS, page, view)})


@person_page
@require_POST
def read_notices(request: PersonRequest) -> HttpResponse:
    Notice.objects.visible_to(request.user).unread().update(read_at=timezone.now())
    return redirect("my-notices")


@person_page
@require_POST
def open_notice(request: PersonRequest, pk: int) -> HttpResponse:
    """Mark one notice as read and go to what it tells of."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    return redirect(notice.url or "my-notices")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the reader came from, if it is ours."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else "/")


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=A_YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
