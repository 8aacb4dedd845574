"""What the REST framework uses everywhere: tokens, deny by default, pages. Imports no view (that would be a circle)."""

from typing import Any

from django.utils import timezone
from rest_framework import authentication, exceptions, pagination, permissions
from rest_framework.request import Request

from csr_portal.core.models import ApiToken, User


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token …`; the token is looked up by its SHA-256."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        keyword, _, text = request.headers.get("Authorization", "").partition(" ")
        if keyword != self.keyword:
            return None
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=ApiToken.digest_of(text), revoked_at=None, user__is_active=True)
            .first()
        )
        if token is None:
            raise exceptions.AuthenticationFailed
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class DenyAll(permissions.BasePermission):
    """The default: a view that does not say who may call it is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class LoggedIn(permissions.IsAuthenticated):
    """Anybody with an account; which rows they get is decided by `visible_to`."""


class Pages(pagination.PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
