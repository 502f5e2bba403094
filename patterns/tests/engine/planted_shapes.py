"""How each pattern is drawn when it is planted: sizes, slopes and durations by chance within what the books call it.

Recipes draw the bullish shape, or the one with the higher right side; the twin is the same upside down.
"""

import math
import zlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from .planted import Pen, Planted, days_around

Recipe = Callable[[Pen], None]
HIGH, LOW = 1, -1


class Plant(NamedTuple):
    """A recipe, whether it is turned upside down, the sides that it should arm, and how many random bars come before it."""

    recipe: Recipe
    flipped: bool
    sides: tuple[str, ...]
    before: int = 130


def _fall(p: Pen, low: float, high: float) -> None:
    way = p.between(low, high)
    p.to(p.here - way, min(max(p.pace(way, 0.4, 0.7), 20), 45))


def double(p: Pen) -> None:
    height = p.between(0.08, 0.12)
    p.unit = height / p.between(5.5, 9)
    _fall(p, 0.20, 0.35)
    p.mark()
    floor, legs = p.here, min(p.pace(height), 35)
    p.to(floor + height, legs)
    p.to(floor + p.between(-0.012, 0.012), legs + p.bars(-1, 3))
    p.mark()
    p.to(floor + height + 2.5 * p.unit, legs)


def triple(p: Pen) -> None:
    height = p.between(0.08, 0.12)
    p.unit = height / p.between(5.5, 9)
    _fall(p, 0.20, 0.35)
    p.mark()
    floor, legs = p.here, max(min(p.pace(height), 16), 5)
    for _ in range(2):
        p.to(floor + height * p.between(0.94, 1.0), legs)
        p.to(floor + p.between(-0.008, 0.008), legs + p.bars(0, 2))
        p.mark()
    p.to(floor + height + 2.5 * p.unit, legs)


def head(p: Pen) -> None:
    height = p.between(0.12, 0.22)
    p.unit = height / p.between(9, 13)
    shoulder = p.between(0.45, 0.62)
    _fall(p, 0.20, 0.32)
    p.mark()
    neck = p.here + shoulder * height
    tilt = p.between(-0.12, 0.12) * height
    legs = [max(4, round(height * part / (p.unit * p.between(0.7, 1.1)))) for part in (shoulder, 1.0)]
    p.to(neck, legs[0])
    p.to(neck - height + tilt / 2, legs[1])
    p.to(neck + tilt, legs[1] + p.bars(-1, 1))
    p.to(neck + tilt - height * (shoulder + p.between(-0.06, 0.06)), legs[0])
    p.mark()
    p.to(neck + tilt + 2.5 * p.unit, legs[0] + 2)


def _swings(p: Pen, height: float, upper: float, lower: float, count: int, side: int, legs: int) -> tuple[float, float]:
    """Alternating swings between two lines that change by `upper` and `lower` heights; returns where the lines are at the last."""
    top = p.here if side == HIGH else p.here + height
    for k in range(count):
        way = k / (count - 1)
        lines = top + upper * height * way, top - height + lower * height * way
        if k:
            p.to(lines[0] if side == HIGH else lines[1], max(3, legs + p.bars(-1, 1)))
        p.mark()
        side = -side
    return lines


def two_lines(
    p: Pen,
    *,
    upper: tuple[float, float],
    apart: tuple[float, float],
    height: tuple[float, float] = (7, 10),
    counts: tuple[int, int] = (5, 7),
    span: tuple[int, int] | None = None,
    room: float = 1.0,
) -> None:
    """`upper`: change of the upper line in heights; `apart`: change of the upper less that of the lower; `height` in daily ranges.

    No plan can use a risk beyond 15 %, so shapes that widen begin small: `room` of the usual height.
    """
    tall = p.between(0.075, 0.115) * room
    p.unit = tall / p.between(*height)
    side, count = (HIGH if p.rng.random() < 0.5 else LOW), p.bars(*counts)
    p.to(p.here + side * p.between(0.10, 0.20), p.bars(15, 35))
    rise = p.between(*upper)
    legs = max(5, round(tall / (p.unit * p.between(0.7, 1.1))))
    if span:
        legs = round(p.between(*span) / (count - 1))
    top, bottom = _swings(p, tall, rise, rise - p.between(*apart), count, side, legs)
    p.enough = p.anchors[counts[0] - 1]
    beyond = bottom - 2 * p.unit if abs(p.here - top) < abs(p.here - bottom) else top + 2 * p.unit
    p.to(beyond, max(4, round(abs(beyond - p.here) / (0.8 * p.unit))))


def bounce(p: Pen) -> None:
    tall = p.between(0.08, 0.115)
    p.unit = tall / p.between(7, 10)
    legs, rise = max(8, round(tall / (p.unit * p.between(0.7, 1.0)))), p.between(0.6, 1.2)
    p.to(p.here - p.between(0.06, 0.12), p.bars(15, 30))
    count = 6
    _, bottom = _swings(p, tall, rise, rise, count, LOW, legs)
    p.to(bottom + rise * tall / (count - 1), legs)
    p.mark()
    p.enough = p.anchors[4]
    p.to(p.here + 3 * p.unit, 4)


def _bowl(p: Pen, depth: float, width: int, share: float = 1.0) -> float:
    """A rounded fall and recovery, of which the left `share` is drawn; returns the level of the left rim."""
    rim, power, lean = p.here, p.between(2.0, 3.2), p.between(0.8, 1.25)
    p.mark()
    lowest = 0.5 ** (1 / lean)
    for i in range(1, round(share * width) + 1):
        way = i / width
        p.to(rim - depth * (1 - abs(2 * way**lean - 1) ** power), 1, volume=0.8)
        if (i - 1) / width < lowest <= way:
            p.mark()
    return rim


def cup(p: Pen, *, depth: tuple[float, float] = (0.15, 0.31), width: tuple[int, int] = (45, 150), handle: bool = True) -> None:
    deep = -math.log(1 - p.between(*depth))
    p.unit = deep / p.between(9, 14)
    p.to(p.here + p.between(0.35, 0.6), p.bars(45, 90), volume=1.2)
    if not handle:
        _bowl(p, deep, p.bars(90, 160), share=p.between(0.78, 0.88))
        return
    rim = _bowl(p, deep, p.bars(*width))
    p.to(rim + p.between(-0.015, 0.015), 2)
    p.anchors[1:] = [len(p.path) - 1]
    p.enough = p.anchors[-1]  # what is known before the right rim is another cup
    down = max(min(p.between(0.25, 0.40) * deep, 0.10), 0.025, 1.6 * p.unit)
    p.to(p.here - down, p.bars(5, 9), volume=0.6)
    p.to(p.here + 0.4 * down, p.bars(3, 7), volume=0.5)
    p.to(rim + 3 * p.unit, 5, volume=1.6)


def contraction(p: Pen, *, legs: tuple[int, int]) -> None:
    count = p.bars(*legs)
    p.unit = p.between(0.014, 0.018)
    p.to(p.between(0.45, 0.65), p.bars(225, 260))
    p.to(p.here + p.between(0.09, 0.13), p.bars(18, 28), volume=1.3)
    top, depth = p.here, p.between(0.16, 0.20) if count == 2 else p.between(0.17, 0.26)
    for k in range(count):
        calm = 0.75**k
        if k:
            p.to(top - p.between(0.0, 0.02), max(6, round(depth / (0.02 * calm))), volume=0.9 * calm, ranges=calm)
            depth *= p.between(0.42, 0.58) if count == 2 else p.between(0.48, 0.62)
        p.mark()
        p.to(p.here + math.log(1 - depth), max(5, round(depth / (0.02 * calm))), volume=1.4 * calm, ranges=calm)
    p.enough = p.anchors[min(count, 3) - 1]
    p.to(top - 0.5 * depth, 4, volume=0.5, ranges=0.5)
    p.to(top + 0.05, 5, volume=1.8)


def _pole(p: Pen) -> tuple[float, int]:
    height = p.between(0.14, 0.26)
    p.unit = height / p.between(9, 12)
    bars = max(5, min(p.pace(height, 1.0, 1.4), 12))
    p.to(0.0, 8)
    p.mark()
    p.to(p.here + height - 0.3 * p.unit, bars - 1, volume=2.0)
    p.to(p.here + 0.3 * p.unit, 1, volume=2.0)
    p.mark()
    return height, bars


def flag(p: Pen) -> None:
    height, _ = _pole(p)
    tip = p.here
    p.to(tip - height * p.between(0.18, 0.35), p.bars(7, 10), volume=0.9)
    p.to(tip + 2 * p.unit, 4, volume=1.6)


def pennant(p: Pen) -> None:
    height, _ = _pole(p)
    tip, bars = p.here, p.bars(8, 11)
    middle, side = tip - 0.16 * height, -1
    for k in range(bars):
        p.to(middle + side * 0.13 * height * (1 - k / bars), 1, volume=0.8, ranges=max(0.3, 0.6 * (1 - k / bars)))
        side = -side
    p.to(tip + 2 * p.unit, 4, volume=1.6)


def tall_pole(p: Pen) -> None:
    p.unit = p.between(0.03, 0.04)
    p.to(0.0, 10)
    p.mark()
    p.to(math.log(p.between(2.1, 2.6)), p.bars(24, 38), volume=1.8)
    p.mark()
    tip = p.here
    p.to(tip + math.log(1 - p.between(0.12, 0.17)), p.bars(6, 10), volume=0.8, ranges=0.6)
    p.to(tip - 0.03, p.bars(3, 5), volume=0.5, ranges=0.5)
    p.to(tip + 0.08, 3, volume=1.5)


def pullback(p: Pen) -> None:
    p.unit = p.between(0.012, 0.016)
    bars = p.bars(235, 265)
    p.to(p.between(0.0019, 0.0026) * bars, bars)
    p.to(p.here + p.between(0.06, 0.09), p.bars(10, 14), volume=1.2)
    p.mark()
    high, fall = p.here, p.bars(8, 13)
    average = float(np.mean(np.exp(p.path[-50 + fall :] + [high - 0.04] * fall)))
    p.to(max(math.log(average) + 0.4 * p.unit, high - 0.12), fall, volume=0.7)
    p.mark()
    p.to(p.here + 2.2 * p.unit, 2)
    p.to(high, 8)


BOTH = ("long", "short")
LONG, SHORT = ("long",), ("short",)
ASCENDING = partial(two_lines, upper=(-0.04, 0.04), apart=(-0.58, -0.40))
CLOSING = partial(two_lines, upper=(-0.32, -0.25), apart=(-0.62, -0.52))
WEDGE = partial(two_lines, upper=(0.22, 0.40), apart=(-0.62, -0.48), counts=(6, 7), height=(9, 12))
BOX = partial(two_lines, upper=(-0.04, 0.04), apart=(-0.03, 0.03))
CHANNEL = partial(two_lines, upper=(0.5, 1.1), apart=(-0.03, 0.03))
LONG_BOX = partial(two_lines, upper=(-0.04, 0.04), apart=(-0.03, 0.03), counts=(6, 7), span=(145, 220), height=(9, 12))
WIDENING = partial(two_lines, upper=(0.28, 0.45), apart=(0.60, 0.85), height=(5.5, 7), room=0.6)
WIDENING_UP = partial(two_lines, upper=(0.50, 0.75), apart=(0.50, 0.75), height=(5.5, 7), room=0.6)
WIDENING_WEDGE = partial(two_lines, upper=(0.75, 1.0), apart=(0.40, 0.50), counts=(6, 7), height=(5.5, 7), room=0.6)
SAUCER = partial(cup, depth=(0.118, 0.142), width=(95, 170))
BOWL = partial(cup, depth=(0.105, 0.128), handle=False)

PLANTS = {
    "ascending-triangle": Plant(ASCENDING, False, BOTH),
    "bear-flag": Plant(flag, True, SHORT),
    "bear-pennant": Plant(pennant, True, SHORT),
    "broadening": Plant(WIDENING, False, BOTH),
    "broadening-ascending": Plant(WIDENING_UP, False, BOTH),
    "broadening-descending": Plant(WIDENING_UP, True, BOTH),
    "broadening-wedge": Plant(WIDENING_WEDGE, False, BOTH),
    "bull-flag": Plant(flag, False, LONG),
    "bull-pennant": Plant(pennant, False, LONG),
    "channel-down": Plant(CHANNEL, True, LONG),
    "channel-down-bounce": Plant(bounce, True, SHORT),
    "channel-flat": Plant(LONG_BOX, False, BOTH),
    "channel-up": Plant(CHANNEL, False, SHORT),
    "channel-up-bounce": Plant(bounce, False, LONG),
    "cup": Plant(BOWL, False, LONG),
    "cup-handle": Plant(cup, False, LONG),
    "descending-triangle": Plant(ASCENDING, True, BOTH),
    "double-bottom": Plant(double, False, LONG),
    "double-top": Plant(double, True, SHORT),
    "falling-wedge": Plant(WEDGE, True, BOTH),
    "high-tight-flag": Plant(tall_pole, False, LONG),
    "hs-bottom": Plant(head, False, LONG),
    "hs-top": Plant(head, True, SHORT),
    "rectangle": Plant(BOX, False, BOTH),
    "rising-wedge": Plant(WEDGE, False, BOTH),
    "saucer": Plant(SAUCER, False, LONG),
    "sma50-pullback": Plant(pullback, False, LONG, 0),
    "sma50-rally": Plant(pullback, True, SHORT, 0),
    "symmetrical-triangle": Plant(CLOSING, False, BOTH),
    "triple-bottom": Plant(triple, False, LONG),
    "triple-top": Plant(triple, True, SHORT),
    "vcp": Plant(partial(contraction, legs=(3, 4)), False, LONG, 0),
    "vcp-2t": Plant(partial(contraction, legs=(2, 2)), False, LONG, 0),
}


def plant(pattern: str, number: int, noise: float, *, hidden: bool = False) -> Planted:
    """The shape of that number; the same number has the same sizes at every level of noise. `hidden`: a random walk in its place."""
    what = PLANTS[pattern]
    pen = Pen(np.random.default_rng((zlib.crc32(pattern.encode()), number)))
    what.recipe(pen)
    return days_around(pen, upside_down=what.flipped, noise=noise, before=what.before, after=40, hidden=hidden)
