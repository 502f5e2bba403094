"""How a request shows who it is."""

from typing import Any, cast

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import AccessToken, Token

from .models import ApiKey, User
from .services.api_keys import count_call, find_key

# ties a token to the password it was given for
CLAIM = "pwd"


class NameOrEmailBackend(ModelBackend):
    """Password sign-in with the username or the e-mail address, in any case."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The active user these belong to, or None; a wrong name takes as long as a wrong password."""
        if username is None or password is None:
            return None
        user = User.objects.known_as(username).first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Asked at sign-in and, for sessions, at every request."""
        return isinstance(user, User) and user.may_enter

    def get_user(self, user_id: Any) -> User | None:
        """As Django does, with what every page shows of them: one query instead of three."""
        user = User.objects.select_related("profile", "preferences").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


def issue_access_token(user: User) -> str:
    """A token for the API. It ends with its minutes, with the password and with the account."""
    token = AccessToken.for_user(user)
    token[CLAIM] = user.get_session_auth_hash()[:16]
    return str(token)


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access token>`."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]
        user = cast(User, super().get_user(validated_token))
        if not user.may_enter:
            raise AuthenticationFailed("This account is closed or suspended.", code="user_inactive")
        if validated_token.get(CLAIM) != user.get_session_auth_hash()[:16]:
            raise AuthenticationFailed("The password has changed since this token was given.", code="token_outdated")
        return user


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key lgd_…`: a program acts for the key's owner, within its scopes."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "api-key":
            return None
        now = timezone.now()
        key = find_key(secret=secret.strip(), now=now)
        if key is None:
            raise exceptions.AuthenticationFailed("This key is unknown, expired or revoked. Make one in your settings.", code="bad_key")
        count_call(key=key, now=now)
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"
