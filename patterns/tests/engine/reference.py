"""The evidence in plain Python, as product.md 4 and detectors.md 4 and 5 word it: slow, readable, and judge of the fast one.

Nothing here comes from the engine. It is given bars and what a detector fixed when a match became known (sides, levels, limits), and works
out from that alone what became of it: trigger, fill, exit, reason, R, and whether it counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

COSTS = 0.0005
HORIZON = 60
TIE = 1e-9  # prices so close to each other, in parts of the price, are one


@dataclass(frozen=True)
class Tape:
    """One instrument as lists; `atr` by Wilder over 14 bars, `sma50` of closes, None before there are enough bars."""

    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    atr: list[float | None]
    sma50: list[float | None]

    @property
    def size(self) -> int:
        return len(self.close)


def tape_of(bars: Any) -> Tape:
    opened, high, low, close = (column.tolist() for column in (bars.open, bars.high, bars.low, bars.close))
    return Tape(opened, high, low, close, wilder(high, low, close, 14), mean_of_last(close, 50))


def wilder(high: list[float], low: list[float], close: list[float], length: int) -> list[float | None]:
    """The average true range: a plain mean of the first ranges, each later one let in by a share of 1 / length."""
    ranges = [math.nan, *(max(high[i], close[i - 1]) - min(low[i], close[i - 1]) for i in range(1, len(close)))]
    out: list[float | None] = [None] * len(close)
    for i in range(length, len(close)):
        before = out[i - 1]
        out[i] = sum(ranges[1 : length + 1]) / length if before is None else (before * (length - 1) + ranges[i]) / length
    return out


def mean_of_last(values: list[float], length: int) -> list[float | None]:
    return [sum(values[i - length + 1 : i + 1]) / length if i >= length - 1 else None for i in range(len(values))]


@dataclass(frozen=True)
class Given:
    """What a detector fixed at `known`; bars are places in the series. `replaced_at`: the close that made its successor, or None."""

    rule: int
    pattern: int
    side: int  # 1 long, -1 short
    group: int
    start: int
    known: int
    level: float
    entry: float
    stop: float
    target: float
    expires: int
    out_price: float
    out_line: tuple[float, float]
    out_atrs: float
    out_closes: int  # in a row beyond the average of 50 closes; 0: none
    out_share: float  # beyond it by this share
    replaced_at: int | None


class Levels(Protocol):
    """What holding a trade asks of a match."""

    @property
    def side(self) -> int: ...
    @property
    def entry(self) -> float: ...
    @property
    def stop(self) -> float: ...
    @property
    def target(self) -> float: ...


@dataclass
class Told:
    """What became of a match. Without a trigger there is no fill, without an exit no R."""

    reason: str  # ready, triggered, target, stopped, horizon, validity, invalidated, extended, replaced
    ended: int | None = None
    trigger: int | None = None
    fill: float = math.nan
    exit: float = math.nan
    r: float = math.nan


def entry_beyond(level: float, side: int, atr: float) -> float:
    """A stop order a tenth of the average range, or a thousandth, beyond the level."""
    return level + side * max(0.1 * atr, 0.001 * level)


def lives(tape: Tape, matches: Sequence[Given], *, confirm: str = "touch") -> list[Told]:
    """Of all matches of one instrument. Where both arms of a structure stand, the first trigger ends the other."""
    of_one = life if confirm == "touch" else life_after_a_close
    alone = [replaced(one, of_one(tape, one)) for one in matches]
    arms: dict[tuple[int, int, int], list[int]] = {}
    for k, one in enumerate(matches):
        arms.setdefault((one.rule, one.group, one.known), []).append(k)
    for members in arms.values():
        for k in sorted(members, key=lambda k: math.inf if alone[k].trigger is None else alone[k].trigger):  # type: ignore[arg-type,return-value]
            bar = alone[k].trigger
            for other in members:
                if bar is not None and matches[other].side != matches[k].side and _stands_after(alone[other], bar):
                    alone[other] = Told("invalidated", bar)
    return alone


def _stands_after(told: Told, bar: int) -> bool:
    """Neither triggered nor ended by the end of the bar."""
    return (told.trigger is None or told.trigger > bar) and (told.ended is None or told.ended > bar)


def replaced(one: Given, told: Told) -> Told:
    """A successor takes the place of what has not triggered by the close that makes it known."""
    if one.replaced_at is None:
        return told
    assert told.trigger is None or told.trigger > one.replaced_at, "a match that has triggered is not replaced"
    return Told("replaced", one.replaced_at)


def life(tape: Tape, one: Given) -> Told:
    """From the bar after it became known: trigger, then stop or target; or the end without."""
    tie = TIE * one.entry
    up = one.side > 0
    ahead, against = (tape.high, tape.low) if up else (tape.low, tape.high)

    def reached(price: float, level: float) -> bool:
        """As far as the level or farther, the way the trade wants."""
        return price >= level - tie if up else price <= level + tie

    def fallen(price: float, level: float) -> bool:
        """As far as the level or farther, against the trade."""
        return price <= level + tie if up else price >= level - tie

    if one.side * (tape.close[one.known] - one.entry) > 0.05 * one.entry:
        return Told("extended", one.known)
    beyond = 0
    for i in range(one.known + 1, tape.size):
        if fallen(tape.open[i], one.stop):
            return Told("invalidated", i)
        if reached(ahead[i], one.entry):
            fill = max(tape.open[i], one.entry) if up else min(tape.open[i], one.entry)
            risk = one.side * (fill - one.stop) / fill
            if not 0.002 <= risk <= 0.15 or reached(fill, one.target):
                return Told("extended", i)
            return held(tape, one, i, fill, HORIZON)
        if fallen(against[i], one.stop) or is_out(tape, one, i):
            return Told("invalidated", i)
        beyond = beyond + 1 if is_beyond_average(tape, one, i) else 0
        if 0 < one.out_closes <= beyond:
            return Told("invalidated", i)
        if i >= one.expires:
            return Told("validity", i)
    return Told("ready")


def life_after_a_close(tape: Tape, one: Given) -> Told:
    """The same where the entry waits for a close beyond its price and is made at the open of the next bar."""
    sign, tie = one.side, TIE * one.entry
    if sign * (tape.close[one.known] - one.entry) > 0.05 * one.entry:
        return Told("extended", one.known)
    beyond = 0
    for i in range(one.known + 1, tape.size):
        worst = tape.low[i] if sign > 0 else tape.high[i]
        beyond = beyond + 1 if is_beyond_average(tape, one, i) else 0
        if sign * (worst - one.stop) <= tie or is_out(tape, one, i) or 0 < one.out_closes <= beyond:
            return Told("invalidated", i)
        if sign * (tape.close[i] - one.entry) > tie:
            return entered_at_the_open(tape, one, i + 1)
        if i >= one.expires:
            return Told("validity", i)
    return Told("ready")


def entered_at_the_open(tape: Tape, one: Given, bar: int) -> Told:
    if bar == tape.size:
        return Told("ready")
    fill, tie = tape.open[bar], TIE * one.entry
    risk = one.side * (fill - one.stop)
    if risk <= tie:
        return Told("invalidated", bar)
    if not 0.002 <= risk / fill <= 0.15 or one.side * (one.target - fill) <= tie:
        return Told("extended", bar)
    return held(tape, one, bar, fill, HORIZON)


def is_out(tape: Tape, one: Given, i: int) -> bool:
    """A close beyond the price or the line that the detector named, against the side."""
    tie, close, atr = TIE * one.entry, tape.close[i], tape.atr[i]
    if not math.isnan(one.out_price) and one.side * (close - one.out_price) < -tie:
        return True
    if math.isnan(one.out_line[0]):
        return False
    line = one.out_line[0] + one.out_line[1] * (i - one.known)
    return atr is not None and one.side * (close - line) < -one.out_atrs * atr - tie


def is_beyond_average(tape: Tape, one: Given, i: int) -> bool:
    """A close on the wrong side of the average of 50 closes by the share that the rule names."""
    average = tape.sma50[i]
    if not one.out_closes or average is None:
        return False
    inside = 1.0 - one.out_share
    return tape.close[i] < inside * average if one.side > 0 else tape.close[i] > average / inside


def held(tape: Tape, one: Levels, trigger: int, fill: float, horizon: int) -> Told:
    """From the trigger bar on. On it the open lies before the fill, so that stop and target are filled at their price."""
    up, tie = one.side > 0, TIE * one.entry
    for i in range(trigger, tape.size):
        opened = tape.open[i]
        if tape.low[i] <= one.stop + tie if up else tape.high[i] >= one.stop - tie:
            worse = min(opened, one.stop) if up else max(opened, one.stop)
            return closed("stopped", one, trigger, i, fill, one.stop if i == trigger else worse)
        if tape.high[i] >= one.target - tie if up else tape.low[i] <= one.target + tie:
            better = max(opened, one.target) if up else min(opened, one.target)
            return closed("target", one, trigger, i, fill, one.target if i == trigger else better)
        if i == trigger + horizon:
            return closed("horizon", one, trigger, i, fill, tape.close[i])
    return Told("triggered", None, trigger, fill)


def closed(reason: str, one: Levels, trigger: int, end: int, fill: float, exit: float) -> Told:
    return Told(reason, end, trigger, fill, exit, result(one.side, fill, exit, one.stop))


def result(side: int, fill: float, exit: float, stop: float) -> float:
    """In units of the risk at the fill, costs taken off both fills."""
    return (side * (exit - fill) - COSTS * (exit + fill)) / (side * (fill - stop))


def counted(matches: Sequence[Given], told: Sequence[Told], sound: Sequence[bool]) -> list[int]:
    """Which of the matches of one instrument count, by place; each is judged by what was known at its own close.

    Not counted: what is not sound, what was born too late for an entry, and what became known while the trade of an earlier one of the same
    rule, pattern and side ran. Of a match and the successors that replaced it the last that counts stands for all.
    """
    kept: list[int] = []
    for k in sorted(range(len(matches)), key=lambda k: matches[k].known):
        one = matches[k]
        mine = [j for j in kept if _name(matches[j]) == _name(one)]
        if not sound[k] or told[k].ended == one.known or any(_runs_at(told[j], one.known) for j in mine):
            continue
        before = [j for j in kept if matches[j].replaced_at == one.known and (matches[j].group, matches[j].rule) == (one.group, one.rule)]
        before = [j for j in before if matches[j].side == one.side]
        if before:
            kept.remove(before[0])
        kept.append(k)
    return kept


def trigger_rate(told: Sequence[Told]) -> float | None:
    """Of the matches of which it is known whether they triggered: one that still waits when the data end is neither."""
    decided = [one for one in told if one.reason != "ready"]
    return sum(one.trigger is not None for one in decided) / len(decided) if decided else None


def _name(one: Given) -> tuple[int, int, int]:
    return one.rule, one.pattern, one.side


def _runs_at(told: Told, close: int) -> bool:
    """Whether its trade was open over the close of the bar."""
    return told.trigger is not None and told.trigger <= close and (told.ended is None or told.ended > close)


def drawn_days(seed: int, days: int, members: int) -> Iterator[tuple[int, int]]:
    """The endless sequence of (day of the month's sessions, member) that a trade's seed gives."""
    mask = (1 << 64) - 1

    def mixed(state: int) -> int:
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) >> 11

    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        day = mixed(state) % days
        state = (state + 0x9E3779B97F4A7C15) & mask
        yield day, mixed(state) % members


def control_trade(tape: Tape, bar: int, side: int, stop_atrs: float, reward: float) -> float:
    """R of an entry at the open of `bar`; NaN where it still runs at the end."""
    fill, atr = tape.open[bar], tape.atr[bar - 1]
    assert atr is not None
    stop = fill - side * stop_atrs * atr
    if stop <= 0:
        return math.nan
    target = max(fill + reward * (fill - stop), 0.05 * fill)
    for i in range(bar, min(tape.size, bar + HORIZON + 1)):
        opened, high, low = tape.open[i], tape.high[i], tape.low[i]
        hit_stop = low <= stop if side > 0 else high >= stop
        hit_target = high >= target if side > 0 else low <= target
        if hit_stop:
            worse = min(opened, stop) if side > 0 else max(opened, stop)
            price = stop if i == bar else worse
        elif hit_target:
            better = max(opened, target) if side > 0 else min(opened, target)
            price = target if i == bar else better
        elif i == bar + HORIZON:
            price = tape.close[i]
        else:
            continue
        return result(side, fill, price, stop)
    return math.nan
