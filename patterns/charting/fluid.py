"""Pictures as wide as their column: places in percent, so that letters and lines keep their size on every screen."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


def fluid(css: str, height: float, label: str, body: SafeString) -> SafeString:
    """A picture of `height` pixels that says `label`; one without a label is only seen, since the words stand beside it."""
    if not label:
        return format_html('<svg class="{}" width="100%" height="{}" aria-hidden="true">{}</svg>', css, height, body)
    return format_html('<svg class="{}" width="100%" height="{}" role="img" aria-label="{}">{}</svg>', css, height, label, body)


def line(css: str, x1: float, y1: float, x2: float, y2: float) -> SafeString:
    """From and to, across in percent and down in pixels."""
    return format_html('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', css, percent(x1), plain(y1), percent(x2), plain(y2))


def box(css: str, x: float, y: float, width: float, height: float, round: float = 0) -> SafeString:
    """`x` and `width` in percent."""
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>',
        css, percent(x), plain(y), percent(max(0.0, width)), plain(max(0.0, height)), plain(round),
    )  # fmt: skip


def dot(css: str, x: float, y: float, radius: float) -> SafeString:
    return format_html('<circle class="{}" cx="{}" cy="{}" r="{}"/>', css, percent(x), plain(y), plain(radius))


def text(css: str, x: float, y: float, words: str, anchor: str = "start") -> SafeString:
    return format_html('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>', css, percent(x), plain(y), anchor, words)


def paths(height: float, lines: Iterable[tuple[str, str]]) -> SafeString:
    """Paths (class, d) whose x are percent and whose y are pixels; their strokes keep their width."""
    drawn = format_html_join("", '<path class="{}" d="{}" vector-effect="non-scaling-stroke"/>', lines)
    return format_html('<svg viewBox="0 0 100 {0}" width="100%" height="{0}" preserveAspectRatio="none">{1}</svg>', plain(height), drawn)


def together(*pieces: SafeString) -> SafeString:
    return mark_safe("".join(pieces))


def percent(value: float) -> str:
    return f"{plain(value)}%"


def plain(value: float) -> str:
    """At most two decimals, none when whole."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
