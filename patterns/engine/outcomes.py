"""What became of every match that counts as evidence: one row each (product.md 4)."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.finds import REPLACED, STOPPED, SUSPECT, TARGET, Finds
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
        ("start", "i8"),
        ("known", "i8"),  # bars of the instrument
        ("trigger", "i8"),  # -1: never
        ("end", "i8"),  # -1: running at the end of the data
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
    """Write the matches of one instrument that count; returns how many.

    belongs : (n,) False at bars of days on which the instrument was no member. finds : in the order of known within each rule. Left out
    are matches that became known to no member, those over a suspect bar, those replaced by a successor (which counts in their place),
    those born too late for an entry, and those that became known while the trade of an earlier one of the same rule, pattern and side
    ran. `out` has room for all finds.
    """
    count, rule = 0, -1
    busy_until = np.full((NAMES_A_DETECTOR, 2), -1, np.int64)
    for k in range(len(finds)):
        find = finds[k]
        if find.rule != rule:
            rule = find.rule
            for name in range(NAMES_A_DETECTOR):
                busy_until[name, 0] = busy_until[name, 1] = -1
        arm = 0 if find.side > 0 else 1
        if not belongs[find.known]:
            continue
        if find.notes & SUSPECT or find.reason == REPLACED or find.ended == find.known or find.known < busy_until[find.pattern, arm]:
            continue
        row = out[count]
        count += 1
        row.instrument, row.rule, row.pattern, row.side = instrument, find.rule, find.pattern, find.side
        row.start, row.known, row.trigger, row.end, row.state = find.start, find.known, find.triggered, find.ended, find.state
        row.known_at = at[find.known]
        row.score, row.market, row.rs = find.score, t.market[find.known], t.rs[find.known]
        row.tests = passed(t.template[find.known])
        row.trigger_at = row.r = row.fill = row.stop_atrs = row.reward = row.best = row.worst = np.nan
        row.stop = find.stop
        row.throwback, row.busted = 0, 0
        if find.triggered < 0:
            continue
        busy_until[find.pattern, arm] = find.ended if find.ended >= 0 else len(at)
        row.trigger_at, row.fill = at[find.triggered], find.paid
        row.stop_atrs = find.side * (find.paid - find.stop) / t.atr[find.triggered - 1]
        row.reward = (find.target - find.paid) / (find.paid - find.stop)
        row.best, row.worst = find.side * (find.best / find.paid - 1), find.side * (find.worst / find.paid - 1)
        row.throwback, row.busted = 1 if find.throwback >= 0 else 0, 1 if find.busted >= 0 else 0
        if find.ended >= 0:
            row.r = r_multiple(find.side, find.paid, find.exit, find.stop, costs)
    return count


def is_target(outcomes: Outcomes) -> Any:
    return outcomes["state"] == TARGET


def is_stopped(outcomes: Outcomes) -> Any:
    return outcomes["state"] == STOPPED
