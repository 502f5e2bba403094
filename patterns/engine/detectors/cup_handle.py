"""Cup with handle, and the cup without one (detectors.md 9.2)."""

from typing import Annotated, NamedTuple

from patterns.engine.compiled import kernel
from patterns.engine.finds import LONG, LOOSE, Book, Finds, add_point, new_row
from patterns.engine.levels import entry_at, highest_at, lowest_at, mean_of, prior_move, ramp
from patterns.engine.registry import Atrs, Bars_, Clause, Detector, Drawn, Forming, Fraction, Pattern, Role
from patterns.engine.study import Study, Tape
from patterns.engine.swings import HIGH, TIE, Swings

CUP_HANDLE, CUP, SAUCER = range(3)
LEFT, BOTTOM, RIGHT, HANDLE = range(4)


class Params(NamedTuple):
    prior: Annotated[float, Fraction(0.0, 1.0, "least rise into the left rim")] = 0.20
    prior_bars: Annotated[int, Bars_(60, 250, "bars in which that rise is looked for")] = 126
    min_width: Annotated[int, Bars_(20, 100, "least bars between the rims")] = 35
    max_width: Annotated[int, Bars_(100, 400, "most bars between the rims")] = 325
    min_place: Annotated[float, Fraction(0.05, 0.45, "place of the bottom between the rims, at least")] = 0.20
    max_place: Annotated[float, Fraction(0.55, 0.95, "the same, at most")] = 0.80
    min_depth: Annotated[float, Fraction(0.05, 0.20, "least depth of the cup")] = 0.10
    max_depth: Annotated[float, Fraction(0.20, 0.60, "most depth of the cup")] = 0.50
    deep: Annotated[float, Fraction(0.20, 0.60, "a deeper cup needs a benchmark that fell")] = 0.35
    fall: Annotated[float, Fraction(0.05, 0.40, "least fall of the benchmark under a deep cup")] = 0.15
    rims: Annotated[float, Fraction(0.01, 0.10, "largest difference between the rims")] = 0.05
    loose: Annotated[float, Fraction(0.01, 0.12, "difference up to which the match is kept, but called loose")] = 0.08
    roundness: Annotated[float, Fraction(0.0, 0.5, "least share of bars in the lowest quarter of the cup")] = 0.18
    min_handle: Annotated[int, Bars_(3, 20, "least bars of the handle")] = 5
    max_handle: Annotated[int, Bars_(10, 60, "most bars of the handle when it becomes known", most=5)] = 40
    wait: Annotated[int, Bars_(10, 60, "bars after the right rim in which it may trigger")] = 40
    min_handle_depth: Annotated[float, Fraction(0.0, 0.08, "least depth of the handle")] = 0.02
    min_handle_atr: Annotated[float, Atrs(0.0, 4.0, "the same in ATR; the larger of the two holds")] = 1.0
    handle_low: Annotated[float, Fraction(0.30, 0.80, "lowest place of the handle in the height of the cup; a close below ends it")] = 0.50
    handle_sma: Annotated[float, Fraction(0.80, 1.00, "handle's low against SMA50, at least")] = 0.97
    handle_depth: Annotated[float, Fraction(0.05, 0.25, "most depth of the handle")] = 0.15
    share: Annotated[float, Fraction(0.2, 1.0, "part of the height at which the sober target lies")] = 0.61
    back: Annotated[float, Fraction(0.05, 0.80, "how far a cup without handle has come back, in its height, when it becomes known")] = 0.25
    cup_wait: Annotated[int, Bars_(5, 60, "bars in which a cup without handle may trigger")] = 20
    saucer_depth: Annotated[float, Fraction(0.10, 0.25, "a flatter cup is a saucer, ...")] = 0.15
    saucer_width: Annotated[int, Bars_(40, 200, "... if it is at least so wide")] = 80


class Cup(NamedTuple):
    """Left rim, bottom and (for a cup with handle) right rim: bars; and what was measured."""

    left: int
    bottom: int
    right: int
    depth: float
    round: float
    place: float  # of the bottom, 0 left rim .. 1 right rim
    prior: float


@kernel
def _is_deep_without_market(t: Tape, left: int, bottom: int, depth: float, p: Params) -> bool:
    """A deep cup counts only where the benchmark fell in the same time."""
    if depth <= p.deep:
        return False
    return not t.benchmark[bottom] / t.benchmark[left] - 1 <= -p.fall


@kernel
def _roundness(t: Tape, left: int, right: int, bottom: float, rim: float) -> float:
    """Share of bars whose low lies in the lowest quarter of the cup."""
    limit, count = (bottom + 0.25 * (rim - bottom)) * (1 + TIE), 0
    for i in range(left, right + 1):
        if t.low[i] <= limit:
            count += 1
    return count / (right - left + 1)


@kernel
def _measure(t: Tape, left: int, right: int, p: Params) -> Cup:
    """The cup between two rims; `left` is -1 when it is none."""
    none = Cup(-1, 0, 0, 0.0, 0.0, 0.0, 0.0)
    rim = min(t.high[left], t.high[right])
    bottom = lowest_at(t.low, left + 1, right - 1)
    depth = 1 - t.low[bottom] / rim
    place = (bottom - left) / (right - left)
    if (
        not p.min_depth <= depth <= p.max_depth
        or not p.min_place <= place <= p.max_place
        or _is_deep_without_market(t, left, bottom, depth, p)
    ):
        return none
    prior = prior_move(t.high, t.low, left, t.high[left], p.prior_bars, HIGH)
    if not prior >= p.prior:
        return none
    roundness = _roundness(t, left, right, t.low[bottom], rim)
    if roundness < p.roundness:
        return none
    return Cup(left, bottom, right, depth, roundness, place, prior)


@kernel
def _find_with_handle(t: Tape, pivots: Swings, p: Params, rows: Finds, size: int) -> int:
    for k in range(1, len(pivots.at)):
        right = pivots.at[k]
        highest_between = 0.0
        for j in range(k - 1, -1, -1):
            left = pivots.at[j]
            if right - left > p.max_width:
                break
            for i in range(left + 1, pivots.at[j + 1] + (1 if j + 1 < k else 0)):
                highest_between = max(highest_between, t.high[i])
            if highest_between > (1 + p.loose) * t.high[right]:
                break
            if right - left < p.min_width or abs(t.high[right] / t.high[left] - 1) > p.loose:
                continue
            if highest_between > max(t.high[left], t.high[right]):
                continue
            cup = _measure(t, left, right, p)
            if cup.left >= 0:
                size = _walk_handle(t, cup, pivots.seen[j], pivots.seen[k], p, rows, size)
    return size


@kernel
def _walk_handle(t: Tape, cup: Cup, left_seen: int, right_seen: int, p: Params, rows: Finds, size: int) -> int:
    """Go forward from the right rim until the handle's rules hold at a close; a later lower low that still holds makes a successor, one that
    reaches the stop without that ends it."""
    right = cup.right
    rim = t.high[right]
    floor = t.low[cup.bottom]
    midpoint = (floor + p.handle_low * (min(t.high[cup.left], rim) - floor)) * (1 - TIE)
    low = right + 1
    previous, previous_low, previous_stop, entry, alive, over = -1, 0.0, 0.0, 0.0, False, False
    for i in range(right + 1, min(len(t.close), right + min(p.max_handle + 1, p.wait))):
        if over:
            break
        if t.low[i] < t.low[low]:
            low = i
        if t.close[i] < midpoint:
            break
        if t.high[i] > rim and (not alive or t.high[i] >= entry):
            break
        if alive:
            if t.low[i] >= previous_low:
                continue
            over = t.low[i] <= previous_stop
        if i < right_seen or i - right < p.min_handle:
            continue
        depth = 1 - t.low[low] / rim
        least = max(p.min_handle_depth, p.min_handle_atr * t.atr[i] / rim)
        if not least <= depth <= p.handle_depth or t.low[low] < midpoint or not t.low[low] >= p.handle_sma * t.sma50[i]:
            continue
        row = _write(t, cup, left_seen, right_seen, low, i, p, rows, size)
        row.replaces = previous
        row.expires = right + p.wait
        row.out_price = midpoint
        entry = entry_at(row.level, LONG, t.atr[i])
        previous, previous_low, previous_stop, alive, over = size, t.low[low], row.stop, True, False
        size += 1
    return size


@kernel
def _write(t: Tape, cup: Cup, left_seen: int, right_seen: int, low: int, known: int, p: Params, rows: Finds, size: int) -> Finds:
    row = new_row(rows, size)
    left, right, bottom = cup.left, cup.right, cup.bottom
    rim, floor = t.high[right], t.low[bottom]
    row.pattern = SAUCER if cup.depth < p.saucer_depth and right - left >= p.saucer_width else CUP_HANDLE
    row.side = LONG
    row.start, row.end, row.known, row.group = left, right, known, left
    row.level = t.high[highest_at(t.high, right, known)]
    row.stop = t.low[low] - 0.25 * t.atr[known]
    row.target2 = row.level + (rim - floor)
    row.target = row.level + p.share * (rim - floor)
    add_point(row, left, LEFT, left_seen)
    add_point(row, bottom, BOTTOM, right_seen)
    add_point(row, right, RIGHT, right_seen)
    add_point(row, low, HANDLE, known)
    difference = abs(t.high[right] / t.high[left] - 1)
    if difference > p.rims or cup.depth > p.deep:
        row.notes |= LOOSE
    handle = 1 - t.low[low] / rim
    height = (t.low[low] - floor) / (min(t.high[left], rim) - floor)
    in_handle, on_right = mean_of(t.volume, right + 1, known), mean_of(t.volume, bottom, right)
    row.volume = 0.5 * ramp(in_handle / t.v50[known], 1.0, 0.8) + (0.5 if in_handle <= on_right else 0.0)
    row.marks[0] = ramp(cup.round, 0.18, 0.35)
    row.marks[1] = ramp(difference, 0.05, 0.01)
    row.marks[2] = 0.5 if cup.depth > p.deep else min(ramp(cup.depth, 0.10, 0.12), ramp(cup.depth, 0.35, 0.33))
    slope = _slope(t, right + 1, known) / rim
    # a handle that wedges up is a flaw
    row.marks[3] = min(ramp(handle, 0.02, 0.05), ramp(handle, 0.15, 0.12)) * (0.5 if slope > 0 else 1.0)
    row.marks[4] = ramp(height, 0.5, 2.0 / 3.0)
    row.marks[5] = min(ramp(cup.place, 0.20, 0.35), ramp(cup.place, 0.80, 0.65))
    row.clauses[0], row.clauses[1] = 100 * cup.prior, right - left
    row.clauses[2], row.clauses[3] = 100 * cup.depth, 100 * difference
    row.clauses[4], row.clauses[5] = 100 * cup.round, 100 * cup.place
    row.clauses[6], row.clauses[7] = known - right, 100 * handle
    row.clauses[8], row.clauses[9] = 100 * height, t.low[low] / t.sma50[known]
    row.clauses[10], row.clauses[11] = 1e4 * slope, in_handle / t.v50[known]
    row.clauses[12] = in_handle / on_right
    row.touches = 2
    return row


@kernel
def _slope(t: Tape, first: int, last: int) -> float:
    """Least-squares change of the lows per bar."""
    n, sx, sy, sxx, sxy = 0, 0.0, 0.0, 0.0, 0.0
    for i in range(first, last + 1):
        x, y = float(i - first), t.low[i]
        n, sx, sy, sxx, sxy = n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y
    return (n * sxy - sx * sy) / (n * sxx - sx * sx)


@kernel
def _find_without_handle(t: Tape, pivots: Swings, swings: Swings, p: Params, rows: Finds, size: int) -> int:
    """Known when the bottom is a confirmed swing low and a close has come back a quarter of the way to the left rim."""
    for k in range(len(swings.at)):
        if swings.side[k] == HIGH:
            continue
        bottom, seen = swings.at[k], swings.seen[k]
        floor = swings.price[k]
        highest_since = t.high[bottom]
        i = bottom
        for j in range(len(pivots.at) - 1, -1, -1):
            left = pivots.at[j]
            if left >= bottom:
                continue
            if bottom - left > p.max_width:
                break
            while i > left + 1:
                i -= 1
                highest_since = max(highest_since, t.high[i])
            if highest_since > t.high[left]:
                continue
            if t.low[lowest_at(t.low, left + 1, bottom)] < floor:
                break
            known = max(seen, left + p.min_width)
            rim = t.high[left]
            while known < len(t.close) and t.close[known] < (floor + p.back * (rim - floor)) * (1 - TIE) and t.low[known] >= floor:
                known += 1
            if known >= len(t.close) or known - left > p.max_width or not _stays_inside(t, bottom, known, floor, rim):
                continue
            depth, place = 1 - floor / rim, (bottom - left) / (known - left)
            prior = prior_move(t.high, t.low, left, rim, p.prior_bars, HIGH)
            roundness = _roundness(t, left, known, floor, rim)
            if not p.min_depth <= depth <= p.max_depth or _is_deep_without_market(t, left, bottom, depth, p):
                continue
            if not prior >= p.prior or roundness < p.roundness or place < p.min_place:
                continue
            size = _write_cup(t, Cup(left, bottom, known, depth, roundness, place, prior), pivots.seen[j], seen, p, rows, size)
    return size


@kernel
def _stays_inside(t: Tape, bottom: int, known: int, floor: float, rim: float) -> bool:
    for i in range(bottom + 1, known + 1):
        if t.low[i] < floor or t.high[i] > rim:
            return False
    return True


@kernel
def _write_cup(t: Tape, cup: Cup, left_seen: int, bottom_seen: int, p: Params, rows: Finds, size: int) -> int:
    row = new_row(rows, size)
    left, bottom, known = cup.left, cup.bottom, cup.right
    rim, floor = t.high[left], t.low[bottom]
    row.pattern, row.side = CUP, LONG
    row.start, row.end, row.known, row.group = left, bottom, known, left
    row.level = rim
    row.stop = floor - 0.25 * t.atr[known]
    row.target2 = rim + (rim - floor)
    row.target = rim + p.share * (rim - floor)
    row.expires = known + p.cup_wait
    row.out_price = floor
    add_point(row, left, LEFT, left_seen)
    add_point(row, bottom, BOTTOM, bottom_seen)
    if cup.depth > p.deep:
        row.notes |= LOOSE
    falling, rising = mean_of(t.volume, left, bottom), mean_of(t.volume, bottom, known)
    row.volume = ramp(rising / falling, 1.0, 0.8)
    row.marks[0] = ramp(cup.round, 0.18, 0.35)
    row.marks[1] = 0.5
    row.marks[2] = 0.5 if cup.depth > p.deep else min(ramp(cup.depth, 0.10, 0.12), ramp(cup.depth, 0.35, 0.33))
    row.marks[3], row.marks[4] = 0.0, 0.0
    row.marks[5] = min(ramp(cup.place, 0.20, 0.35), ramp(cup.place, 0.80, 0.65))
    row.clauses[0], row.clauses[1] = 100 * cup.prior, known - left
    row.clauses[2], row.clauses[4] = 100 * cup.depth, 100 * cup.round
    row.touches = 1
    return size + 1


def find(study: Study, params: Params, book: Book) -> None:
    t = study.tape
    book.size = _find_with_handle(t, t.highs5, params, book.rows, book.size)
    book.size = _find_without_handle(t, t.highs5, t.fine, params, book.rows, book.size)


DETECTORS = (
    Detector(
        name="cup-handle",
        title="Cup with handle",
        side="long",
        kind="continuation",
        summary="After a rise, a rounded fall and recovery to the old high, then a small pullback from it; bought above the rim.",
        rules=(
            "A rise of at least 20 % in the 126 bars before the left rim.",
            "Two rims (highs of five bars to each side) 35 to 325 bars apart, at most 5 % different (8 % is called loose); no high between above both.",
            "The cup is 10 to 50 % deep, ideally 12 to 33 %; more than 35 % only if the benchmark fell 15 % too. Its bottom lies at 20 to 80 % of the width.",
            "It is round: at least 18 % of its bars have their low in its lowest quarter.",
            "The handle: 5 to 40 bars from the right rim, at least 2 % and one ATR deep, at most 15 %, above the cup's midpoint and 0.97 of SMA50.",
            "Known at the first close where all of this holds; entry above the right rim.",
            "Stop a quarter ATR below the handle's low; the sober target is 61 % of the cup's height above the rim.",
            "Over at a close below the cup's midpoint, or 40 bars after the right rim.",
            "A cup without handle has a name of its own: known when the bottom is confirmed and a close has come back a quarter of the way; it waits 20 bars for the left rim to be passed.",
        ),
        source="O'Neil, How to Make Money in Stocks; Bulkowski, Encyclopedia of Chart Patterns, 3rd ed., cup with handle",
        min_bars=100,
        params=Params,
        find=find,
        forming=Forming("min_handle", 2),
        roles=(
            Role("left-rim", "Left rim", "high"),
            Role("bottom", "Bottom", "low"),
            Role("right-rim", "Right rim", "high"),
            Role("handle-low", "Handle", "low"),
        ),
        clauses=(
            Clause("Rise into the left rim", "%", ">=", "prior"),
            Clause("Width of the cup", "bars", "in", ("min_width", "max_width")),
            Clause("Depth of the cup", "%", "in", (12.0, 33.0), soft=True, cut=("min_depth", "max_depth")),
            Clause("Rims differ by", "%", "<=", "rims", soft=True, cut="loose"),
            Clause("Bars in the lowest quarter", "%", ">=", "roundness"),
            Clause("Place of the bottom between the rims", "%", "in", ("min_place", "max_place")),
            Clause("Length of the handle", "bars", "<=", 22.0, soft=True),
            Clause("Depth of the handle", "%", "<=", "handle_depth"),
            Clause("Handle's low in the height of the cup", "%", ">=", "handle_low"),
            Clause("Handle's low against SMA50", "x", ">=", "handle_sma"),
            Clause("Slope of the handle's lows, 0.01 % a bar", "", "<=", 0.0, soft=True),
            Clause("Volume of the handle against 50 bars", "x", "<=", 0.8, soft=True),
            Clause("Volume of the handle against the right side", "x", "<=", 1.0, soft=True),
        ),
        marks=(
            ("Roundness", 0.25),
            ("Equal rims", 0.20),
            ("Depth", 0.15),
            ("Handle depth", 0.15),
            ("Handle high up", 0.15),
            ("Symmetry", 0.10),
        ),
        patterns=(
            Pattern("cup-handle", "Cup with handle", "long"),
            Pattern("cup", "Cup without handle", "long"),
            Pattern("saucer", "Saucer with handle", "long"),
        ),
        ordered=(
            ("min_width", "max_width"),
            ("min_depth", "max_depth"),
            ("min_handle", "max_handle"),
            ("min_handle_depth", "handle_depth"),
            ("min_place", "max_place"),
        ),
        examples=(
            Drawn(
                ((0, 70), (60, 72), (40, 100), (12, 86), (8, 80.5), (14, 80), (10, 86), (14, 99), (4, 94), (5, 95), (6, 104)),
                breaks=171,
            ),
            Drawn(((0, 70), (60, 72), (40, 100), (15, 92), (10, 88.5), (20, 88), (10, 91), (12, 96)), pattern="cup"),
            Drawn(
                ((0, 70), (60, 72), (40, 100), (25, 90), (20, 87.5), (20, 88), (25, 99), (4, 95), (5, 96), (6, 104)),
                breaks=204,
                pattern="saucer",
            ),
        ),
        counter=(
            Drawn(
                ((0, 70), (60, 72), (40, 100), (12, 86), (8, 80.5), (14, 80), (10, 86), (14, 99), (7, 87), (5, 95), (6, 104)),
                note="the handle falls below the midpoint",
            ),
            Drawn(
                ((0, 70), (60, 72), (40, 100), (12, 86), (8, 80.5), (14, 80), (10, 82), (14, 89), (4, 85), (5, 86), (6, 94)),
                note="rims differ by 11 %",
            ),
        ),
        horizon="months",
    ),
)
