"""Bars at rest: packed rows of a year against one row per bar, written and read through the ORM.

    python benchmarks/bars.py [--instruments 500] [--years 5] [--repeat 5]
    DATABASE_URL=postgresql://… python benchmarks/bars.py

The bars are a random walk on real sessions. On SQLite a database of its own is made and thrown away; on PostgreSQL a test database.
Reading is the median of `--repeat` runs; both ways must give the same arrays, which the run checks. For the baseline the fastest way
known is taken: bulk_create in batches, and values_list in order into arrays.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instruments", type=int, default=500)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="legend-benchmark-") as folder:
        os.environ["LEGEND_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "legend.settings"
        import django

        django.setup()
        from django.test.utils import get_runner, setup_test_environment

        setup_test_environment()
        from django.conf import settings

        runner = get_runner(settings)(verbosity=0, interactive=False)
        databases = runner.setup_databases()
        try:
            measure(asked.instruments, asked.years, asked.repeat)
        finally:
            runner.teardown_databases(databases)


def measure(count: int, years: int, repeat: int) -> None:
    import numpy as np
    from django.db import connection, models

    from patterns.bars import data_version, load_bars, load_panel, store_many
    from patterns.engine.bars import Bars
    from patterns.models import Instrument
    from patterns.tests.factories import random_bars

    class OneRowPerBar(models.Model):
        objects: models.Manager[Any] = models.Manager()
        instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="+")
        at = models.DateTimeField()
        open = models.FloatField()
        high = models.FloatField()
        low = models.FloatField()
        close = models.FloatField()
        volume = models.FloatField()

        class Meta:
            app_label = "benchmarks"
            constraints = [models.UniqueConstraint(fields=["instrument", "at"], name="one_row_per_bar_unique")]

    with connection.schema_editor() as editor:
        editor.create_model(OneRowPerBar)
    shares = Instrument.objects.bulk_create(Instrument(symbol=f"S{number}") for number in range(count))
    series = {share.pk: random_bars(252 * years, seed=number) for number, share in enumerate(shares)}
    total = sum(bars.size for bars in series.values())
    print(f"{connection.vendor}: {count:,} instruments x {252 * years:,} bars = {total:,} bars\n")

    def write_rows() -> None:
        import datetime as dt

        OneRowPerBar.objects.bulk_create(
            (
                OneRowPerBar(instrument_id=key, at=dt.datetime.fromtimestamp(at, dt.UTC), **dict(zip(NAMES, values, strict=True)))
                for key, bars in series.items()
                for at, *values in zip(*(column.tolist() for column in bars), strict=True)
            ),
            batch_size=2000,
        )

    def read_rows(ids: list[int]) -> dict[int, Bars]:
        rows = OneRowPerBar.objects.filter(instrument_id__in=ids).order_by("instrument_id", "at")
        found: dict[int, list[Any]] = {}
        for key, at, *values in rows.values_list("instrument_id", "at", *NAMES).iterator(chunk_size=5000):
            found.setdefault(key, []).append((at.timestamp(), *values))
        return {key: Bars(*np.array(values).T.copy()) for key, values in found.items()}

    every, one, addition = list(series), shares[0], {key: bars.since(bars.size - 1) for key, bars in series.items()}
    blocks = timed(lambda: store_many(series=series, interval="1day"), 1)
    rows = timed(write_rows, 1)
    line("write all", blocks, rows)
    line("read all", timed(lambda: load_panel(every, "1day"), repeat), timed(lambda: read_rows(every), min(repeat, 2)))
    line("read one instrument", timed(lambda: load_bars(one, "1day"), repeat), timed(lambda: read_rows([one.pk]), repeat))
    line("write the same again", timed(lambda: store_many(series=series, interval="1day"), 1), None)
    line("write one bar each", timed(lambda: store_many(series=addition, interval="1day"), 1), None)
    line("data version", timed(lambda: data_version(every, ["1day"]), repeat), None)
    ours, theirs = load_panel(every, "1day"), read_rows(every)
    same = all(np.array_equal(np.array(ours[key]), np.array(theirs[key])) for key in every)
    print(f"\nboth ways give the same arrays: {'yes' if same else 'NO'}")


NAMES = ("open", "high", "low", "close", "volume")


def timed(work: Callable[[], object], repeat: int) -> float:
    """Median milliseconds."""
    took = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def line(what: str, blocks: float, rows: float | None) -> None:
    beside = f"{rows:>12,.1f} ms one row per bar   {rows / blocks:>6,.0f} x" if rows is not None else ""
    print(f"{what:<24}{blocks:>12,.1f} ms packed{beside}", flush=True)


if __name__ == "__main__":
    main()
