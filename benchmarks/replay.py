"""How fast the engine replays history: closes a second, per detector and in all.

    python benchmarks/replay.py --data ../shared/market-data/sp500-2013-2018.parquet [--symbols 8000 --years 10]

Load, compile and replay are timed apart; the replay on one core and on two; then how it grows with symbols and with years. With --symbols
and --years the file's series are tiled to a market of that size (the tiles are chained by their returns, so that no jump marks a seam).
"""

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from common import load, peak_mb, row

from patterns.engine.bars import Bars
from patterns.engine.drawn import DAY
from patterns.engine.finds import Book
from patterns.engine.registry import Rule, default_rules, detector
from patterns.engine.replay import replay, warm
from patterns.engine.study import Study

YEAR = 252


def replay_all(members: Sequence[Bars], rules: Sequence[Rule]) -> int:
    return sum(len(replay(bars, rules).finds) for bars in members)


def seconds(work: object, *arguments: object) -> tuple[float, object]:
    begin = time.perf_counter()
    result = work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - begin, result


def on_cores(members: Sequence[Bars], rules: Sequence[Rule], cores: int) -> float:
    """Wall seconds with the members dealt out to so many threads."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(lambda part: replay_all(part, rules), [members[k::cores] for k in range(cores)]))
    return time.perf_counter() - begin


def tiled(members: Sequence[Bars], symbols: int, bars: int) -> list[Bars]:
    """`symbols` series of `bars` bars each: every member repeated in time, each repetition scaled to where the last one ended."""
    made = []
    for number, one in enumerate(islice(cycle(members), symbols)):
        if one.size < 2:
            continue
        shift = (number // len(members)) * 97 % one.size
        index = (np.arange(bars) + shift) % one.size
        scale = np.cumprod(np.where(index == 0, one.close[-1] / one.open[0], 1.0))
        scale /= np.exp(np.linspace(0, np.log(scale[-1]), bars))
        made.append(Bars(np.arange(bars) * DAY, *(column[index] * scale for column in one[1:5]), one.volume[index]))
    return made


def per_detector(members: Sequence[Bars], rules: Sequence[Rule]) -> None:
    """Each detector's own search on ready studies, without what they share."""
    studies = [Study(bars) for bars in members]
    closes = sum(bars.size for bars in members)
    row("detector", "seconds", "ns a close", "rows written")
    for rule in rules:
        source, book, written = detector(rule.detector), Book(8192), 0
        params = source.params(**rule.values)
        begin = time.perf_counter()
        for study in studies:
            book.size = 0
            if study.bars.size >= source.min_bars:
                source.find(study, params, book)
            written += book.size
        spent = time.perf_counter() - begin
        row(source.name, f"{spent:.3f}", f"{1e9 * spent / closes:.0f}", written)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--symbols", type=int, default=0, help="tile to so many symbols")
    parser.add_argument("--years", type=int, default=10)
    asked = parser.parse_args()
    rules = default_rules()

    spent, panel = seconds(load, asked.data)
    members = list(panel.values())  # type: ignore[attr-defined]
    closes = sum(bars.size for bars in members)
    row("step", "seconds", "closes/s")
    row("load", f"{spent:.2f}")
    row("kernels (compile, or from cache)", f"{seconds(warm)[0]:.2f}")
    if asked.symbols:
        members = tiled(members, asked.symbols, asked.years * YEAR)
        closes = sum(bars.size for bars in members)
        row(f"tiled to {len(members):,} x {asked.years} years", "", f"{closes:,}")
        spent = on_cores(members, rules, 2)
        row("replay on 2 cores", f"{spent:.2f}", f"{closes / spent:,.0f}")
        row("peak memory MB", f"{peak_mb():.0f}")
        return
    one = min(seconds(replay_all, members, rules)[0] for _ in range(3))
    two = min(on_cores(members, rules, 2) for _ in range(3))
    row(f"all {len(rules)} detectors, 1 core", f"{one:.2f}", f"{closes / one:,.0f}")
    row(f"all {len(rules)} detectors, 2 cores", f"{two:.2f}", f"{closes / two:,.0f}")
    row("shared studies alone, 1 core", f"{seconds(lambda: [Study(bars) for bars in members])[0]:.2f}")
    print()
    per_detector(members, rules)
    print()
    row("growth", "closes", "seconds", "ns a close")
    for share in (4, 2, 1):
        part = members[::share]
        size = sum(bars.size for bars in part)
        spent = min(seconds(replay_all, part, rules)[0] for _ in range(2))
        row(f"{len(part)} symbols, 5 years", f"{size:,}", f"{spent:.2f}", f"{1e9 * spent / size:.0f}")
    for years in (5, 10, 20):
        part = tiled(members[:100], 100, years * YEAR)
        size = sum(bars.size for bars in part)
        spent = min(seconds(replay_all, part, rules)[0] for _ in range(2))
        row(f"100 symbols, {years} years", f"{size:,}", f"{spent:.2f}", f"{1e9 * spent / size:.0f}")
    row("peak memory MB", f"{peak_mb():.0f}")


if __name__ == "__main__":
    main()
