"""Sixty evenings: each adds one bar and scans; the rows they leave are those of one replay of everything."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from patterns.bars import store_many
from patterns.engine.bars import Bars
from patterns.engine.registry import default_rules
from patterns.engine.replay import replay
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


def test_evening_by_evening_the_rows_become_those_of_one_replay(market_data: Path) -> None:
    panel = sp500(market_data)
    series: Series = {create_instrument(symbol): panel[symbol].first(BARS) for symbol in SHARES}
    universe = create_universe("REAL", members=list(series))
    first = BARS - EVENINGS
    over: dict[int, dt.datetime] = {}
    for bars in range(first, BARS + 1):
        store_many(series={share.pk: whole.first(bars) for share, whole in series.items()}, interval="1day")
        run_scan_here(universe=universe, now=NOW, threads=0)
        # what is over is not written again
        assert {row.pk: row.walked_to for row in PatternMatch.objects.filter(pk__in=over)} == over
        over = dict(PatternMatch.objects.filter(is_over=True).values_list("pk", "walked_to"))
    rows = {row.code: row for row in PatternMatch.objects.all()}
    whole = replayed(universe, series, BARS)
    begun = dt.datetime.fromtimestamp(next(iter(series.values())).at[first], dt.UTC)
    fresh = {code: match for code, match in whole.items() if match.known_at >= begun}
    assert {code for code, row in rows.items() if row.known_at >= begun} == set(fresh)
    assert {code: told(row) for code, row in rows.items()} == {code: told(whole[code]) for code in rows}
    assert len(fresh) > 25 and {match.reason for match in fresh.values()} >= {"validity", "invalidated", "replaced", "extended"}
    assert any(row.throwback_at for row in rows.values()) and any(row.busted_at for row in rows.values())
    assert len(over) > 20

    for bars in range(first, BARS, 13):
        then = replayed(universe, series, bars)
        close = dt.datetime.fromtimestamp(next(iter(series.values())).at[bars - 1], dt.UTC)
        lives = {code: row.life_at(close) for code, row in rows.items() if row.known_at <= close}
        assert lives == {code: Life(*then[code].life) for code in lives}
