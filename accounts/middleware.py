"""What every page asks about who is signed in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from legend.lib.htmx import wants_part

STAYING_OPEN = {"accounts:close", "accounts:reopen", "accounts:sign_out", "healthz", "readyz"}


class Leaving:
    """Who is closing their account finds one page: the one to stay. (The API is asked by `legend.lib.permissions`.)"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        place = request.resolver_match
        if request.path.startswith("/api/") or place is None or place.view_name in STAYING_OPEN:
            return None
        if not getattr(request.user, "is_closing", False):
            return None
        # a part of that page (the bell) gets nothing: led there too, it would hold the page once more, and that its parts
        return HttpResponse(status=204) if wants_part(request) else redirect("accounts:close")
