"""Real bars as the engine sees them, for tests and benchmarks."""

from functools import cache
from pathlib import Path

import numpy as np

from patterns.engine.bars import Bars
from patterns.engine.context import UniverseContext, rate_universe


@cache
def sp500(folder: Path) -> dict[str, Bars]:
    """The good bars of the S&P 500 file by symbol (rows that contradict themselves are left out, as the import does)."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "sp500-2013-2018.parquet")
    frame = {name: table[name].to_numpy(zero_copy_only=False) for name in ("open", "high", "low", "close", "volume")}
    at = table["date"].cast("timestamp[s]").cast("int64").to_numpy().astype(np.float64)
    top, bottom = np.maximum(frame["open"], frame["close"]), np.minimum(frame["open"], frame["close"])
    good = (frame["high"] >= top) & (frame["low"] <= bottom) & (bottom > 0)
    symbols = table["symbol"].to_numpy(zero_copy_only=False)
    edges = np.flatnonzero(symbols[1:] != symbols[:-1]) + 1
    panel = {}
    for rows in np.split(np.arange(len(symbols)), edges):
        kept = rows[good[rows]]
        panel[str(symbols[rows[0]])] = Bars(at[kept], *(frame[name][kept].astype(np.float64) for name in frame))
    return panel


@cache
def sp500_context(folder: Path) -> UniverseContext:
    return rate_universe(list(sp500(folder).values()))
