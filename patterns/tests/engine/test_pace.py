"""Lengths of rules are in daily bars; bars of another interval read them in their own (detectors.md 1.1)."""

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.context import market_state, relative_strength
from patterns.engine.drawn import drawn
from patterns.engine.evidence import Options
from patterns.engine.finds import EXPIRED, HORIZON, REASONS
from patterns.engine.pace import DAILY, INTRADAY, WEEKLY, pace_of
from patterns.engine.registry import Detector, default_rules, detector, detectors
from patterns.engine.replay import least_bars, replay
from patterns.engine.study import Study

from .test_detectors import as_known_at, assert_same, random_walk

LATER = ("state", "reason", "paid", "exit", "best", "worst", "replaces", "surge")
# a fall, two lows five weeks apart and a recovery, a bar a week
WEEKS = ((0, 140), (14, 120), (5, 100), (4, 115), (4, 100.5), (4, 116), (6, 128))


def test_days_are_divided_by_five_and_rounded_up() -> None:
    assert [WEEKLY.bars(days) for days in (1, 5, 6, 10, 60, 252)] == [1, 1, 2, 2, 12, 51]
    assert WEEKLY.bars(10, least=3) == 3
    assert [pace.bars(10, least=30) for pace in (DAILY, INTRADAY)] == [10, 10]
    assert (pace_of("1day"), pace_of("1week"), pace_of("4h"), pace_of("1h")) == (DAILY, WEEKLY, INTRADAY, INTRADAY)


def test_a_rule_read_by_the_week_and_by_the_hour() -> None:
    rule = detector("double-bottom").rule()
    assert rule.at(DAILY) == rule.values
    weekly = rule.at(WEEKLY)
    assert (weekly["min_separation"], weekly["max_separation"], weekly["prior_bars"], weekly["extreme_bars"]) == (2, 18, 12, 8)
    assert (weekly["min_leg"], weekly["wait"], weekly["min_depth"], weekly["prior"]) == (3, 12, 0.06, 0.12)
    hourly = rule.at(INTRADAY)
    assert hourly["prior"] == 0.0
    assert hourly["prior_atr"] == pytest.approx(4.8)  # 12 % at 4 ATR for 10 %
    assert (hourly["min_depth"], hourly["min_depth_atr"]) == (0.0, 3.0)  # the larger of 3 ATR and 6 %, which are 2.4
    assert hourly["min_separation"] == 10 and hourly["tolerance"] == 0.04


def test_a_handle_lasts_one_to_five_weeks_and_a_cup_seven_to_sixty_five() -> None:
    weekly = detector("cup-handle").rule().at(WEEKLY)
    assert [weekly[name] for name in ("min_width", "max_width", "min_handle", "max_handle", "wait")] == [7, 65, 1, 5, 8]


def test_the_limits_marked_for_it_are_those_in_percent_that_become_limits_in_atr() -> None:
    marked = {
        "double-bottom": {"prior", "min_depth"},
        "double-top": {"prior", "min_depth"},
        "triple-bottom": {"prior"},
        "triple-top": {"prior"},
        "hs-top": {"prior", "head", "height"},
        "hs-bottom": {"prior", "head", "height"},
        **{f"{way}-{shape}": {"pole"} for way in ("bull", "bear") for shape in ("flag", "pennant")},
    }
    found = {
        name: {param.name for param in source.parameters if param.bounds.atrs}
        for name, source in detectors().items()
        if any(param.bounds.atrs for param in source.parameters)
    }
    assert found == marked
    for source in detectors().values():
        names = {param.name for param in source.parameters}
        assert all(param.bounds.atrs in names for param in source.parameters if param.bounds.atrs)


def test_two_lows_some_weeks_apart_are_found_by_the_week_only() -> None:
    bars, rule = drawn(WEEKS), detector("double-bottom").rule()
    (match,) = replay(bars, [rule], pace=WEEKLY).matches()
    assert (match.pattern, match.side, match.start, match.end) == ("double-bottom", "long", 20, 28)
    limits = {clause.text: clause.limit for clause in match.clauses}
    assert limits["Bars between the lows"] == (2.0, 18.0)
    assert replay(bars, [rule]).matches() == []


def test_by_the_hour_a_clause_in_percent_informs_and_that_in_atr_judges() -> None:
    shape = detector("double-bottom").examples[0]
    (match,) = replay(shape.bars(), [detector("double-bottom").rule()], pace=INTRADAY).matches()
    told = {clause.text: clause for clause in match.clauses}
    assert told["Fall before the first low"].limit is None and told["Fall before the first low"].ok is None
    assert told["Fall before the first low, in ATR"].limit == pytest.approx(4.8) and told["Fall before the first low, in ATR"].ok


def test_averages_are_lengths_of_time_and_atr_is_a_size_of_bars() -> None:
    bars = random_walk(3)
    daily, weekly = Study(bars).tape, Study(bars, pace=WEEKLY).tape
    assert [int(np.flatnonzero(~np.isnan(line))[0]) for line in (weekly.sma50, weekly.sma200, weekly.v50)] == [9, 39, 10]
    np.testing.assert_array_equal(daily.atr, weekly.atr)
    assert int(np.flatnonzero(~np.isnan(market_state(bars.close, WEEKLY)))[0]) == 44
    assert int(np.flatnonzero(~np.isnan(relative_strength(bars.close, 13, 26, 38, 51)))[0]) == 26


def test_a_trade_is_given_up_after_sixty_days_whatever_the_bars() -> None:
    assert [pace.horizon for pace in (DAILY, WEEKLY, INTRADAY)] == [60, 12, 60]
    assert Options(pace=WEEKLY).bars == 12 and Options(horizon=20, pace=WEEKLY).bars == 4
    lasted = set()
    for seed in range(12):
        finds = replay(random_walk(seed), default_rules(), pace=WEEKLY).finds
        given_up = finds[(finds.state == EXPIRED) & (finds.reason == HORIZON)]
        lasted |= set((given_up.ended - given_up.triggered).tolist())
    assert lasted == {12}, REASONS[HORIZON]


def test_by_the_week_a_detector_needs_a_fifth_of_the_bars() -> None:
    assert [least_bars(detector("double-bottom"), pace) for pace in (DAILY, WEEKLY, INTRADAY)] == [70, 14, 70]


@pytest.mark.parametrize("pace", [WEEKLY, INTRADAY], ids=["weekly", "intraday"])
@pytest.mark.parametrize("source", detectors().values(), ids=lambda source: source.name)
def test_at_every_pace_later_bars_change_nothing_that_was_known(source: Detector, pace: object) -> None:
    def found(bars: Bars) -> object:
        return replay(bars, [source.rule()], pace=pace).finds  # type: ignore[arg-type]

    for seed in range(2):
        bars = random_walk(seed, 600)
        for size in (120, 257, 431):
            assert_same(as_known_at(found(bars), size), found(bars.first(size)), but=LATER)


def test_weekly_bars_of_a_walk_show_shapes_of_most_detectors() -> None:
    seen = {match.pattern for seed in range(40) for match in replay(random_walk(seed), default_rules(), pace=WEEKLY).matches()}
    assert {"double-top", "double-bottom", "triple-top", "rectangle", "channel-up", "cup", "cup-handle", "sma50-pullback"} <= seen
