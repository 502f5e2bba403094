"""What may be said of an edge or a loss, when much was tried."""

from typing import Any

import numpy as np
import pytest

from patterns.engine.claims import FEWEST, SURE, Tries, judge, tries_of
from patterns.engine.luck import best_by_luck, confidence, moments

MANY = Tries(60, 0.05)


def entry(excess: float, n: int = 400, **more: Any) -> dict[str, Any]:
    """Results whose mean is `excess` at a deviation of one, with intervals that say so on the whole span and on its last third."""
    values = np.random.default_rng(8).standard_normal(n)
    values = excess + (values - values.mean()) / values.std(ddof=1)
    luck = moments(values)
    assert luck is not None
    margin = 1.96 / np.sqrt(n)
    late = {"trades": n // 3, "edge_low": excess - 1.5 * margin, "edge_high": excess + 1.5 * margin}
    return {
        "trades": n,
        "edge": excess,
        "edge_low": excess - margin,
        "edge_high": excess + margin,
        "out_of_sample": late,
        "luck": luck._asdict(),
        **more,
    }


def claim(one: dict[str, Any], tries: Tries = MANY) -> str:
    (judged,) = judge([one], tries)
    return str(judged["claim"])


def test_an_edge_and_a_loss_are_claimed_by_one_measure() -> None:
    for size, said in ((0.4, ("edge", "loses")), (0.16, ("none", "none")), (0.02, ("none", "none"))):
        assert (claim(entry(size)), claim(entry(-size))) == said


def test_what_one_look_could_claim_many_looks_cannot_in_either_direction() -> None:
    few, many = Tries(10, 0.05), Tries(20_000, 0.05)
    assert (claim(entry(0.24), few), claim(entry(-0.24), few)) == ("edge", "loses")
    assert (claim(entry(0.24), many), claim(entry(-0.24), many)) == ("none", "none")


def test_the_probabilities_are_mirrors_of_each_other() -> None:
    (up,), (down,) = judge([entry(0.25)], MANY), judge([entry(-0.25)], MANY)
    assert up["beyond_luck"] == pytest.approx(down["below_luck"], abs=0.02)
    assert up["below_luck"] < 1e-6 and down["beyond_luck"] < 1e-6
    bar = best_by_luck(*MANY)
    assert bar is not None and up["luck_ratio"] == bar
    assert down["below_luck"] == pytest.approx(1 - (confidence(moments_of(down), -bar) or 0))


def moments_of(judged: dict[str, Any]) -> Any:
    from patterns.engine.luck import Moments

    return Moments(**judged["luck"])


def test_where_luck_cannot_be_deflated_nothing_is_claimed() -> None:
    for tries in (Tries(9, 0.05), Tries(60, 0.0)):
        (judged,) = judge([entry(-0.5)], tries)
        assert (judged["beyond_luck"], judged["below_luck"], judged["claim"]) == (None, None, "none")


def test_the_last_third_and_the_number_of_trades_must_bear_it_out() -> None:
    assert claim(entry(-0.4, out_of_sample={"trades": 133, "edge_low": -0.3, "edge_high": 0.01})) == "none"
    assert claim(entry(0.4, out_of_sample={"trades": 133, "edge_low": -0.01, "edge_high": 0.3})) == "none"
    assert claim(entry(0.4, out_of_sample={"trades": FEWEST - 1, "edge_low": 0.1, "edge_high": 0.3})) == "few"
    assert claim(entry(-0.4, trades=FEWEST - 1)) == "few"


def test_hundreds_of_results_of_nothing_but_chance_make_no_claim_in_either_direction() -> None:
    rng = np.random.default_rng(2)
    entries = []
    for _ in range(400):
        values = rng.standard_normal(200)
        luck = moments(values)
        assert luck is not None
        middle, margin = float(values.mean()), 1.96 / np.sqrt(200)
        late = {"trades": 66, "edge_low": middle - margin, "edge_high": middle + margin}
        entries.append(
            {
                "trades": 200,
                "edge": middle,
                "edge_low": middle - margin,
                "edge_high": middle + margin,
                "out_of_sample": late,
                "luck": luck._asdict(),
            }
        )
    alone = sum(one["edge_low"] > 0 or one["edge_high"] < 0 for one in entries)
    claimed = [one["claim"] for one in judge(entries, tries_of(entries)) if one["claim"] != "none"]
    assert alone > 10, "a twentieth of the intervals leaves zero out by chance"
    assert claimed == [], f"of {alone} intervals without zero {len(claimed)} were claimed at {SURE:.0%}"
