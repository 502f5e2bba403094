"""Near misses and forming shapes: told beside matches, never as matches."""

from pathlib import Path

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.candidates import NEAR, Candidate, forming, near_misses
from patterns.engine.drawn import drawn
from patterns.engine.registry import Rule, default_rules, detector, detectors
from patterns.engine.replay import Replay, replay

from .real import sp500

DOUBLE = ((0, 120), (40, 116), (30, 100), (8, 110), (10, 100.5), (4, 106.5))


def seen(bars: Bars, *rules: Rule) -> Replay:
    return replay(bars, rules or default_rules())


def told(candidates: list[Candidate]) -> list[tuple[object, ...]]:
    return [(one.kind, one.rule.detector, int(one.find.start), int(one.find.known), one.missed) for one in candidates]


@pytest.mark.parametrize(("param", "limit"), [("prior", 0.18), ("min_depth", 0.11), ("min_separation", 20)])
def test_a_shape_that_misses_one_limit_by_a_little_is_a_near_miss(param: str, limit: float) -> None:
    bars = drawn(DOUBLE)
    (match,) = seen(bars, detector("double-bottom").rule()).open()
    strict = detector("double-bottom").rule(**{param: limit})
    found = seen(bars, strict)
    assert not len(found.open())
    (near,) = near_misses(found)
    assert (near.find.start, near.find.known) == (match.start, match.known)
    assert near.missed is not None
    clause = next(clause for clause in near.match(found.study).clauses if clause.text == near.missed.text)
    assert (clause.ok, clause.value) == (False, near.missed.value)
    assert near.missed.limit in (clause.limit if isinstance(clause.limit, tuple) else (clause.limit,))
    assert [one for one in near.match(found.study).clauses if one.ok is False and one.limit != clause.limit] == []


def test_two_missed_limits_or_a_wide_one_are_none() -> None:
    bars = drawn(DOUBLE)
    assert near_misses(seen(bars, detector("double-bottom").rule(prior=0.18, min_depth=0.11))) == []
    assert near_misses(seen(bars, detector("double-bottom").rule(prior=0.4))) == []


def test_what_is_a_match_is_not_told_again() -> None:
    found = seen(drawn(DOUBLE), detector("double-bottom").rule())
    assert len(found.open()) and near_misses(found) == [] and forming(found) == []


def test_a_last_low_that_is_only_developing_makes_a_forming_double_bottom() -> None:
    # two bars after the second low, no swing of the medium scale has confirmed it
    bars = drawn(DOUBLE).first(92)
    found = seen(bars, detector("double-bottom").rule())
    assert not len(found.finds)
    (shape,) = forming(found)
    assert shape.developing == {89} and shape.missed is None
    assert [point.bar for point in shape.match(found.study).points][-1] == 89


def test_a_young_flag_forms_until_it_has_the_bars_it_needs() -> None:
    shape = detector("bull-flag").examples[0]
    bars, rule = shape.bars(), detector("bull-flag").rule()
    known = int(seen(bars, rule).finds[0].known)
    assert [one.rule.detector for one in forming(seen(bars.first(known), rule))] == ["bull-flag"]
    assert forming(seen(bars.first(known + 1), rule)) == []


def test_on_real_bars_they_are_apart_from_matches_close_to_the_limit_and_replayable(market_data: Path) -> None:
    panel = sp500(market_data)
    count = 0
    for symbol in ("A", "AIG", "FB", "MKC", "XYL"):
        bars = panel[symbol]
        found = seen(bars)
        near, young = near_misses(found), forming(found)
        open_ones = {(int(row.rule), int(row.pattern), int(row.side), int(row.start)) for row in found.open()}
        for one in [*near, *young]:
            assert (int(one.find.rule), int(one.find.pattern), int(one.find.side), int(one.find.start)) not in open_ones
            assert one.missed is None or 0 < one.missed.away <= NEAR + 0.05
            assert one.find.known < bars.size
        count += len(near)
        # the same bars with a future give the same answer for that close
        longer = Bars(*(np.append(column, column[-1:]) for column in bars))
        longer = longer._replace(at=np.append(bars.at, bars.at[-1] + 86400))
        assert told(near_misses(seen(longer.first(bars.size)))) == told(near)
        assert told(forming(seen(longer.first(bars.size)))) == told(young)
    assert count >= 3


def test_bars_that_find_nothing_give_no_candidates() -> None:
    for size in (0, 1, 59, 80):
        flat = np.full(size, 10.0)
        found = seen(Bars(np.arange(size) * 86400.0, flat, flat, flat, flat, flat * 0))
        assert near_misses(found) == [] and forming(found) == []


def test_the_catalogue_says_which_limits_can_be_missed_narrowly() -> None:
    sources = detectors()
    assert {cut.param for cut in sources["double-top"].cuts} >= {"loose", "prior", "min_depth"}
    for source in sources.values():
        params = {param.name for param in source.parameters}
        assert all(cut.param in params and cut.clause < len(source.clauses) for cut in source.cuts)
        assert source.forming is None or not source.forming.param or source.forming.param in params
        if not source.research:
            assert source.cuts, source.name
