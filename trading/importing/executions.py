"""From the text of a CSV file to executions, row by row."""

import csv
import datetime as dt
import hashlib
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from trading.stats.decimals import ZERO, is_storable

from .brokers import FIELDS, NEEDED, Broker

MOST_ROWS = 20_000
LARGEST = Decimal("9999999.99999999")
SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.^=/_-]{0,19}")
BUYS, SELLS = {"buy", "b", "bot", "bought", "long"}, {"sell", "s", "sld", "sold", "sell short", "short"}
MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d;%H:%M:%S", "%Y%m%d;%H%M%S", "%Y%m%d %H:%M:%S", "%Y%m%d;%H:%M:%S",
    "%Y-%m-%d, %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d", "%Y%m%d", "%m/%d/%Y",
    "%d.%m.%Y",
)  # fmt: skip


@dataclass(frozen=True)
class Execution:
    """One execution of a file; `quantity` above 0. The key is the broker's own id, else made of what the row says, and how often."""

    row: int
    at: dt.datetime
    symbol: str
    buys: bool
    quantity: Decimal
    price: Decimal
    fee: Decimal
    key: str


@dataclass(frozen=True)
class Refused:
    row: int
    reason: str


@dataclass
class Parsed:
    """What a file says; `columns` are its own names, `mapping` which of them is what."""

    columns: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skipped: int = 0  # rows that are no executions: totals, orders that were not filled


class Unreadable(ValueError):
    """The file as a whole cannot be read; the text says why."""


def parse(text: str, *, broker: Broker, zone: ZoneInfo, mapping: Mapping[str, str] | None = None) -> Parsed:
    """Times without a zone are those of `zone`. `mapping` names columns for fields, over what is recognised. Raises Unreadable."""
    table = broker.table(_rows(text))
    if not table:
        raise Unreadable("The file has no rows that could be executions.")
    header, body = [name.strip() for name in table[0][1]], table[1:]
    made = Parsed(columns=[name for name in header if name])
    made.mapping = broker.recognise(header) | {
        name: column for name, column in (mapping or {}).items() if name in FIELDS and column in header
    }
    if missing := [name for name in NEEDED if name not in made.mapping]:
        raise Unreadable(f"No column is known for {', '.join(missing)}. Found: {', '.join(made.columns)[:300]}.")
    if len(body) > MOST_ROWS:
        raise Unreadable(f"The file has {len(body):,} rows; {MOST_ROWS:,} can be taken at once.")
    places = {name: header.index(column) for name, column in made.mapping.items()}
    seen: Counter[str] = Counter()
    for number, cells in body:
        told = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
        if not any(told.values()) or not broker.counts(told):
            made.skipped += 1
            continue
        try:
            made.executions.append(_execution(number, told, zone, seen))
        except ValueError as fault:
            made.refused.append(Refused(number, str(fault)))
    return made


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The lines with their numbers, split at whatever separates them."""
    body = text.lstrip("\ufeff").replace("\0", "")
    first = next((line for line in body.splitlines() if line.strip()), "")
    if not first:
        raise Unreadable("The file is empty.")
    separator = max(",;\t|", key=first.count)
    try:
        return [(number, cells) for number, cells in enumerate(csv.reader(io.StringIO(body), delimiter=separator), 1) if cells]
    except csv.Error as fault:
        raise Unreadable(f"The file is no CSV that can be read: {fault}.") from None


def _execution(number: int, told: dict[str, str], zone: ZoneInfo, seen: Counter[str]) -> Execution:
    symbol = told["symbol"].upper().rpartition(":")[2].strip()
    if not SYMBOL.fullmatch(symbol):
        raise ValueError(f"{told['symbol'][:30]!r} is no symbol.")
    signed = _amount(told["quantity"], "quantity")
    side = told.get("side", "").lower()
    if side and side not in BUYS | SELLS:
        raise ValueError(f"{told['side'][:20]!r} is neither a purchase nor a sale.")
    buys = side in BUYS if side else signed > 0
    quantity, price = abs(signed), _amount(told["price"], "price")
    if not quantity:
        raise ValueError("The quantity is 0.")
    if price <= 0 and (buys or price < 0):
        raise ValueError("The price has to be above 0.")
    at = _moment(told["at"], told.get("time", ""), zone)
    fee = abs(_amount(told["fee"], "fee")) if told.get("fee") else ZERO
    words = f"{at.isoformat()}|{symbol}|{buys}|{quantity.normalize():f}|{price.normalize():f}|{fee.normalize():f}"
    seen[words] += 1
    # two equal rows of one file are two executions; the same row of another file is the same one
    own = f"{words}|{seen[words]}"
    key = f"id:{told['id'][:60]}" if told.get("id") else hashlib.blake2b(own.encode(), digest_size=24).hexdigest()
    return Execution(number, at, symbol, buys, quantity, price, fee, key)


def _amount(text: str, name: str) -> Decimal:
    plain = re.sub(r"[\s\u00a0'$€£]", "", text)
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"-?\d+,\d{1,8}", plain):
        plain = plain.replace(",", ".")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"The {name} {text[:30]!r} is no number.") from None
    if not value.is_finite() or abs(value) > LARGEST or not is_storable(value):
        raise ValueError(f"The {name} {text[:30]!r} has too many digits.")
    return value


def _moment(day: str, time: str, zone: ZoneInfo) -> dt.datetime:
    text = f"{day} {time}".strip()
    try:
        read = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        read = next((found for way in MOMENTS if (found := _read(text, way)) is not None), None)  # type: ignore[assignment]
    if read is None:
        raise ValueError(f"{text[:40]!r} is no time; write it as 2026-01-05 15:30:00.")
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(dt.UTC)


def _read(text: str, way: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, way)
    except ValueError:
        return None
