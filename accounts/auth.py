"""How a request shows who it is."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import AccessToken, Token

from legend.lib.clients import origin_of
from legend.lib.errors import Forbidden

from .locks import spend_a_hash
from .models import ApiKey, SignUp, TokenFamily, User
from .services.api_keys import count_call, find_key, note_network

# tie an access token to the password and generation, and to the sign-in, it was given for
CLAIM = "pwd"
FAMILY = "fam"


class Suspended(Forbidden):
    """Said to nobody but who knows the password."""

    code = "suspended"

    def __init__(self, user: User) -> None:
        until = f" until {user.suspended_until:%-d %B %Y, %H:%M} UTC" if user.suspended_until else ""
        super().__init__(
            f"This account is suspended{until}." + (f" The reason: {user.suspension_reason}" if user.suspension_reason else "")
        )


class Unconfirmed(Forbidden):
    """Said to nobody but who knows the password they signed up with."""

    code = "email_unconfirmed"

    def __init__(self) -> None:
        super().__init__("Your address is not confirmed yet: open the link in the mail you got. No mail? Sign up once more, the same way.")


class NameOrEmailBackend(ModelBackend):
    """Password sign-in with the username or the e-mail address, in any case."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The active user these belong to, or None; whatever is wrong, it takes the time of one hash. Raises Suspended, Unconfirmed."""
        if username is None or password is None:
            return None
        user = User.objects.known_as(username).first()
        if user is None:
            self._still_signing_up(username, password)
            return None
        if not user.check_password(password) or not user.is_active:
            return None
        if user.is_suspended:
            raise Suspended(user)
        return user

    def _still_signing_up(self, username: str, password: str) -> None:
        """By the name only: who signs up with an address of somebody here could else tell by this that it is one."""
        waiting = SignUp.objects.good(timezone.now()).named(username).order_by("-pk").first()
        if waiting is None:
            spend_a_hash(password)
        elif check_password(password, waiting.password):
            raise Unconfirmed

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """In the administration moderators may look at everything; what they may do, each desk says itself."""
        looks = perm.rpartition(".")[2].startswith("view_")
        return (looks and self._is_moderator(user_obj)) or super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return self._is_moderator(user_obj) or super().has_module_perms(user_obj, app_label)

    def _is_moderator(self, user: Any) -> bool:
        return isinstance(user, User) and user.is_moderator and user.may_enter

    def user_can_authenticate(self, user: Any) -> bool:
        """Asked for sessions at every request."""
        return isinstance(user, User) and user.may_enter

    def get_user(self, user_id: Any) -> User | None:
        """As Django does, with what every page shows of them: one query instead of three."""
        user = User.objects.select_related("profile", "preferences").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


def issue_access_token(user: User, family: UUID | None = None) -> str:
    """A token for the API. It ends with its minutes, with the sign-in it belongs to, with the password and with the account."""
    token = AccessToken.for_user(user)
    token[CLAIM] = user.get_session_auth_hash()[:16]
    if family is not None:
        token[FAMILY] = str(family)
    return str(token)


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access token>`. One query says whether its person and its sign-in are still there."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]
        family = validated_token.get(FAMILY)
        signed_in = TokenFamily.objects.filter(user=OuterRef("pk"), code=family)
        user = User.objects.annotate(signed_in=Exists(signed_in)).filter(pk=validated_token.get("user_id")).first()
        if user is None or not user.may_enter:
            raise AuthenticationFailed("This account is closed or suspended.", code="user_inactive")
        if validated_token.get(CLAIM) != user.get_session_auth_hash()[:16] or (family and not user.signed_in):
            raise AuthenticationFailed("This token was ended: signed out, or the password has changed.", code="token_outdated")
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
        note_network(key=key, origin=origin_of(request._request), now=now)
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"
