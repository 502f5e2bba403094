"""A drawn example stays what it is with a little noise, and in less or more time, within the limits of its rule (detectors.md 11)."""

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.drawn import drawn
from patterns.engine.finds import REPLACED
from patterns.engine.registry import Detector, Drawn, detectors
from patterns.engine.replay import replay

SHAPES = [(source, shape) for source in detectors().values() if not source.research for shape in source.examples]
NAMES = [shape.pattern or source.patterns[0].name for source, shape in SHAPES]
every_shape = pytest.mark.parametrize(("source", "shape"), SHAPES, ids=NAMES)

# examples that a stretch takes over a limit in bars of their rule
TOO_SHORT = {
    "channel-down": "30 bars from first to last touch",
    "channel-down-bounce": "30 bars from first to last touch",
    "channel-flat": "131 bars",
    "saucer": "80 bars",
    "sma50-pullback": "the average has not come up to the pullback",
    "sma50-rally": "the average has not come down to the rally",
}
TOO_LONG = {"bear-pennant": "15 bars of rest", "high-tight-flag": "42 bars of the pole"}
TOO_FINE = {"channel-flat": "lines of half a year within a tight tolerance"}


def is_found(source: Detector, shape: Drawn, bars: Bars) -> bool:
    name = shape.pattern or source.patterns[0].name
    return name in {match.pattern for match in replay(bars, [source.rule()]).matches()}


def stretched(shape: Drawn, factor: float) -> Bars:
    """In `factor` times the bars, but for the history before it."""
    history, structure = shape.vertices[:2], shape.vertices[2:]
    return drawn((*history, *((max(1, round(bars * factor)), price) for bars, price in structure)), shape.volumes)


def jittered(bars: Bars, atrs: float) -> Bars:
    """Each bar shifted by up to so many of its mean ranges."""
    shift = 1 + atrs * np.mean((bars.high - bars.low) / bars.close) * np.random.default_rng(5).uniform(-1, 1, bars.size)
    return Bars(bars.at, bars.open * shift, bars.high * shift, bars.low * shift, bars.close * shift, bars.volume)


@every_shape
@pytest.mark.parametrize("atrs", [0.1, 0.3])
def test_a_little_noise_hides_no_example(source: Detector, shape: Drawn, atrs: float) -> None:
    is_hidden = atrs > 0.2 and (shape.pattern or source.name) in TOO_FINE
    assert is_found(source, shape, jittered(shape.bars(), atrs)) != is_hidden


@every_shape
@pytest.mark.parametrize(("factor", "beyond"), [(0.7, TOO_SHORT), (1.5, TOO_LONG)])
def test_an_example_may_take_less_or_more_time(source: Detector, shape: Drawn, factor: float, beyond: dict[str, str]) -> None:
    assert is_found(source, shape, stretched(shape, factor)) != ((shape.pattern or source.name) in beyond)


@every_shape
@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_an_example_is_the_same_at_any_price(source: Detector, shape: Drawn, factor: float) -> None:
    assert is_found(source, shape, shape.bars().scaled(factor))


@every_shape
def test_no_structure_is_found_twice_under_one_name(source: Detector, shape: Drawn) -> None:
    finds = replay(shape.bars(), [source.rule()]).finds
    for k, one in enumerate(finds):
        for other in finds[k + 1 :]:
            same = one.pattern == other.pattern and one.side == other.side
            common = min(one.end, other.end) - max(one.start, other.start) + 1
            whole = max(one.end, other.end) - min(one.start, other.start) + 1
            is_successor = one.group == other.group and one.reason == REPLACED
            assert not (same and 2 * common > whole) or is_successor
