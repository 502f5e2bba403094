"""One address, two answers: the page, or the part of it that htmx asked for."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def wants_part(request: HttpRequest) -> bool:
    """True for an htmx request that replaces a part; a boosted link or a step back in history wants the page."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, part: str | None = None, status: int = 200
) -> TemplateResponse:
    """The page `template`, or only its partial `part` when htmx asks for that."""
    name = f"{template}#{part}" if part and wants_part(request) else template
    response = TemplateResponse(request, name, context or {}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
