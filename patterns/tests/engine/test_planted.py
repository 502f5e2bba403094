"""What is planted is found, what is shown of it was measured, and the generator knows nothing of the detectors."""

import ast
from pathlib import Path

import numpy as np
import pytest

from patterns.engine.measured import measured, measurement
from patterns.engine.registry import default_rules, detector
from patterns.engine.shuffled import phase_randomised, shuffled

from . import planted, planted_shapes
from .measuring import found_of, sample
from .planted_shapes import PLANTS, plant
from .walks import walks

SHAPES = 20
FLOOR = 0.75  # of the shapes with noise of a tenth of an ATR


def test_every_pattern_that_is_looked_for_is_planted_on_each_of_its_sides() -> None:
    expected = {pattern.name: pattern.side for rule in default_rules() for pattern in detector(rule.detector).patterns}
    assert set(PLANTS) == set(expected)
    for name, what in PLANTS.items():
        one_sided = {"channel-up": "short", "channel-down": "long"}.get(name)
        assert what.sides == ({"both": ("long", "short")}.get(expected[name]) or (expected[name],)) or what.sides == (one_sided,)


def test_the_generator_shares_no_code_with_the_detectors() -> None:
    for module in (planted, planted_shapes):
        tree = ast.parse(Path(str(module.__file__)).read_text())
        taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        assert {name for name in taken if name.startswith("patterns")} <= {"patterns.engine.bars", "patterns.engine.drawn"}


def test_planted_bars_are_bars() -> None:
    for name in PLANTS:
        for noise in (0.1, 1.0):
            shape = plant(name, 1, noise)
            bars = shape.bars
            assert (bars.high >= np.maximum(bars.open, bars.close)).all()
            assert (bars.low <= np.minimum(bars.open, bars.close)).all()
            assert (bars.low > 0).all()
            assert 0 < shape.first < shape.last <= shape.until < bars.size
            assert shape.first < shape.enough <= shape.last + 5


@pytest.mark.parametrize("pattern", ["cup-handle", "saucer"])
def test_a_cup_with_handle_is_not_known_before_its_right_rim(pattern: str) -> None:
    shapes = [plant(pattern, number, 0.1) for number in range(SHAPES)]
    assert all(shape.enough == shape.last for shape in shapes)


@pytest.mark.parametrize("pattern", sorted(PLANTS))
def test_three_of_four_planted_shapes_are_found_where_noise_is_low(pattern: str) -> None:
    hits = found_of(pattern, range(SHAPES), 0.1)
    assert {key: count for key, count in hits.items() if count < FLOOR * SHAPES} == {}


def test_a_random_walk_in_the_place_of_the_shape_is_seldom_taken_for_it() -> None:
    rows = [one for per_pattern in measured().values() for one in per_pattern]
    # the cup with handle comes first with 0.085 of 200 walks: its shapes are the longest, and a walk in their place has the most bars
    assert max(one.by_chance for one in rows) <= 0.15
    assert sorted(one.by_chance for one in rows)[-2] <= 0.1
    for one in rows:
        assert one.recall[0][1] >= FLOOR
        assert one.recall[0][1] > 3 * one.by_chance
        # noise of a whole ATR hides what noise of a tenth does not
        assert one.recall[-1][1] <= one.recall[0][1] + 0.05, one.pattern


def test_what_the_catalogue_shows_is_what_the_rules_do_today() -> None:
    """Where this fails after a change of rules, measure anew: `python benchmarks/chance.py --data FILE --write`."""
    assert measurement()["sample"] == sample()
    assert {(row["pattern"], row["side"]) for row in measurement()["patterns"]} == {
        (name, side) for name, what in PLANTS.items() for side in what.sides
    }


def test_phases_drawn_anew_keep_the_days_and_what_follows_what_on_average() -> None:
    (bars,) = walks(1, 2000, seed=5).values()
    rng = np.random.default_rng(3)
    returns = rng.standard_normal(bars.size) * 0.01
    for i in range(1, bars.size):
        returns[i] += 0.6 * returns[i - 1]
    factor = np.exp(np.cumsum(returns)) / bars.close
    bars = bars._replace(**{name: getattr(bars, name) * factor for name in ("open", "high", "low", "close")})

    def follows(close: np.ndarray) -> float:
        steps = np.diff(np.log(close))
        return float(np.corrcoef(steps[1:], steps[:-1])[0, 1])

    redrawn = phase_randomised(bars)
    assert follows(redrawn.close) == pytest.approx(follows(bars.close), abs=0.06)
    assert abs(follows(shuffled(bars).close)) < 0.08
    assert not np.array_equal(redrawn.close, bars.close)
    np.testing.assert_allclose(np.sort(np.diff(np.log(redrawn.close))), np.sort(np.diff(np.log(bars.close))), atol=1e-9)
    assert np.array_equal(phase_randomised(bars).close, redrawn.close)
