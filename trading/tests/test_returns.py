import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from trading.stats.decimals import as_ratio
from trading.stats.luck import (
    consistency,
    deflated_sharpe,
    luck_of_the_best,
    probabilistic_sharpe,
    rate_prior,
    sharpe_of_r,
    shrunk_expectancy,
    trades_needed,
    wilson,
)
from trading.stats.periods import Period, span_of
from trading.stats.returns import (
    Day,
    annualised,
    daily_returns,
    drawdown_pct,
    index_of,
    modified_dietz,
    sharpe,
    sortino,
    time_weighted,
)
from trading.stats.walks import Growth

from . import reference
from .reference import moments

D = Decimal

RS = [one.r for one in reference.results() if one.r is not None]
NEW_YORK = ZoneInfo("America/New_York")


def pct(fraction: D | None, places: int = 4) -> str | None:
    return None if fraction is None else as_ratio(100 * fraction, places)


def test_time_weighted_return_with_a_deposit() -> None:
    days = [Day(D(10200)), Day(D(14896), D(5000)), Day(D("15640.80"))]
    assert pct(time_weighted(daily_returns(D(10000), days))) == "4.9580"


def test_time_weighted_return_with_an_open_trade_marked() -> None:
    days = [Day(D(10099)), Day(D(10899), D(1000)), Day(D(11198))]
    found = daily_returns(D(10000), days)
    assert [pct(r) for r in found] == ["0.9900", "-1.8020", "2.7434"]
    assert pct(time_weighted(found)) == "1.8908"


def test_a_return_is_undefined_from_the_day_without_equity() -> None:
    found = daily_returns(D(100), [Day(D(50)), Day(D(0)), Day(D(10), D(0)), Day(D(20), D(10))])
    assert found[:2] == [D("-0.5"), D(-1)] and found[2:] == [None, None]
    assert time_weighted(found) is None and index_of(found) is None


def test_days_without_holdings_return_nothing_whatever_flows() -> None:
    assert daily_returns(D(100), [Day(D(1100), D(1000), holding=False), Day(D(0), D(-1100), holding=False)]) == [0, 0]


def test_modified_dietz() -> None:
    assert pct(modified_dietz(start=D(10000), end=D("15640.80"), flows=[(1, D(5000))], days=3)) == "4.8060"
    assert modified_dietz(start=D(0), end=D(10), flows=[], days=3) is None


def test_annualising_waits_for_a_year() -> None:
    assert pct(annualised(D("0.25"), 548)) == "16.0240"
    assert annualised(D("0.25"), 364) is None and annualised(D(-1), 548) is None


def test_drawdown_of_realised_equity() -> None:
    equity, line = D(10000), []
    for one in reference.results():
        equity += one.net
        line.append(equity)
    assert as_ratio(drawdown_pct(line, D(10000))) == "5.0857"
    assert as_ratio(drawdown_pct(line[:1], D(10000))) == "2.0200"
    assert drawdown_pct([D(10001)], D(10000)) == 0


def test_sharpe_and_sortino_of_twenty_days() -> None:
    days = [D(x) / 1000 for x in "4 -2 0 6 -3 1 2 -1 5 0 -4 3 2 1 -2 4 0 3 -1 2".split()]
    assert as_ratio(sharpe(days)) == "5.8481" and as_ratio(sortino(days)) == "12.0000"
    assert sharpe(days[:19]) is None and sortino(days[:19]) is None
    assert sharpe([D("0.01")] * 20) is None and sortino([D("0.01")] * 20) is None


def grown(*rs: D) -> Growth:
    growth = Growth()
    for r in rs:
        growth.step(r)
    return growth


def test_risk_normalised_return() -> None:
    found = grown(*RS)
    assert pct(found.level - 1) == "7.2821" and pct(found.fall) == "2.8013"
    assert grown(D(-200), D(5)).level == 0 and grown(D(-200)).fall == 1


@pytest.mark.parametrize(
    ("wins", "n", "lower"),
    [
        (0, 5, "0.000000"), (1, 1, "0.206549"), (3, 3, "0.438503"), (5, 5, "0.565518"), (10, 10, "0.722467"), (6, 11, "0.280092"),
        (7, 12, "0.319511"), (55, 100, "0.452446"), (60, 100, "0.502003"), (300, 500, "0.556454"), (60, 80, "0.645153"),
        (45, 60, "0.627679"), (30, 40, "0.598060"), (9, 10, "0.595850"),
    ],
)  # fmt: skip
def test_wilson_lower_bound(wins: int, n: int, lower: str) -> None:
    assert as_ratio(wilson(wins, n)[0], 6) == lower


def test_wilson_is_undefined_without_trades() -> None:
    assert wilson(0, 0) is None


def test_shrunk_expectancy() -> None:
    assert as_ratio(shrunk_expectancy(moments(*RS))) == "0.2321"
    assert as_ratio(shrunk_expectancy(moments(*[D(2)] * 5))) == as_ratio(shrunk_expectancy(moments(*[D("0.6")] * 40))) == "0.4000"
    assert as_ratio(shrunk_expectancy(moments(*[D("0.35")] * 200))) == "0.3182"
    assert as_ratio(shrunk_expectancy(moments(*[D(40), D(-1), D(-1), D(-1)]))) == "0.2917"


def test_consistency_has_a_floor_and_a_clamp() -> None:
    assert as_ratio(consistency(moments(*RS))) == "1.2773"
    assert as_ratio(consistency(moments(*[D("0.02")] * 30))) == "1.0954"
    assert consistency(moments(*[D(1)] * 30)) == 10


def test_probabilistic_and_deflated_sharpe() -> None:
    record = sharpe_of_r(moments(*RS))
    assert as_ratio(record.ratio, 6) == "0.385133" and as_ratio(record.skewness, 6) == "-0.016410"
    assert as_ratio(record.kurtosis, 6) == "1.555471" and as_ratio(record.argument, 6) == "1.026918"
    assert as_ratio(probabilistic_sharpe(record)) == "0.8853"
    assert as_ratio(trades_needed(record), 2) == "19.73"
    assert f"{luck_of_the_best(50, 0.04):.6f}" == "0.455261"
    assert as_ratio(deflated_sharpe(record, traders=50, variance=0.04)) == "0.4134"
    assert deflated_sharpe(record, traders=9, variance=0.04) is None and deflated_sharpe(record, traders=50, variance=0) is None
    assert sharpe_of_r(moments(*RS[:9])) is None and sharpe_of_r(moments(*[D(1)] * 12)) is None
    assert trades_needed(sharpe_of_r(moments(*[-r for r in RS]))) is None


def test_the_prior_of_win_rates() -> None:
    prior = rate_prior([(18, 30), (25, 50), (33, 60), (12, 40), (44, 80), (28, 40), (21, 50), (36, 90)])
    assert as_ratio(prior.mean) == "0.5025" and as_ratio(prior.variance, 6) == "0.015907" and as_ratio(prior.harmonic_n) == "48.8964"
    assert as_ratio(prior.between, 6) == "0.010794" and as_ratio(prior.weight) == "22.1595"
    assert [pct(prior.shrink(w, n), 2) for w, n in ((4, 5), (18, 30), (36, 90))] == ["55.73", "55.86", "42.03"]
    same = rate_prior([(5, 10), (10, 20)])
    assert same.weight is None and same.shrink(9, 10) == D("0.5")


@pytest.mark.parametrize(
    ("at", "period", "start", "end", "hours"),
    [
        ("2026-03-10 15:00", "weekly", "2026-03-09 04:00", "2026-03-16 04:00", 168),
        ("2026-03-08 12:00", "daily", "2026-03-08 05:00", "2026-03-09 04:00", 23),
        ("2026-03-08 12:00", "weekly", "2026-03-02 05:00", "2026-03-09 04:00", 167),
        ("2026-03-08 12:00", "monthly", "2026-03-01 05:00", "2026-04-01 04:00", 743),
        ("2026-11-01 12:00", "daily", "2026-11-01 04:00", "2026-11-02 05:00", 25),
        ("2026-11-01 12:00", "weekly", "2026-10-26 04:00", "2026-11-02 05:00", 169),
        ("2026-02-02 04:59:59", "weekly", "2026-01-26 05:00", "2026-02-02 05:00", 168),
        ("2026-02-02 05:00:00", "weekly", "2026-02-02 05:00", "2026-02-09 05:00", 168),
    ],
)
def test_periods_are_local_midnights(at: str, period: str, start: str, end: str, hours: int) -> None:
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    span = span_of(Period(period), moment, NEW_YORK)
    assert [f"{one:%Y-%m-%d %H:%M}" for one in span] == [start, end]
    assert (span.end - span.start) == dt.timedelta(hours=hours)
    assert moment in span and span.end not in span
