"""What every page shows around its content: icons, places to go, the state of the market."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from patterns.queries.market import MarketStatus, market_status

register = template.Library()


@dataclass(frozen=True)
class Place:
    """A page of the rail and the bottom bar; `key` follows `g` on the keyboard."""

    url: str
    title: str
    icon: str
    key: str
    root: str = ""  # paths that begin so belong to it; empty: only its own address
    is_close: bool = False  # within reach of the thumb: on a phone in the bar, not behind "More"


PLACES = (
    Place("dashboard", "Dashboard", "home", "d", is_close=True),
    Place("patterns:scanner", "Scanner", "radar-2", "s", "/scanner/", is_close=True),
    Place("patterns:lab", "Lab", "adjustments-horizontal", "l", "/lab/"),
    Place("patterns:catalogue", "Patterns", "polygon", "p", "/patterns/"),
    Place("trading:journal", "Journal", "notebook", "j", "/journal/", is_close=True),
    Place("trading:watchlist", "Watchlist", "eye", "w", "/watchlist/", is_close=True),
    Place("trading:alerts", "Alerts", "bell", "a", "/alerts/"),
)


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """A symbol of the sprite, hidden from readers: the words beside it say what it means."""
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("img/icons.svg"), name)


ARROWS = {"long": "arrow-up-right", "short": "arrow-down-right"}


@register.simple_tag
@cache
def side_mark(side: str, words: bool = False) -> SafeString:
    """The arrow of a side, of both where a pattern goes either way; with words beside it, or for readers only."""
    sides = ("long", "short") if side == "both" else (side,)
    said = "either way" if side == "both" else side
    kind = "reader" if not words else {"long": "gain", "short": "loss"}.get(side, "muted")
    marks = format_html_join("", '<span class="side-mark side-{}">{}</span>', ((one, icon(ARROWS[one])) for one in sides))
    return format_html('<span class="side-pair"><small class="{}">{}</small>{}</span>', kind, said, marks)


@register.simple_tag(takes_context=True)
def places(context: template.Context) -> list[dict[str, Any]]:
    """Where one can go, the present place marked."""
    path = context["request"].path if "request" in context else ""
    found = []
    for place in PLACES:
        address = reverse(place.url)
        here = path.startswith(place.root) if place.root else path == address
        found.append(
            {"address": address, "title": place.title, "icon": place.icon, "key": place.key, "here": here, "is_close": place.is_close}
        )
    return found


@register.simple_tag
def market() -> MarketStatus:
    """How far the bars reach, whether they are invented, and whether the exchange is open."""
    return market_status()
