"""Volume: a bar trades some multiple of its average."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legend.lib.errors import invalid

from .base import SYMBOL, Fired, Param, Params, Tape, column

MEAN_BARS = 50


class Volume:
    kind = "volume"
    title = "Volume"
    help = "A bar trades a multiple of the mean of the bars before it."
    scopes: tuple[str, ...] = (SYMBOL,)
    params: tuple[Param, ...] = (
        Param("ratio", "At least", low=0.1, high=100, default=2.0, unit="× average"),
        Param("bars", "Average of", "whole", MEAN_BARS, low=2, high=500, unit="bars"),
    )

    def check(self, params: dict[str, Any]) -> None:
        if params["ratio"] is None:
            raise invalid("params.ratio", "At least: a multiple is needed.", "required")

    def wish(self, params: Params) -> str:
        return f"trades {params['ratio']:g}× its {params['bars']}-bar average volume"

    def lookback(self, params: Params) -> int:
        return int(params["bars"])

    def test(self, tape: Tape, params: Sequence[Params]) -> Fired:
        wanted, spans = column(params, "ratio"), column(params, "bars")[:, 0].astype(int)
        fired = np.zeros((len(params), tape.size), np.bool_)
        for bars in np.unique(spans).tolist():
            mine = spans == bars
            fired[mine] = volume_ratio(tape, bars) >= wanted[mine]
        return fired

    def measured(self, tape: Tape, params: Params, bar: int) -> tuple[str, dict[str, float]]:
        ratio, volume = float(volume_ratio(tape, params["bars"])[bar - tape.first]), float(tape.bars.volume[bar])
        return f"traded {ratio:.1f}× its {params['bars']}-bar average volume", {"volume": volume, "volume_ratio": ratio}


def volume_ratio(tape: Tape, bars: int) -> NDArray[np.float64]:
    """(new bars,) volume against the mean of the `bars` bars before; NaN where there are fewer, or where none traded."""
    ratio = np.full(tape.size, np.nan)
    for row in range(tape.size):
        end = tape.first + row
        if end >= bars and (mean := tape.bars.volume[end - bars : end].mean()) > 0:
            ratio[row] = tape.bars.volume[end] / mean
    return ratio
