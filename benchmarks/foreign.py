"""A public pattern scanner on the same bars: speed, how far its finds and ours agree, and whether its past changes when bars arrive.

    python -m pip install --no-deps --target /tmp/foreign auto-chart-patterns==0.2.15
    PYTHONPATH=/tmp/foreign python benchmarks/foreign.py --data ../shared/market-data/sp500-2013-2018.parquet [--symbols 25]

auto-chart-patterns (MIT licence, needs only numpy and pandas) is run as a black box with its own defaults; without it nothing is compared.
Both scanners are asked for every pattern of every share over the whole file. A find of one agrees with a find of the other if both
name the same kind of pattern and share more than half of their bars, or end within ten bars of each other.
Its past changes where it names a pattern at a close that it no longer knows when later bars have come, or later names one whose last
pivot was known long before that close (ten bars) and which it did not name then.
"""

import argparse
import importlib.metadata
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from common import load, row

from patterns.engine.bars import Bars
from patterns.engine.finds import REPLACED
from patterns.engine.registry import default_rules, detector
from patterns.engine.replay import replay, warm

PACKAGE = "auto-chart-patterns"
NEAR = 10  # bars between two ends
CUTS = 4  # closes of each share at which the past is asked
REACH = 5  # bars on each side of the scanner's pivots
KINDS = {
    "Double Tops": "double-top",
    "Double Bottoms": "double-bottom",
    "Triple Tops": "triple-top",
    "Triple Bottoms": "triple-bottom",
    "Head and Shoulders": "hs-top",
    "Inverted Head and Shoulders": "hs-bottom",
    "Ascending Channel": "channel-up",
    "Descending Channel": "channel-down",
    "Ranging Channel": "rectangle",
    "Ranging Channel (Bullish)": "rectangle",
    "Ranging Channel (Bearish)": "rectangle",
    "Diverging Triangle": "broadening",
    "Converging Triangle": "symmetrical-triangle",
    "Converging Triangle (Bullish)": "symmetrical-triangle",
    "Converging Triangle (Bearish)": "symmetrical-triangle",
    "Rising Wedge (Contracting)": "rising-wedge",
    "Falling Wedge (Contracting)": "falling-wedge",
    "Descending Triangle (Contracting)": "descending-triangle",
    "Ascending Triangle (Contracting)": "ascending-triangle",
    "Bull Flag": "bull-flag",
    "Bear Flag": "bear-flag",
    "Bull Pennant": "bull-pennant",
    "Bear Pennant": "bear-pennant",
}
FAMILIES = {"channel-flat": "rectangle", "saucer": "cup-handle"}
FAMILIES |= dict.fromkeys(("broadening-ascending", "broadening-descending", "broadening-wedge"), "broadening")


class Found(NamedTuple):
    kind: str
    start: int
    end: int


def agree(one: Found, other: Found) -> bool:
    common = min(one.end, other.end) - max(one.start, other.start) + 1
    whole = max(one.end, other.end) - min(one.start, other.start) + 1
    return one.kind == other.kind and (2 * common > whole or (common > 0 and abs(one.end - other.end) <= NEAR))


def theirs(bars: Bars) -> set[Found]:
    """What the public scanner finds, pivot by pivot from the oldest on."""
    import pandas as pd
    from auto_chart_patterns.flag_pennant_patterns import FlagPennantProperties, find_flags_and_pennants
    from auto_chart_patterns.reversal_patterns import ReversalPatternProperties, find_reversal_patterns
    from auto_chart_patterns.trendline_patterns import TrendLineProperties, find_trend_lines
    from auto_chart_patterns.zigzag import Zigzag

    frame = pd.DataFrame({name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")})
    frame.index = pd.to_datetime(bars.at, unit="s")
    swings = Zigzag(backcandles=REACH, forwardcandles=REACH, pivot_limit=len(frame) + 1, offset=0).calculate(frame)
    found: set[Found] = set()
    searches: list[tuple[Callable[..., Any], Any]] = [
        (find_reversal_patterns, ReversalPatternProperties(max_live_patterns=10**6)),
        (find_trend_lines, TrendLineProperties(max_live_patterns=10**6)),
        (find_flags_and_pennants, FlagPennantProperties(max_live_patterns=10**6)),
    ]
    for search, properties in searches:
        patterns: list[Any] = []
        for offset in range(len(swings.zigzag_pivots) - 1, -1, -1):
            search(swings, offset, properties, patterns)
        for one in patterns:
            if one.pattern_name in KINDS:
                pivots = [pivot.point.index for pivot in one.pivots]
                found.add(Found(KINDS[one.pattern_name], int(min(pivots)), int(max(pivots))))
    return found


def ours(bars: Bars) -> set[Found]:
    rules = default_rules()
    found = set()
    for find in replay(bars, rules).finds:
        if find.reason != REPLACED:
            name = detector(rules[int(find.rule)].detector).patterns[int(find.pattern)].name
            found.add(Found(FAMILIES.get(name, name), int(find.start), int(find.end)))
    return found


def timed(members: Mapping[str, Bars], search: Callable[[Bars], set[Found]]) -> tuple[dict[str, set[Found]], float]:
    begin = time.perf_counter()
    found = {symbol: search(bars) for symbol, bars in members.items()}
    return found, time.perf_counter() - begin


def overlap(mine: Mapping[str, set[Found]], foreign: Mapping[str, set[Found]]) -> None:
    row("kind", "Legend", PACKAGE[:13], "theirs seen", "ours seen")
    for kind in sorted(set(KINDS.values())):
        counts = Counter[str]()
        for symbol, own in mine.items():
            left = [one for one in own if one.kind == kind]
            right = [one for one in foreign[symbol] if one.kind == kind]
            counts["ours"] += len(left)
            counts["theirs"] += len(right)
            counts["ours seen"] += sum(any(agree(one, other) for other in right) for one in left)
            counts["theirs seen"] += sum(any(agree(one, other) for other in left) for one in right)
        shares = [f"{counts[f'{who} seen'] / counts[who]:.0%}" if counts[who] else "-" for who in ("theirs", "ours")]
        row(kind, counts["ours"], counts["theirs"], *shares)


def changed(members: Mapping[str, Bars], whole: Mapping[str, set[Found]], search: Callable[[Bars], set[Found]]) -> tuple[int, int]:
    """Answers for the past that were withdrawn or added later, and all answers, at some closes of each share."""
    asked = altered = 0
    for symbol, bars in members.items():
        for size in np.linspace(0.4, 0.9, CUTS):
            close = int(size * bars.size)
            then = search(bars.first(close))
            late = {one for one in whole[symbol] if one.end < close - 2 * REACH} - then
            asked += len(then | late)
            altered += len(then - whole[symbol]) + len(late)
    return altered, asked


def known_at(bars: Bars, close: int) -> set[tuple[int, ...]]:
    """Ours that were known at a close, told by the bars up to `close` of whatever series is given."""
    finds = replay(bars, default_rules()).finds
    return {(int(f.rule), int(f.pattern), int(f.side), int(f.start), int(f.end), int(f.known)) for f in finds if f.known < close}


def changed_here(members: Mapping[str, Bars]) -> tuple[int, int]:
    """The same of Legend, by what was known at the close."""
    asked = altered = 0
    for bars in members.values():
        for size in np.linspace(0.4, 0.9, CUTS):
            close = int(size * bars.size)
            then, later = known_at(bars.first(close), close), known_at(bars, close)
            asked += len(then | later)
            altered += len(then ^ later)
    return altered, asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--symbols", type=int, default=25)
    asked = parser.parse_args()
    try:
        version = importlib.metadata.version(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        print(f"{PACKAGE} is not installed: nothing to compare with. The head of this file says how to install it apart.")
        return
    logging.disable(logging.CRITICAL)
    panel = load(asked.data)
    members = dict(islice(list(panel.items())[:: max(1, len(panel) // asked.symbols)], asked.symbols))
    closes = sum(bars.size for bars in members.values())
    warm()
    mine, spent = timed(members, ours)
    foreign, took = timed(members, theirs)
    row(f"{len(members)} shares, {closes:,} closes", "Legend", PACKAGE[:13])
    row("version", "-", version)
    row("seconds", f"{spent:.2f}", f"{took:.2f}")
    row("closes a second", f"{closes / spent:,.0f}", f"{closes / took:,.0f}")
    row("patterns looked for", len({detector(rule.detector).name for rule in default_rules()}), len(set(KINDS.values())))
    altered = [changed_here(members), changed(members, foreign, theirs)]
    row("answers for the past that changed", *(f"{part} of {all_}" for part, all_ in altered))
    row("share", *(f"{part / max(all_, 1):.1%}" for part, all_ in altered))
    print()
    overlap(mine, foreign)


if __name__ == "__main__":
    main()
