"""What is no match at the last close, though nearly: shapes that miss exactly one rule, and shapes whose last anchor is only developing.

Both are found by the detectors themselves (detectors.md 5): a near miss by a rule with one limit moved a little, a forming shape on bars
whose last extremes are taken as if they were confirmed. Neither is ever counted in evidence.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .bars import Floats
from .finds import READY, Finds
from .match import Match, describe
from .registry import Cut, Param, Rule, detector
from .replay import Replay, look
from .study import FINE_REACH, REACH, Study, Tape
from .swings import HIGH, LOW, Swings

NEAR = 0.2  # of a limit: what lies farther beyond it is no near miss


@dataclass(frozen=True)
class Missed:
    """The one limit that a near miss does not keep, in the unit of its clause."""

    text: str
    unit: str
    op: str
    value: float
    limit: float

    @property
    def away(self) -> float:
        """How far beyond the limit, as a fraction of it."""
        return abs(self.value - self.limit) / abs(self.limit) if self.limit else abs(self.value)


@dataclass(frozen=True)
class Candidate:
    """`missed` is None for a forming shape. Levels of `find` are those it would have; a forming shape promises none."""

    kind: Literal["near", "forming"]
    find: Finds
    rule: Rule
    missed: Missed | None
    developing: frozenset[int]  # bars of anchors that are not confirmed

    def match(self, study: Study) -> Match:
        """In words and figures, with the rule that it does not fulfil."""
        return describe(self.find, self.rule, study)


def near_misses(replay: Replay) -> list[Candidate]:
    """Shapes ready at the last close but for one limit that they miss by at most a fifth, closest first; one of each structure."""
    found = [one for number, rule in enumerate(replay.rules) for one in _near(replay, rule, number)]
    found.sort(key=lambda one: (one.missed.away if one.missed else 0.0, -float(one.find.score)))
    return _apart(found)


def _near(replay: Replay, rule: Rule, number: int) -> Iterator[Candidate]:
    source, true = detector(rule.detector), replay.finds[replay.finds.rule == number]
    bounds = {param.name: param for param in source.parameters}
    for cut in source.cuts:
        limit = float(rule.values[cut.param])
        shown = float(rule.at(replay.study.pace)[cut.param])
        moved = _moved(bounds[cut.param], limit, cut)
        if moved == limit or shown == 0 != limit:
            continue
        values = tuple((name, moved if name == cut.param else value) for name, value in rule.params)
        finds = look(replay.study, [Rule(rule.detector, values)], numbered=number)
        clause = source.clauses[cut.clause]
        told = 100 * shown if clause.unit == "%" else shown
        for find in finds[finds.state == READY]:
            value = float(find.clauses[cut.clause])
            beyond = value - told if cut.op == "<=" else told - value
            if beyond > 1e-9 * max(abs(told), 1.0) and not _is_told(find, true):
                yield Candidate("near", find, rule, Missed(clause.text, clause.unit, cut.op, value, told), frozenset())


def _moved(param: Param, limit: float, cut: Cut) -> float | int:
    """The limit a fifth wider, within the bounds of its parameter and of its own type, since kernels are compiled for that."""
    way = NEAR * abs(limit) * (1 if cut.op == "<=" else -1)
    moved = limit + way
    if param.is_whole:
        moved = math.floor(moved) if cut.op == "<=" else math.ceil(moved)
    moved = min(max(moved, param.bounds.low), param.bounds.high)
    return int(moved) if param.is_whole else float(moved)


def forming(replay: Replay) -> list[Candidate]:
    """Shapes that would be ready at the last close if their last anchor were confirmed or had lasted long enough, best drawn first."""
    rules = [_waiting_less(rule) for rule in replay.rules]
    numbers = [number for number, rule in enumerate(rules) if rule is not None]
    if not numbers:
        return []
    study, bars = _as_if_confirmed(replay.study)
    last, found = study.bars.size - 1, []
    for number in numbers:
        rule, unfinished = replay.rules[number], rules[number]
        waits = detector(rule.detector).forming
        true = replay.finds[replay.finds.rule == number]
        finds = look(study, [unfinished] if unfinished else [], numbered=number)
        for find in finds[finds.state == READY]:
            count = int(find.count)
            anchors = zip(find.points[:count].tolist(), find.seen[:count].tolist(), strict=True)
            developing = frozenset(bar for bar, seen in anchors if seen == last and bar in bars)
            is_young = waits is not None and bool(waits.param) and last - int(find.end) < rule.at(study.pace)[waits.param]
            if (is_young or (developing and find.known == last)) and not _is_told(find, true):
                found.append(Candidate("forming", find, rule, None, developing))
    found.sort(key=lambda one: -float(one.find.score))
    return _apart(found)


def _waiting_less(rule: Rule) -> Rule | None:
    """The rule without the bars it waits for; None where its detector knows no forming shape."""
    waits = detector(rule.detector).forming
    if waits is None:
        return None
    return Rule(rule.detector, tuple((name, waits.least if name == waits.param else value) for name, value in rule.params))


def _as_if_confirmed(study: Study) -> tuple[Study, frozenset[int]]:
    """The study with the developing extreme of each reader of swings confirmed by its last bar, and the bars of those extremes."""
    t = study.tape
    fine, major = study.pace.bars(FINE_REACH), study.pace.bars(REACH)
    changed: dict[str, Swings] = {}
    bars: set[int] = set()
    for name, bar, side in [
        *((name, *_developing(getattr(t, name), t.high, t.low)) for name in ("fine", "medium", "coarse")),
        ("highs3", _young_extreme(t.high, fine), HIGH),
        ("highs5", _young_extreme(t.high, major), HIGH),
        ("lows3", _young_extreme(-t.low, fine), LOW),
    ]:
        if bar >= 0:
            changed[name] = _with(getattr(t, name), bar, float((t.high if side == HIGH else t.low)[bar]), side, len(t.close) - 1)
            bars.add(bar)
    tape = Tape(**{name: changed.get(name, getattr(t, name)) for name in Tape.__annotations__})
    return study.on(tape), frozenset(bars)


def _developing(swings: Swings, high: Floats, low: Floats) -> tuple[int, int]:
    """Bar and side of the extreme since the last confirmed swing; bar -1 where price has not turned away from it."""
    if not len(swings.at):
        return -1, HIGH
    side, first = -int(swings.side[-1]), int(swings.at[-1]) + 1
    values = (high if side == HIGH else -low)[first:]
    # of equal extremes the later counts, as it does when it is confirmed
    bar = first + len(values) - 1 - int(np.argmax(values[::-1])) if len(values) else -1
    return (bar if bar < len(high) - 1 else -1), side


def _young_extreme(values: Floats, reach: int) -> int:
    """The bar that would be a fractal high if the bars that are still to come stay below; -1: none."""
    last = len(values) - 1
    for bar in range(max(reach, last - reach + 1), last):
        if values[bar] >= values[bar - reach : bar].max() and values[bar] > values[bar + 1 :].max():
            return bar
    return -1


def _with(swings: Swings, bar: int, price: float, side: int, seen: int) -> Swings:
    columns: tuple[NDArray[Any], ...] = swings
    added = (bar, price, side, seen)
    return Swings(*(np.append(column, np.array([value], column.dtype)) for column, value in zip(columns, added, strict=True)))


def _is_told(find: Finds, others: Finds) -> bool:
    """One of the others is of the same pattern and side and shares more than half of its span."""
    same = others[(others.pattern == find.pattern) & (others.side == find.side)]
    common = np.minimum(same.end, find.end) - np.maximum(same.start, find.start) + 1
    whole = np.maximum(same.end, find.end) - np.minimum(same.start, find.start) + 1
    return bool((2 * common > whole).any())


def _apart(found: list[Candidate]) -> list[Candidate]:
    """Without those that lie on a better one of the same rule, pattern and side."""
    kept: list[Candidate] = []
    for one in found:
        same = [other.find for other in kept if other.rule == one.rule]
        if not same or not _is_told(one.find, np.array(same, one.find.dtype).view(np.recarray)):
            kept.append(one)
    return kept
