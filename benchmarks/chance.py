"""What the rules find where something is and where nothing is: recall of planted shapes, finds on noise, edges on random walks.

    python benchmarks/chance.py --data ../shared/market-data/sp500-2013-2018.parquet [--write] [--shapes 200] [--edges]

Recall: shapes planted in random bars at several levels of noise (in ATR). Finds per 1,000 closes: random walks, the file's days shuffled,
its phases drawn anew, and as they were. --write keeps the figures in patterns/engine/measured.json, which the catalogue shows and a test
measures in part anew. --edges counts how many intervals of the edge exclude 0 on random walks, and shifts their returns by a constant.
"""

import argparse
import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common import load, row

from patterns.engine.bars import Bars
from patterns.engine.claims import FEWEST
from patterns.engine.context import rate_universe
from patterns.engine.evidence import evidence
from patterns.engine.measured import FILE, rules_hash
from patterns.engine.registry import default_rules
from patterns.engine.shuffled import SEED as SHUFFLE
from patterns.engine.shuffled import phase_randomised_universe, shuffled_universe, ticker_years
from patterns.tests.engine.drifted import drifted
from patterns.tests.engine.measuring import SEED, Key, finds_in, found_of, sample
from patterns.tests.engine.planted import LEVELS
from patterns.tests.engine.planted_shapes import PLANTS
from patterns.tests.engine.walks import CLOSES, WALKS, walks

KEYS: list[Key] = [(pattern, side) for pattern in sorted(PLANTS) for side in PLANTS[pattern].sides]


def recall_table(shapes: int) -> dict[Key, list[float]]:
    """Recall at every level of noise, and last what a random walk in the shape's place gives."""
    row("recall of planted shapes", *(f"{level} ATR" for level in LEVELS), "by chance")
    table: dict[Key, list[float]] = {}
    for pattern in sorted(PLANTS):
        counted = [found_of(pattern, range(shapes), level) for level in LEVELS]
        counted.append(found_of(pattern, range(shapes), 0.0, hidden=True))
        for side in PLANTS[pattern].sides:
            table[pattern, side] = [hits[pattern, side] / shapes for hits in counted]
            row(f"{pattern} {side}", *(f"{share:.2f}" for share in table[pattern, side]))
    return table


def per_closes(members: Mapping[str, Bars]) -> tuple[Counter[Key], int, float]:
    return Counter(finds_in(members)), sum(bars.size for bars in members.values()), sum(ticker_years(bars) for bars in members.values())


def finds_table(panel: Mapping[str, Bars]) -> tuple[dict[Key, dict[str, float]], dict[str, int]]:
    """Finds per 1,000 closes on each kind of bars, and how many closes those had."""
    kinds = {
        "walks": per_closes(walks(WALKS, CLOSES, SEED)),
        "shuffled": per_closes(shuffled_universe(panel)),
        "phase": per_closes(phase_randomised_universe(panel)),
        "real": per_closes(panel),
    }
    print()
    row("finds per 1,000 closes", *kinds, "real/100 years", "shuffled/100")
    table = {}
    for key in KEYS:
        table[key] = {name: 1000 * found[key] / closes for name, (found, closes, _) in kinds.items()}
        years = [100 * kinds[name][0][key] / kinds[name][2] for name in ("real", "shuffled")]
        row(" ".join(key), *(f"{rate:.3f}" for rate in table[key].values()), *(f"{rate:.1f}" for rate in years))
    return table, {name: closes for name, (_, closes, _) in kinds.items()}


def edges() -> None:
    """How many intervals exclude 0 where there is nothing to know, and what a constant drift does."""
    print()
    row(f"{WALKS} walks of {CLOSES} closes", "intervals", "above 0", "below 0", "mean R", "mean edge")
    for name, drift in (("no drift", 0.0), ("+0.05 % a day", 0.0005), ("-0.05 % a day", -0.0005)):
        for seed in (SEED, SEED + 1):
            members = drifted(walks(WALKS, CLOSES, seed), drift)
            rated = rate_universe(list(members.values()))
            entries = evidence(members, [rated.of(k, bars.at) for k, bars in enumerate(members.values())], default_rules())
            judged = [one for one in entries if one["trades"] >= FEWEST]
            trades = sum(one["trades"] for one in judged)
            longs = [one for one in judged if one["side"] == "long"]
            means = sum(one["mean_r"] * one["trades"] for one in longs) / sum(one["trades"] for one in longs)
            edge = sum(one["edge"] * one["trades"] for one in judged) / trades
            above, below = sum(one["edge_low"] > 0 for one in judged), sum(one["edge_high"] < 0 for one in judged)
            row(f"{name}, seed {seed}", len(judged), above, below, f"{means:+.3f}", f"{edge:+.4f}")
    print("mean R is that of the long side; 5 % of the intervals are expected to exclude 0")


def written(recalls: Mapping[Key, list[float]], finds: Mapping[Key, Mapping[str, float]], closes: Mapping[str, int], shapes: int) -> Any:
    """What goes into the file."""
    return {
        "measured_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "rules": rules_hash(),
        "command": "benchmarks/chance.py --write",
        "planted": {"shapes": shapes, "noise": list(LEVELS)},
        "walks": {"count": WALKS, "closes": CLOSES, "seed": SEED},
        "shuffled": {"seed": SHUFFLE},
        "closes": dict(closes),
        "patterns": [
            {
                "pattern": pattern,
                "side": side,
                "finds_per_1000": {name: round(rate, 4) for name, rate in finds[pattern, side].items()},
                "recall": [round(share, 3) for share in recalls[pattern, side][:-1]],
                "by_chance": round(recalls[pattern, side][-1], 3),
            }
            for pattern, side in KEYS
        ],
        "sample": sample(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shapes", type=int, default=200, help="planted for each pattern and level of noise")
    parser.add_argument("--write", action="store_true", help=f"keep the figures in {FILE.name}")
    parser.add_argument("--edges", action="store_true", help="edges on random walks too")
    asked = parser.parse_args()
    recalls = recall_table(asked.shapes)
    finds, closes = finds_table(load(asked.data))
    if asked.edges:
        edges()
    if asked.write:
        FILE.write_text(json.dumps(written(recalls, finds, closes, asked.shapes), indent=1) + "\n")
        print(f"\nwritten: {FILE}")


if __name__ == "__main__":
    main()
