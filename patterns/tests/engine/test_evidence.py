"""The evidence: judged trade by trade by a plain reference, by hand-worked cases, and by worlds in which the answer is known."""

import math
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from patterns.engine.control import key_of, market_of, seeds_of
from patterns.engine.evidence import Options, evidence, gather, record, summarise
from patterns.engine.luck import deflated_sharpe, luckiest, probabilistic_sharpe, wilson
from patterns.engine.registry import default_rules, detector

from . import reference
from .real import sp500
from .test_detectors import flat_bars
from .walks import walks


def test_results_and_controls_agree_with_the_plain_reference(market_data: Path) -> None:
    members = dict(list(sp500(market_data).items())[::40])
    bars, symbols = list(members.values()), list(members)
    rules = [detector("double-bottom").rule(), detector("ascending-triangle").rule(), detector("double-top").rule()]
    market, options = market_of(bars), Options()
    one = record(market, symbols, gather(bars, [None] * len(bars), rules, options), rules, options)
    tapes = [reference.tape_of(one) for one in bars]
    names = np.array([key_of(detector(rules[row["rule"]].detector).patterns[row["pattern"]].name) for row in one.outcomes], np.uint64)
    seeds = seeds_of(one.outcomes, symbols, names)
    compared = 0
    for row, seed, mean, count in zip(one.outcomes, seeds, one.controls, one.control_counts, strict=True):
        if math.isnan(row["r"]):
            assert count == 0
            continue
        owner = bars[row["instrument"]]
        month = owner.at[row["trigger"]].astype("datetime64[s]").astype("datetime64[M]")
        days = [at for at in market.times if at.astype("datetime64[s]").astype("datetime64[M]") == month]
        results = []
        draws = reference.drawn_days(int(seed), len(days), len(bars))
        for _ in range(20):
            for day, member in islice(draws, 64):
                bar = int(np.searchsorted(bars[member].at, days[day]))
                there = bar < bars[member].size and bars[member].at[bar] == days[day]
                if there and bar >= 1 and tapes[member].atr[bar - 1] is not None:
                    results.append(reference.control_trade(tapes[member], bar, int(row["side"]), row["stop_atrs"], row["reward"]))
                    break
        drawn = [result for result in results if not math.isnan(result)]
        assert len(drawn) == count
        if drawn:
            assert mean == pytest.approx(sum(drawn) / len(drawn), abs=1e-9)
        compared += 1
    assert compared > 60


def test_the_same_seed_gives_the_same_answer_in_any_order() -> None:
    panel = walks(12, 700, seed=3)
    rules = [detector("double-bottom").rule(), detector("symmetrical-triangle").rule()]
    first = evidence(panel, [None] * len(panel), rules)
    assert first == evidence(panel, [None] * len(panel), rules)
    turned = evidence(panel, [None] * len(panel), rules[::-1])
    assert sorted(first, key=lambda e: (e["pattern"], e["side"])) == sorted(turned, key=lambda e: (e["pattern"], e["side"]))


def test_luck_agrees_with_the_reference_values() -> None:
    r = np.array([-1.01, 2.49, 1.99, 0.0, 1.49, -1.76, -1.06, 1.985, -1.01, 3.19, 0.89])
    assert probabilistic_sharpe(r) == pytest.approx(0.8853, abs=5e-5)
    assert wilson(7, 12)[0] == pytest.approx(0.319511, abs=5e-7)  # type: ignore[index]
    assert wilson(0, 0) is None
    # fifty ratios with sample variance 0.04
    spread = np.linspace(-1, 1, 50)
    ratios = list(spread * 0.2 / np.std(spread, ddof=1))
    assert luckiest(ratios) == pytest.approx(0.455261, abs=1e-5)
    assert deflated_sharpe(r, ratios) == pytest.approx(0.4134, abs=1e-4)
    assert luckiest(ratios[:9]) is None


def test_nothing_found_gives_no_figures_and_few_trades_give_no_claim() -> None:
    flat = flat_bars(300)
    assert evidence({"FLAT": flat}, [None], [detector("double-bottom").rule()]) == []
    for entry in evidence(walks(3, 500, seed=2), [None] * 3, list(default_rules())):
        assert entry["claim"] == "few"
        assert all(value is None or not isinstance(value, float) or math.isfinite(value) for value in entry.values())


def test_summaries_add_up() -> None:
    panel = walks(20, 900, seed=5)
    bars = list(panel.values())
    rules = [detector("double-top").rule()]
    options = Options()
    one = record(market_of(bars), list(panel), gather(bars, [None] * len(bars), rules, options), rules, options)
    (entry,) = summarise(one)
    assert sum(group["matches"] for group in entry["by_year"].values()) == entry["matches"]
    assert sum(group["matches"] for group in entry["by_score_band"].values()) == entry["matches"]
    told = [
        reference.Told("ready" if row["trigger"] < 0 and row["end"] < 0 else "", trigger=None if row["trigger"] < 0 else 1)
        for row in one.outcomes
    ]
    assert entry["waiting_at_end"] == sum(lived.reason == "ready" for lived in told) > 0
    assert entry["trigger_rate"] == reference.trigger_rate(told) > entry["triggered"] / entry["matches"]
    assert sum(bucket["n"] for bucket in entry["distribution"]) == entry["trades"]
    assert entry["triggered"] == entry["trades"] + entry["running_at_end"]
    assert entry["equity"]["r"][-1] == pytest.approx(entry["mean_r"] * entry["trades"], abs=1e-3)
