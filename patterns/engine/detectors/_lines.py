"""Structures between two lines: triangles, wedges, rectangles, channels, broadening shapes (detectors.md 3 and 9.3).

One compiled search looks at the last five, six or seven alternating swings whenever a swing is confirmed; the longest window that fits a
row of the table names the shape. The search is shared by all detectors of the family; each takes the shapes of its own name.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.engine.compiled import kernel
from patterns.engine.finds import INTERPRETED, Finds, add_point, new_row
from patterns.engine.levels import ramp, tolerance_at
from patterns.engine.pace import DAILY, Pace
from patterns.engine.registry import Clause, Limit, Role
from patterns.engine.study import Study, Tape, paced
from patterns.engine.swings import HIGH, Swings, shortest_leg

ANY = 1e9

ASCENDING, DESCENDING, SYMMETRICAL, RISING_WEDGE, FALLING_WEDGE, RECTANGLE, CHANNEL_UP, CHANNEL_DOWN, CHANNEL_FLAT = range(9)
BROADENING, BROADENING_ASCENDING, BROADENING_DESCENDING, BROADENING_RISING, BROADENING_FALLING = range(9, 14)

# Row limits: change of the upper line / height at the start (low, high), the same of the lower line, end height / start height (low, high),
# span in daily bars (low, high), least swings. The first row that fits names the shape.
NAMES = (
    "ascending-triangle",
    "descending-triangle",
    "symmetrical-triangle",
    "rising-wedge",
    "falling-wedge",
    "rectangle",
    "channel-up",
    "channel-down",
    "channel-flat",
    "broadening",
    "broadening-ascending",
    "broadening-descending",
    "broadening-rising",
    "broadening-falling",
)
LIMITS = np.array(
    [
        [-0.15, 0.15, 0.30, ANY, -ANY, 0.75, 15, 130, 5],
        [-ANY, -0.30, -0.15, 0.15, -ANY, 0.75, 15, 130, 5],
        [-ANY, -0.20, 0.20, ANY, -ANY, 0.70, 15, 130, 5],
        [0.15, ANY, 0.15, ANY, -ANY, 0.65, 15, 130, 6],
        [-ANY, -0.15, -ANY, -0.15, -ANY, 0.65, 15, 130, 6],
        [-0.15, 0.15, -0.15, 0.15, 0.80, 1.25, 15, 130, 5],
        [0.25, ANY, 0.25, ANY, 0.80, 1.25, 30, 250, 5],
        [-ANY, -0.25, -ANY, -0.25, 0.80, 1.25, 30, 250, 5],
        [-0.15, 0.15, -0.15, 0.15, 0.80, 1.25, 131, 250, 6],
        [0.15, ANY, -ANY, -0.15, 1.40, ANY, 15, 130, 5],
        [0.15, ANY, -0.15, 0.15, 1.40, ANY, 15, 130, 5],
        [-0.15, 0.15, -ANY, -0.15, 1.40, ANY, 15, 130, 5],
        [0.15, ANY, 0.15, ANY, 1.30, ANY, 15, 130, 6],
        [-ANY, -0.15, -ANY, -0.15, 1.30, ANY, 15, 130, 6],
    ]
)

SHAPE = np.dtype(
    [
        ("name", "i8"),
        ("first", "i8"),  # index of the first swing
        ("last", "i8"),  # index of the last swing
        ("upper", "f8", (2,)),  # value at the first anchor, change per bar
        ("lower", "f8", (2,)),
        ("u", "f8"),  # change of the upper line / height at the start
        ("d", "f8"),  # change of the lower line / height at the start
        ("ratio", "f8"),
        ("fit", "f8"),  # mean distance of the swings from their lines / tolerance
        ("white", "f8"),  # least share of the local height that a leg covers
        ("margin", "f8"),  # how far inside the row's limits, 0..1
        ("length", "f8"),  # 0 at the least span of the row, 1 at 30 bars more
        ("outside", "i8"),  # closes beyond a line
    ],
    align=True,
)


class Search(NamedTuple):
    """Parameters that the whole search shares."""

    touch_atr: float = 0.5
    white: float = 0.6
    min_height: float = 2.0  # at the start, ATR
    min_leg: int = 0
    outside: int = 1  # closes beyond a line


Rule_ = tuple[Literal["<=", ">=", "in"], Limit]  # how a clause compares, and with what

ROLES = (Role("upper-touch", "High", "high"), Role("lower-touch", "Low", "low"))


FLAT: Rule_ = ("in", ("-flat", "flat"))
RISES: Rule_ = (">=", "slope")
FALLS: Rule_ = ("<=", "-slope")
NARROWS: Rule_ = ("<=", "ratio")
WIDENS: Rule_ = (">=", "ratio")
KEEPS: Rule_ = ("in", ("ratio_low", "ratio_high"))


def clauses(
    upper: Rule_,
    lower: Rule_,
    height: Rule_,
    *more: Clause,
    touches: str | float = 5.0,
    volume: Literal["<=", ">="] = "<=",
    others: Mapping[str, tuple[Rule_, Rule_, Rule_]] | None = None,
) -> tuple[Clause, ...]:
    """Clauses of every shape: what upper line, lower line and height must do, and in `others` the same for patterns of other names;
    `volume` says whether it should fall or rise, `more` follow the common ones."""
    shapes = [(name, *rules) for name, rules in (others or {}).items()]
    return (
        Clause("Change of the upper line, in heights", "x", *upper, by_pattern=tuple((name, *rule) for name, rule, _, _ in shapes)),
        Clause("Change of the lower line, in heights", "x", *lower, by_pattern=tuple((name, *rule) for name, _, rule, _ in shapes)),
        Clause("Height at the end against the start", "x", *height, by_pattern=tuple((name, *rule) for name, _, _, rule in shapes)),
        Clause("Mean distance of the touches from their line, of the tolerance", "%", "<=", 100.0),
        Clause("Least part of the height that a leg crosses", "%", ">=", "white"),
        Clause("Closes beyond a line before it was known", "n", "<=", "outside"),
        Clause("Touches", "n", ">=", touches),
        Clause("Bars from first to last touch", "bars", "in", ("min_span", "max_span")),
        Clause("Volume trend over the span, in mean volumes", "x", volume, 0.0, soft=True),
        *more,
    )


APEX = Clause("Way to the apex when known", "%", "<=", "latest")
LAST_LEG = Clause("Part of the height crossed since the last touch (40 to 90 % and turned back is a partial rise or decline)", "%")
FROM_LINE = Clause("Distance of the signal bar from its line, of the tolerance", "%", "<=", 100.0)


def marks(last: str) -> tuple[tuple[str, float], ...]:
    return (("Fit", 0.25), ("Touches", 0.25), ("White space", 0.20), ("Shape", 0.15), (last, 0.15))


CLOSING_MARKS = marks("Place before the apex")
LENGTH_MARKS = marks("Length")


@kernel
def line_through(swings: Swings, first: int, last: int, side: int) -> tuple[float, float]:
    """Least-squares line through the swings of one side among first..last: value at the first anchor, change per bar."""
    x0 = swings.at[first]
    n, sx, sy, sxx, sxy = 0, 0.0, 0.0, 0.0, 0.0
    for k in range(first, last + 1):
        if swings.side[k] == side:
            x, y = float(swings.at[k] - x0), swings.price[k]
            n, sx, sy, sxx, sxy = n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    return (sy - slope * sx) / n, slope


@kernel
def search(t: Tape, swings: Swings, p: Search, limits: Floats, shapes: Finds) -> int:
    """Fill `shapes` with the named windows that end at each swing, longest first; returns how many."""
    count, spans = 0, (limits[:, 6].min(), limits[:, 7].max())
    for last in range(4, len(swings.at)):
        for window in (7, 6, 5):
            first = last - window + 1
            if first >= 0 and _fits(t, swings, first, last, p, limits, spans, shapes[count]):
                count += 1
                break
    return count


@kernel
def _fits(t: Tape, swings: Swings, first: int, last: int, p: Search, limits: Floats, spans: tuple[float, float], shape: Finds) -> bool:
    x0, known = swings.at[first], swings.seen[last]
    span = swings.at[last] - x0
    if not spans[0] <= span <= spans[1] or shortest_leg(swings, first, last) < p.min_leg:
        return False
    atr, close = t.atr[known], t.close[known]
    upper, up = line_through(swings, first, last, HIGH)
    lower, lo = line_through(swings, first, last, -HIGH)
    h0 = upper - lower
    if not h0 >= p.min_height * atr:
        return False
    tolerance = tolerance_at(close, atr, p.touch_atr)
    distance = 0.0
    for k in range(first, last + 1):
        x = swings.at[k] - x0
        line = upper + up * x if swings.side[k] == HIGH else lower + lo * x
        away = abs(swings.price[k] - line)
        if away > tolerance:
            return False
        distance += away
    white = ANY
    for k in range(first, last):
        x = (swings.at[k] + swings.at[k + 1]) / 2.0 - x0
        height = (upper + up * x) - (lower + lo * x)
        if height <= 0:
            return False
        white = min(white, abs(swings.price[k + 1] - swings.price[k]) / height)
    if white < p.white:
        return False
    length = float(known - x0)
    u, d, ratio = up * length / h0, lo * length / h0, 1.0 + (up - lo) * length / h0
    name = -1
    for row in range(len(limits)):
        w = limits[row]
        if w[0] <= u <= w[1] and w[2] <= d <= w[3] and w[4] <= ratio <= w[5] and w[6] <= span <= w[7] and last - first + 1 >= w[8]:
            name = row
            break
    if name < 0 or ratio <= 0:
        return False
    outside = 0
    for i in range(x0, swings.at[last] + 1):
        x = i - x0
        if t.close[i] > upper + up * x + 0.5 * t.atr[i] or t.close[i] < lower + lo * x - 0.5 * t.atr[i]:
            outside += 1
            if outside > p.outside:
                return False
    shape.name, shape.first, shape.last = name, first, last
    shape.upper[0], shape.upper[1], shape.lower[0], shape.lower[1] = upper, up, lower, lo
    shape.u, shape.d, shape.ratio = u, d, ratio
    shape.fit, shape.white, shape.outside = distance / (last - first + 1) / tolerance, white, outside
    shape.margin = _margin(limits[name], u, d, ratio)
    shape.length = ramp(span, limits[name, 6], limits[name, 6] + paced(t, 30))
    return True


@kernel
def _margin(w: Floats, u: float, d: float, ratio: float) -> float:
    """How far the three quantities lie inside the row's limits: 1 at 0.15 from the nearest, 0 on it."""
    nearest = min(min(u - w[0], w[1] - u), min(d - w[2], w[3] - d))
    return ramp(min(nearest, min(ratio - w[4], w[5] - ratio)), 0.0, 0.15)


@kernel
def volume_trend(t: Tape, first: int, last: int, known: int) -> float:
    """Change of volume over first..last by least squares, in units of the 50-bar mean at `known`; NaN when that is 0."""
    n, sx, sy, sxx, sxy = 0, 0.0, 0.0, 0.0, 0.0
    for i in range(first, last + 1):
        x, y = float(i - first), t.volume[i]
        n, sx, sy, sxx, sxy = n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    if not t.v50[known] > 0:
        return np.nan
    return float(slope * (last - first) / t.v50[known])


@kernel
def draw(t: Tape, swings: Swings, shape: Finds, known: int, rows: Finds, size: int) -> Finds:
    """A new row, known at `known`, with what all arms share: anchors, lines, marks, clauses; levels and life are the caller's."""
    row = new_row(rows, size)
    x0, x1 = swings.at[shape.first], swings.at[shape.last]
    row.start, row.end, row.known, row.group = x0, x1, known, x0
    for k in range(shape.first, shape.last + 1):
        add_point(row, swings.at[k], 0 if swings.side[k] == HIGH else 1, swings.seen[k])
    row.touches = shape.last - shape.first + 1
    length = known - x0
    row.lines[0, 0], row.lines[0, 1] = x0, shape.upper[0]
    row.lines[0, 2], row.lines[0, 3] = known, shape.upper[0] + shape.upper[1] * length
    row.lines[1, 0], row.lines[1, 1] = x0, shape.lower[0]
    row.lines[1, 2], row.lines[1, 3] = known, shape.lower[0] + shape.lower[1] * length
    trend = volume_trend(t, x0, x1, known)
    row.volume = ramp(trend, -0.2, 0.2) if shape.name >= BROADENING else ramp(trend, 0.2, -0.2)
    row.marks[0] = 1.0 - min(shape.fit, 1.0)
    row.marks[1] = 0.5 if row.touches == 5 else (0.8 if row.touches == 6 else 1.0)
    row.marks[2] = ramp(shape.white, 0.6, 0.9)
    row.marks[3] = shape.margin
    row.marks[4] = shape.length
    row.clauses[0], row.clauses[1], row.clauses[2] = shape.u, shape.d, shape.ratio
    row.clauses[3], row.clauses[4], row.clauses[5] = 100 * shape.fit, 100 * shape.white, shape.outside
    row.clauses[6], row.clauses[7], row.clauses[8] = row.touches, x1 - x0, trend
    if is_closing(shape):
        way = apex_way(shape, float(length))
        row.marks[4] = min(ramp(way, 0.35, 0.55), ramp(way, 1.0, 0.8))
        row.clauses[9] = 100 * way
    return row


@kernel
def is_closing(shape: Finds) -> bool:
    """Triangles and wedges: the lines meet."""
    return bool(shape.name <= FALLING_WEDGE)


@kernel
def apex_way(shape: Finds, length: float) -> float:
    """Share of the way from the first anchor to where the lines of a closing shape meet."""
    return float(length * (shape.lower[1] - shape.upper[1]) / (shape.upper[0] - shape.lower[0]))


@kernel
def last_of(swings: Swings, first: int, last: int, side: int) -> float:
    """Price of the last swing of one side."""
    for k in range(last, first - 1, -1):
        if swings.side[k] == side:
            return float(swings.price[k])
    return np.nan


@kernel
def farthest_of(swings: Swings, first: int, last: int, side: int) -> float:
    """Highest high or lowest low among the swings."""
    best = np.nan
    for k in range(first, last + 1):
        if swings.side[k] == side and not side * (best - swings.price[k]) >= 0:
            best = swings.price[k]
    return float(best)


def shapes_of(study: Study, p: Search, limits: NDArray[np.float64]) -> list[tuple[Swings, Finds, int]]:
    """The named shapes among fine and among medium swings: the swings, the shapes, and how many they are."""
    found = []
    for swings in (study.tape.fine, study.tape.medium):
        shapes = np.zeros(max(1, len(swings.at)), SHAPE)
        if INTERPRETED:
            shapes = shapes.view(np.recarray)
        found.append((swings, shapes, search(study.tape, swings, p, limits, shapes)))
    return found


COLUMNS = ("u_low", "u_high", "l_low", "l_high", "ratio_low", "ratio_high", "span_low", "span_high", "swings")


def limits_with(changes: Mapping[str, Mapping[str, float]], pace: Pace = DAILY) -> NDArray[np.float64]:
    """The table with some limits of some rows changed, which come in bars of that pace; the names are those of NAMES and COLUMNS."""
    limits = LIMITS.copy()
    limits[:, 6:8] = [[pace.bars(int(span)) for span in row] for row in limits[:, 6:8]]
    for name, columns in changes.items():
        for column, value in columns.items():
            limits[NAMES.index(name), COLUMNS.index(column)] = value
    return limits
