"""What rules find where there is nothing to find: random walks, and real days in random order."""

import math
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.claims import FEWEST, Figures
from patterns.engine.context import rate_universe
from patterns.engine.evidence import Options, evidence, gather
from patterns.engine.registry import default_rules, detector
from patterns.engine.shuffled import shuffled, shuffled_universe, ticker_years

from .real import sp500
from .walks import walks

SEEDS = range(1, 7)


@cache
def worlds() -> list[list[Figures]]:
    """The evidence of all rules in six universes of 150 random walks over four years."""
    found = []
    for seed in SEEDS:
        members = walks(150, 1000, seed)
        rated = rate_universe(list(members.values()))
        found.append(evidence(members, [rated.of(row, bars.at) for row, bars in enumerate(members.values())], default_rules()))
    return found


def at_most(tries: int, chance: float, sure: float = 0.99) -> int:
    """How many of so many tries succeed by chance, but for one case in a hundred."""
    total, hits = 0.0, -1
    while total < sure:
        hits += 1
        total += math.comb(tries, hits) * chance**hits * (1 - chance) ** (tries - hits)
    return hits


def test_on_random_walks_intervals_exclude_nothing_no_more_often_than_chance_allows() -> None:
    judged = [entry for world in worlds() for entry in world if entry["trades"] >= FEWEST]
    above = sum(entry["edge_low"] > 0 for entry in judged)
    below = sum(entry["edge_high"] < 0 for entry in judged)
    said = f"of {len(judged)} intervals of 95 % {above} lie above zero and {below} below"
    assert len(judged) > 180, said
    assert above + below <= at_most(len(judged), 0.05), said


def test_on_random_walks_no_detector_excludes_nothing_again_and_again() -> None:
    signs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in (entry for world in worlds() for entry in world if entry["trades"] >= FEWEST):
        signs[entry["pattern"], entry["side"]].append((entry["edge_low"] > 0) - (entry["edge_high"] < 0))
    # 0.025 for each direction: four of six would happen once in some thousands of runs over all patterns
    assert {name: hits for name, hits in signs.items() if abs(sum(hits)) > 3} == {}


def test_on_random_walks_nothing_may_be_claimed() -> None:
    assert [entry["pattern"] for world in worlds() for entry in world if entry["claim"] == "edge"] == []


def test_on_random_walks_the_edge_of_all_trades_is_nothing() -> None:
    weights = np.array([sum(entry["trades"] for entry in world) for world in worlds()])
    edges = np.array([sum(entry["edge"] * entry["trades"] for entry in world if entry["edge"] is not None) for world in worlds()]) / weights
    error = float(np.std(edges, ddof=1)) / math.sqrt(len(edges))
    assert abs(float(np.average(edges, weights=weights))) < max(3 * error, 0.01), edges


# shuffled days ---------------------------------------------------------------------------------------------------------------


def test_shuffled_days_keep_their_insides_and_lose_their_order(market_data: Path) -> None:
    bars = next(iter(sp500(market_data).values()))
    mixed = shuffled(bars)

    def days(one: Bars) -> list[tuple[float, ...]]:
        gap = np.concatenate([[1.0], one.open[1:] / one.close[:-1]])
        inside = (one.high / one.open, one.low / one.open, one.close / one.open)
        return [tuple(np.round(day, 9)) for day in np.stack([gap, *inside, one.volume], axis=1)]

    assert sorted(days(mixed)) == sorted(days(bars))
    assert days(mixed) != days(bars)
    assert mixed.close[-1] == pytest.approx(bars.close[-1])
    assert np.array_equal(mixed.at, bars.at)
    assert (mixed.high >= np.maximum(mixed.open, mixed.close)).all()
    assert (mixed.low <= np.minimum(mixed.open, mixed.close)).all()


def test_each_share_is_shuffled_by_its_own_seed_and_always_the_same() -> None:
    (one,) = walks(1, 300, seed=1).values()
    first, second = (shuffled_universe({"A": one, "B": one}) for _ in range(2))
    assert np.array_equal(first["A"].close, second["A"].close)
    assert not np.array_equal(first["A"].close, first["B"].close)
    assert np.array_equal(first["B"].close, shuffled_universe({"B": one})["B"].close)


def test_a_series_too_short_to_shuffle_stays() -> None:
    (one,) = walks(1, 2, seed=1).values()
    assert shuffled(one) is one
    assert ticker_years(one.first(0)) == 0.0


# matches per 100 ticker-years on shuffled bars, as first measured: detectors.md 8
FLOORS = [
    ("ascending-triangle", "long", 53.0),
    ("descending-triangle", "short", 48.7),
    ("symmetrical-triangle", "long", 49.5),
    ("symmetrical-triangle", "short", 50.1),
    ("rising-wedge", "short", 31.7),
    ("falling-wedge", "long", 19.5),
    ("rectangle", "long", 18.6),
    ("rectangle", "short", 18.3),
    ("channel-up", "short", 75.3),
    ("channel-down", "long", 43.3),
    ("broadening", "long", 62.9),
    ("broadening", "short", 64.6),
    ("hs-top", "short", 18.8),
    ("hs-bottom", "long", 15.3),
    ("double-top", "short", 109.3),
    ("double-bottom", "long", 106.2),
    ("triple-top", "short", 46.6),
    ("triple-bottom", "long", 31.5),
    ("cup-handle", "long", 68.8),
    ("vcp-2t", "long", 17.7),
    ("vcp", "long", 2.6),
    ("bull-flag", "long", 54.3),
    ("sma50-pullback", "long", 109.1),
]


@cache
def floor(folder: Path) -> dict[tuple[str, str], float]:
    """Matches per 100 ticker-years of every pattern and side on the S&P 500 file, its days shuffled."""
    members = list(shuffled_universe(sp500(folder)).values())
    rated, rules = rate_universe(members), default_rules()
    outcomes = gather(members, [rated.of(row, bars.at) for row, bars in enumerate(members)], rules, Options())
    years = sum(ticker_years(bars) for bars in members)
    found: dict[tuple[str, str], float] = defaultdict(float)
    for rule, pattern, side in zip(outcomes["rule"].tolist(), outcomes["pattern"].tolist(), outcomes["side"].tolist(), strict=True):
        found[detector(rules[rule].detector).patterns[pattern].name, "long" if side > 0 else "short"] += 100 / years
    return found


@pytest.mark.parametrize(("pattern", "side", "measured"), FLOORS)
def test_a_detector_fires_on_noise_no_more_often_than_its_ceiling(pattern: str, side: str, measured: float, market_data: Path) -> None:
    assert floor(market_data)[pattern, side] <= 1.3 * measured
