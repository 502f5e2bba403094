"""Figures of the journal on pages: R, money that can be hidden, and pictures."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from legend.lib.money import minor_places, sign_of
from trading import charting
from trading.headline import Stat
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
def stat_value(context: template.Context, stat: Stat, currency: str | None) -> SafeString:
    """The figure of a headline; undefined is a dash, and the reason stands below."""
    value = stat.value
    if value is None:
        return format_html('<span class="muted">{}</span>', DASH)
    if stat.kind == "money":
        return cash(context, value, currency or "USD", stat.signed)
    if stat.kind == "text":
        return format_html("{}", value)
    unit = {"r": "R", "percent": "\N{NARROW NO-BREAK SPACE}%"}.get(stat.kind, "")
    cut = rounded(value, 2)
    text = (f"{cut:+,.2f}" if stat.signed and cut else f"{cut:,.2f}").replace("-", MINUS)
    return format_html('<span class="{}">{}{}</span>', _colour(cut) if stat.signed else "", text, unit)


@register.simple_tag
def curve_picture(steps: Any) -> SafeString:
    return charting.curve(steps)


@register.simple_tag
def histogram(bins: Any) -> SafeString:
    return charting.histogram(bins)


@register.simple_tag
def heatmap(year: Any, hidden: bool = False) -> SafeString:
    return charting.heatmap(year, hidden=hidden)


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
