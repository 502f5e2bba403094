"""How often whom may ask. The rates are settings (LEGEND_RATE_…)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .buckets import draw, take
from .clients import client_network
from .errors import TooMany

if TYPE_CHECKING:
    # DRF reads its settings, and with them this module, while it defines APIView
    from rest_framework.views import APIView


@dataclass(frozen=True)
class Told:
    """What an answer says of its limit: requests at once, those left, seconds until there is one more (or, with some left, all)."""

    limit: int
    remaining: int
    reset: int


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


def _count(request: Request, scope: str) -> float:
    """Count one request; the seconds to wait. Of several limits the answer tells the one with the least left."""
    rate = settings.RATES[scope]
    drawn = draw(f"{scope}:{identity_of(request)}", rate)
    page = request._request
    told: Told | None = getattr(page, "rate_limit", None)
    if told is None or drawn.left < told.remaining or drawn.wait:
        page.rate_limit = Told(rate.burst, math.floor(drawn.left), math.ceil(drawn.wait or drawn.full_in))  # type: ignore[attr-defined]
    return drawn.wait


class RateLimitHeaders:
    """Tells API clients how much they may still ask: `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds until there is more, or all)."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        told: Told | None = getattr(request, "rate_limit", None)
        if told is not None:
            response["RateLimit-Limit"] = str(told.limit)
            response["RateLimit-Remaining"] = str(told.remaining)
            response["RateLimit-Reset"] = str(told.reset)
        return response


class ClientThrottle(BaseThrottle):
    """Every API request: `anon` per network, `session` per user of the pages, `user` per user of tokens and keys."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            scope = "anon"
        elif isinstance(request.successful_authenticator, SessionAuthentication):
            scope = "session"
        else:
            scope = "user"
        self.pause = _count(request, scope)
        return not self.pause

    def wait(self) -> float:
        return self.pause


class ScopeThrottle(BaseThrottle):
    """A view with `throttle_scope = "scan"`: its own, smaller rate. Reading is not counted."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope = getattr(view, "throttle_scope", None)
        if scope is None or request.method in SAFE_METHODS:
            return True
        self.pause = _count(request, scope)
        return not self.pause

    def wait(self) -> float:
        return self.pause
