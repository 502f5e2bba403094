"""Sixty evenings: each adds one bar and scans; the rows they leave are those of one replay of everything."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patterns.bars import store_many
from patterns.calendars import sessions
from patterns.engine.bars import Bars
from patterns.engine.registry import default_rules
from patterns.engine.replay import replay
from patterns.engine.simulated import simulate
from patterns.models import Instrument, Life, PatternMatch, Universe
from patterns.services.context import context_of
from patterns.services.matches import Seen
from patterns.services.rules import store_rules
from patterns.services.scans import run_scan_here

from .engine.real import sp500
from .factories import create_instrument, create_universe

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)
EVENINGS, BARS = 60, 700
OWN = ("id", "rule", "universe", "instrument", "walked_to")  # compared otherwise
SIMULATED = 7
SHARES = ("HRB", "RCL", "SRCL", "UAL")
Series = dict[Instrument, Bars]


def told(match: PatternMatch) -> dict[str, Any]:
    fields = [field.name for field in PatternMatch._meta.concrete_fields if field.name not in OWN]
    return {name: getattr(match, name) for name in fields} | {"rule": match.rule_id, "instrument": match.instrument_id}


def replayed(universe: Universe, series: Series, bars: int) -> dict[Any, PatternMatch]:
    """All matches of the first `bars` bars by code, by one replay of each series."""
    found: dict[Any, PatternMatch] = {}
    engine = default_rules()
    rules, rated = store_rules(rules=engine), context_of(universe=universe, interval="1day")
    for instrument, whole in series.items():
        known = whole.first(bars)
        seen = Seen(instrument, universe, "1day", rules, replay(known, engine, rated.around(instrument.pk, known.at)))
        found |= {seen.code(find): seen.row(find) for find in reversed(seen.replay.finds)}
    return found


def real_series(folder: Path) -> Series:
    return {create_instrument(symbol): sp500(folder)[symbol].first(BARS) for symbol in SHARES}


def simulated_series() -> Series:
    """Shares of the simulated market, which need no file."""
    days = sessions(dt.date(2021, 1, 4), dt.date(2024, 6, 28))[:BARS]
    listed = [one for one in simulate(days).shares if one.bars.size == BARS]
    return {create_instrument(one.company.symbol): one.bars for one in listed[:SIMULATED]}


def live_through(universe: Universe, series: Series) -> dict[Any, PatternMatch]:
    """Sixty evenings; each writes new and open matches only. Returns the rows they leave, by code."""
    over: dict[int, dt.datetime] = {}
    for bars in range(BARS - EVENINGS, BARS + 1):
        store_many(series={share.pk: whole.first(bars) for share, whole in series.items()}, interval="1day")
        before = set(PatternMatch.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as asked:
            run_scan_here(universe=universe, now=NOW, threads=0)
        written = ids_written(asked)
        assert not written & over.keys(), "what is over is not written again"
        assert written <= before | set(PatternMatch.objects.values_list("pk", flat=True))
        assert {row.pk: row.walked_to for row in PatternMatch.objects.filter(pk__in=over)} == over
        over = dict(PatternMatch.objects.filter(is_over=True).values_list("pk", "walked_to"))
    assert len(over) > 12
    return {row.code: row for row in PatternMatch.objects.all()}


def ids_written(asked: CaptureQueriesContext) -> set[int]:
    """Of matches, as the statements name them; none is written by a condition that could reach others."""
    table = f'"{PatternMatch._meta.db_table}"'
    updates = [query["sql"] for query in asked.captured_queries if query["sql"].startswith(f"UPDATE {table}")]
    found: set[int] = set()
    for sql in updates:
        condition = re.fullmatch(rf'{table}\."id" IN \(([\d, ]+)\)', sql.rpartition(" WHERE ")[2])
        assert condition, sql
        found |= {int(pk) for pk in condition[1].split(",")}
    return found


def assert_rows_are_those_of_one_replay(universe: Universe, series: Series, rows: dict[Any, PatternMatch]) -> dict[Any, PatternMatch]:
    """All fields of all rows, and their lives on evenings between; returns the matches that became known meanwhile."""
    first, times = BARS - EVENINGS, next(iter(series.values())).at
    whole = replayed(universe, series, BARS)
    begun = dt.datetime.fromtimestamp(times[first], dt.UTC)
    fresh = {code: match for code, match in whole.items() if match.known_at >= begun}
    assert {code for code, row in rows.items() if row.known_at >= begun} == set(fresh)
    assert {code: told(row) for code, row in rows.items()} == {code: told(whole[code]) for code in rows}
    for bars in range(first, BARS, 13):
        then = replayed(universe, series, bars)
        close = dt.datetime.fromtimestamp(times[bars - 1], dt.UTC)
        lives = {code: row.life_at(close) for code, row in rows.items() if row.known_at <= close}
        assert lives == {code: Life(*then[code].life) for code in lives}
    return fresh


def test_evening_by_evening_the_rows_become_those_of_one_replay(market_data: Path) -> None:
    series = real_series(market_data)
    universe = create_universe("REAL", members=list(series))
    rows = live_through(universe, series)
    fresh = assert_rows_are_those_of_one_replay(universe, series, rows)
    assert len(fresh) > 25 and {match.reason for match in fresh.values()} >= {"validity", "invalidated", "replaced", "extended"}
    assert any(row.throwback_at for row in rows.values()) and any(row.busted_at for row in rows.values())


def test_in_the_simulated_market_too() -> None:
    series = simulated_series()
    universe = create_universe("INVENTED", members=list(series))
    fresh = assert_rows_are_those_of_one_replay(universe, series, live_through(universe, series))
    assert len(fresh) > 20 and len({match.pattern for match in fresh.values()}) > 8
