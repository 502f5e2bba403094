"""One symbol seen on several intervals: do they say the same?"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from legend.lib.errors import LegendError, invalid
from patterns.models import Interval
from patterns.moments import INTERVALS

from .analysis import Subject
from .detection import Detection, detect
from .presentation import tidy
from .universes import find_instruments

WEIGHTS = {Interval.WEEK_1: 4, Interval.DAY_1: 3, Interval.HOUR_4: 2, Interval.HOUR_1: 1}  # the longer one leads
TREND, PATTERN = 0.6, 0.4  # of an interval's say
CLEAR = 0.15  # of what could be said: less is no direction


def multitimeframe(*, ticker: str, as_of: str | dt.date | None = None, intervals: Sequence[str] = (), now: dt.datetime) -> dict[str, Any]:
    """Trend and best pattern of each interval, and how far they agree.

    `confluence` is 0 to 100: the weighted sum of what the intervals say, against what they could say; `quality` needs two intervals to be
    high. Raises UnknownSymbols, Invalid for an interval or date, and the refusal of the longest when no interval has enough bars.
    """
    asked = [interval for interval in WEIGHTS if not intervals or interval in intervals]
    if unknown := [interval for interval in intervals if interval not in WEIGHTS]:
        raise invalid("intervals", f"{unknown[0][:20]!r} is none of {', '.join(WEIGHTS)}.", "unknown_interval")
    instrument = find_instruments(symbols=[ticker])[0]
    frames: list[dict[str, Any]] = []
    refusals = []
    for interval in asked:
        try:
            found = detect(ticker=instrument.symbol, interval=interval, as_of=as_of, now=now)
        except LegendError as refusal:
            if refusal.code not in ("no_data", "too_few_bars"):
                raise
            refusals.append(refusal)
            frames.append({"interval": interval, "name": INTERVALS[interval], "available": False, "reason": refusal.detail})
        else:
            frames.append(_frame(found))
    seen = [frame for frame in frames if frame["available"]]
    if not seen:
        raise refusals[0]
    possible = sum(WEIGHTS[frame["interval"]] for frame in seen)
    said = sum(WEIGHTS[frame["interval"]] * frame["say"] for frame in seen) / possible
    direction = "up" if said > CLEAR else "down" if said < -CLEAR else "mixed"
    return {
        "symbol": instrument.symbol,
        "name": instrument.name,
        "simulated": instrument.is_simulated,
        "direction": direction,
        "confluence": tidy(100 * abs(said)),
        "quality": _quality(abs(said), len(seen)),
        "intervals": frames,
        "reasons": [reason for frame in seen for reason in frame["reasons"]],
    }


def _quality(agreement: float, count: int) -> str:
    if agreement >= 0.6 and count > 1:
        return "high"
    return "medium" if agreement >= 0.35 else "low"


def _frame(found: Detection) -> dict[str, Any]:
    one = Subject(found.instrument, found.interval, found.seen.replay.study)
    trend, reasons = _trend(one)
    name = INTERVALS[Interval(found.interval)]
    best = found.found[0][0] if found.found else None
    say = TREND * trend
    if best is not None:
        say += PATTERN * best.score / 100 * (1 if best.side == "long" else -1)
        reasons.append(f"{best.detail['title']} ({best.side}) is {best.state}, score {best.score:.0f}.")
    else:
        reasons.append("No pattern is ready or triggered.")
    return {
        "interval": found.interval,
        "name": name,
        "available": True,
        "reason": "",
        "as_of": one.at(one.last),
        "close": tidy(one.close),
        "trend": "up" if trend > 0.25 else "down" if trend < -0.25 else "flat",
        "say": tidy(say),
        "pattern": best
        and {
            "code": str(best.code),
            "pattern": best.pattern,
            "title": best.detail["title"],
            "side": best.side,
            "state": best.state,
            "score": tidy(best.score),
            "entry": tidy(best.entry),
            "stop": tidy(best.stop),
            "target": tidy(best.target),
        },
        "reasons": [f"{name}: {reason}" for reason in reasons],
    }


def _trend(one: Subject) -> tuple[float, list[str]]:
    """-1..1 from two witnesses of equal weight: the order of swings, and the close against a rising or falling SMA50."""
    from patterns.engine.structure import swing_trend

    t = one.study.tape
    swings = swing_trend(t.medium, one.last)
    told = {1: "Swing highs and lows rise.", -1: "Swing highs and lows fall.", 0: "Swings go neither way."}[swings]
    average, before = float(t.sma50[-1]), float(t.sma50[-11]) if one.study.bars.size > 60 else float("nan")
    if not (average == average and before == before):
        return swings / 2, [told, "Too young for a 50-bar average."]
    above, rising = one.close > average, average > before
    side = 1 if above and rising else -1 if not above and not rising else 0
    place = f"The close is {'above' if above else 'below'} a 50-bar average that {'rises' if rising else 'does not rise'}."
    return (swings + side) / 2, [told, place]
