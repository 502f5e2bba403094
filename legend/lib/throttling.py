"""How often whom may ask. The rates are settings (LEGEND_RATE_…).

Every request is counted once, whatever becomes of it: pages before anything is done for them, API requests once it is known who asks, or,
where they were refused or led nowhere before that, on the way out. Files of `/static/` and the questions whether Legend is well are not.
"""

import math
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from .buckets import draw, take
from .clients import client_network
from .errors import TooMany
from .problem import is_api, refuse
from .rates import in_words

if TYPE_CHECKING:
    # DRF reads its settings, and with them this module, while it defines APIView
    from rest_framework.views import APIView

UNCOUNTED = {"/healthz", "/readyz"}


@dataclass(frozen=True)
class Told:
    """What an answer says of its limit: requests at once, those left, seconds until there is one more (or, with some left, all)."""

    limit: int
    remaining: int
    reset: int
    wait: float


# what a service refused for how long, so that a form that comes back says it in its headers too
_refused: ContextVar[float] = ContextVar("refused", default=0.0)


def spend(scope: str, identity: str, *, what: str = "Too many tries") -> None:
    """Count one use of `scope`, for a service with a limit of its own. Raises TooMany."""
    if wait := take(f"{scope}:{identity}", settings.RATES[scope]):
        _refused.set(wait)
        raise TooMany(f"{what}; again in {in_words(wait)}.", retry_after=wait)


def buckets_of(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Scope and identity of every bucket this request takes from: a key's and its owner's, the user's, or the client's network."""
    user: Any = request.user
    auth: Any = getattr(request, "auth", None)
    if not user.is_authenticated:
        yield "anon" if is_api(request) else "visitor", f"net-{client_network(request)}"
    elif hasattr(auth, "scopes"):
        yield "key", f"key-{auth.pk}"
        yield "user", f"user-{user.pk}"
    else:
        yield "session" if auth is None else "user", f"user-{user.pk}"


def count(request: HttpRequest) -> float:
    """Count this request, if it was not yet; the seconds to wait. Of several limits the answer tells the one with the least left."""
    told: Told | None = getattr(request, "rate_limit", None)
    if told is None:
        told = min((_drawn(scope, identity) for scope, identity in buckets_of(request)), key=lambda one: (-one.wait, one.remaining))
        request.rate_limit = told  # type: ignore[attr-defined]
    return told.wait


def _drawn(scope: str, identity: str) -> Told:
    rate = settings.RATES[scope]
    drawn = draw(f"{scope}:{identity}", rate)
    return Told(rate.burst, math.floor(drawn.left), math.ceil(drawn.wait or drawn.full_in), drawn.wait)


def too_many(wait: float) -> TooMany:
    return TooMany(f"More requests than one may make. Try again in {in_words(wait)}.", retry_after=wait)


class Limits:
    """Counts every request and tells what is left: `RateLimit-Limit`, `-Remaining`, `-Reset` (seconds until there is more, or all)."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in UNCOUNTED:
            return self.get_response(request)
        _refused.set(0.0)
        response = self._answer(request)
        if response.status_code == 429 and (wait := _refused.get()):
            response.headers.setdefault("Retry-After", str(math.ceil(wait)))
        told: Told = request.rate_limit  # type: ignore[attr-defined]
        response["RateLimit-Limit"] = str(told.limit)
        response["RateLimit-Remaining"] = str(told.remaining)
        response["RateLimit-Reset"] = str(told.reset)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        # who asks for a page is known now; tokens and keys are read by the views of the API
        if not is_api(request) and (wait := count(request)):
            return refuse(request, too_many(wait), bare=True)
        response = self.get_response(request)
        if wait := count(request):
            return refuse(request, too_many(wait), bare=True)
        return response


class EveryRequest(BaseThrottle):
    """Counts a request of the API when it is known who asks, before anything is done for it."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if wait := count(request._request):
            raise too_many(wait)
        return True
