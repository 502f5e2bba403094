"""Breakout: a close beyond a level, or beyond every bar of some while, with volume where that is asked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legend.lib.errors import invalid

from .base import SYMBOL, Fired, Param, Params, Tape, chosen, column, price
from .volume import MEAN_BARS, volume_ratio

MOST_BARS = 500


class Breakout:
    kind = "breakout"
    title = "Breakout"
    help = "A close beyond a level, or beyond the highest high or lowest low of the last bars, with volume if wished."
    scopes: tuple[str, ...] = (SYMBOL,)
    params: tuple[Param, ...] = (
        Param("direction", "Closes", "choice", "above", choices=(("above", "above"), ("below", "below"))),
        Param("level", "Level", low=0.0001, high=1e9, help="a price; or give bars instead"),
        Param("bars", "Extreme of the last", "whole", low=2, high=MOST_BARS, unit="bars", help="their highest high or lowest low"),
        Param("volume", "Volume at least", low=0.1, high=100, unit="× average", help=f"against the {MEAN_BARS} bars before; empty: any"),
    )

    def check(self, params: dict[str, Any]) -> None:
        if (params["level"] is None) == (params["bars"] is None):
            raise invalid("params.level", "Level: give either a price or a number of bars.", "one_of_two")

    def wish(self, params: Params) -> str:
        with_volume = f" with {params['volume']:g}× volume" if params["volume"] else ""
        if params["level"] is not None:
            return f"closes {params['direction']} {price(params['level'])}{with_volume}"
        extreme = "high" if params["direction"] == "above" else "low"
        return f"closes {params['direction']} its {params['bars']}-bar {extreme}{with_volume}"

    def lookback(self, params: Params) -> int:
        return max(params["bars"] or 1, MEAN_BARS if params["volume"] else 1)

    def test(self, tape: Tape, params: Sequence[Params]) -> Fired:
        above = chosen(params, "direction", "above")
        sign = np.where(above, 1.0, -1.0)
        level, spans = column(params, "level"), column(params, "bars", 0.0)[:, 0].astype(int)
        close, before = tape.new(tape.bars.close), tape.closes_before
        # a level is broken by the first close beyond it
        broken = (sign * (close - level) > 0) & (sign * (before - level) <= 0)
        for bars in np.unique(spans[spans > 0]).tolist():
            for way in (True, False):
                mine = (spans == bars) & (above[:, 0] == way)
                if mine.any():
                    broken[mine] = beyond(tape, bars, upward=way)
        wanted = column(params, "volume", 0.0)
        return broken & ((wanted == 0) | (volume_ratio(tape, MEAN_BARS) >= wanted)) if wanted.any() else broken

    def measured(self, tape: Tape, params: Params, bar: int) -> tuple[str, dict[str, float]]:
        close, upward = float(tape.bars.close[bar]), params["direction"] == "above"
        level = params["level"]
        name = price(level) if level is not None else ""
        if level is None:
            level = float(extremes(tape, params["bars"], upward=upward)[bar - tape.first])
            name = f"its {params['bars']}-bar {'high' if upward else 'low'} of {price(level)}"
        figures = {"level": float(level), "close": close, "volume": float(tape.bars.volume[bar])}
        ratio = float(volume_ratio(tape, MEAN_BARS)[bar - tape.first])
        said = f"closed {params['direction']} {name} at {price(close)}"
        if np.isfinite(ratio):
            figures["volume_ratio"] = ratio
            said += f", volume {ratio:.1f}× its average"
        return said, figures


def extremes(tape: Tape, bars: int, *, upward: bool) -> NDArray[np.float64]:
    """(new bars,) the highest high (lowest low) of the `bars` bars before each; NaN where there are fewer."""
    column_ = tape.bars.high if upward else tape.bars.low
    found = np.full(tape.size, np.nan)
    for row in range(tape.size):
        end = tape.first + row
        if end >= bars:
            window = column_[end - bars : end]
            found[row] = window.max() if upward else window.min()
    return found


def beyond(tape: Tape, bars: int, *, upward: bool) -> NDArray[np.bool_]:
    """(new bars,) which close beyond that extreme."""
    close, extreme = tape.new(tape.bars.close), extremes(tape, bars, upward=upward)
    return close > extreme if upward else close < extreme
