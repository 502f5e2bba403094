"""Figures of the journal on pages: R, money that can be hidden, and pictures."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from legend.lib.money import minor_places, sign_of
from trading import charting
from trading.explained.figure import Figure
from trading.stats.decimals import as_price, as_quantity, as_ratio, rounded

register = template.Library()
DASH = "\N{EM DASH}"
MINUS = "\N{MINUS SIGN}"
HIDDEN = "\N{BULLET}" * 4
UP, DOWN, EVEN = "\N{BLACK UP-POINTING SMALL TRIANGLE}", "\N{BLACK DOWN-POINTING SMALL TRIANGLE}", "\N{BLACK SMALL SQUARE}"


def _colour(value: Decimal) -> str:
    return "gain" if value > 0 else "loss" if value < 0 else "muted"


def _grouped(value: Decimal, places: int) -> str:
    return f"{rounded(value, places):,f}".replace("-", MINUS)


@register.filter
def r_badge(value: Decimal | None) -> SafeString:
    """+2.49R with sign, arrow and colour."""
    if value is None:
        return SafeString(DASH)
    cut = rounded(value, 2)
    mark = UP if cut > 0 else DOWN if cut < 0 else EVEN
    text = f"{cut:+,.2f}R".replace("-", MINUS)
    return format_html('<span class="r-badge {}">{}\N{NARROW NO-BREAK SPACE}{}</span>', _colour(cut), mark, text)


@register.filter
def in_r(value: Decimal | None) -> str:
    return DASH if value is None else f"{rounded(value, 2):,.2f}R".replace("-", MINUS)


@register.filter
def amount(value: Decimal | None) -> str:
    """A price as stored."""
    return as_price(value) or DASH


@register.filter
def average(value: Decimal | None) -> str:
    """A mean price, to four places."""
    return DASH if value is None else as_price(rounded(value, 4)) or DASH


@register.filter
def shares(value: Decimal | None) -> str:
    return as_quantity(value) or DASH


@register.simple_tag(takes_context=True)
def held(context: template.Context, value: Decimal | None) -> SafeString:
    """A number of shares that is on record. With a price it would tell the money, so that discreet mode hides it too."""
    if value is not None and context.get("discreet"):
        return format_html('<span class="muted" title="Discreet mode is on">{}</span>', HIDDEN)
    return format_html("{}", shares(value))


@register.filter
def decimal(value: Decimal | None, places: int = 2) -> str:
    return DASH if value is None else (as_ratio(value, places) or "").replace("-", MINUS)


@register.simple_tag(takes_context=True)
def cash(context: template.Context, value: Decimal | None, currency: str, signed: bool = False) -> SafeString:
    """An amount of money; hidden in discreet mode."""
    if value is None:
        return SafeString(DASH)
    if context.get("discreet"):
        return format_html('<span class="muted" title="Discreet mode is on">{}</span>', HIDDEN)
    cut = rounded(value, minor_places(currency))
    text = f"{MINUS if cut < 0 else '+' if signed and cut > 0 else ''}{sign_of(currency)}{_grouped(abs(cut), minor_places(currency))}"
    return format_html('<span class="{}">{}</span>', _colour(cut), text) if signed else format_html("{}", text)


@register.simple_tag(takes_context=True)
def figure_value(context: template.Context, figure: Figure) -> SafeString:
    """A figure's value; undefined is a dash, and the reason stands below."""
    value = figure.value
    if value is None:
        return format_html('<span class="muted">{}</span>', DASH)
    if figure.kind == "money":
        return cash(context, value, figure.currency or "USD", figure.signed)
    if figure.kind == "days":
        return format_html("{}", days(value))
    if figure.kind in ("text", "count"):
        return format_html("{}", f"{value:,}" if isinstance(value, int) else value)
    unit = {"r": "R", "percent": "\N{NARROW NO-BREAK SPACE}%"}.get(figure.kind, "")
    cut = rounded(value, 2)
    text = (f"{cut:+,.2f}" if figure.signed and cut else f"{cut:,.2f}").replace("-", MINUS)
    return format_html('<span class="{}">{}{}</span>', _colour(cut) if figure.signed else "", text, unit)


@register.inclusion_tag("trading/parts/_figure.html", takes_context=True)
def figure(context: template.Context, figure: Figure, place: str = "top") -> dict[str, Any]:
    """A statistic; its name opens how it is computed. `place` tells figures apart that stand on a page twice."""
    return {"figure": figure, "place": place, "discreet": context.get("discreet")}


@register.inclusion_tag("trading/parts/_how.html", takes_context=True)
def how(context: template.Context, figure: Figure, place: str = "top") -> dict[str, Any]:
    """A name that opens how its figure is computed."""
    return {"figure": figure, "id": f"how-{place}-{figure.name}", "discreet": context.get("discreet")}


@register.simple_tag
def bins_total(bins: Any) -> int:
    return sum(one.count for one in bins)


@register.simple_tag
def percent_row(rows: dict[str, Any], label: str) -> Any:
    return rows.get(label)


@register.simple_tag
def curve_picture(steps: Any, scale: charting.Scale) -> SafeString:
    """Drawn twice: letters of the wide one would be too small on a phone."""
    wide, narrow = charting.curve(steps, scale), charting.curve(steps, scale, 360, 230, points=150)
    return format_html('<div class="only-wide">{}</div><div class="only-phone">{}</div>', wide, narrow)


@register.simple_tag
def histogram(bins: Any, scale: charting.Scale) -> SafeString:
    return charting.histogram(bins, scale)


@register.simple_tag
def heatmap(days: Any) -> SafeString:
    return charting.heatmap(days)


@register.simple_tag
def interval_strip(group: Any) -> SafeString:
    return charting.interval(group)


@register.filter
def days(seconds: int | None) -> str:
    """9.2 d"""
    return DASH if seconds is None else f"{rounded(Decimal(seconds) / 86400, 1)} d"


@register.filter
def words_of(text: str) -> list[str]:
    return text.split()


@register.filter
def value_of(values: Any, name: str) -> str:
    """A value of the address."""
    return str(values.get(name, ""))[:40]


@register.filter
def signed_percent(value: Decimal | None) -> SafeString:
    if value is None:
        return SafeString(DASH)
    return format_html(
        '<span class="{}">{}\N{NARROW NO-BREAK SPACE}%</span>', _colour(value), f"{rounded(value, 2):+,.2f}".replace("-", MINUS)
    )
