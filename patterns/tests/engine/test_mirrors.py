"""What is true of one side is true of the other: prices p turned into 10,000 / p give the twin of a pattern."""

import pytest

from patterns.engine.drawn import mirrored
from patterns.engine.registry import Drawn, default_rules, detectors, patterns
from patterns.engine.replay import replay

TWINS = {
    "ascending-triangle": "descending-triangle",
    "double-bottom": "double-top",
    "hs-bottom": "hs-top",
    "triple-bottom": "triple-top",
    "bull-flag": "bear-flag",
    "bull-pennant": "bear-pennant",
    "rising-wedge": "falling-wedge",
    "channel-up": "channel-down",
    "channel-up-bounce": "channel-down-bounce",
    "broadening-ascending": "broadening-descending",
    "lmw-hs-bottom": "lmw-hs-top",
    "lmw-double-bottom": "lmw-double-top",
    "symmetrical-triangle": "symmetrical-triangle",
    "rectangle": "rectangle",
    "channel-flat": "channel-flat",
    "broadening": "broadening",
    "broadening-wedge": "broadening-wedge",
}
PAIRS = sorted({*TWINS.items(), *((twin, name) for name, twin in TWINS.items())})


def shapes_of(name: str) -> list[Drawn]:
    detector, _ = patterns()[name]
    return [shape for shape in detector.examples if (shape.pattern or detector.patterns[0].name) == name]


@pytest.mark.parametrize(("name", "twin"), PAIRS)
def test_the_mirrored_example_is_found_by_its_twin(name: str, twin: str) -> None:
    detector, pattern = patterns()[twin]
    for shape in shapes_of(name):
        sides = {match.side for match in replay(mirrored(shape.bars()), [detector.rule()]).matches() if match.pattern == twin}
        assert sides
        assert pattern.side in (*sides, "both")


@pytest.mark.parametrize("twin", [name for pair in TWINS.items() for name in pair])
def test_twins_stand_on_opposite_sides_or_on_both(twin: str) -> None:
    other = dict(PAIRS)[twin]
    assert {patterns()[twin][1].side, patterns()[other][1].side} in ({"long", "short"}, {"both"})


def test_what_is_for_research_runs_only_when_it_is_asked_for() -> None:
    research = {name for name, detector in detectors().items() if detector.research}
    assert research == {name for name in detectors() if name.startswith("lmw-")}
    assert not research & {rule.detector for rule in default_rules()}
    assert len(default_rules()) == len(detectors()) - len(research)
