"""The promises that only real bars can test: no look into the future, no scale, no memory of where a series began."""

from pathlib import Path

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.context import Context
from patterns.engine.finds import Finds
from patterns.engine.registry import default_rules
from patterns.engine.replay import replay

from .real import sp500, sp500_context
from .test_detectors import as_known_at, assert_same


def series(folder: Path, step: int, offset: int = 0) -> list[tuple[str, Bars, Context]]:
    """Every `step`-th share with its context."""
    around = sp500_context(folder)
    panel = list(sp500(folder).items())
    return [(symbol, bars, around.of(row, bars.at)) for row, (symbol, bars) in enumerate(panel) if row % step == offset]


def cut(context: Context, start: int, end: int) -> Context:
    return Context(*(column[start:end] for column in context))


def by_identity(finds: Finds, shift: int = 0) -> dict[tuple[int, ...], Finds]:
    return {(int(f.rule), int(f.pattern), int(f.side), int(f.known) - shift, int(f.start) - shift, int(f.end) - shift): f for f in finds}


@pytest.mark.parametrize("size", [420, 700, 986, 1123])
def test_a_series_cut_at_a_close_gives_what_the_whole_series_knew_there(market_data: Path, size: int) -> None:
    compared = 0
    for _, bars, context in series(market_data, 7):
        if bars.size <= size:
            continue
        whole = as_known_at(replay(bars, default_rules(), context).finds, size)
        known = replay(bars.first(size), default_rules(), cut(context, 0, size)).finds
        assert_same(whole, known, but=("state", "reason", "paid", "exit", "best", "worst", "replaces", "surge"))
        compared += len(known)
    assert compared > 500


@pytest.mark.parametrize("factor", [1000.0, 0.001])
def test_scaled_prices_give_the_same_matches(market_data: Path, factor: float) -> None:
    compared = 0
    for symbol, bars, context in series(market_data, 6, 1):
        plain = replay(bars, default_rules(), context).finds
        scaled = replay(bars.scaled(factor), default_rules(), context).finds
        for name in ("rule", "pattern", "side", "start", "end", "known", "state", "reason", "triggered", "ended"):
            np.testing.assert_array_equal(plain[name], scaled[name], err_msg=symbol)
        for name in ("level", "entry", "stop", "target", "target2"):
            np.testing.assert_allclose(plain[name] * factor, scaled[name], rtol=1e-9, err_msg=symbol)
        np.testing.assert_allclose(plain.score, scaled.score, atol=1e-6)
        compared += len(plain)
    assert compared > 1000


@pytest.mark.parametrize("late", [37, 311])
def test_a_series_that_begins_later_gives_the_same_matches_from_its_bar_500_on(market_data: Path, late: int) -> None:
    compared = 0
    for symbol, bars, context in series(market_data, 5, 2):
        if bars.size < 1000:
            continue
        whole = by_identity(replay(bars, default_rules(), context).finds, late)
        part = by_identity(replay(bars.since(late), default_rules(), cut(context, late, bars.size)).finds)
        whole = {key: find for key, find in whole.items() if key[3] >= 500}
        part = {key: find for key, find in part.items() if key[3] >= 500}
        assert whole.keys() == part.keys(), symbol
        for key, find in whole.items():
            for name in ("level", "entry", "stop", "target", "target2"):
                assert part[key][name] == pytest.approx(find[name], rel=1e-6), (symbol, key)
            assert part[key].score == pytest.approx(find.score, abs=1e-3)
        compared += len(whole)
    assert compared > 500


def test_ratings_at_a_close_do_not_depend_on_later_bars(market_data: Path) -> None:
    from patterns.engine.context import rate_universe

    members = [bars for _, bars, _ in series(market_data, 10)]
    whole = rate_universe(members)
    end = whole.times[800]
    part = rate_universe([bars.cut(end) for bars in members])
    np.testing.assert_array_equal(whole.rs[:, :801], part.rs)
    np.testing.assert_allclose(whole.market[:801], part.market)
