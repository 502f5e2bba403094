"""Every match of all history in one pass, each with the close at which it became known."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .bars import Bars
from .candlesticks import find_candlesticks
from .context import Context, rate_universe
from .drawn import drawn
from .finds import MARKS, READY, TRIGGERED, Book, Finds
from .indicators import indicators
from .match import Match, describe
from .pace import DAILY, HORIZON_DAYS, Pace
from .registry import Detector, Rule, detector, detectors
from .settle import settle
from .structure import stages
from .study import Study

SHORTEST = 60  # daily bars before which nothing is looked for


@dataclass(frozen=True)
class Replay:
    """What rules found in one instrument's bars; states are those at the last bar."""

    study: Study
    rules: tuple[Rule, ...]
    finds: Finds

    def open(self) -> Finds:
        """Those that are ready or triggered at the last bar."""
        return self.finds[(self.finds.state == READY) | (self.finds.state == TRIGGERED)]

    def match(self, find: Finds) -> Match:
        """One row in words and figures."""
        return describe(find, self.rules[int(find.rule)], self.study)

    def matches(self) -> list[Match]:
        """All of them; for a handful of rows, not for whole universes."""
        return [self.match(find) for find in self.finds]


def replay(bars: Bars, rules: Sequence[Rule], context: Context | None = None, *, horizon: int = HORIZON_DAYS, pace: Pace = DAILY) -> Replay:
    """Run `rules` over `bars` as if standing at every close: nothing in a match depends on bars after its `known`.

    horizon : daily bars after the trigger at which a trade is given up. pace : of the bars. Short, flat or empty input finds nothing.
    """
    study, chosen = Study(bars, context, pace), tuple(rules)
    return Replay(study, chosen, look(study, chosen, horizon=horizon))


def least_bars(source: Detector, pace: Pace = DAILY) -> int:
    """With fewer bars of that pace the detector looks for nothing."""
    return pace.bars(max(SHORTEST, source.min_bars))


def look(study: Study, rules: Sequence[Rule], *, horizon: int = HORIZON_DAYS, numbered: int = 0) -> Finds:
    """What the rules find in a study, in their order; the first has the number `numbered`."""
    book, ends = _own_book(), study.pace.bars(horizon)
    for number, rule in enumerate(rules, numbered):
        source = detector(rule.detector)
        least = least_bars(source, study.pace)
        if study.bars.size >= least:
            first = book.size
            _search(source, study, rule, book)
            book.size = settle(study.tape, book.rows, first, book.size, number, weights_of(source), least, ends)
    return book.found()


_threads = threading.local()


def _own_book() -> Book:
    """This thread's book, emptied."""
    if not hasattr(_threads, "book"):
        _threads.book = Book()
    book: Book = _threads.book
    book.size = 0
    return book


def _search(source: Detector, study: Study, rule: Rule, book: Book) -> None:
    """Let the detector write; where the book is full it gets a larger one and starts again."""
    first, params = book.size, rule.arguments(study.pace)
    while True:
        try:
            return source.find(study, params, book)
        except IndexError:
            book.size = first
            book.grow()


@cache
def weights_of(source: Detector) -> np.ndarray:
    """Weights of a detector's marks, padded with zeros to (MARKS,)."""
    weights = np.zeros(MARKS)
    weights[: len(source.marks)] = [weight for _, weight in source.marks]
    return weights


def warm(progress: Callable[[int, int, str], None] | None = None) -> None:
    """Compile every kernel (or read it from the cache): rate two drawn shares, look at one from all sides, then replay each detector's
    first example."""
    everything = list(detectors().values())
    rising = drawn(((0, 50), (300, 60)))
    rate_universe([rising, drawn(((0, 50), (300, 40)))])
    for indicator in indicators().values():
        indicator.of(rising)
    stages(Study(rising).bars.close)
    find_candlesticks(rising)
    for number, source in enumerate(everything, 1):
        for shape in source.examples[:1]:
            replay(shape.bars(), [source.rule()])
        if progress:
            progress(number, len(everything), source.title)
