"""Two ways to write a compiled detector: a function that writes rows, or a generator that yields tuples to a Python shell.

    python benchmarks/two_ways.py --data ../shared/market-data/sp500-2013-2018.parquet

The rules are cut down to what both ways need (anchors, levels, marks); both find the same shapes, which the run checks. Printed: seconds of
the first call (compile) and of a pass over all symbols, for a double bottom and for the two-line search.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from common import load, row

from patterns.engine.compiled import kernel
from patterns.engine.detectors import _double, _lines
from patterns.engine.detectors.double_bottom import Params
from patterns.engine.finds import LONG, MARKS, Book
from patterns.engine.levels import lowest_at, prior_move
from patterns.engine.study import Study, Tape
from patterns.engine.swings import HIGH, Swings


@kernel
def bottoms(t: Tape, swings: Swings, p: Params) -> Iterator[tuple[Any, ...]]:
    """The double bottom as a generator: one tuple a find, the marks and clauses left to the shell."""
    for k in range(2, len(swings.at)):
        if swings.side[k] == HIGH:
            continue
        x1, x2 = swings.at[k - 2], swings.at[k]
        first, middle, second = swings.price[k - 2], swings.price[k - 1], swings.price[k]
        known = swings.seen[k]
        height = middle - (first + second) / 2
        depth = height / ((first + second) / 2)
        prior = prior_move(t.high, t.low, x1, first, p.prior_bars, HIGH * -1)
        if not p.min_separation <= x2 - x1 <= p.max_separation or abs(second / first - 1) > p.loose:
            continue
        if depth < p.min_depth or height < p.min_depth_atr * t.atr[known] or not prior >= p.prior:
            continue
        if x1 > 0 and t.low[lowest_at(t.low, x1 - p.extreme_bars, x1 - 1)] < first:
            continue
        outer = min(first, second)
        broken = False
        for i in range(x1, x2 + 1):
            if t.close[i] - outer < -0.5 * t.atr[i]:
                broken = True
                break
        if not broken:
            yield x1, x2, known, middle, outer - 0.25 * t.atr[known], middle + p.share * height, prior, depth


@kernel
def windows(t: Tape, swings: Swings, p: _lines.Search, limits: Any, scratch: Any) -> Iterator[tuple[Any, ...]]:
    """The two-line search as a generator."""
    for last in range(4, len(swings.at)):
        for window in (7, 6, 5):
            first = last - window + 1
            if first >= 0 and _lines._fits(t, swings, first, last, p, limits, scratch[0]):
                found = scratch[0]
                yield (found.name, found.first, found.last, found.upper[0], found.upper[1], found.lower[0], found.lower[1], found.ratio)
                break


def timed(work: Callable[[], int]) -> tuple[float, float, int]:
    """Seconds of the first call, best seconds of three more, and what it counted."""
    begin = time.perf_counter()
    work()
    first = time.perf_counter() - begin
    best = np.inf
    for _ in range(3):
        begin = time.perf_counter()
        count = work()
        best = min(best, time.perf_counter() - begin)
    return first, best, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    studies = [Study(bars) for bars in load(parser.parse_args().data).values()]
    params, search = Params(), _lines.Search()

    def rows_double() -> int:
        total = 0
        book = Book()
        for study in studies:
            book.size = _double.find(study.tape, study.tape.medium, params, LONG, book.rows, 0)
            total += book.size
        return total

    def tuples_double() -> int:
        return sum(len(list(bottoms(study.tape, study.tape.medium, params))) for study in studies)

    def rows_lines() -> int:
        total = 0
        for study in studies:
            shapes = np.zeros(len(study.tape.fine.at) + 1, _lines.SHAPE)
            total += _lines.search(study.tape, study.tape.fine, search, _lines.LIMITS, shapes)
        return total

    scratch = np.zeros(1, _lines.SHAPE)

    def tuples_lines() -> int:
        return sum(len(list(windows(study.tape, study.tape.fine, search, _lines.LIMITS, scratch))) for study in studies)

    print(f"{len(studies)} symbols; a find in the row has {MARKS} marks and its clauses too, a tuple has none")
    row("way", "first call s", "pass s", "finds")
    for name, work in (
        ("double bottom: rows", rows_double),
        ("double bottom: generator", tuples_double),
        ("two lines: rows", rows_lines),
        ("two lines: generator", tuples_lines),
    ):
        first, best, count = timed(work)
        row(name, f"{first:.2f}", f"{best:.4f}", count)


if __name__ == "__main__":
    main()
