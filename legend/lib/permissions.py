"""Who may call a view of the API. Every view has one of these; `SignedIn` without saying so.

A program that comes with a key may do what the view's `key_scope` names and the key holds: reading needs `read` everywhere,
anything else the scope itself. A view that names none cannot be called with a key.
"""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from .errors import Forbidden

if TYPE_CHECKING:
    from rest_framework.views import APIView

SCOPES = ("read", "journal", "scan", "social")
READ_ONLY = "reading only"
"""A `key_scope`: keys with `read` may read here, none may change anything."""


class NoKeys(Forbidden):
    code = "keys_refused"
    help = "Sign in, or send an access token of POST /api/auth/login as “Bearer …”."


class MissingScope(Forbidden):
    code = "missing_scope"
    help = "Make a key with this scope in your settings, or with POST /api/auth/api-keys."


def needed_scope(view: object, method: str) -> str | None:
    """What a key needs for this; None: no key will do."""
    scope: str | None = getattr(view, "key_scope", None)
    if scope and method in SAFE_METHODS:
        return "read"
    return None if scope == READ_ONLY else scope


class Closing(Forbidden):
    code = "account_closing"
    help = "POST /api/users/me/reopen keeps the account."


class _Asked(BasePermission):
    """Asks the key first, then the person."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        scopes = getattr(request.auth, "scopes", None)
        if scopes is not None:
            needed = needed_scope(view, request.method or "")
            if needed is None:
                raise NoKeys("This cannot be done with a key.")
            if needed not in scopes:
                raise MissingScope(f"This needs a key with the scope {needed}; yours has {', '.join(scopes)}.")
        if getattr(request.user, "is_closing", False) and not getattr(view, "while_closing", False):
            raise Closing("This account is being closed.")
        return self.may(request, view)

    def may(self, request: Request, view: "APIView") -> bool:
        raise NotImplementedError


class Anyone(_Asked):
    """Strangers too."""

    def may(self, request: Request, view: "APIView") -> bool:
        return True


class SignedIn(_Asked):
    def may(self, request: Request, view: "APIView") -> bool:
        return bool(request.user and request.user.is_authenticated)


class IsModerator(SignedIn):
    """Moderators and admins."""

    message = "Only moderators may do this."

    def may(self, request: Request, view: "APIView") -> bool:
        return super().may(request, view) and bool(getattr(request.user, "is_moderator", False))
