"""What became of every match that counts as evidence: one row each (product.md 4)."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.finds import REPLACED, SUSPECT, Finds
from patterns.engine.indicators.trend_template import passed
from patterns.engine.study import Tape

COSTS = 0.0005  # a side, as a fraction of price
NAMES_A_DETECTOR = 16  # most published names of one detector

OUTCOME = np.dtype(
    [
        ("instrument", "i8"),  # row of the universe
        ("rule", "i8"),
        ("pattern", "i8"),
        ("side", "i8"),
        ("group", "i8"),
        ("start", "i8"),
        ("known", "i8"),  # bars of the instrument
        ("trigger", "i8"),  # -1: never
        ("end", "i8"),  # -1: not over at the end of the data
        ("replaced", "i8"),  # 0 or 1
        ("known_at", "f8"),  # UTC seconds
        ("trigger_at", "f8"),  # NaN: never
        ("state", "i8"),
        ("r", "f8"),  # NaN without a closed trade
        ("fill", "f8"),
        ("stop", "f8"),
        ("stop_atrs", "f8"),  # distance of the stop from the fill in ATR of the close before the trigger
        ("reward", "f8"),  # reward to risk as filled
        ("best", "f8"),  # best and worst excursion, fractions of the fill
        ("worst", "f8"),
        ("score", "f8"),
        ("market", "f8"),  # at known_at
        ("rs", "f8"),
        ("tests", "i8"),  # clauses of the trend template
        ("throwback", "i8"),  # 0 or 1
        ("busted", "i8"),
    ],
    align=True,
)
Outcomes: TypeAlias = Any  # a structured array of OUTCOME


@kernel
def r_multiple(side: int, fill: float, exit: float, stop: float, costs: float) -> float:
    """Result in units of the risk at the fill, after `costs` a side on both fills."""
    return (side * (exit - fill) - costs * (exit + fill)) / (side * (fill - stop))


@kernel
def collect(t: Tape, at: Floats, belongs: NDArray[np.bool_], finds: Finds, instrument: int, costs: float, out: Outcomes) -> int:
    """Write the matches of one instrument that count; returns how many. Whether one counts is decided by what its own close knew.

    belongs : (n,) False at bars of days on which the instrument was no member. finds : in the order of known within each rule. Left out
    are matches that became known to no member, those over a suspect bar, those born too late for an entry, and those that became known
    while the trade of an earlier one of the same rule, pattern and side ran. A match that was replaced counts, without a trigger, until a
    successor counts in its place. `out` has room for all finds.
    """
    count = first = 0
    for k in range(len(finds)):
        find = finds[k]
        if k > 0 and find.rule != finds[k - 1].rule:
            first = count
        if not belongs[find.known] or find.notes & SUSPECT or find.ended == find.known or _is_busy(out, first, count, find):
            continue
        place = _predecessor(out, first, count, find)
        if place < 0:
            place, count = count, count + 1
        _write(t, at, find, instrument, costs, out[place])
    return count


@kernel
def _is_busy(out: Outcomes, first: int, count: int, find: Finds) -> bool:
    """Whether the trade of an earlier match of the same pattern and side ran over the close at which this one became known."""
    for k in range(first, count):
        row = out[k]
        if row.pattern == find.pattern and row.side == find.side and 0 <= row.trigger <= find.known and not 0 <= row.end <= find.known:
            return True
    return False


@kernel
def _predecessor(out: Outcomes, first: int, count: int, find: Finds) -> int:
    """The row of the match that this one replaced, which it now stands for; -1: none."""
    for k in range(first, count):
        row = out[k]
        if row.replaced and row.end == find.known and row.group == find.group and row.side == find.side:
            return k
    return -1


@kernel
def _write(t: Tape, at: Floats, find: Finds, instrument: int, costs: float, row: Outcomes) -> None:
    row.instrument, row.rule, row.pattern, row.side, row.group = instrument, find.rule, find.pattern, find.side, find.group
    row.start, row.known, row.trigger, row.end, row.state = find.start, find.known, find.triggered, find.ended, find.state
    row.replaced = 1 if find.reason == REPLACED else 0
    row.known_at = at[find.known]
    row.score, row.market, row.rs = find.score, t.market[find.known], t.rs[find.known]
    row.tests = passed(t.template[find.known])
    row.trigger_at = row.r = row.fill = row.stop_atrs = row.reward = row.best = row.worst = np.nan
    row.stop = find.stop
    row.throwback, row.busted = 0, 0
    if find.triggered < 0:
        return
    row.trigger_at, row.fill = at[find.triggered], find.paid
    row.stop_atrs = find.side * (find.paid - find.stop) / t.atr[find.triggered - 1]
    row.reward = (find.target - find.paid) / (find.paid - find.stop)
    row.best, row.worst = find.side * (find.best / find.paid - 1), find.side * (find.worst / find.paid - 1)
    row.throwback, row.busted = 1 if find.throwback >= 0 else 0, 1 if find.busted >= 0 else 0
    if find.ended >= 0:
        row.r = r_multiple(find.side, find.paid, find.exit, find.stop, costs)
