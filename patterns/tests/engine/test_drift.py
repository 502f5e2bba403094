"""A constant drift under every return moves what trades earn; the control takes it away, and the edge stays."""

import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from patterns.engine.bars import Bars
from patterns.engine.claims import FEWEST, Figures
from patterns.engine.context import rate_universe
from patterns.engine.control import market_of
from patterns.engine.evidence import Options, gather, record, summarise
from patterns.engine.outcomes import Outcomes
from patterns.engine.registry import default_rules

from .drifted import drifted, priced_anew
from .measuring import at_most
from .real import sp500
from .walks import CLOSES, WALKS, walks

SEED = 1
DRIFT = 0.0006  # a day, added to every log return: 16 % a year
DRIFTS = (DRIFT, -DRIFT)
Name = tuple[str, str]  # pattern, side


class World(NamedTuple):
    members: dict[str, Bars]
    outcomes: Outcomes
    figures: dict[Name, Figures]


def world_of(members: dict[str, Bars]) -> World:
    """What all rules find on the members, rated among themselves, and what it was worth."""
    rated = rate_universe(list(members.values()))
    contexts = [rated.of(row, bars.at) for row, bars in enumerate(members.values())]
    outcomes = gather(list(members.values()), contexts, default_rules(), Options())
    return World(members, outcomes, figures_of(members, outcomes))


def figures_of(members: dict[str, Bars], outcomes: Outcomes) -> dict[Name, Figures]:
    """Of the patterns and sides with trades enough to be judged."""
    counted = record(market_of(list(members.values())), list(members), outcomes, default_rules(), Options())
    return {(one["pattern"], one["side"]): one for one in summarise(counted) if one["trades"] >= FEWEST}


@cache
def chance_world(drift: float = 0.0) -> World:
    return world_of(drifted(walks(WALKS, CLOSES, SEED), drift))


@cache
def real_world(folder: Path) -> World:
    return world_of(sp500(folder))


def along(name: Name, drift: float) -> int:
    """1 where the drift helps the side, else -1."""
    return 1 if (name[1] == "long") == (drift > 0) else -1


def assert_moved_without_its_edge(world: World, drift: float) -> None:
    moved = drifted(world.members, drift)
    after = figures_of(moved, priced_anew(world.outcomes, moved.values(), drift))
    for name, before in world.figures.items():
        for figure in ("mean_r", "control_mean_r"):
            assert along(name, drift) * (after[name][figure] - before[figure]) > 0.02, (name, figure)
        assert before["edge_low"] <= after[name]["edge"] <= before["edge_high"], name


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_constant_drift_moves_every_mean_r_and_leaves_every_edge_within_its_interval(drift: float) -> None:
    world = chance_world()
    assert len(world.figures) > 35
    assert_moved_without_its_edge(world, drift)


@pytest.mark.parametrize("drift", DRIFTS)
def test_so_it_is_on_real_shares(drift: float, market_data: Path) -> None:
    world = real_world(market_data)
    assert len(world.figures) > 35
    assert_moved_without_its_edge(world, drift)


@pytest.mark.parametrize("drift", DRIFTS)
def test_matches_found_anew_on_the_moved_days_have_the_same_edge_but_for_chance(drift: float) -> None:
    """Other days draw other shapes, so that these are other trades: each of the two edges has an error of its own.

    Of 38 patterns and sides as many may leave the interval of the difference as chance lets in 99 of 100 cases.
    """
    plain, moved = chance_world().figures, chance_world(drift).figures
    both = plain.keys() & moved.keys()
    assert len(both) > 35
    left, shift, drawn_along, weight = [], 0.0, 0.0, 0
    for name in both:
        before, after = plain[name], moved[name]
        assert along(name, drift) * (after["control_mean_r"] - before["control_mean_r"]) > 0, name
        half = math.hypot(*((one["edge_high"] - one["edge_low"]) / 2 for one in (before, after)))
        if abs(after["edge"] - before["edge"]) > half:
            left.append(name)
        trades = min(before["trades"], after["trades"])
        drawn_along += along(name, drift) * (after["mean_r"] - before["mean_r"]) * trades
        shift += (after["edge"] - before["edge"]) * trades
        weight += trades
    assert len(left) <= at_most(len(both), 0.05), left
    assert drawn_along / weight > 0.08, "the drift moves the mean R"
    assert abs(shift / weight) < 0.02, "and leaves the edge"
