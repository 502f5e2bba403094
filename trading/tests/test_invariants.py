"""Section 14 of the definitions, for any valid trades."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal, localcontext
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from trading.stats.breakdowns import breakdown, tally
from trading.stats.calendar import calendar_of, days_of
from trading.stats.confidence import confidence, curve
from trading.stats.decimals import EXACT, rounded, stored, total
from trading.stats.fills import Fill, Kind, Measures, Split, Status, measure, pnl_pct
from trading.stats.journal import Summary, summarise, summary_of
from trading.stats.luck import probabilistic_sharpe, sharpe_of_r, wilson
from trading.stats.multiples import to_units, units
from trading.stats.parts import part_of
from trading.stats.results import Outcome, Result, in_close_order, outcome_of, outcomes_of
from trading.stats.returns import Day, daily_returns, drawdown_pct, drawdowns_pct, index_of, time_weighted
from trading.stats.walks import Growth, Walk

from .reference import moments, result_of

NEW_YORK = ZoneInfo("America/New_York")
# how long an example takes is the machine's affair
brief = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


def summed(made: list[Measures]) -> Summary:
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
    assert realised == total(trade.net or Decimal(0) for trade in made) == summed(made).total_profit_loss


@brief
@given(journals)
def test_2_wins_losses_and_break_evens_are_all(journal: list[Trade]) -> None:
    s = summed([measured(trade) for trade in journal])
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
    one, other = summed(plain), summed(scaled)
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
@given(trades(), st.sampled_from([(4, 1), (2, 1), (1, 2), (5, 1), (1, 10)]), st.integers(0, 1000))
def test_6_fills_told_after_a_split_are_in_its_shares(trade: Trade, ratio: tuple[int, int], hour: int) -> None:
    split = Split(trade[1][0].at + dt.timedelta(hours=hour, minutes=30), *ratio)
    shares = Decimal(split.new) / split.old

    def after(fill: Fill) -> Fill:
        stop = None if fill.stop is None else fill.stop / shares
        return replace(fill, quantity=fill.quantity * shares, price=fill.price / shares, stop=stop)

    told = [fill if fill.at < split.at else after(fill) for fill in trade[1]]
    one, other = measured(trade), measured((trade[0], told), splits=[split])
    assert figures(one)[:6] == figures(other)[:6] and result_of(one).r == result_of(other).r
    assert [(exit_.at, exit_.net) for exit_ in one.exits] == [(exit_.at, exit_.net) for exit_ in other.exits]


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
    walk = Walk.of(to_units(r) for r in rs)
    assert walk.fall >= walk.below >= 0 and walk.fall <= walk.top - walk.bottom
    growth = Growth()
    for r in rs:
        growth.step(r)
    assert 0 <= growth.fall <= 1 and growth.bottom <= growth.level <= growth.top
    line = index_of([r / 100 for r in rs])
    assert line is not None and 0 <= drawdown_pct(line) <= 100
    assert all(0 <= fall <= 100 for fall in drawdowns_pct(line))


wide_prices = st.decimals(min_value="0.00000001", max_value="9999999.99999999", places=8)
wide_quantities = st.sampled_from([Decimal(one) for one in ("0.00000001", "1", "0.33333333", "9999999.99999999")])


@st.composite
def wide_trades(draw: Any) -> Trade:
    """Whatever validation lets through: prices of eight places up to ten million, an exit at nothing, stops anywhere."""
    side, quantity = draw(st.sampled_from(["long", "short"])), draw(wide_quantities)
    stop = draw(st.none() | wide_prices)
    opened = draw(st.integers(0, 100 * 24))
    out = draw(st.just(Decimal(0)) | wide_prices)
    return side, [
        Fill(hours(opened), Kind.ENTRY, quantity, draw(wide_prices), draw(st.just(Decimal(0)) | wide_prices), stop, 1),
        Fill(hours(opened + draw(st.integers(0, 900))), Kind.EXIT, quantity, out, draw(st.just(Decimal(0)) | wide_prices), None, 2),
    ]


def numbers_of(value: Any) -> list[Decimal]:
    """All figures in an answer."""
    if isinstance(value, Decimal):
        return [value]
    if isinstance(value, list | tuple):
        return [one for item in value for one in numbers_of(item)]
    return [one for name in getattr(value, "__dataclass_fields__", {}) for one in numbers_of(getattr(value, name))]


@brief
@given(st.lists(wide_trades() | trades(), max_size=14), st.sampled_from([0, 2]), st.sampled_from(["0", "0.1", "0.25"]))
def test_14_no_figure_is_nan_or_infinite_and_none_fails(journal: list[Trade], places: int, band: str) -> None:
    made = [measured(trade) for trade in journal]
    results = results_of(made)
    minor = [places] * len(results)
    part, ranks = part_of(results, places=minor, band=Decimal(band), zone=NEW_YORK)
    s = summary_of(part, [ranks])
    multiples = units(results)
    kinds = outcomes_of(results, multiples, places=minor, band=Decimal(band))
    groups = breakdown(tally(zip([["a"]] * len(results), results, kinds, multiples, strict=True)), wins=part.wins, n=part.n)
    for value in numbers_of([made, s, confidence(part), curve(part), groups]):
        assert value.is_finite()
    assert s.max_drawdown_r is None or s.max_drawdown_r >= (s.current_drawdown_r or 0) >= 0
    for one in made:
        assert all(stored(value) == value for value in (one.gross, one.net, one.fees) if value is not None)


@brief
@given(st.lists(wide_trades() | trades(), max_size=14), st.sampled_from(["0", "0.1", "0.25"]))
def test_what_is_added_up_by_pieces_is_what_the_definitions_say(journal: list[Trade], band: str) -> None:
    """Section 4 once more, written down as it stands there."""
    results = results_of([measured(trade) for trade in journal])
    part, ranks = part_of(results, places=[2] * len(results), band=Decimal(band), zone=NEW_YORK)
    s = summary_of(part, [ranks])
    rs = [r for r in (one.r for one in results) if r is not None]
    kinds = [outcome_of(one.net, r=one.r, band=Decimal(band)) for one in results]
    with localcontext(EXACT):
        nets = {kind: [one.net for one, of in zip(results, kinds, strict=True) if of == kind] for kind in Outcome}
        assert (s.winning_trades, s.losing_trades) == (len(nets[Outcome.WIN]), len(nets[Outcome.LOSS]))
        assert s.total_profit_loss == total(one.net for one in results)
        assert s.average_win == (total(nets[Outcome.WIN]) / s.winning_trades if s.winning_trades else None)
        if not rs:
            assert s.total_r is s.median_r is s.sqn is None
            return
        line = [total(rs[: k + 1]) for k in range(len(rs))]
        falls = [max(Decimal(0), *line[: k + 1]) - level for k, level in enumerate(line)]
        assert (s.total_r, s.max_drawdown_r, s.current_drawdown_r) == (line[-1], max(falls), falls[-1])
        assert (s.median_r, s.best_r, s.worst_r) == (median(rs), max(rs), min(rs))
        mean = total(rs) / len(rs)
        spread = total((r - mean) ** 2 for r in rs)
        assert rounded(s.average_r_multiple or Decimal(0), 20) == rounded(mean, 20)
        if len(rs) > 1:
            assert rounded((s.sd_r or Decimal(0)) ** 2, 8) == rounded(spread / (len(rs) - 1), 8)


@brief
@given(journals)
def test_15_zones_move_days_and_no_trade(journal: list[Trade]) -> None:
    made = [measured(trade) for trade in journal]
    exits = [(one.at, one.net) for trade in made for one in trade.exits]
    zones = [ZoneInfo(name) for name in ("UTC", "America/New_York", "Pacific/Auckland")]
    assert len({calendar_of(days_of(exits, zone)).total.net for zone in zones}) == 1
    results = results_of(made)
    said = [part_of(results, places=[2] * len(results), band=Decimal(0), zone=zone) for zone in zones]
    assert len({repr(summary_of(part, [ranks])) for part, ranks in said}) == 1
    assert len({repr(confidence(part)) for part, _ in said}) == 1
