"""How brokers' files are laid out. A new one is one more entry here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from . import interactive_brokers as ib
from .tables import Rows

AUTO = "auto"
FIELDS = {
    "symbol": "Symbol",
    "at": "Date, or date and time",
    "time": "Time, if apart",
    "side": "Bought or sold",
    "kind": "Entry or exit",
    "quantity": "Quantity",
    "price": "Price",
    "fee": "Commission",
    "tax": "Taxes and other charges",
    "stop": "Initial stop",
    "currency": "Currency",
    "id": "Execution id",
    "order": "Order id",
    "account": "Broker's account",
}  # fmt: skip
NEEDED = ("symbol", "at", "quantity", "price")
LOOKED_THROUGH = 25  # lines in which a header may begin

NAMES = {
    "symbol": ("symbol", "ticker", "instrument", "underlying", "stock", "security"),
    "at": (
        "date/time", "datetime", "date time", "executed at", "execution time", "exec time", "fill time", "filled time", "closing time",
        "trade date", "tradedate", "transaction date", "run date", "date", "time stamp", "timestamp", "at",
    ),
    "time": ("time", "trade time", "tradetime", "execution time"),
    "side": ("side", "buy/sell", "action", "type of order", "b/s", "direction", "buy or sell", "transaction", "transaction type"),
    "kind": ("kind", "open/close", "entry/exit", "position effect", "pos effect", "effect"),
    "quantity": ("filled qty", "filled quantity", "filled", "exec qty", "quantity", "qty", "shares", "size", "amount", "volume"),
    "price": (
        "fill price", "filled price", "tradeprice", "t. price", "trade price", "execution price", "exec price", "avg price",
        "average price", "price",
    ),
    "fee": ("fee", "fees", "commission", "commissions", "ibcommission", "comm/fee", "comm", "commission and fees", "fees & comm"),
    "tax": ("taxes", "tax"),
    "stop": ("initial stop", "stop loss"),
    "currency": ("currency", "currencyprimary", "ccy", "trade currency"),
    "id": ("execution id", "executionid", "execid", "exec id", "ibexecid", "fill id", "tradeid", "trade id"),
    "order": ("order id", "orderid", "iborderid", "order number", "order no", "order"),
    "account": ("clientaccountid", "account id", "account number", "account"),
}  # fmt: skip


def as_it_is(rows: Rows) -> Rows:
    return rows


def _always(told: dict[str, str]) -> bool:
    return True


def _never(told: dict[str, str]) -> bool:
    return False


def _as_told(told: dict[str, str]) -> dict[str, str]:
    return told


@dataclass(frozen=True)
class Broker:
    """`signs` are columns that only its files have; `table` picks header and rows out of a file; `counts` says which rows are
    executions, `cancelled` which of them the broker took back; `own` are its names for the fields, more of them than FIELDS names."""

    name: str
    title: str
    signs: tuple[tuple[str, ...], ...] = ()
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    table: Callable[[Rows], Rows] = as_it_is
    counts: Callable[[dict[str, str]], bool] = _always
    cancelled: Callable[[dict[str, str]], bool] = _never
    ready: Callable[[dict[str, str]], dict[str, str]] = _as_told  # a row, before it is read
    cost_is_negative: bool | None = None  # None: as most rows of the file have it

    def recognise(self, header: Sequence[str]) -> dict[str, str]:
        """Which column is which field, as far as names tell."""
        known = {column.lower(): column for column in reversed(header) if column}
        found: dict[str, str] = {}
        for name in (*FIELDS, *(name for name in self.own if name not in FIELDS)):
            aliases = (*self.own.get(name, ()), *NAMES.get(name, ()))
            column = next((known[alias] for alias in aliases if alias in known and known[alias] not in found.values()), None)
            if column is not None:
                found[name] = column
        return found

    def is_of(self, header: Sequence[str]) -> bool:
        names = {name.strip().lower() for name in header}
        return any(names.issuperset(sign) for sign in self.signs)


def is_filled(told: dict[str, str]) -> bool:
    """Orders that were cancelled, rejected or still wait are no executions."""
    status = told.get("status", "").lower()
    return bool(told.get("price")) and (not status or "fill" in status)


def header_first(rows: Rows) -> Rows:
    """From the header on, which may stand below a title."""
    for place, (_, cells) in enumerate(rows[:LOOKED_THROUGH]):
        found = GENERIC.recognise([cell.strip() for cell in cells])
        if all(name in found for name in NEEDED):
            return rows[place:]
    return rows


STATUS = {"status": ("status", "order status", "state")}
GENERIC = Broker("generic", "Any CSV", own=STATUS, table=header_first, counts=lambda told: "status" not in told or is_filled(told))
BROKERS = (
    GENERIC,
    Broker(
        "ib",
        "Interactive Brokers",
        signs=(("tradeprice", "ibcommission"), ("tradeprice", "clientaccountid"), ("tradeprice", "buy/sell", "tradeid")),
        own={
            "at": ("datetime", "date/time"),
            "time": ("tradetime",),
            "id": ("ibexecid", "tradeid", "transactionid"),
            "codes": ("notes/codes", "code"),
            "asset": ("assetclass",),
        },
        table=ib.table_of,
        ready=ib.ready,
        cancelled=ib.is_cancelled,
        cost_is_negative=True,
    ),
    Broker(
        "tradingview",
        "TradingView paper trading",
        signs=(("fill price", "closing time"), ("fill price", "placing time")),
        own={"at": ("closing time", "placing time"), "price": ("fill price",), "quantity": ("filled qty", "qty", "quantity"), **STATUS},
        counts=is_filled,
    ),
    Broker(
        "legend",
        "Legend, exported fills",
        signs=(("trade", "symbol", "side", "kind", "at", "quantity", "price"),),
        own={"trade": ("trade",), "number": ("number",), "stop": ("stop",), "split": ("split",)},
        ready=lambda told: told | {"id": f"{told.get('trade', '')}/{told.get('number', '')}"},
        cost_is_negative=False,
    ),
)


def broker_named(name: str) -> Broker | None:
    return next((one for one in BROKERS if one.name == name), None)


def broker_of(rows: Rows) -> Broker:
    """Whose file this is, by its columns; any CSV where nobody's are there."""
    if ib.is_statement(rows):
        return next(one for one in BROKERS if one.name == "ib")
    for _, cells in rows[:LOOKED_THROUGH]:
        if found := next((one for one in BROKERS if one.is_of(cells)), None):
            return found
    return GENERIC
