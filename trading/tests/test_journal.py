import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from trading.stats.breakdowns import Group, breakdown, tally
from trading.stats.calendar import calendar_of, days_of
from trading.stats.decimals import as_money, as_ratio, total
from trading.stats.distribution import bin_of, distribution
from trading.stats.fills import Kind, measure
from trading.stats.journal import sqn_band, summarise
from trading.stats.luck import consistency, shrunk_expectancy, wilson
from trading.stats.multiples import from_units, to_units, units
from trading.stats.parts import part_of
from trading.stats.reasons import undefined
from trading.stats.results import Outcome, Result, outcome_of, outcomes_of
from trading.stats.walks import Runs, Walk

from . import reference

D = Decimal

NEW_YORK = ZoneInfo("America/New_York")


def results_of(*amounts: str, risk: str | None = "100") -> list[Result]:
    start = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    return [
        Result(start + dt.timedelta(days=k), D(net), D(net), D(0), None if risk is None else D(risk), 3600, k)
        for k, net in enumerate(amounts)
    ]


def test_the_reference_journal() -> None:
    s = summarise(reference.results())
    assert (s.total_trades, s.winning_trades, s.losing_trades, s.break_even_trades) == (12, 7, 4, 1)
    assert as_ratio(s.win_rate) == "58.3333" and as_ratio(s.win_rate_without_break_evens, 2) == "63.64"
    assert as_money(s.total_profit_loss) == "1537.00"
    assert as_money(s.gross_profit_loss) == "1562.00" and as_money(s.fees) == "25.00"
    assert as_money(s.average_win) == "357.86" and as_money(s.average_loss) == "-242.00"
    assert as_ratio(s.payoff_ratio) == "1.4787" and as_ratio(s.profit_factor) == "2.5878"
    assert as_money(s.expectancy_per_trade) == "128.08" and as_ratio(s.average_r_multiple) == "0.6541"
    assert as_ratio(s.total_r) == "7.1950" and as_ratio(s.median_r) == "0.8900"
    assert as_ratio(s.best_r) == "3.1900" and as_ratio(s.worst_r) == "-1.7600"
    assert as_ratio(s.sd_r) == "1.6984" and as_ratio(s.sqn) == "1.2773"
    assert as_ratio(s.max_drawdown_r) == "2.8200" and as_ratio(s.current_drawdown_r) == "0.0000"
    assert (s.longest_win_streak, s.longest_loss_streak, s.current_streak) == (4, 2, (2, Outcome.WIN))
    assert s.trades_without_r == 1
    assert undefined(s) == {}


def test_outcomes_in_close_order() -> None:
    rows = reference.results()
    assert "".join(outcome_of(one.net)[0].upper() for one in rows) == "LWWBWWLLWLWW"
    order = {net: name for name, (_, _, net, *_) in reference.EXPECTED.items()}
    known = [order[as_money(one.net)] for one in rows]
    # T2 and T11 have the same net
    assert known == [name if name != "T2" else "T11" for name in reference.CLOSE_ORDER]


def test_cumulative_r_and_its_drawdown_start_at_zero() -> None:
    rs = [r for r in units(reference.results()) if r is not None]
    line = [from_units(Walk.of(rs[: k + 1]).total) for k in range(len(rs))]
    assert [as_ratio(one, 3) for one in line] == ("-1.010 1.480 3.470 3.470 4.960 3.200 2.140 4.125 3.115 6.305 7.195".split())
    one = Walk.of([to_units(D("-1.01"))])
    assert from_units(one.fall) == from_units(one.below) == D("1.01")


def test_expectancy_is_shares_over_all_trades_times_averages() -> None:
    s = summarise(reference.results())
    n = s.total_trades
    parts = s.winning_trades * s.average_win / n + s.losing_trades * s.average_loss / n
    assert as_money(parts) == as_money(s.expectancy_per_trade) == "128.08"
    decided = s.winning_trades + s.losing_trades
    assert as_money(s.winning_trades * s.average_win / decided + s.losing_trades * s.average_loss / decided) == "139.73"


def mean_of(values: list[D]) -> D:
    return total(values) / len(values)


def test_variants_that_would_be_wrong() -> None:
    rows = reference.results()
    s = summarise(rows)
    lost = abs(s.average_loss * s.losing_trades)
    assert as_ratio(s.total_profit_loss / lost) == "1.5878" != as_ratio(s.profit_factor)
    as_zero = [one.r or D(0) for one in rows]
    assert as_ratio(total(as_zero) / len(rows)) == "0.5996" != as_ratio(s.average_r_multiple)
    rs = [one.r for one in rows if one.r is not None]
    population = (total((r - total(rs) / len(rs)) ** 2 for r in rs) / len(rs)).sqrt()
    assert as_ratio(population) == "1.6193" != as_ratio(s.sd_r)
    assert (s.losing_trades, s.break_even_trades) == (4, 1)
    nets = [one.net for one in rows]
    of_money = mean_of(nets) / (total((net - mean_of(nets)) ** 2 for net in nets) / (len(nets) - 1)).sqrt() * D(len(nets)).sqrt()
    assert as_ratio(of_money) != as_ratio(s.sqn) == "1.2773"
    days = calendar_of(days_of(reference.exits(), NEW_YORK)).days
    assert [days[dt.date(2026, 1, day)].net for day in (16, 21)] == [199, 99]
    assert (as_money(D("2.675")), f"{2.675:.2f}") == ("2.68", "2.67")
    assert summarise(results_of("100", "200")).profit_factor is None


# net amounts, risk, then n, win rate, without break-evens, Wilson, profit factor, average win, average loss, payoff, expectancy,
# mean R, sd R, SQN, consistency, shrunk expectancy, drawdown; - is undefined
EDGES = [
    ("", "100", "0 - - - - - - - - - - - - - -"),
    ("200", "100", "1 100.00 100.00 0.206549 - 200.00 - - 200.00 2.0000 - - - 0.0952 0.0000"),
    ("-100", "100", "1 0.00 0.00 0.000000 0.0000 - -100.00 - -100.00 -1.0000 - - - -0.0476 1.0000"),
    ("100 200 300", "100", "3 100.00 100.00 0.438503 - 200.00 - - 200.00 2.0000 1.0000 3.4641 3.4641 0.2609 0.0000"),
    ("-100 -100 -100", "100", "3 0.00 0.00 0.000000 0.0000 - -100.00 - -100.00 -1.0000 0.0000 - -10.0000 -0.1304 3.0000"),
    ("0 0", "100", "2 0.00 - 0.000000 - - - - 0.00 0.0000 0.0000 - 0.0000 0.0000 0.0000"),
    ("200 -100", "100", "2 50.00 50.00 0.094531 2.0000 200.00 -100.00 2.0000 50.00 0.5000 2.1213 0.3333 0.3333 0.0455 1.0000"),
    ("50 -20", None, "2 50.00 50.00 0.094531 2.5000 50.00 -20.00 2.5000 15.00 - - - - - -"),
    (
        "4000 -100 -100 -100",
        "100",
        "4 25.00 25.00 0.045587 13.3333 4000.00 -100.00 40.0000 925.00 9.2500 20.5000 0.9024 0.6364 0.2917 3.0000",
    ),
]


@pytest.mark.parametrize(("amounts", "risk", "expected"), EDGES)
def test_edge_cases(amounts: str, risk: str | None, expected: str) -> None:
    rows = results_of(*amounts.split(), risk=risk)
    s = summarise(rows)
    rs = [one.r for one in rows if one.r is not None]
    interval = wilson(s.winning_trades, s.total_trades)
    found = [
        str(s.total_trades),
        as_ratio(s.win_rate, 2),
        as_ratio(s.win_rate_without_break_evens, 2),
        as_ratio(interval[0] if interval else None, 6),
        as_ratio(s.profit_factor),
        as_money(s.average_win),
        as_money(s.average_loss),
        as_ratio(s.payoff_ratio),
        as_money(s.expectancy_per_trade),
        as_ratio(s.average_r_multiple),
        as_ratio(s.sd_r),
        as_ratio(s.sqn),
        as_ratio(consistency(reference.moments(*rs))),
        as_ratio(shrunk_expectancy(reference.moments(*rs))),
        as_ratio(s.max_drawdown_r),
    ]
    assert [one or "-" for one in found] == expected.split()


def test_every_undefined_figure_has_its_reason() -> None:
    for amounts, risk, _ in EDGES:
        s = summarise(results_of(*amounts.split(), risk=risk))
        missing = {name for name in s.__dataclass_fields__ if getattr(s, name) is None}
        assert set(undefined(s)) == missing
    only_wins = undefined(summarise(results_of("100", "200")))
    assert only_wins["profit_factor"] == "no losing trade yet"
    assert undefined(summarise(results_of("50", "-20", risk=None)))["total_r"] == "no closed trade with a stop yet"


def test_fees_larger_than_the_profit_make_a_loss() -> None:
    row = ("X", "long", [("01-05", "1", "50", "48", "5")], [("01-06", "1", "51", "1")])
    assert outcome_of(measure(side="long", fills=reference.fills_of(row)).net) == Outcome.LOSS


def test_a_private_band_makes_small_results_break_even() -> None:
    s = summarise(results_of("10", "-10", "300"), band=D("0.25"))
    assert (s.winning_trades, s.losing_trades, s.break_even_trades) == (1, 0, 2)


def test_outcomes_follow_the_minor_unit() -> None:
    assert outcome_of(D("0.004")) == Outcome.BREAK_EVEN and outcome_of(D("0.005")) == Outcome.WIN
    assert outcome_of(D("0.4"), places=0) == Outcome.BREAK_EVEN


def test_streaks_skip_break_evens() -> None:
    w, loss, b = "win", "loss", "break_even"
    runs = Runs.of([w, b, w, loss, b, b, loss, loss, w])
    assert (runs.longest, runs.last) == ({w: 2, loss: 3}, (1, w))
    assert (Runs.of([b]).longest, Runs.of([b]).last) == ({w: 0, loss: 0}, None)


def test_the_r_distribution() -> None:
    bins = distribution(part_of(reference.results(), places=[2] * 12, band=D(0), zone=NEW_YORK)[0].bins)
    counts = {(one.low, one.high): one.count for one in bins if one.count}
    assert counts == {(-2, -1): 4, (0, 1): 2, (1, 2): 3, (2, 3): 1, (3, 4): 1}
    assert sum(one.count for one in bins) == 11 and len(bins) == 10
    edges = {"-1.00": "-1 to 0", "-3.01": "below -3", "-3": "-3 to -2", "5": "5 and above", "40": "5 and above", "-1.01": "-2 to -1"}
    assert {r: bins[bin_of(to_units(D(r)))].title for r in edges} == edges


def test_the_calendar_dates_each_exit_on_its_day() -> None:
    made = calendar_of(days_of(reference.exits(), NEW_YORK))
    days = {f"{day:%m-%d}": as_money(cell.net) for day, cell in made.days.items()}
    assert days == {
        "01-08": "-202.00", "01-09": "498.00", "01-14": "398.00", "01-15": "0.00", "01-16": "199.00", "01-21": "99.00", "01-22": "98.00",
        "01-23": "-352.00", "01-28": "-212.00", "01-30": "397.00", "02-03": "-202.00", "02-05": "638.00", "02-06": "178.00",
    }  # fmt: skip
    assert [as_money(cell.net) for cell in made.months.values()] == ["923.00", "614.00"]
    assert as_money(made.total.net) == "1537.00" and made.total.exits == 13
    assert sum(cell.net for cell in made.weeks.values()) == made.total.net
    assert Kind.EXIT not in days


def grouped(**rows: list[Result]) -> list[Group]:
    """Rows of a journal that won 7 of 12 in all."""
    labelled = [([label], one) for label, results in rows.items() for one in results]
    results = [one for _, one in labelled]
    multiples = units(results)
    outcomes = outcomes_of(results, multiples, places=[2] * len(results), band=D(0))
    told = zip((labels for labels, _ in labelled), results, outcomes, multiples, strict=True)
    return breakdown(tally(told), wins=7, n=12)


def test_breakdowns_order_by_the_shrunk_rate_and_put_few_trades_last() -> None:
    assert as_ratio(100 * grouped(a=results_of("1", "1", "1"))[0].order, 2) == "67.95"
    assert as_ratio(100 * grouped(a=results_of("1", "1", *["-1"] * 8))[0].order, 2) == "39.17"
    both = grouped(few=results_of("1", "1", "1"), many=results_of(*["-1"] * 6))
    assert [row.label for row in both] == ["many", "few"] and both[1].is_small


def test_a_row_of_a_breakdown_has_the_figures_of_its_trades() -> None:
    row = grouped(a=reference.results())[0]
    low, high = row.interval or (None, None)
    assert (row.total_trades, row.winning_trades, row.trades_with_r) == (12, 7, 11)
    assert [as_ratio(one) for one in (row.win_rate, row.average_r_multiple, row.total_r, row.profit_factor)] == [
        "58.3333",
        "0.6541",
        "7.1950",
        "2.5878",
    ]
    assert as_ratio(low, 6) == "0.319511" and as_money(row.total_profit_loss) == "1537.00" and high is not None


def test_sqn_bands() -> None:
    words = [sqn_band(D(x)) for x in ("1.59", "1.6", "2.0", "2.49", "2.5", "3.0", "5.0", "5.01")]
    assert words == ["hard to trade", "below average", "average", "average", "good", "excellent", "excellent", "superb"]
