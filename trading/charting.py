"""Pictures of a journal, drawn on the server: they print, scale, need no script, and say in words what they show."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from trading.stats.breakdowns import Group
from trading.stats.confidence import Step
from trading.stats.decimals import rounded
from trading.stats.distribution import Bin

MINUS = "\N{MINUS SIGN}"
MOST_POINTS = 600


@dataclass(frozen=True)
class Scale:
    """How amounts of a picture are written: in `r`, `pct` or `money`. Hidden ones are not written at all."""

    unit: str = "r"
    sign: str = ""  # of the currency
    places: int = 2
    hidden: bool = False

    def write(self, value: Decimal | float, *, signed: bool = True) -> str:
        if self.hidden:
            return ""
        places = self.places if self.unit == "money" else 1
        cut = rounded(Decimal(str(value)), places)
        plus = MINUS if cut < 0 else "+" if signed and cut > 0 else ""
        if self.unit == "money":
            whole = places > 0 and abs(cut) >= 1000
            return f"{plus}{self.sign}{abs(rounded(cut, 0) if whole else cut):,f}"
        return f"{plus}{abs(cut):,f}{'R' if self.unit == 'r' else ' %'}" if cut else f"0{'R' if self.unit == 'r' else ' %'}"

    def edge(self, value: Decimal | int) -> str:
        """An edge of a bin, without its unit where the heading says it."""
        text = f"{Decimal(value).normalize():,f}".replace("-", MINUS)
        return "" if self.hidden else text

    def span(self, one: Bin) -> str:
        if self.hidden:
            return "losing" if one.high is not None and one.high <= 0 else "gaining"
        unit = {"r": " R", "pct": " %"}.get(self.unit, "")
        if one.low is None:
            return f"below {self.edge(one.high or 0)}{unit}"
        return f"{self.edge(one.low)}{unit} and above" if one.high is None else f"{self.edge(one.low)} to {self.edge(one.high)}{unit}"


NAMES = {"r": "Cumulative R", "pct": "Return", "money": "Cumulative net result"}


@dataclass(frozen=True)
class HeatDay:
    """A day of the calendar; `level` -4 to 4 is the size of its result beside the others, None a day without exits."""

    day: dt.date
    level: int | None
    words: str


def _number(value: float) -> str:
    return f"{value:.1f}"


def curve(steps: Sequence[Step], scale: Scale, width: int = 720, height: int = 260, points: int = MOST_POINTS) -> SafeString:
    """A running sum, and how far below its peak it lay."""
    if not steps:
        return SafeString("")
    chosen = _thinned(steps, points)
    levels = [0.0, *(float(step.level) for step in chosen)]
    falls = [0.0, *(float(step.drawdown) for step in chosen)]
    left, right, top, split, bottom = 58.0, 8.0, 14.0, height * 0.70, height - 20.0
    low, high, deepest = min(levels), max(levels), max(falls)
    x = [left + (width - left - right) * k / (len(levels) - 1) for k in range(len(levels))]
    tall = (split - top) / ((high - low) or 1)
    y = [top + (high - level) * tall for level in levels]
    zero = top + high * tall
    under = (bottom - split - 18) / (deepest or 1)
    base = split + 18
    depth = [base + fall * under for fall in falls]
    line = " ".join(f"{_number(a)},{_number(b)}" for a, b in zip(x, y, strict=True))
    shade = f"{_number(left)},{_number(zero)} {line} {_number(x[-1])},{_number(zero)}"
    sea = (
        f"{_number(left)},{_number(base)} "
        + " ".join(f"{_number(a)},{_number(b)}" for a, b in zip(x, depth, strict=True))
        + f" {_number(x[-1])},{_number(base)}"
    )
    marks = [(top, high), (zero, 0.0)] + ([(top + (high - low) * tall, low)] if low < 0 else [])
    rows = [(_number(at), scale.write(value)) for k, (at, value) in enumerate(marks) if k == 1 or abs(at - zero) > 14]
    words = _told(chosen, scale, levels[-1], deepest)
    grid = format_html_join(
        "",
        '<line class="ink-axis" x1="58" x2="{}" y1="{}" y2="{}"/><text class="ink-label" x="50" y="{}" text-anchor="end" dominant-baseline="middle">{}</text>',
        ((width - 8, at, at, at, text) for at, text in rows),
    )
    first, last = (f"{one.day.day} {one.day:%b %Y}" for one in (chosen[0], chosen[-1]))
    dates = format_html(
        '<text class="ink-label" x="58" y="{0}">{1}</text><text class="ink-label" x="{2}" y="{0}" text-anchor="end">{3}</text>',
        height - 4,
        first,
        width - 8,
        last if last != first else "",
    )
    return format_html(
        '<svg class="draw" viewBox="0 0 {} {}" role="img" aria-label="{}">{}<polygon class="curve-fill {}" points="{}"/><polyline class="curve-line" points="{}"/>'
        '<polygon class="curve-sea" points="{}"/><text class="ink-label" x="50" y="{}" text-anchor="end">{}</text>{}</svg>',
        width, height, words, grid, "is-gain" if levels[-1] >= 0 else "is-loss", shade, line, sea, _number(base + deepest * under), scale.write(-deepest) if deepest else "", dates,
    )  # fmt: skip


def _told(steps: Sequence[Step], scale: Scale, last: float, deepest: float) -> str:
    lead = f"{NAMES[scale.unit]} from {steps[0].day} to {steps[-1].day}"
    return f"{lead}, amounts hidden." if scale.hidden else f"{lead}: {scale.write(last)}; largest drawdown {scale.write(-deepest)}."


def _thinned(steps: Sequence[Step], most: int) -> list[Step]:
    """At most so many points and one; of each stretch the one with the deepest drawdown, and always the last."""
    size = -(-len(steps) // most)
    kept = [max(steps[at : at + size], key=lambda step: step.drawdown) for at in range(0, len(steps), size)]
    return kept if kept[-1] is steps[-1] else [*kept, steps[-1]]


def histogram(bins: Sequence[Bin], scale: Scale, width: int = 380, height: int = 240) -> SafeString:
    """How many trades ended in each span."""
    most = max((one.count for one in bins), default=0)
    total = sum(one.count for one in bins)
    if not total:
        return SafeString("")
    step, base = width / len(bins), height - 34.0
    bars = []
    for k, one in enumerate(bins):
        tall = (base - 22) * one.count / most
        loses = one.high is not None and one.high <= 0
        bars.append(
            (
                "bar-loss" if loses else "bar-gain", _number(k * step + 3), _number(base - tall), _number(step - 6), _number(max(tall, 0.8)),
                f"{scale.span(one)}: {one.count}", _number((k + 0.5) * step), _number(base - tall - 6), one.count or "", _number(k * step), _number(base + 15),
                "" if one.low is None else scale.edge(one.low),
            )
        )  # fmt: skip
    drawn = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}</title></rect><text class="ink-label-strong" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="ink-label" x="{}" y="{}" text-anchor="middle">{}</text>',
        bars,
    )
    words = "; ".join(f"{scale.span(one)}: {one.count}" for one in bins if one.count)
    return format_html(
        '<svg class="draw" viewBox="0 0 {} {}" role="img" aria-label="Results of {} trades. {}">{}</svg>',
        width,
        height,
        total,
        words,
        drawn,
    )


def heatmap(days: Sequence[HeatDay]) -> SafeString:
    """Weeks as columns from Monday down; what a day brought is in its tooltip."""
    if not days:
        return SafeString("")
    first = days[0].day - dt.timedelta(days=days[0].day.weekday())
    size, gap, left, top = 11, 3, 26, 16
    cells, months, seen = [], [], set()
    for one in days:
        week = (one.day - first).days // 7
        x, y = left + week * (size + gap), top + one.day.weekday() * (size + gap)
        kind = (
            "heat-none"
            if one.level is None
            else f"heat-{'gain' if one.level > 0 else 'loss' if one.level < 0 else 'even'}-{abs(one.level)}"
        )
        cells.append((kind, x, y, size, size, one.words))
        if one.day.day <= 7 and (one.day.year, one.day.month) not in seen:
            seen.add((one.day.year, one.day.month))
            months.append((x, f"{one.day:%b}"))
    width = left + ((days[-1].day - first).days // 7 + 1) * (size + gap)
    height = top + 7 * (size + gap)
    names = format_html_join(
        "",
        '<text class="ink-label heat-name" x="0" y="{}">{}</text>',
        ((top + k * (size + gap) + 9, name) for k, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"))),
    )
    heads = format_html_join("", '<text class="ink-label heat-name" x="{}" y="9">{}</text>', months)
    drawn = format_html_join("", '<rect class="heat {}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}</title></rect>', cells)
    busy = sum(one.level is not None for one in days)
    return format_html(
        '<svg class="heatmap" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2} days with a result between {3} and {4}">{5}{6}{7}</svg>',
        width, height, busy, days[0].day, days[-1].day, names, heads, drawn,
    )  # fmt: skip


def interval(group: Group, width: int = 96) -> SafeString:
    """A win rate with its interval on a line from 0 to 100 %."""
    if group.interval is None or group.win_rate is None:
        return SafeString("")
    low, high = (float(one) * width for one in group.interval)
    at = float(group.win_rate) / 100 * width
    return format_html(
        '<svg class="strip" viewBox="-3 0 {} 12" width="{}" height="12" aria-hidden="true"><line class="strip-axis" x1="0" x2="{}" y1="6" y2="6"/>'
        '<line class="strip-range" x1="{}" x2="{}" y1="6" y2="6"/><circle class="strip-dot" cx="{}" cy="6" r="3"/></svg>',
        width + 6, width + 6, width, _number(low), _number(high), _number(at),
    )  # fmt: skip


def heat_days(nets: dict[dt.date, Decimal], words: dict[dt.date, str], last: dt.date, weeks: int = 53) -> list[HeatDay]:
    """The last year's days, each result graded by quarters of the largest."""
    first = last - dt.timedelta(days=last.weekday() + 7 * (weeks - 1))
    most = max((abs(net) for day, net in nets.items() if day >= first), default=Decimal(0))
    made = []
    for k in range((last - first).days + 1):
        day = first + dt.timedelta(days=k)
        net = nets.get(day)
        level = (
            None
            if net is None
            else 0
            if not net or not most
            else (1 if net > 0 else -1) * min(4, 1 + int(4 * abs(net) / most * Decimal("0.999")))
        )
        made.append(HeatDay(day, level, words.get(day, f"{day:%a %-d %b %Y}: nothing")))
    return made
