"""Price: it crosses a level, comes close to it, or moves away from it."""

from collections.abc import Sequence
from typing import Any

from legend.lib.errors import invalid

from .base import SYMBOL, Fired, Param, Params, Tape, chosen, column, price

RELATIONS = (
    ("crosses", "crosses"),
    ("crosses-above", "crosses above"),
    ("crosses-below", "crosses below"),
    ("within", "comes within a percentage of"),
    ("away", "moves a percentage away from"),
)


class Price:
    kind = "price"
    title = "Price"
    help = "A level is crossed, reached within some percent, or left by some percent."
    scopes: tuple[str, ...] = (SYMBOL,)
    params: tuple[Param, ...] = (
        Param("relation", "Price", "choice", "crosses", choices=RELATIONS),
        Param("level", "Level", low=0.0001, high=1e9, help="a price"),
        Param("percent", "Percent", low=0.01, high=500, unit="%", help="for within and away"),
    )

    def check(self, params: dict[str, Any]) -> None:
        if params["level"] is None:
            raise invalid("params.level", "Level: a price is needed.", "required")
        if params["relation"] in ("within", "away") and params["percent"] is None:
            raise invalid("params.percent", "Percent: how far is needed.", "required")

    def wish(self, params: Params) -> str:
        level = price(params["level"])
        match params["relation"]:
            case "within":
                return f"comes within {params['percent']:g} % of {level}"
            case "away":
                return f"moves {params['percent']:g} % away from {level}"
            case relation:
                return f"{relation.replace('-', ' ')} {level}"

    def lookback(self, params: Params) -> int:
        return 1

    def test(self, tape: Tape, params: Sequence[Params]) -> Fired:
        level, share = column(params, "level"), column(params, "percent", 0.0) / 100
        before, high, low = tape.closes_before, tape.new(tape.bars.high), tape.new(tape.bars.low)
        up, down = (before < level) & (high >= level), (before > level) & (low <= level)
        within = (low <= level * (1 + share)) & (high >= level * (1 - share))
        away = (high >= level * (1 + share)) | (low <= level * (1 - share))
        either = chosen(params, "relation", "crosses")
        return (
            ((either | chosen(params, "relation", "crosses-above")) & up)
            | ((either | chosen(params, "relation", "crosses-below")) & down)
            | (chosen(params, "relation", "within") & within)
            | (chosen(params, "relation", "away") & away)
        )

    def measured(self, tape: Tape, params: Params, bar: int) -> tuple[str, dict[str, float]]:
        bars, level = tape.bars, params["level"]
        high, low, close = float(bars.high[bar]), float(bars.low[bar]), float(bars.close[bar])
        figures = {"level": level, "high": high, "low": low, "close": close}
        match params["relation"]:
            case "within":
                return f"came within {params['percent']:g} % of {price(level)}: close {price(close)}", figures
            case "away":
                return f"moved {params['percent']:g} % away from {price(level)}: close {price(close)}", figures
            case _:
                before = float(bars.close[bar - 1]) if bar else float(bars.open[bar])
                way, extreme = ("above", f"high {price(high)}") if before < level else ("below", f"low {price(low)}")
                return f"crossed {way} {price(level)}: {extreme}, close {price(close)}", figures
