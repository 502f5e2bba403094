"""Pictures and figures in templates; undefined numbers are an em dash."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from patterns.charting import examples, svg
from patterns.engine import registry
from patterns.engine.figures import price_text
from patterns.models import Interval
from patterns.moments import INTERVALS, WHOLE_DAYS, asked_at, said
from patterns.queries.scanner import STATES_MEANT

register = template.Library()
DASH = "\N{EM DASH}"
MINUS = "\N{MINUS SIGN}"
SELECTED = SafeString(" selected")


@register.simple_tag
def thumbnail(row: Mapping[str, Any]) -> SafeString:
    """Closes and levels of a scanner row."""
    levels = [svg.Level(role, row[role]) for role in ("target", "entry", "stop")]
    words = ", ".join(f"{level.role} {price(level.price)}" for level in levels)
    return svg.thumbnail(row["closes"], levels, width=92, label=f"{row['symbol']}, last {len(row['closes'])} closes; {words}")


@register.simple_tag
def score_bar(parts: Sequence[svg.Share]) -> SafeString:
    return svg.score_bar(parts, width=44)


@register.simple_tag
def part_bar(part: svg.Share, number: int) -> SafeString:
    return svg.part_bar(part, number)


@register.simple_tag
def count_bar(count: float, most: float) -> SafeString:
    return svg.count_bar(count, most)


@register.simple_tag
def progress_bar(done: int, total: int, label: str) -> SafeString:
    return svg.progress_bar(done, total, label=label)


@register.simple_tag
def ticks(tests: Sequence[tuple[str, bool | None]]) -> SafeString:
    return svg.ticks(tests)


@register.simple_tag
def example(name: str, size: str = "card", number: int = 0) -> SafeString:
    return examples.example_picture(name, size, number)


@register.filter
def price(value: float | None) -> str:
    return DASH if value is None else price_text(value)


@register.filter
def plain_price(value: float) -> str:
    """The same for an address or a field, without commas."""
    return price_text(value).replace(",", "")


@register.filter
def pct(value: float | None, digits: int = 1) -> str:
    """A value in percent units: 1.4 %."""
    return DASH if value is None else f"{value:.{digits}f} %".replace("-", MINUS)


@register.filter
def signed_pct(value: float | None, digits: int = 1) -> str:
    return DASH if value is None else f"{value:+.{digits}f} %".replace("-", MINUS)


@register.filter
def ratio(value: float | None) -> str:
    return DASH if value is None else f"{value:.1f}".replace("-", MINUS)


@register.filter
def whole(value: float | None) -> str:
    return DASH if value is None else f"{value:,.0f}".replace("-", MINUS)


@register.filter
def change(value: float | None) -> SafeString:
    """A change in percent with sign, arrow and colour."""
    if value is None:
        return SafeString(DASH)
    kind, arrow = ("gain", "\N{BLACK UP-POINTING SMALL TRIANGLE}") if value >= 0 else ("loss", "\N{BLACK DOWN-POINTING SMALL TRIANGLE}")
    return format_html('<span class="{}">{}\N{NARROW NO-BREAK SPACE}{}</span>', kind, arrow, signed_pct(value))


@register.filter
def less(value: float, other: float) -> float:
    return value - other


@register.filter
def seconds(value: float) -> str:
    """A span of time: 0.8 s, 42 s, 3 min."""
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s" if value < 100 else f"{value / 60:.0f} min"


@register.filter
def day(text: str | None) -> str:
    """A bar's time as the doors say it, for people: 2017-06-30 as 30 Jun 2017."""
    if not text:
        return DASH
    moment = dt.datetime.fromisoformat(text)
    return f"{moment.day} {moment:%b %Y}" if len(text) == 10 else f"{moment.day} {moment:%b %Y %H:%M}"


@register.filter
def bar_time(at: dt.datetime, interval: str) -> str:
    """A bar's time for people: 30 Jun 2017; of finer than daily bars with the hour."""
    return day(said(at, interval).removesuffix("Z")) + ("" if interval in WHOLE_DAYS else " UTC")


@register.filter
def asked_again(at: dt.datetime, interval: str) -> str:
    """The as-of under which the bar at this time is the last one."""
    return asked_at(at, interval, now=timezone.now())


@register.filter
def pattern_title(name: str) -> str:
    """A pattern's name for people; one that this version no longer knows stays as it is."""
    known = registry.patterns().get(name)
    return known[1].title if known else name


@register.filter
def interval(value: str) -> str:
    return INTERVALS[Interval(value)].lower() if value in Interval.values else value


@register.simple_tag
def options(field: BoundField) -> SafeString:
    """The options of a choice: Django's own widget renders a template for each, which a page with a hundred of them feels."""
    chosen = str(field.value() or "")
    rows = ((value, SELECTED if str(value) == chosen else "", title) for value, title in field.field.widget.choices)  # type: ignore[attr-defined]
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


@register.simple_tag
def querystring_of(request: HttpRequest, **changes: Any) -> str:
    """The address's question with some values changed; None takes one out."""
    kept = {name: str(value) for name, value in request.GET.items() if value and name not in changes}
    return urlencode(kept | {name: str(value) for name, value in changes.items() if value is not None})


@register.simple_tag
def chart_address(symbol: str, interval: str, match: object = None, as_of: dt.datetime | None = None, rule: str = "") -> str:
    """Where the browser chart finds its document; with `as_of` it ends at that bar."""
    values = {"symbol": symbol, "interval": interval}
    if match:
        values["match"] = str(match)
    if as_of:
        values["as_of"] = asked_at(as_of, interval, now=timezone.now())
    if rule:
        values["rule"] = rule
    return f"{reverse('patterns-api:chart-data')}?{urlencode(values)}"


@register.simple_tag
def export_address(scan: Any, request: HttpRequest, file_format: str = "csv") -> str:
    """The same rows as a file from the API."""
    kept = {name: str(value) for name, value in request.GET.items() if value and name not in ("scan", "page", "compare", "order", "state")}
    state = request.GET.get("state", "")
    states = [str(one) for one in STATES_MEANT.get(state, [state])] if state else []
    query = urlencode({**kept, "state": states, "format": file_format}, doseq=True)
    return f"{reverse('patterns-api:scan-results', args=[scan.code])}?{query}"


@register.filter
def measured(clause: Mapping[str, Any]) -> str:
    """What a clause measured, with its unit."""
    return _with_unit(clause["value"], clause["unit"])


@register.filter
def limit(clause: Mapping[str, Any]) -> str:
    """The limit a clause compares with; empty where it only informs."""
    if clause["limit"] is None or clause["op"] is None:
        return ""
    if clause["op"] == "in":
        low, high = clause["limit"]
        return f"{_figure(low, clause['unit'])} to {_with_unit(high, clause['unit'])}"
    return f"{COMPARED[clause['op']]} {_with_unit(clause['limit'], clause['unit'])}"


COMPARED = {"<=": "\N{LESS-THAN OR EQUAL TO}", ">=": "\N{GREATER-THAN OR EQUAL TO}"}
UNITS = {"%": " %", "x": "\N{MULTIPLICATION SIGN}", "bars": " bars", "n": "", "ATR": " ATR", "": ""}


def _with_unit(value: float | None, unit: str) -> str:
    return DASH if value is None else f"{_figure(value, unit)}{UNITS.get(unit, '')}"


def _figure(value: float, unit: str) -> str:
    digits = {"bars": 0, "n": 0, "%": 1, "ATR": 1}.get(unit, 2)
    return f"{value:.{digits}f}".replace("-", MINUS)
