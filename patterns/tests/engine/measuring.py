"""What is measured of every pattern: how often it finds what was planted, and how often it fires where nothing is.

`benchmarks/chance.py` measures at full size and writes the file that the catalogue shows; a test measures a part anew and compares.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from patterns.engine.bars import Bars
from patterns.engine.context import rate_universe
from patterns.engine.evidence import Options, gather
from patterns.engine.registry import Rule, default_rules, detector, patterns
from patterns.engine.replay import replay

from .planted_shapes import PLANTS, plant
from .walks import CLOSES, walks

Key = tuple[str, str]  # pattern, side
SEED = 20261123
SAMPLE_WALKS, SAMPLE_SHAPES, SAMPLE_LEVELS = 20, 10, (0.1, 0.5)


def finds_in(members: Mapping[str, Bars], rules: Sequence[Rule] | None = None) -> dict[Key, int]:
    """How many matches count as evidence, by pattern and side; the members are rated among themselves."""
    chosen, bars = list(rules or default_rules()), list(members.values())
    rated = rate_universe(bars)
    outcomes = gather(bars, [rated.of(row, one.at) for row, one in enumerate(bars)], chosen, Options())
    columns = (outcomes[name].tolist() for name in ("rule", "pattern", "side"))
    return Counter(
        (detector(chosen[rule].detector).patterns[pattern].name, "long" if side > 0 else "short")
        for rule, pattern, side in zip(*columns, strict=True)
    )


def found_of(pattern: str, numbers: Iterable[int], noise: float, *, hidden: bool = False) -> dict[Key, int]:
    """How many of the planted shapes of these numbers were found, by side."""
    source, published = patterns()[pattern]
    index, rule, hits = source.patterns.index(published), source.rule(), Counter[Key]()
    for number in numbers:
        shape = plant(pattern, number, noise, hidden=hidden)
        finds = replay(shape.bars, [rule]).finds
        for side in PLANTS[pattern].sides:
            hits[pattern, side] += shape.is_found_in(finds, index, 1 if side == "long" else -1)
    return hits


def sample() -> dict[str, dict[str, dict[str, int]]]:
    """The part that a test measures anew: counts by pattern and side."""
    fired = finds_in(walks(SAMPLE_WALKS, CLOSES, SEED))
    hits = {level: Counter[Key]() for level in SAMPLE_LEVELS}
    for pattern in PLANTS:
        for level in SAMPLE_LEVELS:
            hits[level].update(found_of(pattern, range(SAMPLE_SHAPES), level))
    return {
        pattern: {
            side: {
                "walks": fired.get((pattern, side), 0),
                **{f"planted at {level}": hits[level][pattern, side] for level in SAMPLE_LEVELS},
            }
            for side in PLANTS[pattern].sides
        }
        for pattern in sorted(PLANTS)
    }


def at_most(tries: int, chance: float, sure: float = 0.99) -> int:
    """How many of so many tries succeed by chance, but for one case in a hundred."""
    total, hits = 0.0, -1
    while total < sure:
        hits += 1
        total += math.comb(tries, hits) * chance**hits * (1 - chance) ** (tries - hits)
    return hits
