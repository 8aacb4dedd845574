"""allauth, told how we do it: nobody signs up by themselves; suppliers come by invitation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import User


class AccountAdapter(DefaultAccountAdapter):
    """No open sign-up; the reader's language in mails; what is wrong in words of ours."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The email or the password is not right. Check both, or set a new password below.")
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: Any) -> str:
        return str(subject)


class PersonBackend(AuthenticationBackend):
    """Logs in as allauth does; every page finds its person together with the roles, by one query."""

    def get_user(self, user_id: Any) -> User | None:
        found = list(User.objects.filter(pk=user_id).annotate(role=F("groups__name")))
        if not found or not self.user_can_authenticate(found[0]):
            return None
        person = found[0]
        person.roles = frozenset(row.role for row in found if row.role)
        return person
