"""The trade inside a sloping channel: from its line of support along the slope (detectors.md 9.3)."""

from collections.abc import Mapping
from typing import Any

from patterns.engine.compiled import kernel
from patterns.engine.finds import SUSPECT, Book, Finds
from patterns.engine.levels import tolerance_at
from patterns.engine.study import Study, Tape
from patterns.engine.swings import TIE, Swings

from ._breaks import Limits, breaks, search_of
from ._lines import CHANNEL_DOWN, CHANNEL_UP, draw


@kernel
def find_bounces(t: Tape, swings: Swings, shapes: Finds, count: int, side: int, p: Any, pattern: int, rows: Finds, size: int) -> int:
    """The first signal bar at the near line of every channel that goes to `side`, after its last leg has left the far line.

    The match spans one swing of the channel, from the last touch of the near line to the signal, so that the next touch is a match of its
    own; the anchors are those of the whole channel.
    """
    ahead = t.high if side > 0 else t.low
    against = t.low if side > 0 else t.high
    for s in range(count):
        shape = shapes[s]
        last = shape.last
        if shape.name != (CHANNEL_UP if side > 0 else CHANNEL_DOWN) or swings.side[last] != side:
            continue
        x0, x1 = swings.at[shape.first], swings.at[last]
        near, far = (shape.lower, shape.upper) if side > 0 else (shape.upper, shape.lower)
        expires = min(x1 + int(p.spans * (x1 - x0)), swings.seen[last] + p.wait)
        for i in range(swings.seen[last], min(expires, len(t.close))):
            line, beyond = near[0] + near[1] * (i - x0), far[0] + far[1] * (i - x0)
            if side * (t.close[i] - line) < -p.beyond * t.atr[i] or side * (t.close[i] - beyond) > p.beyond * t.atr[i]:
                break
            tolerance, play = tolerance_at(t.close[i], t.atr[i], p.touch_atr), TIE * t.close[i]
            away = side * (against[i] - line)
            is_strong = side * (ahead[i] - t.close[i]) <= (1.0 - p.strong) * (t.high[i] - t.low[i]) + play
            if away > tolerance + play or not is_strong or t.high[i] <= t.low[i]:
                continue
            row = draw(t, swings, shape, i, rows, size)
            row.pattern, row.side = pattern, side
            row.start, row.end = swings.at[last - 1], i
            row.level = ahead[i]
            row.stop = line - side * p.stop_atr * t.atr[i]
            row.target = row.target2 = beyond
            row.expires = expires
            row.out_line[0], row.out_line[1], row.out_atrs = line, near[1], p.beyond
            row.clauses[9] = 100 * max(away, 0.0) / tolerance
            for j in range(x0, i + 1):
                if t.suspect[j]:
                    row.notes |= SUSPECT
                    break
            size += 1
            break
    return size


def breaks_and_bounces(name: str, side: int, limits: Limits) -> Any:
    """`find` of a sloping channel: the break against its slope is its first pattern, the bounce along it the second."""
    places: Mapping[str, int] = {name: 0}
    find_breaks, searched = breaks(places, limits), search_of(places, limits)

    def find(study: Study, params: Any, book: Book) -> None:
        find_breaks(study, params, book)
        for swings, shapes, count in searched(study, params):
            book.size = find_bounces(study.tape, swings, shapes, count, side, params, 1, book.rows, book.size)

    return find
