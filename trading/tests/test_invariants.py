"""Section 14 of the definitions, for any valid trades."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trading.stats.calendar import calendar_of, days_of
from trading.stats.decimals import EXACT, rounded, stored, total
from trading.stats.fills import Fill, Kind, Measures, Split, Status, measure, pnl_pct
from trading.stats.journal import Summary, summarise
from trading.stats.luck import probabilistic_sharpe, sharpe_of_r, wilson
from trading.stats.results import Result, in_close_order, outcome_of
from trading.stats.returns import Day, daily_returns, index_of, time_weighted

from .reference import moments, result_of

NEW_YORK = ZoneInfo("America/New_York")
brief = settings(max_examples=40)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
prices = st.decimals(min_value="0.01", max_value="9999", places=2)
fees = st.decimals(min_value=0, max_value=20, places=2)
whole = st.integers(min_value=1, max_value=500).map(Decimal)
Trade = tuple[str, list[Fill]]


@st.composite
def trades(draw: Any) -> Trade:
    """A closed trade: one or two entries, one to three exits, with or without a stop."""
    side = draw(st.sampled_from(["long", "short"]))
    opened = draw(st.integers(0, 300 * 24))
    stopped = draw(st.booleans())
    fills, held = [], Decimal(0)
    for k in range(draw(st.integers(1, 2))):
        price, quantity = draw(prices), draw(whole)
        distance = draw(st.decimals(min_value="0.01", max_value="5", places=2))
        stop = price - distance if side == "long" else price + distance
        fills.append(Fill(hours(opened + k), Kind.ENTRY, quantity, price, draw(fees), stop if stopped else None, k))
        held += quantity
    for k in range(draw(st.integers(0, 2))):
        part = draw(st.integers(1, 200).map(Decimal))
        if part < held:
            fills.append(Fill(hours(opened + 2 + 20 * k), Kind.EXIT, part, draw(prices), draw(fees), None, 10 + k))
            held -= part
    fills.append(Fill(hours(opened + draw(st.integers(50, 900))), Kind.EXIT, held, draw(prices), draw(fees), None, 20))
    return side, fills


def hours(n: int) -> dt.datetime:
    return START + dt.timedelta(hours=n)


def measured(trade: Trade, **changes: Any) -> Measures:
    return measure(side=trade[0], fills=trade[1], **changes)


def results_of(made: list[Measures]) -> list[Result]:
    return list(in_close_order(result_of(one, key) for key, one in enumerate(made)))


def summary_of(made: list[Measures]) -> Summary:
    return summarise(results_of(made))


def figures(one: Measures) -> tuple[Any, ...]:
    return (
        one.gross,
        one.fees,
        one.net,
        one.risk,
        one.opened_at,
        one.closed_at,
        rounded(pnl_pct(one.net, one.entry_price, one.quantity_in), 20),
    )


journals = st.lists(trades(), min_size=1, max_size=6)


@brief
@given(journals, st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]))
def test_1_days_weeks_months_and_exits_add_up_to_the_same(journal: list[Trade], zone: str) -> None:
    made = [measured(trade) for trade in journal]
    exits = [(one.at, one.net) for trade in made for one in trade.exits]
    calendar = calendar_of(days_of(exits, ZoneInfo(zone)))
    realised = sum(net for _, net in exits)
    for cells in (calendar.days, calendar.weeks, calendar.months, calendar.years):
        assert sum(cell.net for cell in cells.values()) == realised
        assert sum(cell.exits for cell in cells.values()) == len(exits)
    assert realised == total(trade.net or Decimal(0) for trade in made) == summary_of(made).total_profit_loss


@brief
@given(journals)
def test_2_wins_losses_and_break_evens_are_all(journal: list[Trade]) -> None:
    s = summary_of([measured(trade) for trade in journal])
    assert s.total_trades == s.winning_trades + s.losing_trades + s.break_even_trades
    parts = (s.average_win or 0) * s.winning_trades + (s.average_loss or 0) * s.losing_trades
    assert abs(parts - s.total_profit_loss) <= Decimal("0.005") * s.break_even_trades + Decimal("1e-60")


@brief
@given(trades())
def test_3_r_has_the_sign_of_the_net(trade: Trade) -> None:
    result = result_of(measured(trade))
    if result.r is not None:
        assert (result.r > 0) == (result.net > 0) and (result.r < 0) == (result.net < 0)


@brief
@given(trades())
def test_4_mirroring_changes_nothing(trade: Trade) -> None:
    side, fills = trade
    assume(sum(fill.kind == Kind.ENTRY for fill in fills) == 1)
    about = 2 * fills[0].price
    assume(all(fill.price < about for fill in fills))
    turned = [replace(fill, price=about - fill.price, stop=None if fill.stop is None else about - fill.stop) for fill in fills]
    one, other = measured(trade), measured(("short" if side == "long" else "long", turned))
    assert (one.net, one.risk) == (other.net, other.risk)


@brief
@given(journals, st.integers(2, 50))
def test_5_scaling_scales_money_and_no_ratio(journal: list[Trade], x: int) -> None:
    plain = [measured(trade) for trade in journal]
    assume(all(one.net == rounded(one.net, 2) for one in plain))
    scaled = [measured((side, [replace(fill, quantity=fill.quantity * x, fee=fill.fee * x) for fill in fills])) for side, fills in journal]
    one, other = summary_of(plain), summary_of(scaled)
    assert other.total_profit_loss == x * one.total_profit_loss and other.fees == x * one.fees
    for name in ("win_rate", "average_r_multiple", "sd_r", "sqn", "max_drawdown_r", "median_r", "longest_loss_streak", "trades_with_r"):
        assert getattr(one, name) == getattr(other, name)
    for name in ("payoff_ratio", "profit_factor"):
        before, after = getattr(one, name), getattr(other, name)
        assert (before is None) == (after is None) and (before is None or rounded(before, 40) == rounded(after, 40))


@brief
@given(trades(), st.sampled_from([(4, 1), (2, 1), (1, 3), (3, 2), (1, 10)]))
def test_6_a_split_changes_no_result(trade: Trade, ratio: tuple[int, int]) -> None:
    later = Split(max(fill.at for fill in trade[1]) + dt.timedelta(hours=1), *ratio)
    one, other = measured(trade), measured(trade, splits=[later])
    assert other.status == Status.CLOSED
    assert (one.net, one.gross, one.risk) == (other.net, other.gross, other.risk)


@brief
@given(trades(), st.integers(2, 5))
def test_7_one_exit_in_several_pieces_is_the_same_trade(trade: Trade, pieces: int) -> None:
    side, fills = trade
    last = fills[-1]
    assume(last.quantity >= pieces)
    part, fee = Decimal(int(last.quantity) // pieces), (last.fee / pieces).quantize(Decimal("0.01"))
    rest = [replace(last, quantity=part, fee=fee, number=100 + k) for k in range(pieces - 1)]
    assume(last.fee - fee * (pieces - 1) >= 0)
    rest.append(replace(last, quantity=last.quantity - part * (pieces - 1), fee=last.fee - fee * (pieces - 1), number=200))
    assert figures(measured((side, [*fills[:-1], *rest]))) == figures(measured(trade))


flows = st.decimals(min_value=0, max_value=5000, places=2)


@brief
@given(st.lists(st.tuples(st.decimals(min_value=1, max_value=9999, places=2), flows), min_size=2, max_size=10), flows)
def test_8_a_flow_leaves_earlier_days_alone(days: list[tuple[Decimal, Decimal]], more: Decimal) -> None:
    made = [Day(equity, flow) for equity, flow in days]
    changed = [*made[:-1], Day(made[-1].equity, made[-1].flow + more)]
    one, other = daily_returns(Decimal(1000), made), daily_returns(Decimal(1000), changed)
    assert one[:-1] == other[:-1] and time_weighted(one[:-1]) == time_weighted(other[:-1])
    assert daily_returns(Decimal(1000), [Day(1000 + more, more, holding=False)]) == [0]


@brief
@given(st.integers(0, 300), st.integers(0, 300))
def test_9_and_10_wilson_rises_with_wins_and_stays_below_the_raw_rate(wins: int, losses: int) -> None:
    n = wins + losses
    assume(n)
    low, high = wilson(wins, n) or (Decimal(0), Decimal(1))
    assert 0 <= low <= EXACT.divide(Decimal(wins), Decimal(n)) + Decimal("0.0000005") and low <= high <= 1
    assert wilson(wins + 1, n + 1)[0] >= low >= wilson(wins, n + 1)[0]


@brief
@given(st.lists(st.decimals(min_value=-50, max_value=50, places=4), max_size=40))
def test_10_probabilities_and_drawdowns_keep_their_bounds(rs: list[Decimal]) -> None:
    sure = probabilistic_sharpe(sharpe_of_r(moments(*rs)))
    assert sure is None or 0 <= sure <= 1
    line = index_of(rs)
    assert line is not None


@brief
@given(journals, st.sampled_from([0, 2]), st.sampled_from(["0", "0.1", "0.25"]))
def test_14_no_figure_is_nan_or_infinite(journal: list[Trade], places: int, band: str) -> None:
    made = [measured(trade) for trade in journal]
    s = summarise([result_of(one) for one in made], places=places, band=Decimal(band))
    for name in s.__dataclass_fields__:
        value = getattr(s, name)
        assert not isinstance(value, Decimal) or value.is_finite()
    assert s.max_drawdown_r is None or s.max_drawdown_r >= s.current_drawdown_r >= 0


@brief
@given(journals)
def test_15_zones_move_days_and_no_trade(journal: list[Trade]) -> None:
    made = [measured(trade) for trade in journal]
    for one in made:
        assert stored(one.net) == one.net and outcome_of(one.net) == outcome_of(one.net + 0)
    exits = [(one.at, one.net) for trade in made for one in trade.exits]
    totals = {calendar_of(days_of(exits, ZoneInfo(zone))).total.net for zone in ("UTC", "America/New_York", "Pacific/Auckland")}
    assert len(totals) == 1
