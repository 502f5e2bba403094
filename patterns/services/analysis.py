"""The whole picture of one symbol at a close, and its parts alone: what every door answers with, as JSON values."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from patterns.models import Instrument, Interval, PatternMatch
from patterns.moments import check_interval, last_bar_by, said
from patterns.series import load_series

from .context import context_of
from .detection import Detection, detect
from .presentation import tidy
from .rules import enough_bars
from .universes import find_instruments

if TYPE_CHECKING:
    from patterns.engine.study import Study

FEWEST = 60  # bars without which nothing is said
RECENT = 10  # bars whose candlesticks are told
BARS = 250
EXITS = ((1, 50), (2, 30), (3, 20))  # at so many R, so many percent of the shares: a start, for the trader to change
STAGE_LENGTHS = {Interval.WEEK_1: (30, 4)}  # bars of the average and of its slope; 150 and 20 days are the same time


@dataclass(frozen=True)
class Subject:
    """One symbol's bars up to a close, with what is known around them."""

    instrument: Instrument
    interval: str
    study: "Study"

    @property
    def last(self) -> int:
        return self.study.bars.size - 1

    @property
    def close(self) -> float:
        return float(self.study.bars.close[-1])

    def at(self, bar: int) -> str:
        return said(self.study.bars.at[bar], self.interval)

    def away(self, price: float) -> float | None:
        """From the close to a price, in percent of the close."""
        return tidy(100 * (price / self.close - 1))

    def head(self) -> dict[str, Any]:
        return {
            "symbol": self.instrument.symbol,
            "name": self.instrument.name,
            "simulated": self.instrument.is_simulated,
            "interval": self.interval,
            "as_of": self.at(self.last),
            "bars": self.study.bars.size,
            "close": tidy(self.close),
        }


def subject(*, ticker: str, interval: str = "1day", as_of: str | dt.date | None = None, now: dt.datetime) -> Subject:
    """Raises UnknownSymbols, NoBars, TooFewBars, and Invalid for interval or date."""
    from patterns.engine.study import Study

    check_interval(interval)
    until = last_bar_by(as_of, interval, now=now) if as_of is not None else None
    instrument = find_instruments(symbols=[ticker])[0]
    panel = load_series([instrument.pk], interval, until=until.timestamp() if until else None)
    bars = enough_bars(panel.get(instrument.pk), FEWEST, symbol=instrument.symbol, interval=interval, until=until)
    home = instrument.home
    around = context_of(universe=home, interval=interval).around(instrument.pk, bars.at) if home else None
    return Subject(instrument, interval, Study(bars, around))


def analyze(
    *, ticker: str, interval: str = "1day", as_of: str | dt.date | None = None, bars: int = BARS, now: dt.datetime
) -> dict[str, Any]:
    """Everything of one symbol: bars, indicators, matches with their evidence, template, stage, RS, levels, and a plan in R."""
    found = detect(ticker=ticker, interval=interval, as_of=as_of, now=now)
    one = Subject(found.instrument, interval, found.seen.replay.study)
    return {
        **one.head(),
        "universe": found.instrument.home.name if found.instrument.home else None,
        "series": series_of(one, bars),
        "indicators": indicators_of(one),
        "matches": found.matches(),
        "near_misses": found.candidates("near"),
        "forming": found.candidates("forming"),
        "plan": plan_of(found),
        **parts_of(one),
    }


def parts_of(one: Subject) -> dict[str, Any]:
    return {
        "rs_rating": rs_of(one),
        "trend_template": template_of(one),
        "stage": stage_of(one),
        **{name: work(one) for name, work in PARTS.items()},
    }


def rs_of(one: Subject) -> int | None:
    rs = float(one.study.tape.rs[-1])
    return int(rs) if rs == rs else None


def template_of(one: Subject) -> list[dict[str, Any]] | None:
    """The eight rules with what they compare; `ok` is None where it is unknown. None but for daily bars, on which they are defined."""
    from patterns.engine.indicators.trend_template import TESTS

    if one.interval != Interval.DAY_1:
        return None
    t, bars = one.study.tape, one.study.bars
    close, sma50, sma150, sma200 = one.close, float(t.sma50[-1]), float(t.sma150[-1]), float(t.sma200[-1])
    year = bars.size >= 252
    before = float(t.sma200[-23]) if bars.size > 22 else np.nan
    low, high = (float(bars.low[-252:].min()), float(bars.high[-252:].max())) if year else (np.nan, np.nan)
    compared = (
        (close, max(sma150, sma200)),
        (sma150, sma200),
        (sma200, before),
        (sma50, max(sma150, sma200)),
        (close, sma50),
        (close, 1.3 * low),
        (close, 0.75 * high),
        (float(t.rs[-1]), 70.0),
    )
    bits = int(t.template[-1])
    return [
        {"rule": rule, "ok": bool(bits >> k & 1) if value == value and limit == limit else None, "value": tidy(value), "limit": tidy(limit)}
        for k, (rule, (value, limit)) in enumerate(zip(TESTS, compared, strict=True))
    ]


def stage_of(one: Subject) -> dict[str, Any] | None:
    """Weinstein's stage and since when; None of intraday bars, for which it is not meant."""
    from patterns.engine.structure import STAGES, stages

    if one.interval not in (Interval.DAY_1, Interval.WEEK_1):
        return None
    length, slope = STAGE_LENGTHS.get(Interval(one.interval), (150, 20))
    every = stages(one.study.bars.close, length, slope)
    changes = np.flatnonzero(every != every[-1])
    since = int(changes[-1]) + 1 if len(changes) else 0
    number = int(every[-1])
    return {"number": number or None, "name": STAGES[number], "since": one.at(since) if number else None, "average_bars": length}


def levels_of(one: Subject) -> dict[str, Any]:
    """Zones where swings have turned, pivots of the last week, and the year's extremes."""
    from patterns.engine.structure import weekly_pivots, zones

    bars = one.study.bars
    pivots = weekly_pivots(bars) if one.interval != Interval.WEEK_1 else None
    year = {Interval.DAY_1: 252, Interval.WEEK_1: 52}.get(Interval(one.interval), 0)
    return {
        "zones": [
            {
                "role": zone.role,
                "low": tidy(zone.low),
                "high": tidy(zone.high),
                "price": tidy(zone.price),
                "distance_pct": one.away(zone.price),
                "touches": len(zone.touches),
                "last_touch": one.at(zone.touches[-1]),
                "strength": tidy(zone.strength),
            }
            for zone in reversed(zones(one.study))
        ],
        "pivots": {name: tidy(price) for name, price in pivots._asdict().items()} if pivots else None,
        "high_52": tidy(float(bars.high[-year:].max())) if year and bars.size >= year else None,
        "low_52": tidy(float(bars.low[-year:].min())) if year and bars.size >= year else None,
    }


def trendlines_of(one: Subject) -> list[dict[str, Any]]:
    from patterns.engine.swings import LOW
    from patterns.engine.trendlines import trend_lines

    return [
        {
            "along": "lows" if line.side == LOW else "highs",
            "touches": [{"time": one.at(bar), "price": tidy(line.at(bar))} for bar in line.touches],
            "price": tidy(line.at(one.last)),
            "distance_pct": one.away(line.at(one.last)),
            "slope_pct": tidy(100 * line.slope / one.close),
            "known_at": one.at(line.seen),
            "broken_at": one.at(line.broken) if line.broken >= 0 else None,
        }
        for line in trend_lines(one.study)
    ]


def fibonacci_of(one: Subject) -> dict[str, Any] | None:
    """Of the last leg between two confirmed swings of medium size; None while there is none."""
    from patterns.engine.structure import fibonacci

    found = fibonacci(one.study.tape.medium, one.last)
    if found is None:
        return None
    return {
        "up": found.is_up,
        "from": {"time": one.at(found.start), "price": tidy(found.start_price)},
        "to": {"time": one.at(found.end), "price": tidy(found.end_price)},
        "known_at": one.at(found.seen),
        "levels": [
            {"kind": level.kind, "ratio": level.ratio, "price": tidy(level.price), "distance_pct": one.away(level.price)}
            for level in found.levels
        ],
    }


def candlesticks_of(one: Subject) -> list[dict[str, Any]]:
    """Those complete on one of the last bars, newest first."""
    from patterns.engine.candlesticks import list_found

    found = list_found(one.study.bars, max(0, one.study.bars.size - RECENT))
    return [
        {
            "name": candle.candlestick.name,
            "title": candle.candlestick.title,
            "side": candle.candlestick.side,
            "kind": candle.candlestick.kind,
            "time": one.at(candle.bar),
            "bars": candle.candlestick.bars,
            "rule": candle.candlestick.rule,
        }
        for candle in reversed(found)
    ]


PARTS: Mapping[str, Callable[[Subject], Any]] = {
    "levels": levels_of,
    "trendlines": trendlines_of,
    "fibonacci": fibonacci_of,
    "candlesticks": candlesticks_of,
}


def indicators_of(one: Subject) -> list[dict[str, Any]]:
    """The last value of every indicator with its usual lengths; None where the history is too short."""
    from patterns.engine.indicators import indicators

    return [
        {
            "name": indicator.name,
            "title": indicator.title,
            "scale": indicator.scale,
            "lengths": {length.name: length.default for length in indicator.lengths},
            "values": {line: tidy(float(values[-1])) for line, values in indicator.of(one.study.bars).items()},
        }
        for indicator in indicators().values()
    ]


def series_of(one: Subject, count: int) -> list[dict[str, Any]]:
    """The last `count` bars, oldest first."""
    first = max(0, one.study.bars.size - count)
    columns = [column[first:].tolist() for column in one.study.bars[1:]]
    return [
        {"time": one.at(first + k), "open": tidy(opened), "high": tidy(high), "low": tidy(low), "close": tidy(close), "volume": volume}
        for k, (opened, high, low, close, volume) in enumerate(zip(*columns, strict=True))
    ]


def plan_of(found: Detection) -> dict[str, Any] | None:
    """The plan of the best match whose entry is still ahead, in R; its size depends on the trader's account."""
    ready = [match for match, _ in found.found if match.state == PatternMatch.State.READY]
    if not ready:
        return None
    match = ready[0]
    sign = 1 if match.side == PatternMatch.Side.LONG else -1
    risk = sign * (match.entry - match.stop)
    return {
        "match": str(match.code),
        "pattern": match.pattern,
        "side": match.side,
        "entry": tidy(match.entry),
        "stop": tidy(match.stop),
        "risk_per_share": tidy(risk),
        "risk_pct": tidy(100 * risk / match.entry),
        "target": tidy(match.target),
        "target_r": tidy(sign * (match.target - match.entry) / risk),
        "target2": tidy(match.target2),
        "target2_r": tidy(sign * (match.target2 - match.entry) / risk),
        "exits": [{"r": r, "share_pct": share, "price": tidy(match.entry + sign * r * risk)} for r, share in EXITS],
    }
