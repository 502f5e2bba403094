"""Cells of a table as numbers, times and symbols, block after block."""

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from patterns.engine.bars import Floats
from patterns.providers.base import Rows
from patterns.providers.columns import NUMBERS, UnreadableFile

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = ("", "na", "n/a", "nan", "null", "none", "nil", "-")
SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^]{0,19}")

MAX_ROWS = 20_000_000  # about a gigabyte and a half of memory
REMEMBERED = 10  # values that could not be read, kept for the report
MANY_TIMES_A_DAY = 6  # more different times of day than closes (half days, both sides of daylight saving) can have


class Reading:
    """Collects blocks of columns and gives them out as rows."""

    def __init__(self, file: str, zone: ZoneInfo, *, intraday: bool, symbol: str | None) -> None:
        self.file = file
        self.zone = zone
        self.intraday = intraday
        self.names: dict[str, int] = {} if symbol is None else {symbol: 0}
        self.count = 0
        self.parts: dict[str, list[np.ndarray[Any, Any]]] = {role: [] for role in ("symbol", "at", "garbled", *NUMBERS)}
        self.times: dict[object, float] = {None: math.nan}  # cells already read
        self.clocks: set[dt.time] = set()  # times of day seen, as written
        self.unread: dict[int, str] = {}

    def add(self, columns: "dict[str, pa.Array]", count: int) -> None:
        """Take a block of `count` rows; roles that the file does not have are absent."""
        if self.count + count > MAX_ROWS:
            raise UnreadableFile(f"{self.file} has more than {MAX_ROWS:,} rows; split it by symbol or by year.")
        garbled = np.zeros(count, dtype=bool)
        for role in NUMBERS:
            values, bad = self._numbers(columns[role], role) if role in columns else (np.full(count, np.nan), False)
            self.parts[role].append(values)
            garbled |= bad
        self.parts["garbled"].append(garbled)
        self.parts["at"].append(self._times(columns["date"]))
        self.parts["symbol"].append(self._symbols(columns["symbol"]) if "symbol" in columns else np.zeros(count, dtype=np.int32))
        self.count += count

    def rows(self) -> Rows:
        if self.intraday and self.clocks == {dt.time()}:
            raise UnreadableFile(f"{self.file} holds dates without times of day, so its bars are daily: say --interval 1day.")
        if not self.intraday and len(self.clocks) > MANY_TIMES_A_DAY:
            some = ", ".join(f"{clock:%H:%M}" for clock in sorted(self.clocks)[:3])
            raise UnreadableFile(f"{self.file} holds several bars a day ({some} …): say their interval, such as --interval 5min.")
        whole = {role: np.concatenate(parts) if parts else np.empty(0) for role, parts in self.parts.items()}
        return Rows(list(self.names), unread=self.unread, **whole)  # type: ignore[arg-type]  # each part has the type of its column

    def _numbers(self, column: "pa.Array", role: str) -> "tuple[Floats, np.ndarray[Any, Any]]":
        """Values (n,) with NaN for what is missing or no number, and where there was something that is no number."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = pa.types
        if kind.is_string(column.type) or kind.is_large_string(column.type) or kind.is_string_view(column.type):
            return _numbers_of_text(column.cast(pa.string()))
        if not (kind.is_floating(column.type) or kind.is_integer(column.type) or kind.is_decimal(column.type) or kind.is_null(column.type)):
            raise UnreadableFile(f"{self.file} holds {column.type} in the column for {role}, not numbers.")
        values = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False).astype(np.float64)
        endless = np.isinf(values)
        values[endless] = np.nan
        return values, endless

    def _times(self, column: "pa.Array") -> Floats:
        import pyarrow as pa

        if pa.types.is_timestamp(column.type):  # Python's times know no nanoseconds
            column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        coded = column.dictionary_encode()
        values = [self._time(value) for value in coded.dictionary.to_pylist()]
        codes = coded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
        at = np.array([*values, math.nan])[codes]
        self._remember(np.flatnonzero(np.isnan(at)), column)
        return at

    def _symbols(self, column: "pa.Array") -> np.ndarray[Any, Any]:
        coded = column.dictionary_encode()
        places = [self._symbol(value) for value in coded.dictionary.to_pylist()]
        codes = coded.indices.fill_null(len(places)).to_numpy(zero_copy_only=False)
        symbols = np.array([*places, -1], dtype=np.int32)[codes]
        self._remember(np.flatnonzero(symbols < 0), column)
        return symbols

    def _remember(self, rows: np.ndarray[Any, Any], column: "pa.Array") -> None:
        for row in rows[:REMEMBERED].tolist():
            self.unread.setdefault(self.count + row, str(column[row].as_py() or "")[:40])

    def _symbol(self, value: object) -> int:
        symbol = str(value).strip().upper()
        if not SYMBOL.fullmatch(symbol):
            return -1
        return self.names.setdefault(symbol, len(self.names))

    def _time(self, value: object) -> float:
        if value not in self.times:
            moment = _moment(value)
            if moment:
                self.clocks.add(moment.time())
            self.times[value] = math.nan if moment is None else self._bar_time(moment)
        return self.times[value]

    def _bar_time(self, moment: dt.datetime) -> float:
        """UTC seconds: of the instant, or for daily bars midnight of the session's date. A time without a zone is the exchange's."""
        if not self.intraday:
            if moment.tzinfo and moment.astimezone(dt.UTC).time() != dt.time():
                moment = moment.astimezone(self.zone)
            elif moment.tzinfo:
                moment = moment.astimezone(dt.UTC)
            return moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=dt.UTC).timestamp()
        if moment.tzinfo:
            return moment.timestamp()
        early, late = (moment.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        # the hour that clocks skip or repeat: there is no such time, or two
        return early.timestamp() if early.utcoffset() == late.utcoffset() else math.nan


def _numbers_of_text(column: "pa.Array") -> "tuple[Floats, np.ndarray[Any, Any]]":
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.is_in(pc.utf8_lower(text), value_set=pa.array(MISSING)), pa.scalar(None, pa.string()), text)
    try:
        values = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False).copy()
    except pa.ArrowInvalid:  # some cell is no number: find out which
        import pandas as pd

        values = pd.to_numeric(pd.Series(text.to_pylist(), dtype=object), errors="coerce").to_numpy(dtype=np.float64, copy=True)
    values[np.isinf(values)] = np.nan
    return values, np.isnan(values) & ~text.is_null().to_numpy(zero_copy_only=False)


def _moment(value: object) -> dt.datetime | None:
    """A date or time as written: ISO 8601, YYYYMMDD, or seconds or milliseconds since 1970; None if it is none of these."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    text = str(value).strip()
    try:
        if text.isdigit() and len(text) in (9, 10, 12, 13):
            return dt.datetime.fromtimestamp(int(text) / (1 if len(text) < 12 else 1000), dt.UTC)
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
