"""How brokers' files are laid out. A new one is one more entry here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FIELDS = ("symbol", "at", "time", "side", "quantity", "price", "fee", "id")
NEEDED = ("symbol", "at", "quantity", "price")
Rows = list[tuple[int, list[str]]]

NAMES = {
    "symbol": ("symbol", "ticker", "instrument", "underlying", "stock"),
    "at": ("date/time", "datetime", "date time", "executed at", "execution time", "closing time", "trade date", "tradedate", "date", "time stamp", "timestamp"),
    "time": ("time", "trade time", "tradetime"),
    "side": ("side", "buy/sell", "action", "type of order", "b/s", "direction"),
    "quantity": ("quantity", "qty", "shares", "size", "amount", "filled qty", "volume"),
    "price": ("price", "fill price", "tradeprice", "t. price", "trade price", "execution price", "avg price", "average price"),
    "fee": ("fee", "fees", "commission", "ibcommission", "comm/fee", "comm", "commission and fees"),
    "id": ("tradeid", "trade id", "execution id", "executionid", "execid", "ibexecid", "order id", "id"),
}  # fmt: skip


def as_it_is(rows: Rows) -> Rows:
    return rows


def always(told: dict[str, str]) -> bool:
    return True


@dataclass(frozen=True)
class Broker:
    """`table` picks header and rows out of a file; `counts` says which rows are executions; `own` are its names for the fields."""

    name: str
    title: str
    own: dict[str, tuple[str, ...]]
    table: Callable[[Rows], Rows] = as_it_is
    counts: Callable[[dict[str, str]], bool] = always

    def recognise(self, header: Sequence[str]) -> dict[str, str]:
        """Which column is which field, as far as names tell."""
        known = {column.lower(): column for column in header if column}
        found: dict[str, str] = {}
        for name in FIELDS:
            aliases = (*self.own.get(name, ()), *NAMES[name])
            column = next((known[alias] for alias in aliases if alias in known and known[alias] not in found.values()), None)
            if column is not None:
                found[name] = column
        return found


def interactive_brokers(rows: Rows) -> Rows:
    """A flex query is a plain table; an activity statement names its sections in the first column."""
    sections = [(number, cells) for number, cells in rows if cells and cells[0].strip() == "Trades"]
    if not sections:
        return [(number, cells) for number, cells in rows if cells[0].strip() not in ("BOF", "BOA", "BOS", "EOS", "EOA", "EOF")]
    header = next(((number, cells) for number, cells in sections if len(cells) > 1 and cells[1].strip() == "Header"), None)
    if header is None:
        return []
    data = [(number, cells) for number, cells in sections if len(cells) > 3 and cells[1].strip() == "Data"]
    kinds = {cells[2].strip() for _, cells in data}
    # executions where they are listed, else the orders they add up to
    wanted = "Trade" if "Trade" in kinds else "Order"
    return [header, *((number, cells) for number, cells in data if cells[2].strip() == wanted and "Stock" in cells[3])]


def is_filled(told: dict[str, str]) -> bool:
    """Orders that were cancelled or never reached have no price."""
    return bool(told.get("price"))


BROKERS = (
    Broker("generic", "Any CSV", {}),
    Broker(
        "ib", "Interactive Brokers", {"at": ("datetime", "date/time"), "id": ("tradeid", "ibexecid", "transactionid")}, interactive_brokers
    ),
    Broker(
        "tradingview",
        "TradingView paper trading",
        {"at": ("closing time",), "price": ("fill price",), "id": ("order id",)},
        counts=is_filled,
    ),
)


def broker_named(name: str) -> Broker | None:
    return next((one for one in BROKERS if one.name == name), None)
