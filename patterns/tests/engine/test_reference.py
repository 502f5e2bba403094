"""Every trade of all detectors on all real shares, judged by a plain reference that shares no code with the engine."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from patterns.engine.bars import Bars
from patterns.engine.confirmation import wait_for_closes
from patterns.engine.evidence import Options, gather
from patterns.engine.finds import REASONS, STATES, SUSPECT
from patterns.engine.registry import Rule, default_rules, detector
from patterns.engine.replay import replay

from . import reference
from .real import sp500, sp500_context
from .reference import Given, Told
from .walks import walks

EXACT = 1e-9


class Share(NamedTuple):
    """One instrument, judged twice: what the engine told of each match and what it counted, what the reference told and counted."""

    symbol: str
    bars: Bars
    finds: Any
    outcomes: Any
    given: list[Given]
    told: list[Told]
    counted: list[int]


def judged(symbol: str, bars: Bars, context: Any, confirm: str = "touch", rules: Sequence[Rule] | None = None) -> Share:
    rules = rules or default_rules()
    found, options = replay(bars, rules, context), Options(confirm=confirm)
    outcomes = gather([bars], [context], rules, options)
    finds = found.finds
    if confirm == "close":
        wait_for_closes(found.study.tape, np.asarray(finds), options.horizon)
    given = [given_of(find) for find in finds]
    told = reference.lives(reference.tape_of(bars), given, confirm=confirm)
    sound = [not find.notes & SUSPECT for find in finds]
    return Share(symbol, bars, finds, outcomes, given, told, reference.counted(given, told, sound))


def given_of(find: Any) -> Given:
    return Given(
        rule=int(find.rule),
        pattern=int(find.pattern),
        side=int(find.side),
        group=int(find.group),
        start=int(find.start),
        known=int(find.known),
        level=float(find.level),
        entry=float(find.entry),
        stop=float(find.stop),
        target=float(find.target),
        expires=int(find.expires),
        out_price=float(find.out_price),
        out_line=(float(find.out_line[0]), float(find.out_line[1])),
        out_atrs=float(find.out_atrs),
        out_closes=int(find.out_sma_closes),
        out_share=float(find.out_sma),
        replaced_at=int(find.ended) if REASONS[find.reason] == "replaced" else None,
    )


@cache
def shares(folder: Path) -> list[Share]:
    around = sp500_context(folder)
    return [judged(symbol, bars, around.of(row, bars.at)) for row, (symbol, bars) in enumerate(sp500(folder).items())]


def what_became(find: Any) -> str:
    """In the words of the reference."""
    return REASONS[find.reason] or STATES[find.state]


def assert_lives_agree(share: Share) -> Counter[str]:
    """Reason, days and prices of every match; returns how often each reason was met."""
    at = share.bars.at
    for find, told in zip(share.finds, share.told, strict=True):
        where = f"{share.symbol}: {find}"
        assert what_became(find) == told.reason, where
        assert (find.ended if find.ended >= 0 else None) == told.ended, where
        assert (find.triggered if find.triggered >= 0 else None) == told.trigger, where
        if told.trigger is not None:
            assert at[find.triggered] == at[told.trigger] and find.paid == pytest.approx(told.fill, rel=EXACT), where
        if not math.isnan(told.exit):
            assert find.exit == pytest.approx(told.exit, rel=EXACT), where
    return Counter(told.reason for told in share.told)


def assert_counts_agree(share: Share) -> int:
    """Which matches count, their entry and exit, and R; returns how many trades were compared."""
    names = ("rule", "pattern", "side", "start", "known")
    counted = {tuple(int(row[name]) for name in (*names, "group")): row for row in share.outcomes}
    expected = {tuple(int(getattr(share.given[k], name)) for name in (*names, "group")): share.told[k] for k in share.counted}
    assert counted.keys() == expected.keys(), share.symbol
    assert len(counted) == len(share.outcomes) and len(expected) == len(share.counted), share.symbol
    at, trades = share.bars.at, 0
    for key, told in expected.items():
        row = counted[key]
        assert row["known_at"] == at[key[4]], (share.symbol, key)
        if told.trigger is None:
            assert row["trigger"] == -1 and math.isnan(row["trigger_at"]) and math.isnan(row["r"]), (share.symbol, key)
            continue
        assert row["trigger_at"] == at[told.trigger] and row["fill"] == pytest.approx(told.fill, rel=EXACT), (share.symbol, key)
        assert row["end"] == (-1 if told.ended is None else told.ended), (share.symbol, key)
        assert row["r"] == pytest.approx(told.r, abs=EXACT, nan_ok=True), (share.symbol, key)
        trades += told.ended is not None
    return trades


def test_every_match_of_every_share_lives_as_the_reference_says(market_data: Path) -> None:
    met = sum((assert_lives_agree(share) for share in shares(market_data)), Counter[str]())
    assert len(shares(market_data)) == 505
    assert met.keys() == {"ready", "triggered", "target", "stopped", "horizon", "validity", "invalidated", "extended", "replaced"}
    assert met["target"] + met["stopped"] + met["horizon"] > 10_000, met


def test_every_trade_that_counts_has_the_r_of_the_reference(market_data: Path) -> None:
    assert sum(assert_counts_agree(share) for share in shares(market_data)) > 10_000


def test_the_entry_is_a_stop_order_just_beyond_the_level(market_data: Path) -> None:
    compared = 0
    for share in shares(market_data)[::10]:
        tape = reference.tape_of(share.bars)
        for one in share.given:
            atr = tape.atr[one.known]
            assert atr is not None
            assert one.entry == pytest.approx(reference.entry_beyond(one.level, one.side, atr), rel=EXACT), share.symbol
            compared += 1
    assert compared > 1000


def test_trades_that_wait_for_a_close_are_those_of_the_reference(market_data: Path) -> None:
    around = sp500_context(market_data)
    met, trades = Counter[str](), 0
    for row, (symbol, bars) in enumerate(sp500(market_data).items()):
        if row % 4 == 0:
            share = judged(symbol, bars, around.of(row, bars.at), "close")
            met += assert_lives_agree(share)
            trades += assert_counts_agree(share)
    assert met.keys() == {"ready", "triggered", "target", "stopped", "horizon", "validity", "invalidated", "extended", "replaced"}
    assert trades > 2000


def test_the_limit_at_the_average_is_that_of_the_rule() -> None:
    rules = [detector("sma50-pullback").rule(broken=0.01), detector("sma50-rally").rule(broken=0.01)]
    ends: dict[float, list[int]] = {}
    for symbol, bars in walks(40, 900, seed=17).items():
        share = judged(symbol, bars, None, rules=rules)
        assert {one.out_share for one in share.given} <= {0.01}
        assert_lives_agree(share)
        for found in (share, judged(symbol, bars, None, rules=[detector(rule.detector).rule() for rule in rules])):
            for one, told in zip(found.given, found.told, strict=True):
                if told.reason == "invalidated":
                    ends.setdefault(one.out_share, []).append(one.known)
    assert len(ends) == 2 and all(ends.values())


def test_on_random_walks_the_reference_agrees_too() -> None:
    trades = 0
    for symbol, bars in walks(40, 900, seed=17).items():
        for confirm in ("touch", "close"):
            share = judged(symbol, bars, None, confirm)
            assert_lives_agree(share)
            trades += assert_counts_agree(share)
    assert trades > 800
