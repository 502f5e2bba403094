"""The promise of `as_of`: a scan of the whole file as of a day is the scan of a file that ends on that day."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from patterns.bars import store_many
from patterns.engine.bars import Bars
from patterns.engine.registry import detectors
from patterns.models import Instrument, Scan, Universe
from patterns.services.detection import detect
from patterns.services.presentation import present
from patterns.services.scans import run_scan_here

from .factories import create_instrument, create_universe, random_bars

pytestmark = pytest.mark.django_db

DAYS = (dt.date(2014, 10, 15), dt.date(2015, 8, 24), dt.date(2016, 2, 11), dt.date(2017, 6, 30))
EVERY = 9  # of the symbols: about 56 of the 505
EVERY_RULE = [detector.rule() for detector in detectors().values()]  # those for research too
OWN = ("code", "chart_url")  # made of row numbers, which another database numbers otherwise


def read(path: Path) -> dict[str, Bars]:
    """Sound rows of every ninth symbol."""
    import pyarrow.parquet as pq

    table = pq.read_table(path).to_pandas().dropna()
    table = table[(table.high >= table[["open", "close"]].max(axis=1)) & (table.low <= table[["open", "close"]].min(axis=1))]
    chosen = sorted(table.symbol.unique())[::EVERY]
    series = {}
    for symbol, rows in table[table.symbol.isin(chosen)].groupby("symbol", observed=True):
        at = rows.date.astype("datetime64[s]").to_numpy().astype(np.float64)
        columns = (rows[name].to_numpy(np.float64).copy() for name in ("open", "high", "low", "close", "volume"))
        series[str(symbol)] = Bars(at, *columns)
    return series


def load(name: str, series: dict[str, Bars]) -> Universe:
    """A universe of its own shares, named so that two of them can stand side by side."""
    Instrument.objects.bulk_create(Instrument(symbol=f"{name}.{symbol}") for symbol in series)
    ids = dict(Instrument.objects.filter(symbol__startswith=f"{name}.").values_list("symbol", "pk"))
    store_many(series={ids[f"{name}.{symbol}"]: bars for symbol, bars in series.items()}, interval="1day")
    return create_universe(name, members=list(Instrument.objects.filter(pk__in=ids.values())))


def shown(scan: Scan) -> list[dict[str, Any]]:
    """All that it shows, ended ones included, without what tells the two databases apart."""
    rows = scan.results.select_related("match__instrument").all()
    told = [present(match=row.match, shown=row, as_of=scan.as_of) for row in rows]
    for row in told:
        row["symbol"] = row["symbol"].split(".", 1)[1]
    bare = [{name: value for name, value in row.items() if name not in OWN} for row in told]
    return sorted(bare, key=lambda row: (row["symbol"], row["pattern"], row["side"], row["known_at"], row["entry"]))


def test_a_scan_of_the_past_is_that_of_a_file_which_ends_there(market_data: Path) -> None:
    series = read(market_data / "sp500-2013-2018.parquet")
    whole = load("WHOLE", series)
    found = 0
    # the latest first, so that rows know more than the later questions may
    run_scan_here(universe=whole, rules=EVERY_RULE, now=timezone.now(), threads=0)
    for number, day in enumerate(reversed(DAYS)):
        last = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()
        cut = load(f"CUT{number}", {symbol: bars.cut(last) for symbol, bars in series.items() if bars.at[0] <= last})
        past = run_scan_here(universe=whole, as_of=day, rules=EVERY_RULE, now=timezone.now(), threads=0)
        alone = run_scan_here(universe=cut, rules=EVERY_RULE, now=timezone.now(), threads=0)
        assert shown(past) == shown(alone)
        found += past.results.count()
    assert found > 50


def test_each_symbol_of_the_past_too(market_data: Path) -> None:
    series = dict(list(read(market_data / "sp500-2013-2018.parquet").items())[:4])
    load("WHOLE", series)
    for symbol, bars in series.items():
        for number in range(300, bars.size, 211):
            day = dt.datetime.fromtimestamp(bars.at[number], dt.UTC).date()
            then = detect(ticker=f"WHOLE.{symbol}", as_of=day, now=timezone.now())
            assert then.bars.at[-1] == bars.at[number]
            assert all(match.known_at.date() <= day and match.walked_to.date() == day for match, _ in then.found)


class RandomMarkets(TestCase):
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(seed=st.integers(0, 10_000), size=st.integers(150, 420), cut=st.integers(0, 60))
    def test_on_random_bars(self, seed: int, size: int, cut: int) -> None:
        known = size - cut
        bars = {f"R{number}": random_bars(size, seed=seed + number) for number in range(3)}
        whole = create_universe("WHOLE", members=[create_instrument(f"W.{name}", bars=one) for name, one in bars.items()])
        short = create_universe("SHORT", members=[create_instrument(f"S.{name}", bars=one.first(known)) for name, one in bars.items()])
        day = dt.datetime.fromtimestamp(bars["R0"].at[known - 1], dt.UTC).date()
        past = run_scan_here(universe=whole, as_of=day, rules=EVERY_RULE, now=timezone.now(), threads=0)
        alone = run_scan_here(universe=short, rules=EVERY_RULE, now=timezone.now(), threads=0)
        named = [{name: value for name, value in row.items() if name != "name"} for row in shown(past)]
        assert named == [{name: value for name, value in row.items() if name != "name"} for row in shown(alone)]
