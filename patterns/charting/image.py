"""A chart as a picture: candles, volume, averages, and one match with its points, lines and levels."""

import io
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.figures import price_text
from patterns.models import Instrument, PatternMatch
from patterns.moments import WHOLE_DAYS, said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROUND, PANEL, GRID, STRONG, NORMAL, MUTED = "#0b0e14", "#11151d", "#212836", "#eceff5", "#b6bfce", "#8791a6"
ACCENT, GAIN, LOSS = "#a195fb", "#35bda6", "#f47d61"
AVERAGES = ((50, "#e3b055"), (150, "#6aaafc"), (200, "#8791a6"))

BEFORE, AFTER, FEWEST, MOST = 45, 8, 120, 400  # bars: around the match, and in the picture


def draw_chart(
    *, instrument: Instrument, interval: str, bars: Bars, match: PatternMatch | None = None, width: float = 12.0, height: float = 7.0
) -> bytes:
    """PNG in the dark palette, `width` x `height` in hundreds of pixels.

    The picture ends with the last bar; it begins before the match, or shows the last 250 bars without one.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    first = _first_bar(bars, match)
    with rc_context({"font.family": "DejaVu Sans", "font.size": 9.5, "text.color": NORMAL, "axes.linewidth": 0.8}):
        figure = Figure(figsize=(width, height), dpi=100, facecolor=GROUND)
        FigureCanvasAgg(figure)
        prices, volumes = _panes(figure)
        _draw_volume(volumes, bars, first)
        _draw_averages(prices, bars, first)
        _draw_candles(prices, bars, first)
        if match is not None:
            _draw_match(prices, bars, match, first)
        _scale(prices, volumes, bars, match, first, interval)
        _head(figure, instrument, interval, bars, match)
        file = io.BytesIO()
        figure.savefig(file, format="png", facecolor=GROUND)
    return file.getvalue()


def _first_bar(bars: Bars, match: PatternMatch | None) -> int:
    if match is None:
        return max(0, bars.size - 250)
    start = int(np.searchsorted(bars.at, match.start_at.timestamp()))
    shown = min(max(bars.size - start + BEFORE, FEWEST), MOST)
    return max(0, bars.size - shown)


def _panes(figure: "Figure") -> tuple["Axes", "Axes"]:
    prices = figure.add_axes((0.015, 0.225, 0.89, 0.655), facecolor=PANEL)
    volumes = figure.add_axes((0.015, 0.065, 0.89, 0.15), facecolor=PANEL, sharex=prices)
    for axes in (prices, volumes):
        for spine in axes.spines.values():
            spine.set_color(GRID)
        axes.tick_params(colors=MUTED, length=0, labelsize=8.5)
        axes.yaxis.tick_right()
        axes.set_axisbelow(True)
        axes.grid(visible=True, color=GRID, linewidth=0.6)
    prices.tick_params(labelbottom=False)
    volumes.grid(visible=False, axis="y")
    volumes.set_yticks([])
    return prices, volumes


def _colours(bars: Bars, first: int) -> list[str]:
    return [GAIN if close >= opened else LOSS for opened, close in zip(bars.open[first:], bars.close[first:], strict=True)]


def _draw_candles(axes: "Axes", bars: Bars, first: int) -> None:
    x = np.arange(first, bars.size)
    colours = _colours(bars, first)
    axes.vlines(x, bars.low[first:], bars.high[first:], colors=colours, linewidth=0.9, zorder=3)
    low, high = np.minimum(bars.open, bars.close)[first:], np.maximum(bars.open, bars.close)[first:]
    # a body as thin as a hair is still seen
    least = 0.0008 * float(bars.close[-1])
    axes.bar(x, np.maximum(high - low, least), bottom=low, width=0.66, color=colours, zorder=4)


def _draw_volume(axes: "Axes", bars: Bars, first: int) -> None:
    axes.bar(np.arange(first, bars.size), bars.volume[first:], width=0.66, color=_colours(bars, first), alpha=0.45)


def _draw_averages(axes: "Axes", bars: Bars, first: int) -> None:
    from patterns.engine.indicators.averages import sma

    x = np.arange(first, bars.size)
    shown = False
    for length, colour in AVERAGES:
        values: Floats = sma(bars.close, length)[first:]
        if np.isfinite(values).any():
            axes.plot(x, values, color=colour, linewidth=1.0, alpha=0.85, zorder=2, label=f"SMA {length}")
            shown = True
    if shown:
        axes.legend(loc="upper left", frameon=False, fontsize=8.5, labelcolor=MUTED, ncols=3, handlelength=1.4, columnspacing=1.4)


def _draw_match(axes: "Axes", bars: Bars, match: PatternMatch, first: int) -> None:
    place = {said(at, match.interval): bar for bar, at in enumerate(bars.at.tolist())}
    start, known = place[said(match.start_at, match.interval)], place[said(match.known_at, match.interval)]
    right = bars.size - 1 + AFTER
    axes.axvspan(start, known, color=ACCENT, alpha=0.07, linewidth=0, zorder=0)
    axes.fill_between([known, right], match.entry, match.target, color=GAIN, alpha=0.09, linewidth=0, zorder=1)
    axes.fill_between([known, right], match.entry, match.stop, color=LOSS, alpha=0.09, linewidth=0, zorder=1)
    for line in match.detail["lines"]:
        ends = [(place[end["time"]], end["price"]) for end in (line["from"], line["to"]) if end["time"] in place]
        axes.plot(*zip(*ends, strict=True), color=STRONG, alpha=0.55, linewidth=1.3, zorder=5)
    points = [(place[point["time"]], point["price"], point["label"]) for point in match.detail["points"] if point["time"] in place]
    axes.plot([x for x, _, _ in points], [y for _, y, _ in points], color=STRONG, linewidth=1.7, zorder=6)
    axes.scatter([x for x, _, _ in points], [y for _, y, _ in points], s=26, color=PANEL, edgecolors=ACCENT, linewidths=1.7, zorder=7)
    for number, (x, y, label) in enumerate(points):
        around = [points[k][1] for k in (number - 1, number + 1) if 0 <= k < len(points)]
        _label(axes, label, x, y, above=not around or y >= sum(around) / len(around))
    for price, colour in ((match.entry, ACCENT), (match.stop, LOSS), (match.target, GAIN)):
        axes.plot([known, right], [price, price], color=colour, linewidth=1.1, linestyle=(0, (4, 3)), zorder=5)


def _label(axes: "Axes", text: str, x: float, y: float, *, above: bool) -> None:
    axes.annotate(
        text,
        (x, y),
        (0, 11 if above else -11),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        color=STRONG,
        fontsize=9,
        fontweight="bold",
        zorder=9,
        bbox={"boxstyle": "round,pad=0.18", "fc": PANEL, "ec": "none", "alpha": 0.75},
    )


def _scale(prices: "Axes", volumes: "Axes", bars: Bars, match: PatternMatch | None, first: int, interval: str) -> None:
    low, high = float(bars.low[first:].min()), float(bars.high[first:].max())
    if match is not None:
        low, high = min(low, match.stop, match.target), max(high, match.stop, match.target)
    room = 0.07 * (high - low) or 0.01 * high
    prices.set_ylim(low - room, high + 1.6 * room)
    prices.set_xlim(first - 1, bars.size - 1 + AFTER)
    volumes.set_ylim(0, 1.08 * float(bars.volume[first:].max()) or 1.0)
    ticks, labels = _dates(bars, first, interval)
    volumes.set_xticks(ticks, labels)
    prices.yaxis.set_major_formatter(lambda value, _: price_text(value))
    tags = [("", float(bars.close[-1]), NORMAL)]
    if match is not None:
        tags += [("target", match.target, GAIN), ("entry", match.entry, ACCENT), ("stop", match.stop, LOSS)]
    places = _apart([price for _, price, _ in tags], 0.034 * (high - low + 2.6 * room))
    for (word, price, colour), place in zip(tags, places, strict=True):
        prices.text(
            bars.size - 0.6 + AFTER,
            place,
            f"{word} {price_text(price)}".strip(),
            color=GROUND,
            fontsize=8.5,
            fontweight="bold",
            va="center",
            clip_on=False,
            zorder=12,
            bbox={"boxstyle": "round,pad=0.28", "fc": colour, "ec": "none"},
        )


def _apart(prices: list[float], least: float) -> list[float]:
    """Where the tags stand so that none covers another: each at its price, pushed upwards by the one below."""
    order = sorted(range(len(prices)), key=prices.__getitem__)
    places = list(prices)
    for lower, upper in pairwise(order):
        places[upper] = max(places[upper], places[lower] + least)
    return places


def _dates(bars: Bars, first: int, interval: str) -> tuple[list[int], list[str]]:
    """Where months, or on intraday charts days, begin; about ten of them."""
    unit, form = ("M", "%b") if interval in WHOLE_DAYS else ("D", "%d %b")
    stamps = bars.at[first:].astype("datetime64[s]")
    begins = np.flatnonzero(np.diff(stamps.astype(f"datetime64[{unit}]").astype(np.int64), prepend=-1)) + first
    chosen = begins[1:] if len(begins) > 1 else begins
    chosen = chosen[:: max(1, len(chosen) // 10)]
    days = [stamps[bar - first].astype(object) for bar in chosen]
    return chosen.tolist(), [f"{day:%b %Y}" if unit == "M" and day.month == 1 else f"{day:{form}}" for day in days]


def _head(figure: "Figure", instrument: Instrument, interval: str, bars: Bars, match: PatternMatch | None) -> None:
    figure.text(0.018, 0.948, instrument.symbol, color=STRONG, fontsize=17, fontweight="bold", va="center")
    change = 100 * (float(bars.close[-1]) / float(bars.close[-2]) - 1) if bars.size > 1 else 0.0
    day = said(bars.at[-1], interval)
    arrow = "\N{BLACK UP-POINTING TRIANGLE}" if change >= 0 else "\N{BLACK DOWN-POINTING TRIANGLE}"
    price = f"{price_text(float(bars.close[-1]))}  {arrow} {abs(change):.2f} %"
    colour = GAIN if change >= 0 else LOSS
    figure.text(0.905, 0.958, price, color=colour, fontsize=12, fontweight="bold", ha="right", va="center")
    named = "  \N{MIDDLE DOT}  ".join(filter(None, [instrument.name, day]))
    figure.text(0.905, 0.918, named, color=MUTED, fontsize=9.5, ha="right", va="center")
    if instrument.is_simulated:
        figure.text(0.018, 0.02, "Simulated market: every figure is invented.", color=AVERAGES[0][1], fontsize=8.5, va="center")
    if match is None:
        return
    sign = 1 if match.side == PatternMatch.Side.LONG else -1
    reward = (match.target - match.entry) / (match.entry - match.stop)
    risk = 100 * sign * (match.entry - match.stop) / match.entry
    words = [
        match.detail["title"],
        match.side,
        match.state,
        f"score {match.score:.0f}",
        f"risk {risk:.1f} %",
        f"reward {reward:.1f} R",
    ]
    figure.text(0.018, 0.906, "  \N{MIDDLE DOT}  ".join(words), color=NORMAL, fontsize=10.5, va="center")
