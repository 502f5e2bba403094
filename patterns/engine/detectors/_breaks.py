"""The arms of a structure between two lines: what is bought above it and sold short below it (detectors.md 9.3)."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.finds import LONG, SHORT, Book, Finds
from patterns.engine.pace import Pace
from patterns.engine.study import Study, Tape
from patterns.engine.swings import HIGH, Swings

from ._lines import (
    ASCENDING,
    BROADENING,
    BROADENING_FALLING,
    BROADENING_RISING,
    CHANNEL_DOWN,
    CHANNEL_FLAT,
    CHANNEL_UP,
    DESCENDING,
    FALLING_WEDGE,
    NAMES,
    RECTANGLE,
    RISING_WEDGE,
    Search,
    draw,
    farthest_of,
    is_closing,
    last_of,
    limits_with,
    shapes_of,
)


class Arms(NamedTuple):
    """What the parameters say of levels and lives; a detector without one of them has no use for it."""

    up: float = 1.0  # shares of the height at which the sober targets lie
    down: float = 1.0
    latest: float = 1.0  # part of the way to the apex at which closing shapes are over
    spans: float = 0.6  # after the last touch, in spans
    wait: int = 60  # bars after it was known
    beyond: float = 0.5  # ATR of a close beyond the opposite line
    before: int = 20  # bars before the start whose close tells a rise from a fall


VARIANTS = ("", "top", "bottom")  # of rectangles and broadening shapes: after a rise, after a fall


@kernel
def find_arms(t: Tape, swings: Swings, shapes: Finds, count: int, places: Floats, a: Arms, rows: Finds, size: int) -> int:
    """Both arms of every shape that has a place (of channels that rise or fall, only the break against them).

    places : (14,) for each name the pattern under which it is published, or -1.
    """
    for s in range(count):
        shape = shapes[s]
        name = shape.name
        if places[name] < 0:
            continue
        first, last = shape.first, shape.last
        x0, x1, known = swings.at[first], swings.at[last], swings.seen[last]
        upper = shape.upper[0] + shape.upper[1] * (known - x0)
        lower = shape.lower[0] + shape.lower[1] * (known - x0)
        top, bottom = farthest_of(swings, first, last, HIGH), farthest_of(swings, first, last, -HIGH)
        expires = min(x1 + int(a.spans * (x1 - x0)), known + a.wait)
        if is_closing(shape):
            apex = x0 + (shape.upper[0] - shape.lower[0]) / (shape.lower[1] - shape.upper[1])
            expires = min(expires, x0 + int(a.latest * (apex - x0)))
        if expires <= known:
            continue
        height = _height(name, upper, lower, top, bottom)
        for side in (LONG, SHORT):
            if (name == CHANNEL_UP and side > 0) or (name == CHANNEL_DOWN and side < 0):
                continue
            opposite = shape.lower if side > 0 else shape.upper
            line = lower if side > 0 else upper
            if side * (t.close[known] - line) < -a.beyond * t.atr[known]:
                continue
            row = draw(t, swings, shape, known, rows, size)
            row.pattern, row.side = places[name], side
            if name >= BROADENING and not _runs_toward_price(name, side):
                row.level = top if side > 0 else bottom
            else:
                row.level = upper if side > 0 else lower
            row.stop = last_of(swings, first, last, -side) - side * 0.25 * t.atr[known]
            row.target = row.level + side * (a.up if side > 0 else a.down) * height
            row.target2 = row.level + side * height
            if name == RISING_WEDGE and side < 0:
                row.target, row.target2 = max(bottom, row.target), bottom
            elif name == FALLING_WEDGE and side > 0:
                row.target, row.target2 = min(top, row.target), top
            if name == BROADENING_FALLING:
                row.clauses[0], row.clauses[1] = -shape.u, -shape.d
            row.expires = expires
            row.out_line[0], row.out_line[1], row.out_atrs = line, opposite[1], a.beyond
            if name in (RECTANGLE, CHANNEL_FLAT) or name >= BROADENING:
                row.clauses[9] = 100 * _last_leg(t, swings, shape, known)
                if x0 >= a.before:
                    # a rise or a fall came before: an earlier close against the middle
                    row.variant = 1 if t.close[x0 - a.before] < (shape.upper[0] + shape.lower[0]) / 2 else 2
            size += 1
    return size


@kernel
def _height(name: int, upper: float, lower: float, top: float, bottom: float) -> float:
    """From the flat line of a triangle to its farthest swing, between the lines of rectangles and channels, else highest high to lowest low."""
    if RECTANGLE <= name <= CHANNEL_FLAT:
        return upper - lower
    return (upper if name == ASCENDING else top) - (lower if name == DESCENDING else bottom)


@kernel
def _runs_toward_price(name: int, side: int) -> bool:
    """Both lines of a broadening wedge go one way, so that one of them comes after price; its value counts, not its farthest swing."""
    return (name == BROADENING_RISING and side < 0) or (name == BROADENING_FALLING and side > 0)


@kernel
def _last_leg(t: Tape, swings: Swings, shape: Finds, known: int) -> float:
    """The largest part of the height that price has come away from the line of the last touch, up to `known`."""
    x0, x1 = swings.at[shape.first], swings.at[shape.last]
    crossed = 0.0
    for i in range(x1 + 1, known + 1):
        upper, lower = shape.upper[0] + shape.upper[1] * (i - x0), shape.lower[0] + shape.lower[1] * (i - x0)
        way = upper - t.low[i] if swings.side[shape.last] == HIGH else t.high[i] - lower
        crossed = max(crossed, way / (upper - lower))
    return crossed


Limits = Callable[[Any], Mapping[str, Mapping[str, float]]]
Searched = Callable[[Study, Any], list[tuple[Swings, Finds, int]]]


def search_of(names: Iterable[str], limits: Limits) -> Searched:
    """What gives the shapes of both scales, with the swings they were found in; `limits` turns a detector's parameters into changes of the
    rows `names` of the table."""
    rows = tuple(names)

    @cache
    def asked(params: Any, pace: Pace) -> tuple[Search, NDArray[np.float64], Hashable]:
        spans = {"span_low": params.min_span, "span_high": params.max_span}
        changes = limits(params)
        search = Search(params.touch_atr, params.white, params.min_height, params.min_leg, params.outside)
        table = limits_with({name: {**spans, **changes.get(name, {})} for name in rows}, pace)
        return search, table, ("lines", search, table.tobytes())

    def searched(study: Study, params: Any) -> list[tuple[Swings, Finds, int]]:
        search, table, key = asked(params, study.pace)
        found: list[tuple[Swings, Finds, int]] = study.shared(key, lambda: shapes_of(study, search, table))
        return found

    return searched


def breaks(places: Mapping[str, int], limits: Limits) -> Callable[[Study, Any, Book], None]:
    """`find` of a detector: `places` gives the pattern of each row of the table that it publishes."""
    wanted = np.array([places.get(name, -1) for name in NAMES], float)
    searched = search_of(places, limits)

    def find(study: Study, params: Any, book: Book) -> None:
        arms = Arms._make(getattr(params, name, default) for name, default in Arms._field_defaults.items())
        for swings, shapes, count in searched(study, params):
            book.size = find_arms(study.tape, swings, shapes, count, wanted, arms, book.rows, book.size)

    return find


def one(name: str, limits: Callable[[Any], dict[str, float]]) -> Callable[[Study, Any, Book], None]:
    """`find` of a detector of one shape; `limits` turns its parameters into changed limits of its row."""
    return breaks({name: 0}, lambda params: {name: limits(params)})
