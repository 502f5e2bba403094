"""What a rule did before, as figures and pictures in templates; undefined numbers are an em dash."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from patterns.charting import results, strips, trades
from patterns.engine.claims import FEWEST
from patterns.queries.trades import ExampleTrade
from patterns.services import wording

register = template.Library()
DASH = "\N{EM DASH}"
CLAIMS = {"edge": "Edge", "loses": "Worse than chance", "none": "No measurable edge", "few": "Too few to judge"}
TAGS = {"edge": "tag-gain", "loses": "tag-loss"}
ARROWS = {"edge": "\N{BLACK UP-POINTING SMALL TRIANGLE}", "loses": "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"}


@register.simple_tag
def edge_chip(entry: Mapping[str, Any] | None) -> SafeString:
    """The edge in short and on how many trades it rests; coloured only where something may be claimed of it."""
    if entry is None:
        return format_html('<span class="chip" title="{}">{}</span>', "Not worked out yet.", DASH)
    few = entry["edge"] is None or entry["trades"] < FEWEST
    claim = entry["claim"]
    figure = DASH if few else f"{ARROWS.get(claim, '')}{wording.in_r(entry['edge'])}"
    return format_html(
        '<span class="chip chip-{}" title="{}"><b>{}</b><span class="reader"> edge, </span><small>n {}</small></span>',
        claim, entry["sentence"], figure, f"{entry['trades']:,}",
    )  # fmt: skip


@register.simple_tag
def claim_tag(claim: str) -> SafeString:
    """What may be said, in two or three words."""
    return format_html('<span class="tag {}">{}</span>', TAGS.get(claim, ""), CLAIMS[claim])


@register.simple_tag
def edge_strip(entry: Mapping[str, Any]) -> SafeString:
    """Nothing where there is no interval."""
    if entry["edge_low"] is None:
        return SafeString("")
    return strips.edge_strip(entry["edge_low"], entry["edge"], entry["edge_high"], kind=entry["claim"])


@register.simple_tag
def forest_row(figures: Mapping[str, Any], reach: float) -> SafeString:
    """One group on the axis of its table; fainter where it rests on few trades."""
    kind = "faint" if figures["trades"] < FEWEST else "none"
    return strips.forest_row(figures["edge_low"], figures["edge"], figures["edge_high"], reach=reach, kind=kind)


@register.simple_tag
def equity_curve(equity: Mapping[str, Sequence[Any]]) -> SafeString:
    return results.equity_curve(equity["months"], equity["r"], equity["control"])


@register.simple_tag
def histogram(buckets: Sequence[Mapping[str, Any]]) -> SafeString:
    return results.histogram(buckets)


@register.simple_tag
def trade_picture(example: ExampleTrade) -> SafeString:
    return trades.trade_picture(example.drawn, label=example.label) if example.drawn else SafeString("")


@register.filter
def of(by_name: Mapping[str, Any] | None, name: str) -> Any:
    """What stands under a name; None where nothing does."""
    return by_name.get(name) if by_name else None


@register.filter
def in_r(value: float | None) -> str:
    """A result with its sign: +0.21R."""
    return DASH if value is None else wording.in_r(value)


@register.filter
def rate(value: float | None, digits: int = 0) -> str:
    """A fraction of 1 as percent: 47 %."""
    return DASH if value is None else f"{100 * value:.{digits}f} %"


@register.filter
def plain(value: float | None, digits: int = 2) -> str:
    return DASH if value is None else f"{value:,.{digits}f}"
