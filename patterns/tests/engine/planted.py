"""Shapes planted in random bars, to see how often a rule finds what it is for; drawn here by hand of chance, without a line of a detector.

A recipe of `planted_shapes` moves a pen over log prices; here its path gets days around it: a range of about one ATR, and closes that
miss the path by `noise` ATR. Before and behind it prices walk at random.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from patterns.engine.bars import Bars, Floats
from patterns.engine.drawn import DAY

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)  # of noise, in ATR


class Pen:
    """Draws closes as log prices, from 0 at its first bar; `unit` is the range of a usual day, as a fraction of price."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.unit = 0.015
        self.path = [0.0]
        self.volumes = [1.0]
        self.ranges = [1.0]
        self.anchors: list[int] = []
        self.enough = 0

    @property
    def here(self) -> float:
        return self.path[-1]

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def bars(self, low: float, high: float) -> int:
        return int(self.rng.integers(round(low), round(high) + 1))

    def to(self, level: float, bars: int, *, volume: float = 1.0, ranges: float = 1.0) -> None:
        """A straight line of so many bars (at least 1); volume and daily range as factors of usual ones."""
        begin = self.here
        for i in range(1, max(bars, 1) + 1):
            self.path.append(begin + (level - begin) * i / max(bars, 1))
            self.volumes.append(volume)
            self.ranges.append(ranges)

    def mark(self) -> None:
        """The last bar is an anchor of the shape, and the shape is not whole before it."""
        self.anchors.append(len(self.path) - 1)
        self.enough = self.anchors[-1]

    def pace(self, way: float, low: float = 0.5, high: float = 0.9) -> int:
        """Bars for a way at `low` to `high` ranges a bar."""
        return max(3, round(abs(way) / (self.unit * self.between(low, high))))


@dataclass(frozen=True)
class Planted:
    """Bars with one shape: its first and last anchor, and the bars between which it should become known."""

    bars: Bars
    first: int
    last: int
    enough: int
    until: int
    unit: float = field(default=0.0)

    def is_found_in(self, finds: Any, pattern: int, side: int) -> bool:
        """One of `finds` has that pattern and side, shares a quarter of the shape's bars, and became known in time."""
        common = np.minimum(finds.end, self.last) - np.maximum(finds.start, self.first)
        near = 4 * common >= self.last - self.first
        in_time = (finds.known >= self.enough) & (finds.known <= self.until)
        return bool((near & in_time & (finds.pattern == pattern) & (finds.side == side)).any())


def days_around(pen: Pen, *, upside_down: bool, noise: float, before: int, after: int, hidden: bool = False) -> Planted:
    """The path as bars between two random walks of `before` and `after` bars; upside down, the logs change their sign.

    hidden : prices walk at random there too, to see what is found in the shape's place by chance.
    """
    rng, unit = pen.rng, pen.unit
    lead = np.cumsum(0.6 * unit * rng.standard_normal(before)) if before else np.empty(0)
    sign = -1.0 if upside_down else 1.0
    drawn = sign * np.array(pen.path) + noise * unit * rng.standard_normal(len(pen.path))
    if hidden:
        drawn = np.cumsum(0.6 * unit * rng.standard_normal(len(pen.path)))
    trail = drawn[-1] + np.cumsum(0.6 * unit * rng.standard_normal(after))
    close = np.concatenate([lead - (lead[-1] if before else 0.0), drawn, trail])
    ranges = np.concatenate([np.ones(before), pen.ranges, np.ones(after)])
    volumes = np.concatenate([np.ones(before), pen.volumes, np.ones(after)])
    return Planted(
        _days(close, unit * ranges, volumes, rng),
        before + pen.anchors[0],
        before + pen.anchors[-1],
        before + pen.enough,
        before + len(pen.path) - 1,
        unit,
    )


def _days(close: Floats, ranges: Floats, volumes: Floats, rng: np.random.Generator) -> Bars:
    """Days that open near the close before and whose wicks fill up what the move leaves of the range."""
    size = len(close)
    opened = np.concatenate([close[:1], close[:-1]]) + 0.1 * ranges * rng.standard_normal(size)
    room = np.maximum(ranges - np.abs(close - opened), 0.2 * ranges) / 2
    wicks = room * rng.uniform(0.6, 1.4, (2, size))
    high, low = np.maximum(opened, close) + wicks[0], np.minimum(opened, close) - wicks[1]
    volume = 1e6 * volumes * np.exp(0.15 * rng.standard_normal(size))
    opened, high, low, close = (50 * np.exp(column) for column in (opened, high, low, close))
    return Bars(np.arange(size) * DAY, opened, high, low, close, volume)
