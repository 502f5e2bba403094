"""Bars from a CSV or Parquet file, told apart by content. Nothing is judged here but the file as a whole."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from patterns.providers.base import Rows
from patterns.providers.columns import Columns, UnreadableFile, find_columns
from patterns.providers.lines import Numbers, sound_blocks
from patterns.providers.values import SYMBOL, Reading

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = 64 * 1024  # bytes in which the line of column names must end
BATCH = 65_536  # rows of Parquet


@dataclass(frozen=True)
class FileRows:
    """The rows of a file, and what became of the rest of it."""

    rows: Rows
    ignored: list[str]  # columns
    ragged: list[int]  # line numbers of lines with too few or too many fields
    unended: bool  # the last line has no line break, so that it may be a part of itself
    lines: Numbers | None = None  # (n,) number of each row's line; None where the file has no lines


def read_file(path: Path, *, interval: str, zone: ZoneInfo, symbol: str | None = None) -> FileRows:
    """Read a table in long form (a column for the symbol) or of one symbol (given, or else the file's name).

    Raises UnreadableFile, with a sentence that says what is wrong with the file.
    """
    file = path.name
    try:
        with path.open("rb") as opened:
            head = opened.read(HEAD)
    except OSError as error:
        raise UnreadableFile(f"{file} cannot be read: {error.strerror}.") from None
    if not head:
        raise UnreadableFile(f"{file} is empty.")
    intraday = interval.endswith(("min", "h"))
    if head.startswith(b"PAR1"):
        return _read_parquet(path, intraday, zone, symbol)
    return _read_csv(path, head, intraday, zone, symbol)


def _read_parquet(path: Path, intraday: bool, zone: ZoneInfo, symbol: str | None) -> FileRows:
    import pyarrow.parquet as pq

    with _whole(path.name), pq.ParquetFile(path) as table:
        names = table.schema_arrow.names
        columns = find_columns(path.name, names, intraday=intraday)
        reading = Reading(path.name, zone, intraday=intraday, symbol=_only_symbol(path, columns, symbol))
        needed = [names[place] for place in columns.place.values()]
        for batch in table.iter_batches(batch_size=BATCH, columns=needed):
            reading.add({role: batch.column(names[place]) for role, place in columns.place.items()}, batch.num_rows)
    return _result(reading, columns, [], unended=False)


def _read_csv(path: Path, head: bytes, intraday: bool, zone: ZoneInfo, symbol: str | None) -> FileRows:
    names, delimiter = _header(path.name, head)
    columns = find_columns(path.name, names, intraday=intraday)
    if b"\n" not in head:
        raise UnreadableFile(f"{path.name} names its columns but has no rows.")
    last = _unended_line(path, delimiter)
    if last is not None and len(last) < len(names):
        raise UnreadableFile(f"{path.name} looks cut off: its last line has {len(last)} of {len(names)} fields. Nothing was taken from it.")
    reading = Reading(path.name, zone, intraday=intraday, symbol=_only_symbol(path, columns, symbol))
    ragged: list[int] = []
    numbers: list[Numbers] = []
    for block in sound_blocks(path, delimiter.encode() * len(names) + b"\n"):
        table, invalid = _parse(path.name, block.text, names, delimiter, columns)
        left_out = block.numbers(np.array(invalid, dtype=np.int64)).tolist()
        ragged += left_out
        numbers.append(block.numbers(np.arange(table.num_rows) + 1, left_out))
        for batch in table.to_batches():
            cells = {role: batch.column(str(place)) for role, place in columns.place.items()}
            if columns.clock is not None:
                cells["date"] = _joined(cells["date"], batch.column(str(columns.clock)))
            reading.add(cells, batch.num_rows)
    result = replace(_result(reading, columns, ragged, unended=last is not None), lines=np.concatenate([*numbers, np.empty(0, np.int64)]))
    if result.unended and _last_value_cut(result.rows, names, columns):
        raise UnreadableFile(f"{path.name} looks cut off in the middle of its last value. Nothing was taken from it.")
    return result


def _parse(file: str, text: bytes, names: list[str], delimiter: str, columns: Columns) -> "tuple[pa.Table, list[int]]":
    """The needed columns as text, named by their places, and which lines, from 1 and but for empty ones, have too few or many fields."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    invalid: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        invalid.append(row.number)
        return "skip"

    places = [str(place) for place in {*columns.place.values(), columns.clock} if place is not None]
    every = [str(place) for place in range(len(names))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            # one thread and one block, since only then the lines of faulty rows are known
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=every),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, invalid_row_handler=skip),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=places, column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return pa.table({place: pa.array([], pa.string()) for place in places}), invalid
        raise UnreadableFile(f"{file} is no whole CSV file: it is damaged. Nothing was taken from it.") from None
    return table, invalid


def _header(file: str, head: bytes) -> tuple[list[str], str]:
    """The names of the columns, and what separates them."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(f"{file} is text in UTF-16; save it as UTF-8.")
    line, newline, _ = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    if b"\0" in line or head.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise UnreadableFile(f"{file} is neither CSV nor Parquet: it holds binary data.")
    if not newline and len(head) == HEAD:
        raise UnreadableFile(f"{file} is no table: its first {HEAD // 1024} kB are one line.")
    try:
        text = line.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError:
        raise UnreadableFile(f"{file} is neither CSV in UTF-8 nor Parquet: its first line is no text.") from None
    delimiter = max(",;\t", key=text.count)
    try:
        return next(csv.reader([text], delimiter=delimiter), []), delimiter
    except csv.Error:
        raise UnreadableFile(f"{file} has no line of column names that ends as lines do; save it as CSV with usual line breaks.") from None


def _unended_line(path: Path, delimiter: str) -> list[str] | None:
    """The fields of the last line if no line break ends it."""
    with path.open("rb") as opened:
        opened.seek(max(0, path.stat().st_size - HEAD))
        last = opened.read().rpartition(b"\n")[2].decode("utf-8", errors="replace").strip()
    try:
        return next(csv.reader([last], delimiter=delimiter)) if last else None
    except csv.Error:
        return [last]


def _last_value_cut(rows: Rows, names: list[str], columns: Columns) -> bool:
    """Whether the value that ends the file is implausible: a symbol of one row among others, a volume far below all others."""
    if not rows.size:
        return False
    same = rows.symbol[:-1] == rows.symbol[-1]
    if columns.place.get("symbol") == len(names) - 1:
        return rows.size > 1 and not same.any()
    if columns.place.get("volume") == len(names) - 1 and same.any():
        return bool(rows.volume[-1] < rows.volume[:-1][same].min() / 5)
    return False


def _only_symbol(path: Path, columns: Columns, symbol: str | None) -> str | None:
    """The symbol of a file of one; None where each row names its own."""
    if "symbol" in columns.place:
        if symbol:
            raise UnreadableFile(f"{path.name} names the symbol in each row, so none can be given for it.")
        return None
    name = (symbol or path.stem).upper()
    if not SYMBOL.fullmatch(name):
        raise UnreadableFile(f"{path.name} has no column for the symbol, and {name} cannot be one: say --symbol.")
    return name


def _joined(day: "pa.Array", clock: "pa.Array") -> "pa.Array":
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(pc.utf8_trim_whitespace(day), pc.utf8_trim_whitespace(clock), " ")


def _result(reading: Reading, columns: Columns, ragged: list[int], *, unended: bool) -> FileRows:
    if not reading.count and not ragged:
        raise UnreadableFile(f"{reading.file} names its columns but has no rows.")
    return FileRows(reading.rows(), columns.ignored, ragged, unended)


@contextmanager
def _whole(file: str) -> Iterator[None]:
    """Turn what the reader says of a damaged file into a sentence."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise UnreadableFile(f"{file} is no whole Parquet file: it is cut off or damaged. Nothing was taken from it.") from None
