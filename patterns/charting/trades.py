"""A trade of the past in small: closes from before the shape to after the exit, with its levels while it ran."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from .fluid import dot, fluid, line, paths, together


@dataclass(frozen=True)
class DrawnTrade:
    """Closes and places among them; prices in the instrument's currency."""

    closes: Sequence[float]
    start: int  # first point of the shape
    known: int
    trigger: int
    end: int
    fill: float
    stop: float
    target: float
    exit: float


def trade_picture(trade: DrawnTrade, *, label: str, height: int = 112) -> SafeString:
    """Nothing to draw with fewer than two closes."""
    last = len(trade.closes) - 1
    if last < 1:
        return SafeString("")
    prices = (*trade.closes, trade.stop, trade.target, trade.exit)
    low, high = min(prices), max(prices)

    def x(bar: float) -> float:
        return 2 + 96 * bar / last

    def y(price: float) -> float:
        return 6 + (height - 12) * (high - price) / (high - low) if high > low else height / 2

    def path(first: int, to: int) -> str:
        return "M" + "L".join(f"{x(bar):.2f} {y(trade.closes[bar]):.1f}" for bar in range(first, to + 1))

    begin, stop_at = x(trade.trigger), x(max(trade.end, trade.trigger + 0.04 * last))
    levels = [("ink-target", trade.target), ("ink-entry", trade.fill), ("ink-stop", trade.stop)]
    return fluid(
        "figure",
        height,
        label,
        together(
            *(line(css, begin, y(price), stop_at, y(price)) for css, price in levels),
            paths(height, [("trade-path", path(0, last)), ("trade-shape", path(trade.start, trade.known))]),
            dot("trade-in", begin, y(trade.fill), 3.5),
            dot("trade-out", x(trade.end), y(trade.exit), 3.5),
        ),
    )
