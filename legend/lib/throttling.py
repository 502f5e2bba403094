"""How often whom may ask. The rates are settings (LEGEND_RATE_…)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .buckets import take
from .clients import client_network
from .errors import TooMany

if TYPE_CHECKING:
    # DRF reads its settings, and with them this module, while it defines APIView
    from rest_framework.views import APIView


def spend(scope: str, identity: str) -> None:
    """Count one use of `scope`, for a door that is no API view. Raises TooMany."""
    if wait := take(f"{scope}:{identity}", settings.RATES[scope]):
        raise TooMany(f"Too many tries; again in {wait:.0f} s." if wait >= 1 else "Too many tries; again in a second.", retry_after=wait)


def identity_of(request: Request | HttpRequest) -> str:
    """Who is counted: the signed-in user, else the client's network."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user-{user.pk}"
    return f"net-{client_network(request)}"


class ClientThrottle(BaseThrottle):
    """Every API request: `anon` per network, `session` per user of the pages, `user` per user of tokens and keys."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            scope = "anon"
        elif isinstance(request.successful_authenticator, SessionAuthentication):
            scope = "session"
        else:
            scope = "user"
        self.pause = take(f"{scope}:{identity_of(request)}", settings.RATES[scope])
        return not self.pause

    def wait(self) -> float:
        return self.pause


class ScopeThrottle(BaseThrottle):
    """A view with `throttle_scope = "scan"`: its own, smaller rate. Reading is not counted."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope = getattr(view, "throttle_scope", None)
        if scope is None or request.method in SAFE_METHODS:
            return True
        self.pause = take(f"{scope}:{identity_of(request)}", settings.RATES[scope])
        return not self.pause

    def wait(self) -> float:
        return self.pause
