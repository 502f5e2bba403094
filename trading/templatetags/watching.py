"""The button that puts a symbol, or a match with its levels, on the watchlist."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trading.services.watchlists import watched_symbols

register = template.Library()
FAR_PCT = 15.0


@register.simple_tag(takes_context=True)
def watched(context: template.Context) -> set[str]:
    """Symbols on the viewer's watchlist that are not over; one query for a page, however many of its parts ask."""
    request = context["request"]
    if not hasattr(request, "symbols_watched"):
        request.symbols_watched = set(watched_symbols(owner=request.user)) if request.user.is_authenticated else set()
    found: set[str] = request.symbols_watched
    return found


@register.inclusion_tag("components/_watch.html", takes_context=True)
def watch_button(context: template.Context, symbol: str, match: Any = None, *, on: set[str], small: bool = False) -> dict[str, Any]:
    """One click: a match brings its levels along; without one the symbol alone is watched."""
    return {
        "symbol": symbol,
        "match": match,
        "is_watched": symbol in on,
        "small": small,
        "csrf_token": context.get("csrf_token"),
        "request": context["request"],
    }


@register.simple_tag
def away_bar(away: float, threshold: float) -> SafeString:
    """How near the entry is: full at it, empty at 15 percent; in another colour within the threshold. The figure stands beside it."""
    share = max(0.0, min(1.0, 1 - away / FAR_PCT))
    kind = "near" if away <= threshold else "far"
    return format_html(
        '<svg viewBox="0 0 64 4" aria-hidden="true" preserveAspectRatio="none"><rect class="away-track" width="64" height="4"/>'
        '<rect class="away-{}" width="{}" height="4"/></svg>',
        kind,
        f"{64 * share:.1f}",
    )


@register.filter
def get(values: Mapping[str, str], key: str) -> str:
    """One value of a mapping; the key itself where there is none."""
    return values.get(key, key)
