"""Bars out of the database into files that `import_bars` reads back unchanged."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from legend.lib.errors import Invalid, NotFound, invalid
from patterns.bars import load_panel
from patterns.engine.bars import Bars
from patterns.models import Universe
from patterns.moments import WHOLE_DAYS, check_interval
from patterns.services.universes import members, shown_name

if TYPE_CHECKING:
    import pyarrow as pa

TOGETHER = 50  # instruments written at a time, so that memory stays bounded


class NothingToExport(NotFound):
    code = "no_bars"


@dataclass(frozen=True)
class Exported:
    instruments: int
    bars: int


def export_bars(*, universe: Universe, path: Path, interval: str = "1day") -> Exported:
    """Write all stored bars of everybody who is or was a member to a .csv or .parquet file, by symbol and time.

    Prices as stored; a time is the session's date, or the opening instant in UTC for intraday bars. The file appears when it is
    whole, in place of an older one. Raises Invalid (ending, interval, a folder that cannot be written to) and NothingToExport.
    """
    check_interval(interval)
    if path.suffix not in (".csv", ".parquet"):
        raise invalid("path", f"{path.name} must end in .csv or .parquet, which says what is written.", "bad_format")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        exported = _write(unfinished, path.suffix, universe, interval)
        if not exported.bars:
            raise NothingToExport(f"{shown_name(universe)} has no bars of {interval}.")
        unfinished.replace(path)
    except OSError as error:
        # the writer puts a paragraph of its own where the system's sentence should be
        raise Invalid(f"{path} cannot be written: {os.strerror(error.errno or errno.EIO)}.", code="unwritable") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return exported


def _write(path: Path, suffix: str, universe: Universe, interval: str) -> Exported:
    import pyarrow.csv
    import pyarrow.parquet

    schema = _schema(interval)
    writer = pyarrow.csv.CSVWriter(path, schema) if suffix == ".csv" else pyarrow.parquet.ParquetWriter(path, schema, compression="zstd")
    instruments = bars = 0
    with writer:
        for symbol, series in _series(universe, interval):
            writer.write_table(_table(symbol, series, schema))
            instruments, bars = instruments + 1, bars + series.size
    return Exported(instruments, bars)


def _series(universe: Universe, interval: str) -> Iterator[tuple[str, Bars]]:
    symbols = list(members(universe=universe).values_list("pk", "symbol"))
    for start in range(0, len(symbols), TOGETHER):
        group = dict(symbols[start : start + TOGETHER])
        panel = load_panel(list(group), interval)
        yield from ((symbol, panel[pk]) for pk, symbol in group.items() if pk in panel)


def _schema(interval: str) -> "pa.Schema":
    import pyarrow as pa

    time = ("date", pa.date32()) if interval in WHOLE_DAYS else ("datetime", pa.timestamp("s", "UTC"))
    return pa.schema([("symbol", pa.string()), time, *((name, pa.float64()) for name in ("open", "high", "low", "close", "volume"))])


def _table(symbol: str, bars: Bars, schema: "pa.Schema") -> "pa.Table":
    import pyarrow as pa

    seconds = bars.at.astype(np.int64)
    times = pa.array(seconds // 86400, pa.int32()) if pa.types.is_date(schema.field(1).type) else pa.array(seconds)
    columns = [pa.array([symbol] * bars.size), times.cast(schema.field(1).type), *(pa.array(column) for column in bars[1:])]
    return pa.table(columns, schema=schema)
