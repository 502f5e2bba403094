"""From the text of a file to executions, row by row."""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from trading.stats.decimals import STORED_PLACES, ZERO, rounded

from .amounts import Mark, mark_of_file, read_amount
from .brokers import AUTO, BROKERS, FIELDS, NEEDED, Broker, broker_named, broker_of
from .moments import Order, order_of_file, read_moment
from .tables import Rows, Unreadable, rows_of

MOST_ROWS = 50_000
BROKERS_ID, OWN_ID = "id:", "legend:"
LONGEST_ID = 52  # a key has 64 characters, with what tells the parts of one execution apart
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.^=/_-]{0,19}")
BUYS = {"buy", "b", "bot", "bought", "buys", "purchase", "buy to open", "buy to close", "buy to cover", "cover", "bto", "btc", "btcv"}
SELLS = {"sell", "s", "sld", "sold", "sale", "sell short", "sold short", "short sell", "sell to open", "sell to close", "sto", "stc", "ss"}
HELD = {"long": True, "short": False}
ENTERS = {"entry": True, "open": True, "opening": True, "o": True, "exit": False, "close": False, "closing": False, "c": False}
AMOUNTS = ("quantity", "price", "fee", "tax", "stop")


@dataclass(frozen=True)
class Reading:
    """How a file is to be read; `zone` is that of times without one, `mapping` names columns for fields."""

    zone: ZoneInfo
    broker: str = AUTO
    order: Order = Order.AUTO
    mark: Mark = Mark.AUTO
    mapping: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, object]:
        return {
            "broker": self.broker,
            "time_zone": self.zone.key,
            "date_order": self.order.value,
            "decimal": self.mark.value,
            "mapping": dict(self.mapping),
        }


@dataclass(frozen=True)
class Execution:
    """One execution of a file; `quantity` above 0. `key` is the broker's own id, else made of what the row says, and how often.

    `trade` groups executions where the file does; `stop` is the one it tells for an entry. `notes` are for people.
    """

    row: int
    at: dt.datetime
    symbol: str
    buys: bool
    quantity: Decimal
    price: Decimal
    fee: Decimal
    key: str
    stop: Decimal | None = None
    trade: str = ""
    notes: tuple[str, ...] = ()

    @property
    def has_id(self) -> bool:
        return self.key.startswith((BROKERS_ID, OWN_ID))

    @property
    def has_brokers_id(self) -> bool:
        return self.key.startswith(BROKERS_ID)


@dataclass(frozen=True)
class Refused:
    row: int
    reason: str


@dataclass
class Parsed:
    """What a file says; `columns` are its own names, `reading` how it was read, `missing` the fields no column is known for."""

    reading: Reading
    columns: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)  # in the order in which they happened
    repeated: list[Execution] = field(default_factory=list)  # the same id, and the same execution, as an earlier row
    refused: list[Refused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    skipped: int = 0  # rows that are no executions: totals, orders that were not filled


def parse(text: str, *, reading: Reading, currency: str) -> Parsed:
    """`currency` is the account's. Raises Unreadable; a row at fault is refused alone, with its reason."""
    rows, separator = rows_of(text)
    broker = broker_of(rows) if reading.broker == AUTO else broker_named(reading.broker)
    if broker is None:
        raise Unreadable(f"Files are read of {', '.join(one.name for one in BROKERS)}.")
    table = broker.table(rows)
    if not table:
        raise Unreadable("The file has no rows that could be executions.")
    header, body = _unique(table[0][1]), table[1:]
    if not body:
        raise Unreadable("The file has a header, but no rows below it.")
    if len(body) > MOST_ROWS:
        raise Unreadable(f"The file has {len(body):,} rows; {MOST_ROWS:,} can be taken at once. Cut it in pieces, the oldest first.")
    mapping = broker.recognise(header)
    chosen = {name: column for name, column in reading.mapping.items() if name in FIELDS and column in header}
    mapping = {name: column for name, column in mapping.items() if column not in chosen.values()} | chosen
    made = Parsed(replace(reading, broker=broker.name, mapping=mapping), columns=[name for name in header if name])
    made.missing = [name for name in NEEDED if name not in mapping]
    made.warnings += _twice(table[0][1], mapping)
    if not made.missing:
        _read(made, broker, _told(body, header, mapping), separator, currency)
    return made


def _unique(names: Sequence[str]) -> list[str]:
    """Columns of one name get a number, so that each can be chosen."""
    seen: Counter[str] = Counter()
    made = []
    for name in (name.strip()[:200] for name in names):
        seen[name] += 1
        made.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return made


def _twice(names: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    counted = Counter(name.strip() for name in names)
    return [f"There are {counted[one]} columns named “{one}”; the first is read." for one in mapping.values() if counted[one] > 1]


def _told(body: Rows, header: Sequence[str], mapping: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    places = {name: header.index(column) for name, column in mapping.items()}
    return [(number, {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}) for number, cells in body]


def _read(made: Parsed, broker: Broker, rows: list[tuple[int, dict[str, str]]], separator: str, currency: str) -> None:
    counted = []
    for number, told in rows:
        if any(told.values()) and broker.counts(told):
            counted.append((number, broker.ready(told)))
        else:
            made.skipped += 1
    reader = _Reader(made.reading, broker, [told for _, told in counted], separator, currency)
    made.warnings += reader.warnings
    found = []
    for number, told in counted:
        try:
            found.append(reader.execution(number, told))
        except ValueError as fault:
            made.refused.append(Refused(number, str(fault)))
    made.warnings += _doubts(made, found)
    _keep_each_once(made, _in_order(found))


def _doubts(made: Parsed, found: Sequence[tuple[Execution, str]]) -> list[str]:
    if len(found) > 1 and not {"side", "kind"} & made.reading.mapping.keys() and all(one.buys for one, _ in found):
        return ["No column says bought or sold, and no quantity is negative: every row is read as a purchase."]
    return []


def _in_order(found: Sequence[tuple[Execution, str]]) -> list[tuple[Execution, str]]:
    """As they happened. Of one moment: as the file has them, from its end where it begins with the latest."""
    times = [one.at for one, _ in found]
    falls = sum(later < earlier for earlier, later in pairwise(times))
    rises = sum(later > earlier for earlier, later in pairwise(times))
    rows = list(reversed(found)) if falls > rises else list(found)
    return sorted(rows, key=lambda one: one[0].at)


def _keep_each_once(made: Parsed, found: Sequence[tuple[Execution, str]]) -> None:
    """Give each its key. Equal rows without an id are several executions; a row with the id of another one is the same."""
    contents: dict[str, set[str]] = {}
    for one, words in found:
        if one.has_id:
            contents.setdefault(one.key, set()).add(words)
    shared = any(len(words) > 1 for words in contents.values())
    if shared:
        made.warnings.append(
            f"“{made.reading.mapping.get('id', 'The id')}” is the same for different executions, so it names orders;"
            " executions are told apart by what the rows say."
        )
    seen: Counter[str] = Counter()
    for one, words in found:
        own = f"{words}|{one.key}" if shared else words
        name = one.key if one.has_id and not shared else own
        seen[name] += 1
        if not one.has_id or shared:
            digest = hashlib.blake2b(f"{own}|{seen[name]}".encode(), digest_size=24).hexdigest()
            made.executions.append(replace(one, key=digest))
        elif seen[name] > 1:
            made.repeated.append(one)
        else:
            made.executions.append(one)


class _Reader:
    """Reads the rows of one file, all in the same way."""

    def __init__(self, reading: Reading, broker: Broker, rows: Sequence[dict[str, str]], separator: str, currency: str) -> None:
        self.zone, self.broker, self.currency = reading.zone, broker, currency
        amounts = (told.get(name, "") for told in rows for name in AMOUNTS)
        self.mark = mark_of_file(amounts, separator) if reading.mark == Mark.AUTO else reading.mark
        order = order_of_file(told.get("at", "") for told in rows) if reading.order == Order.AUTO else reading.order
        self.order = order
        self.costs_are_negative = broker.cost_is_negative
        self.warnings: list[str] = []
        if self.costs_are_negative is None:
            self._look_at_costs(told.get("fee", "") for told in rows)
        self.account = next((told["account"] for told in rows if told.get("account")), "")

    def _look_at_costs(self, fees: Iterable[str]) -> None:
        minus = [fee.strip().startswith(("-", "\u2212", "(")) for fee in fees if re.search("[1-9]", fee)]
        self.costs_are_negative = sum(minus) * 2 > len(minus)

    def execution(self, number: int, told: dict[str, str]) -> tuple[Execution, str]:
        """With the words that tell it from others. ValueError says what is wrong with the row."""
        self._check_kind(told)
        symbol = told["symbol"].upper().rpartition(":")[2].strip()
        if not SYMBOL.fullmatch(symbol):
            raise ValueError(f"{told['symbol'][:30]!r} is no symbol of a share.")
        signed = read_amount(told["quantity"], "quantity", self.mark, self.currency)
        if not signed:
            raise ValueError("The quantity is 0.")
        buys = self._buys(told, signed)
        price = read_amount(told["price"], "price", self.mark, self.currency, places=STORED_PLACES)
        if price < 0 or (not price and buys):
            raise ValueError("The price has to be above 0.")
        at, written, note = read_moment(told["at"], told.get("time", ""), self.zone, self.order)
        fee, rebate = self._cost(told.get("fee", ""), "fee")
        tax, refund = self._cost(told.get("tax", ""), "tax")
        stop = read_amount(told["stop"], "stop", self.mark, self.currency) if told.get("stop") else None
        quantity = abs(signed)
        if told.get("split"):
            quantity, price, stop = _after_splits(told["split"], quantity, price, stop)
        words = f"{written}|{symbol}|{buys}|{quantity.normalize():f}|{price.normalize():f}|{told.get('order', '')}"
        notes = tuple(one for one in (note, rebate, refund) if one)
        key = _key_of(told["id"], OWN_ID if self.broker.name == "legend" else BROKERS_ID) if told.get("id", "").strip("/") else ""
        return Execution(number, at, symbol, buys, quantity, price, fee + tax, key, stop, told.get("trade", "")[:60], notes), words

    def _check_kind(self, told: dict[str, str]) -> None:
        if self.broker.cancelled(told):
            raise ValueError("The broker took this execution back. Take the one it cancels out of your journal by hand.")
        if (asset := told.get("asset", "")) and asset.upper() not in ("STK", "ETF", "FUND"):
            raise ValueError(f"{asset[:20]!r} is no share; only shares are taken.")
        currency = told.get("currency", "").upper()
        if currency and currency != self.currency:
            named = currency[:10]
            raise ValueError(f"This execution is in {named}, the account in {self.currency}. Take it into an account in {named}.")
        if told.get("account") and told["account"] != self.account:
            named, first = told["account"][:30], self.account[:30]
            raise ValueError(f"This is of the account {named}, the rows before are of {first}. Take each into an account of its own.")

    def _buys(self, told: dict[str, str], signed: Decimal) -> bool:
        side, kind = " ".join(told.get("side", "").lower().replace("_", " ").split()), told.get("kind", "").lower()
        if side in HELD:
            if kind not in ENTERS:
                raise ValueError(f"{told['side'][:20]!r} says what is held, not whether it was bought or sold.")
            buys = HELD[side] == ENTERS[kind]
        elif side:
            if side not in BUYS | SELLS:
                raise ValueError(f"{told['side'][:20]!r} is neither a purchase nor a sale.")
            buys = side in BUYS
        else:
            if "side" in told:
                raise ValueError("Nothing says whether this was bought or sold.")
            return signed > 0
        if buys and signed < 0:
            raise ValueError("A purchase of a negative quantity: is it a purchase or a sale?")
        return buys

    def _cost(self, text: str, name: str) -> tuple[Decimal, str]:
        """A cost above 0; what the broker paid instead is said, since a fee is never negative."""
        if not text or text in ("-", "--"):
            return ZERO, ""
        amount = read_amount(text, name, self.mark, self.currency, places=STORED_PLACES)
        cost = -amount if self.costs_are_negative else amount
        if cost >= 0:
            return abs(cost), ""
        if self.broker.cost_is_negative is None:
            raise ValueError(f"The {name} {text[:20]!r} has another sign than those of the other rows: is it a cost or a rebate?")
        return ZERO, f"The broker paid {abs(amount).normalize():f}; it counts as no {name}."


def _after_splits(text: str, quantity: Decimal, price: Decimal, stop: Decimal | None) -> tuple[Decimal, Decimal, Decimal | None]:
    """An execution on the far side of the splits that came after it; `text` says how many shares became of one. ValueError."""
    if not re.fullmatch(r"[1-9][0-9]{0,9}(/[1-9][0-9]{0,9})?", text):
        raise ValueError(f"{text[:20]!r} is no number of shares that one became.")
    new, _, old = text.partition("/")
    shares = Decimal(new), Decimal(old or 1)
    quantity, price = rounded(quantity * shares[0] / shares[1], STORED_PLACES), rounded(price * shares[1] / shares[0], STORED_PLACES)
    return quantity, price, None if stop is None else rounded(stop * shares[1] / shares[0], STORED_PLACES)


def _key_of(text: str, begin: str) -> str:
    return begin + (text if len(text) <= LONGEST_ID else hashlib.blake2b(text.encode(), digest_size=24).hexdigest())
