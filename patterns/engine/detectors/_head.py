"""A head between two shoulders: the compiled part that tops and bottoms share (detectors.md 9.4)."""

from typing import Any, Literal

import numpy as np

from patterns.engine.compiled import kernel
from patterns.engine.finds import Finds, add_point, new_row
from patterns.engine.levels import entry_at, mean_of, prior_move, ramp, way_of
from patterns.engine.registry import Clause, Role
from patterns.engine.settle import MOST_RISK
from patterns.engine.study import Tape, paced
from patterns.engine.swings import TIE, Swings, shortest_leg

Price = Literal["high", "low"]


def roles(extreme: Price, across: Price) -> tuple[Role, ...]:
    return (
        Role("left-shoulder", "Left shoulder", extreme),
        Role("neck-1", "Neckline", across),
        Role("head", "Head", extreme),
        Role("neck-2", "Neckline", across),
        Role("right-shoulder", "Right shoulder", extreme),
    )


def clauses(move: str) -> tuple[Clause, ...]:
    return (
        Clause(f"{move} before the left shoulder", "%", ">=", "prior"),
        Clause("Head beyond the farther shoulder", "%", ">=", "head"),
        Clause("Head beyond the farther shoulder, in ATR", "ATR", ">=", "head_atr"),
        Clause("Height of the head over the neckline", "%", ">=", "height"),
        Clause("Height of the head in ATR", "ATR", ">=", "height_atr"),
        Clause("Shoulders differ by, in heights", "x", "<=", "shoulders"),
        Clause("Shoulders differ by, of the price", "%", "<=", 5.0, soft=True),
        Clause("The flatter shoulder over the neckline, in heights", "x", ">=", "shoulder_height"),
        Clause("Drift of the neckline, in heights", "x", "<=", "drift"),
        Clause("Time from left shoulder to head against head to right shoulder", "x", "in", ("min_time", "max_time")),
        Clause("Bars between the shoulders", "bars", "in", ("min_span", "max_span")),
        Clause(f"{move} before the left shoulder, in ATR", "ATR", ">=", "prior_atr"),
        Clause("Volume around the right shoulder against the left", "x", "<=", 1.0, soft=True),
    )


MARKS = (
    ("Equal shoulders", 0.30),
    ("Symmetry in time", 0.20),
    ("Flat neckline", 0.15),
    ("Head stands out", 0.20),
    ("Shoulders stand out", 0.15),
)


@kernel
def find(t: Tape, swings: Swings, p: Any, side: int, rows: Finds, size: int) -> int:
    """Write every five swings that form one: lows for side +1 (bottom), highs for side -1 (top)."""
    up = -side  # the way from the neckline to the head
    for k in range(4, len(swings.at)):
        if swings.side[k] != up:
            continue
        a, h, b = swings.at[k - 4], swings.at[k - 2], swings.at[k]
        left, neck1, head, neck2, right = (
            swings.price[k - 4],
            swings.price[k - 3],
            swings.price[k - 2],
            swings.price[k - 1],
            swings.price[k],
        )
        known = swings.seen[k]
        atr = t.atr[known]
        span, time = b - a, (h - a) / (b - h)
        if not p.min_span <= span <= p.max_span or not p.min_time <= time <= p.max_time or shortest_leg(swings, k - 4, k) < p.min_leg:
            continue
        farther, flatter = up * max(up * left, up * right), up * min(up * left, up * right)
        ahead = up * (head - farther)
        if ahead < (p.head - TIE) * farther or ahead < p.head_atr * atr:
            continue
        n1, n2 = swings.at[k - 3], swings.at[k - 1]
        slope = (neck2 - neck1) / (n2 - n1)
        height = up * (head - neck1 - slope * (h - n1))
        if height < (p.height - TIE) * head or height < p.height_atr * atr:
            continue
        difference, drift = abs(left - right), abs(neck2 - neck1)
        over_left, over_right = up * (left - neck1 - slope * (a - n1)), up * (right - neck1 - slope * (b - n1))
        over = min(over_left, over_right)
        play = TIE * head
        if difference > p.shoulders * height + play or drift > p.drift * height + play or over < p.shoulder_height * height - play:
            continue
        # neither shoulder may hang below the middle of the other side's leg (Chang and Osler 1999)
        if up * (right - (left + neck1) / 2) < -play or up * (left - (right + neck2) / 2) < -play:
            continue
        prior = prior_move(t.high, t.low, a, left, p.prior_bars, up)
        if not prior >= p.prior - TIE or way_of(left, prior, up) < p.prior_atr * atr or _has_broken(t, n1, b, neck1, slope, up):
            continue
        row = new_row(rows, size)
        row.side = side
        row.start, row.end, row.known, row.group = a, b, known, a
        # a neckline that runs away from price delays the signal or never gives it: then the near armpit counts
        line = neck1 + slope * (known - n1)
        row.level = line if up * slope * (n2 - n1) > play else neck2
        row.stop = right + up * 0.25 * atr
        entry = entry_at(row.level, side, atr)
        if side * (entry - row.stop) > MOST_RISK * entry:
            row.stop, row.variant = (right + row.level) / 2, 1
        row.target = row.level + side * p.share * height
        row.target2 = row.level + side * height
        row.expires = known + min(span, p.wait)
        row.out_price = right + up * p.beyond * right
        row.prior = prior
        volume1, volume2, volume3 = _around(t, a, known), _around(t, h, known), _around(t, b, known)
        row.volume = (1.0 if volume1 > volume2 > volume3 else 0.6) if volume1 > volume3 else 0.0
        row.marks[0] = min(ramp(difference / flatter, 0.10, 0.05), ramp(difference / height, 0.30, 0.15))
        row.marks[1] = ramp(min(time, 1 / time), 0.4, 0.8)
        row.marks[2] = ramp(drift / height, 0.35, 0.05)
        row.marks[3] = ramp(ahead / height, 0.1, 0.4)
        row.marks[4] = ramp(over / height, 0.25, 0.5)
        row.clauses[0], row.clauses[1], row.clauses[2] = 100 * prior, 100 * ahead / farther, ahead / atr
        row.clauses[3], row.clauses[4] = 100 * height / head, height / atr
        row.clauses[5], row.clauses[6] = difference / height, 100 * difference / flatter
        row.clauses[7], row.clauses[8], row.clauses[9] = over / height, drift / height, time
        row.clauses[10] = span
        row.clauses[11] = way_of(left, prior, up) / atr
        row.clauses[12] = volume3 / volume1 if volume1 > 0 else np.nan
        for j in range(5):
            add_point(row, swings.at[k - 4 + j], j, swings.seen[k - 4 + j])
        neck = 1 if up > 0 else 0
        row.lines[neck, 0], row.lines[neck, 1], row.lines[neck, 2], row.lines[neck, 3] = n1, neck1, known, line
        row.touches = 2
        size += 1
    return size


@kernel
def _has_broken(t: Tape, first: int, last: int, neck: float, slope: float, up: int) -> bool:
    """A close half an ATR beyond the neckline between its first point and the right shoulder."""
    for i in range(first, last + 1):
        if up * (t.close[i] - neck - slope * (i - first)) < -0.5 * t.atr[i]:
            return True
    return False


@kernel
def _around(t: Tape, bar: int, known: int) -> float:
    """Mean volume of the five bars around a swing, as far as they were known."""
    return mean_of(t.volume, max(0, bar - paced(t, 2)), min(bar + paced(t, 2), known))
