"""A scan from database to database: seconds, memory, and how both grow with the symbols.

    python benchmarks/scan.py --data ../shared/market-data/sp500-2013-2018.parquet [--detectors 8] [--threads 2] [--repeat 5]
    DATABASE_URL=postgresql://… python benchmarks/scan.py --data FILE

All of it is timed: reading bars, rating (the column "first" prepares the ratings, the others find them), replay, and writing matches and
results. "again" is the same question asked once more, which writes no match; "cpu" is what that takes of all cores. The second universe
holds every share twice. On SQLite a database of its own is made and thrown away; on PostgreSQL a test database. Seconds are the least of
--repeat runs.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="Parquet or CSV with symbol, date, open, high, low, close, volume")
    parser.add_argument("--detectors", type=int, help="only so many (default: all)")
    parser.add_argument("--threads", type=int, help="default: one a core")
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="legend-benchmark-") as folder:
        from legend.lib.kernels import kernel_cache_dir

        # kernels outlive the folder: compiling them takes longer than all the rest
        os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_cache_dir(Path(tempfile.gettempdir()) / "legend-benchmarks")))
        os.environ["LEGEND_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "legend.settings"
        import django

        django.setup()
        from django.conf import settings
        from django.test.utils import get_runner, setup_test_environment

        setup_test_environment()
        runner = get_runner(settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            measure(asked.data, asked.detectors, asked.threads, asked.repeat)
        finally:
            runner.teardown_databases(databases)


def measure(data: Path, detectors: int | None, threads: int | None, repeat: int) -> None:
    from common import peak_mb, row
    from django.utils import timezone

    from patterns.engine.registry import default_rules
    from patterns.models import MarketContext, PatternMatch, Scan, Universe
    from patterns.services.ingest import import_file
    from patterns.services.pieces import warm_once
    from patterns.services.scans import run_scan_here

    def seconds(work: Callable[[], object]) -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    def store() -> None:
        import_file(path=data, universe="ONCE", now=timezone.now())
        double()

    rules = default_rules()[:detectors]
    # compiling and importing take more memory than a scan, so processes of their own do it
    row("compile kernels", f"{seconds(lambda: elsewhere(warm_once)):.2f} s")
    row("import twice the file", f"{seconds(lambda: elsewhere(store)):.2f} s")
    row("load kernels", f"{seconds(warm_once):.2f} s")
    once, twice = (Universe.objects.get(name=name) for name in ("ONCE", "TWICE"))
    row("", "instruments", "first", "prepared", "again", "cpu", "matches", "peak MB")
    fastest = []
    for title, universe in (("once", once), ("twice", twice)):

        def scan(universe: Universe = universe) -> Scan:
            return run_scan_here(universe=universe, rules=rules, now=timezone.now(), threads=threads)

        def emptied(*models: type[PatternMatch] | type[MarketContext]) -> float:
            for model in models:
                model.objects.all().delete()  # type: ignore[attr-defined]
            return seconds(scan)

        first = min(emptied(MarketContext, PatternMatch) for _ in range(repeat))
        prepared = min(emptied(PatternMatch) for _ in range(repeat))
        cpu = time.process_time()
        again = min(seconds(scan) for _ in range(repeat))
        cpu = (time.process_time() - cpu) / repeat
        fastest.append(prepared)
        found = PatternMatch.objects.filter(universe=universe).count()
        times = (f"{spent:.2f} s" for spent in (first, prepared, again, cpu))
        row(title, universe.members.count(), *times, found, f"{peak_mb():.0f}")
    row("growth", f"{fastest[1] / fastest[0]:.2f} times the time for twice the symbols, {len(rules)} detectors")


def elsewhere(work: Callable[[], object]) -> None:
    """Do it in a child process."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:
        work()
        connections.close_all()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("The child process failed.")


def double() -> None:
    """A universe with every share of the first and a copy of it."""
    from patterns.bars import load_panel, store_many
    from patterns.models import Instrument, Universe
    from patterns.services.universes import add_members, ensure_universe, members

    once = Universe.objects.get(name="ONCE")
    copies = {share.pk: Instrument(symbol=f"{share.symbol}-COPY", home=once) for share in members(universe=once)}
    Instrument.objects.bulk_create(copies.values())
    panel = load_panel(list(copies), "1day")
    store_many(series={copies[pk].pk: bars for pk, bars in panel.items()}, interval="1day")
    add_members(universe=ensure_universe(name="TWICE"), instrument_ids=[*copies, *(copy.pk for copy in copies.values())])


if __name__ == "__main__":
    main()
