"""Checks that every detector passes, whoever wrote it; a new file in `detectors/` is judged by them without being named here."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.drawn import DAY
from patterns.engine.finds import FIND, Finds
from patterns.engine.registry import BadRule, Detector, Drawn, detectors
from patterns.engine.replay import Replay, replay

DETECTORS = list(detectors().values())
SHAPES = [pytest.param(detector, shape, id=f"{detector.name}-{i}") for detector in DETECTORS for i, shape in enumerate(detector.examples)]
COUNTER = [pytest.param(detector, shape, id=f"{detector.name}-{i}") for detector in DETECTORS for i, shape in enumerate(detector.counter)]
every_detector = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)


def name_of(shape: Drawn, detector: Detector) -> str:
    return shape.pattern or detector.patterns[0].name


def assert_same(left: Finds, right: Finds, but: tuple[str, ...] = ()) -> None:
    assert len(left) == len(right)
    for name in FIND.names or ():
        if name in ("points", "roles", "seen"):
            for a, b in zip(left, right, strict=True):
                assert list(a[name][: a["count"]]) == list(b[name][: b["count"]]), name
        elif name not in but:
            np.testing.assert_array_equal(left[name], right[name], err_msg=name)


def random_walk(seed: int, size: int = 800) -> Bars:
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(0.015 * rng.standard_t(5, size)))
    opened = np.concatenate([close[:1], close[:-1]]) * np.exp(0.004 * rng.standard_normal(size))
    spread = np.abs(0.008 * rng.standard_normal((2, size)))
    high, low = np.maximum(opened, close) * (1 + spread[0]), np.minimum(opened, close) * (1 - spread[1])
    return Bars(np.arange(size) * DAY, opened, high, low, close, 1e6 * np.exp(0.4 * rng.standard_normal(size)))


def flat_bars(size: int) -> Bars:
    price = np.full(size, 50.0)
    return Bars(np.arange(size) * DAY, price, price, price, price, np.full(size, 1e6))


def both(detector: Detector, bars: Bars) -> Replay:
    return replay(bars, [detector.rule()])


@pytest.mark.parametrize(("detector", "shape"), SHAPES)
def test_it_finds_what_is_drawn_for_it_before_the_level_breaks(detector: Detector, shape: Drawn) -> None:
    matches = [match for match in both(detector, shape.bars()).matches() if match.pattern == name_of(shape, detector)]
    assert matches
    if shape.breaks is not None:
        assert min(match.known for match in matches) <= shape.breaks


@pytest.mark.parametrize(("detector", "shape"), COUNTER)
def test_it_does_not_find_the_counter_example(detector: Detector, shape: Drawn) -> None:
    assert [match.pattern for match in both(detector, shape.bars()).matches() if match.pattern == name_of(shape, detector)] == []


@every_detector
def test_every_published_name_has_a_drawn_example(detector: Detector) -> None:
    assert {name_of(shape, detector) for shape in detector.examples} == {pattern.name for pattern in detector.patterns}


@every_detector
def test_the_same_bars_give_the_same_answer_and_stay_untouched(detector: Detector) -> None:
    for bars in (detector.examples[0].bars(), random_walk(1)):
        before = Bars(*(column.copy() for column in bars))
        assert_same(both(detector, bars).finds, both(detector, bars).finds)
        for was, now in zip(before, bars, strict=True):
            np.testing.assert_array_equal(was, now)


@every_detector
@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_scaled_prices_give_the_same_matches_with_scaled_levels(detector: Detector, factor: float) -> None:
    for bars in (*(shape.bars() for shape in detector.examples), random_walk(2)):
        plain, scaled = both(detector, bars).finds, both(detector, bars.scaled(factor)).finds
        for name in ("known", "start", "end", "side", "pattern", "state", "triggered", "ended"):
            np.testing.assert_array_equal(plain[name], scaled[name])
        for name in ("level", "entry", "stop", "target", "target2"):
            np.testing.assert_allclose(plain[name] * factor, scaled[name], rtol=1e-9)
        np.testing.assert_allclose(plain["score"], scaled["score"], atol=1e-6)


def as_known_at(finds: Finds, size: int) -> Finds:
    """The finds known within the first `size` bars, with what had happened to them by then."""
    known = finds[finds.known < size].copy()
    for name in ("triggered", "confirmed", "ended", "throwback", "busted"):
        known[name][known[name] >= size] = -1
    return known


@every_detector
def test_nothing_is_known_before_the_series_is_long_enough_to_be_looked_at(detector: Detector) -> None:
    least = max(60, detector.min_bars)
    for bars in (*(shape.bars() for shape in detector.examples), *(random_walk(seed) for seed in range(12))):
        assert all(find.known >= least - 1 for find in both(detector, bars).finds)


@every_detector
def test_a_match_has_at_least_a_bar_to_trigger_in(detector: Detector) -> None:
    for bars in (*(shape.bars() for shape in detector.examples), *(random_walk(seed) for seed in range(12))):
        finds = both(detector, bars).finds
        assert (finds.expires > finds.known).all()


def assert_no_look_ahead(detector: Detector, bars: Bars, size: int) -> int:
    whole, cut = as_known_at(both(detector, bars).finds, size), both(detector, bars.first(size)).finds
    assert_same(whole, cut, but=("state", "reason", "paid", "exit", "best", "worst", "replaces", "surge"))
    return len(cut)


@every_detector
def test_later_bars_change_nothing_that_was_known(detector: Detector) -> None:
    compared = 0
    for seed in range(3):
        bars = random_walk(seed)
        for size in (300, 401, 555, 712):
            compared += assert_no_look_ahead(detector, bars, size)
    for shape in detector.examples:
        bars = shape.bars()
        for size in range(61, bars.size + 1):
            compared += assert_no_look_ahead(detector, bars, size)
    assert compared


@every_detector
@pytest.mark.parametrize("size", [0, 1, 2, 14, 59, 60, 61, 75])
def test_short_input_gives_nothing(detector: Detector, size: int) -> None:
    flat = flat_bars(size)
    assert both(detector, flat).matches() == []
    assert len(both(detector, random_walk(3).first(size)).finds) >= 0


@every_detector
def test_flat_and_missing_prices_give_nothing(detector: Detector) -> None:
    flat = flat_bars(500)
    assert both(detector, flat).matches() == []
    nothing = Bars(np.arange(500) * DAY, *(np.full(500, np.nan) for _ in range(5)))
    assert both(detector, nothing).matches() == []


@every_detector
def test_without_volume_it_still_works_and_says_so(detector: Detector) -> None:
    for shape in detector.examples[:1]:
        bars = shape.bars()._replace(volume=np.zeros(shape.bars().size))
        for match in both(detector, bars).matches():
            assert "no-volume" in match.flags
            assert 0 <= match.score <= 100


@every_detector
def test_levels_score_and_words_of_every_match_are_sound(detector: Detector) -> None:
    seen = 0
    for bars in (*(shape.bars() for shape in detector.examples), *(random_walk(seed) for seed in range(4))):
        for match in both(detector, bars).matches():
            seen += 1
            sign = 1 if match.side == "long" else -1
            assert sign * (match.entry - match.stop) > 0
            assert sign * (match.target - match.entry) > 0
            assert sign * (match.target2 - match.target) >= -1e-9 * match.entry
            assert 0 <= match.score <= 100
            assert match.risk_pct <= 15 + 1e-9
            assert match.start <= match.end <= match.known < bars.size
            assert match.points and all(point.bar <= match.known and point.seen <= match.known for point in match.points)
            assert all(0 <= mark.value <= 1 for mark in match.marks), match.marks
            assert all(0 <= part.points <= part.possible + 1e-9 for part in match.parts)
            hard = [clause for clause, rule in zip(match.clauses, shown(detector, match), strict=True) if not rule.soft]
            assert [clause.text for clause in hard if clause.ok is False] == []
            allowed = {"long": ("long", "both"), "short": ("short", "both")}[match.side]
            assert {pattern.name: pattern.side for pattern in detector.patterns}[match.pattern] in allowed
    assert seen


def shown(detector: Detector, match: Any) -> list[Any]:
    """The detector's clauses that were measured for this match, by text."""
    by_text = {clause.text: clause for clause in detector.clauses}
    return [by_text[measured.text] for measured in match.clauses]


@every_detector
def test_it_finds_few_matches_on_random_walks(detector: Detector) -> None:
    bars = [random_walk(seed, 1260) for seed in range(20)]
    years = sum(series.size for series in bars) / 252
    assert sum(len(both(detector, series).finds) for series in bars) / years < 5


@every_detector
def test_every_parameter_has_bounds_that_contain_its_default(detector: Detector) -> None:
    for param in detector.parameters:
        assert param.bounds.low <= param.default <= param.bounds.high
        assert param.bounds.help
        with pytest.raises(BadRule) as refused:
            detector.rule(**{param.name: param.bounds.high * 2 + 1})
        assert f"{param.bounds.high:g}" in str(refused.value)
        assert refused.value.field == f"params.{param.name}"


@every_detector
def test_any_allowed_parameter_works(detector: Detector) -> None:
    for param in detector.parameters:
        for value in (param.bounds.low, param.bounds.high):
            replay(random_walk(5), [detector.rule(**in_order(detector, param.name, int(value) if param.is_whole else value))])


def in_order(detector: Detector, name: str, value: float) -> dict[str, float]:
    """The change, and where an order asks for it those that must follow."""
    defaults, changes = {param.name: param.default for param in detector.parameters}, {name: value}
    for names in (names for names in detector.ordered if name in names):
        for other in names:
            follows = max if names.index(other) > names.index(name) else min
            changes[other] = follows(defaults[other], value) if other != name else value
    return changes


@every_detector
def test_parameters_in_the_wrong_order_are_refused_by_name(detector: Detector) -> None:
    defaults, bounds = {p.name: p.default for p in detector.parameters}, {p.name: p.bounds for p in detector.parameters}
    for names in detector.ordered:
        assert [defaults[name] for name in names] == sorted(defaults[name] for name in names)
        for low, high in pairwise(names):
            if bounds[low].high <= defaults[high]:
                continue
            with pytest.raises(BadRule, match=f"{low} must not be larger than {high}") as refused:
                detector.rule(**{low: bounds[low].high})
            assert refused.value.field == f"params.{low}"


def test_compiled_and_plain_python_agree() -> None:
    """The plain interpreter runs every drawn shape in a process of its own and prints what it found."""
    script = """
import json
from patterns.engine.registry import detectors
from patterns.engine.replay import replay
out = {}
for detector in detectors().values():
    for i, shape in enumerate(detector.examples):
        finds = replay(shape.bars(), [detector.rule()]).finds
        out[f"{detector.name}-{i}"] = [
            [int(f.known), int(f.side), round(float(f.entry), 6), round(float(f.score), 6), int(f.state)] for f in finds
        ]
print(json.dumps(out))
"""
    import json

    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root)}
    plain = json.loads(subprocess.run([sys.executable, "-c", script], env=environment, cwd=root, check=True, capture_output=True).stdout)
    compiled = {}
    for detector in DETECTORS:
        for i, shape in enumerate(detector.examples):
            finds = both(detector, shape.bars()).finds
            compiled[f"{detector.name}-{i}"] = [
                [int(f.known), int(f.side), round(float(f.entry), 6), round(float(f.score), 6), int(f.state)] for f in finds
            ]
    assert plain == compiled
