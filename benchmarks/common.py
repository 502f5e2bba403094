"""What the benchmarks share: reading a file of bars, memory, and lines of figures."""

import os
import resource
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("LEGEND_DATA", str(Path(tempfile.gettempdir()) / "legend-benchmarks"))

from legend.lib.kernels import kernel_cache_dir  # noqa: E402 - the path comes first

# whatever a shell or an image says: a folder that is not named by the engine's sources may hold kernels of other ones
os.environ["NUMBA_CACHE_DIR"] = str(kernel_cache_dir(Path(os.environ["LEGEND_DATA"])))

from patterns.engine.bars import Bars  # noqa: E402 - numba reads its cache folder when it is imported


def load(path: Path) -> dict[str, Bars]:
    """Bars by symbol of a Parquet file in long form; rows that contradict themselves are left out."""
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    columns = {name: table[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in ("open", "high", "low", "close", "volume")}
    at = table["date"].cast("timestamp[s]").cast("int64").to_numpy().astype(np.float64)
    top, bottom = np.maximum(columns["open"], columns["close"]), np.minimum(columns["open"], columns["close"])
    good = (columns["high"] >= top) & (columns["low"] <= bottom) & (bottom > 0)
    symbols = table["symbol"].to_numpy(zero_copy_only=False)
    edges = np.flatnonzero(symbols[1:] != symbols[:-1]) + 1
    panel = {}
    for rows in np.split(np.arange(len(symbols)), edges):
        kept = rows[good[rows]]
        panel[str(symbols[rows[0]])] = Bars(at[kept], *(column[kept] for column in columns.values()))
    return panel


def peak_mb() -> float:
    """Most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(*cells: object) -> None:
    """One line of a table: the first cell wide, the others right-aligned."""
    first, *rest = cells
    print(f"{first!s:<34}" + "".join(f"{cell!s:>14}" for cell in rest), flush=True)
