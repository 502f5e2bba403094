"""Lists of a journal as files for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from patterns.tables import cell
from trading.models import CashFlow, Fill, Trade
from trading.models.trade import TradeQuerySet
from trading.presentation import told_account, told_fill, told_flow, told_trade
from trading.queries.journal import Narrowing, closed_trades, narrowed

if TYPE_CHECKING:
    from accounts.models import User

TOGETHER = 1000
TRADE = (
    "code", "symbol", "side", "status", "account", "currency", "source", "pattern", "entry_date", "exit_date", "entry_price", "exit_price",
    "stop_loss", "target_price", "position_size", "quantity_open", "risk_amount", "risk_reward", "gross_profit_loss", "fees", "profit_loss",
    "profit_loss_pct", "r_multiple", "win", "hold_seconds", "tags", "notes", "recorded_at",
)  # fmt: skip
FILL = (
    "trade",
    "symbol",
    "side",
    "number",
    "kind",
    "at",
    "quantity",
    "price",
    "fee",
    "stop",
    "gross_profit_loss",
    "profit_loss",
    "recorded_at",
)
FLOW = ("account", "on", "kind", "amount", "currency", "note", "trade")
TEXTS = {"notes", "tags", "pattern", "account", "note", "code", "trade", "symbol"}
LISTS = (("closed", "Closed trades"), ("open", "Open trades and plans"), ("fills", "Fills"), ("cash-flows", "Ledger"))


@dataclass(frozen=True)
class Table:
    """A header and its rows, read as they are written."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Mapping[str, Any]]


def table_of(*, owner: "User", what: str, narrowing: Narrowing) -> Table:
    """`closed` or `open` trades, their `fills`, or the `cash-flows` of all accounts; read in pieces, so that memory stays bounded."""
    if what == "closed":
        return Table(what, TRADE, _trades(closed_trades(owner=owner, narrowing=narrowing).order_by("closed_at", "id")))
    if what == "open":
        return Table(
            what,
            TRADE,
            _trades(narrowed(owner=owner, narrowing=narrowing).exclude(status=Trade.Status.CLOSED).order_by("recorded_at", "id")),
        )
    if what == "fills":
        return Table(what, FILL, _fills(narrowed(owner=owner, narrowing=narrowing)))
    return Table(what, FLOW, _flows(owner))


def _trades(trades: TradeQuerySet) -> Iterator[dict[str, Any]]:
    for trade in trades.select_related("account", "match").iterator(chunk_size=TOGETHER):
        yield told_trade(trade) | {"account": trade.account.name, "tags": ", ".join(trade.tags)}


def _fills(trades: TradeQuerySet) -> Iterator[dict[str, Any]]:
    rows = Fill.objects.filter(trade__in=trades).select_related("trade").order_by("at", "trade_id", "number")
    for fill in rows.iterator(chunk_size=TOGETHER):
        yield told_fill(fill, 2) | {"trade": str(fill.trade.code), "symbol": fill.trade.symbol, "side": fill.trade.side}


def _flows(owner: "User") -> Iterator[dict[str, Any]]:
    rows = CashFlow.objects.filter(account__owner=owner).select_related("account", "trade").order_by("on", "id")
    for flow in rows.iterator(chunk_size=TOGETHER):
        account = told_account(flow.account)
        yield told_flow(flow, 2) | {"account": account["name"], "currency": account["currency"]}


def written(name: str, value: Any) -> str | int | float | None:
    """A cell: figures stay figures, and no text is taken for a formula."""
    if isinstance(value, str) and name not in TEXTS and _is_figure(value):
        return value
    return cell(value)


def _is_figure(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def as_csv(table: Table) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([written(name, row[name]) for name in table.columns] for row in table.rows)
    return file.getvalue()


def as_xlsx(table: Table) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
    with xlsxwriter.Workbook(file, plain) as book:
        sheet = book.add_worksheet(table.name.title())
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, table.columns, book.add_format({"bold": True}))
        for number, row in enumerate(table.rows, 1):
            for place, name in enumerate(table.columns):
                value = row[name]
                if isinstance(value, str) and name not in TEXTS and _is_figure(value):
                    sheet.write_number(number, place, float(value))
                else:
                    sheet.write(number, place, written(name, value))
    return file.getvalue()
