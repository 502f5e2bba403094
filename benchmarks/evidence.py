"""How fast evidence is worked out: load, replay, control and summary apart, on one core and on two; and a question of the pattern lab.

    python benchmarks/evidence.py --data ../shared/market-data/sp500-2013-2018.parquet [--symbols 8000 --years 10]

With --symbols and --years the file's series are tiled to a market of that size. The lab's question (one detector, one parameter changed)
goes the way it goes in the product: rows and bars in a database of its own, the first time and with the universe in memory.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from common import load, peak_mb, row
from replay import YEAR, tiled

from patterns.engine.bars import Bars
from patterns.engine.context import UniverseContext, rate_universe
from patterns.engine.control import market_of
from patterns.engine.evidence import Options, Resampling, gather, record, summarise, warm_evidence
from patterns.engine.registry import Rule, default_rules
from patterns.engine.replay import warm

TOGETHER = 16


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def judged(members: Sequence[Bars], rated: UniverseContext, rules: Sequence[Rule], cores: int) -> dict[str, float]:
    """Seconds of each step with so many threads."""
    options, size = Options(), len(members)

    def part(start: int) -> Any:
        rows = range(start, min(start + TOGETHER, size))
        return gather([members[k] for k in rows], [rated.of(k, members[k].at) for k in rows], rules, options, first=start)

    spent = {}
    spent["lay out"], market = timed(lambda: market_of(members))
    with ThreadPoolExecutor(cores) as pool:
        spent["replay"], outcomes = timed(lambda: np.concatenate(list(pool.map(part, range(0, size, TOGETHER)))))
        symbols = [str(number) for number in range(size)]
        spent["control"], one = timed(lambda: record(market, symbols, outcomes, rules, options, share=pool.map))
        resampling = Resampling(len(one.years))
        parts = [one.of_rule(number) for number in range(len(rules))]
        spent["summary"], _ = timed(lambda: list(pool.map(lambda part: summarise(part, resampling), parts)))
    spent["all"] = sum(spent.values())
    return spent


def ask_the_lab(path: Path) -> None:
    """The way of the product, from the question to the stored answer."""
    import os

    with tempfile.TemporaryDirectory(prefix="legend-benchmark-") as folder:
        os.environ |= {"LEGEND_DATA": folder, "DJANGO_SETTINGS_MODULE": "legend.settings"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from patterns.engine.registry import detector
        from patterns.models import Universe
        from patterns.services.evidence import judge_here
        from patterns.services.pieces import warm_once

        warm_once()
        call_command("migrate", verbosity=0)
        with Path(os.devnull).open("w") as quiet:
            call_command("import_bars", str(path), universe="LAB", stdout=quiet, stderr=quiet)
        universe = Universe.objects.get(name="LAB")
        for name, tolerance in (
            ("lab: universe rated, read and judged", 0.05),
            ("lab: another parameter", 0.06),
            ("lab: and another", 0.07),
        ):
            rule = detector("double-bottom").rule(tolerance=tolerance)
            spent, (answer,) = timed(lambda rule=rule: judge_here(universe=universe, rules=[rule], now=timezone.now()))
            row(name, f"{spent:.2f}", answer.status)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--symbols", type=int, default=0, help="tile to so many symbols")
    parser.add_argument("--years", type=int, default=10)
    asked = parser.parse_args()
    rules = default_rules()
    spent, panel = timed(lambda: load(asked.data))
    members = list(panel.values())
    row("step", "seconds", "1 core", "2 cores")
    row("load", f"{spent:.2f}")
    row("kernels (compile, or from cache)", f"{timed(lambda: (warm(), warm_evidence()))[0]:.2f}")
    if asked.symbols:
        members = tiled(members, asked.symbols, asked.years * YEAR)
        row(f"tiled to {len(members):,} x {asked.years} years", "", f"{sum(bars.size for bars in members):,}")
    spent, rated = timed(lambda: rate_universe(members))
    row("rate", f"{spent:.2f}")
    runs = [judged(members, rated, rules, cores) for cores in (1, 2)]
    for step in runs[0]:
        row(f"{step}, {len(rules)} detectors" if step == "replay" else step, "", *(f"{run[step]:.2f}" for run in runs))
    row("peak memory MB", f"{peak_mb():.0f}")
    if not asked.symbols:
        print()
        ask_the_lab(asked.data)


if __name__ == "__main__":
    main()
