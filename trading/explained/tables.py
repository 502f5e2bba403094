"""Headings of tables: how a column is computed, with the reader's own rows in it."""

from collections.abc import Callable, Mapping, Sequence

from trading.queries.positions import Position
from trading.queries.units import PercentRow
from trading.stats.breakdowns import FEW, Group
from trading.stats.luck import SHRINK_RATE_TRADES, in_percent

from .figure import MINUS, OVER, THARP, TIMES, WILSON, Figure, Words, counted, pct, plain, price, r

ROWS = 8


def _lines(rows: Sequence[Group], write: Callable[[Group], str]) -> tuple[str, ...]:
    said = tuple(f"{row.label}: {write(row)}" for row in rows[:ROWS])
    return (*said, f"and {len(rows) - ROWS} more rows") if len(rows) > ROWS else said


def _heading(name: str, title: str, formula: str, own: Sequence[str], n: str, source: str = "") -> Figure:
    return Figure(name, title, None, "none", formula, tuple(own), n, source=source)


def of_groups(rows: Sequence[Group], words: Words, percents: Mapping[str, PercentRow] | None = None) -> dict[str, Figure]:
    """Columns of a breakdown by their names."""
    known = percents or {}
    n = counted(len(rows), "row")

    def rate(row: Group) -> str:
        low, high = (in_percent(one) for one in row.interval) if row.interval else (None, None)
        return f"{row.winning_trades} {OVER} {row.total_trades} = {pct(row.win_rate, 2)}, {plain(low, 0)} to {plain(high, 0)} %"

    def mean(row: Group) -> str:
        return f"{r(row.total_r)} {OVER} {row.trades_with_r} = {r(row.average_r_multiple)}"

    def money(row: Group) -> str:
        return f"{words.money(row.total_profit_loss)} {OVER} {row.total_trades} = {words.money(row.expectancy)}"

    def factor(row: Group) -> str:
        return f"{words.money(row.won)} {OVER} {words.money(abs(row.lost))} = {plain(row.profit_factor)}"

    def mean_pct(row: Group, percent: PercentRow | None) -> str:
        return f"{pct(percent.mean if percent else None)} a trade, {counted(row.total_trades, 'trade')}"

    def one_pct(row: Group, percent: PercentRow | None) -> str:
        return f"{counted(row.trades_with_r, 'trade')} make {pct(percent.at_one_percent if percent else None)}"

    order = (
        f"Rows stand in the order of (wins + {SHRINK_RATE_TRADES} {TIMES} your overall rate) {OVER} (n + {SHRINK_RATE_TRADES}), "
        f"so that few trades do not lead; those with fewer than {FEW} come last."
    )
    many = "the sum of R over the trades that have one"
    return {
        "win_rate": _heading("win_rate", "Win rate", f"wins {OVER} trades {TIMES} 100, with its 95 % interval", (*_lines(rows, rate), order), n, WILSON),
        "expectancy": _heading("expectancy", "Expectancy", many, _lines(rows, mean), n, THARP),
        "total": _heading("total", "Total", "R of each trade added up", _lines(rows, lambda row: r(row.total_r)), n, THARP),
        "expectancy_money": _heading("expectancy_money", "Expectancy", f"net result {OVER} trades", _lines(rows, money), n),
        "total_money": _heading("total_money", "Net", "net results added up", _lines(rows, lambda row: words.money(row.total_profit_loss)), n),
        "mean_pct": _heading("mean_pct", "On the position", f"(net {OVER} (average entry {TIMES} shares) {TIMES} 100) of each trade, the mean", _lines(rows, lambda row: mean_pct(row, known.get(row.label))), n),
        "at_one_percent": _heading("at_one_percent", "At 1 % risk", f"(1 + 0.01 {TIMES} R) of each trade multiplied up, less 1", _lines(rows, lambda row: one_pct(row, known.get(row.label))), n, THARP),
        "profit_factor": _heading("profit_factor", "Profit factor", f"winning results {OVER} losing results, as money", _lines(rows, factor), n),
    }  # fmt: skip


def of_positions(rows: Sequence[Position], hidden: bool) -> dict[str, Figure]:
    """Columns of the open trades by their names."""

    def lines(write: Callable[[Position], str]) -> list[str]:
        said = [f"{one.trade.symbol}: {write(one)}" for one in rows[:ROWS]]
        return [*said, f"and {len(rows) - ROWS} more"] if len(rows) > ROWS else said

    def stop(one: Position) -> str:
        return f"{price(one.close.price if one.close else None)} to {price(one.trade.stop_now)} = {r(one.stop_distance_r)}"

    def result(one: Position) -> str:
        say = Words(one.trade.account.currency, hidden).money
        return f"{say(one.unrealised)} {OVER} {say(one.trade.risk_amount)} = {r(one.unrealised_r)}"

    n = counted(len(rows), "open trade")
    away = f"(last close {MINUS} stop in force) {OVER} risk of a share: what is lost from here if the stop is hit"
    gained = f"((last close {MINUS} average cost) {TIMES} open shares {MINUS} entry fees left) {OVER} 1R"
    return {
        "to_stop": _heading("to_stop", "To stop", away, lines(stop), n),
        "open_result": _heading("open_result", "Open result", gained, lines(result), n),
    }
