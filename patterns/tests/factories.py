"""Instruments, universes and bars for tests; through the services where there is one."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from patterns.bars import store_bars
from patterns.calendars import seconds_of, sessions
from patterns.engine.bars import Bars, Floats
from patterns.models import Instrument, Universe
from patterns.services.universes import add_members, ensure_universe

FIRST = dt.date(2015, 1, 5)


def make_bars(closes: Sequence[float] | Floats, *, first: dt.date = FIRST, spread: float = 0.01, volume: float = 1e6) -> Bars:
    """Daily bars on real sessions from `first` on, opening at the close before, high and low `spread` beyond both."""
    close = np.asarray(closes, dtype=np.float64)
    days = sessions(first, first + dt.timedelta(days=2 * len(close) + 10))[: len(close)]
    opens = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(opens, close) * (1 + spread), np.minimum(opens, close) * (1 - spread)
    return Bars(seconds_of(days), opens, high, low, close, np.full(len(close), volume))


def random_bars(size: int, *, seed: int = 1, first: dt.date = FIRST) -> Bars:
    """A random walk with drift, the same for the same seed."""
    steps = np.random.Generator(np.random.PCG64(seed)).normal(0.0005, 0.015, size)
    return make_bars((50 * np.cumprod(1 + steps)).tolist(), first=first)


def create_instrument(symbol: str = "ACME", *, bars: Bars | None = None, interval: str = "1day", **fields: object) -> Instrument:
    instrument = Instrument.objects.create(symbol=symbol, **{"name": f"{symbol} Inc.", "sector": "Industrials"} | fields)
    if bars is not None:
        store_bars(instrument=instrument, interval=interval, bars=bars)
    return instrument


def create_universe(name: str = "TEST", *, members: Sequence[Instrument] = (), benchmark: Instrument | None = None) -> Universe:
    universe = ensure_universe(name=name)
    universe.benchmark = benchmark
    universe.save(update_fields=["benchmark"])
    add_members(universe=universe, instrument_ids=[member.pk for member in members])
    for member in members:
        if member.home_id is None:
            member.home = universe
            member.save(update_fields=["home"])
    return universe


def create_market(count: int = 6, *, bars: int = 300, name: str = "TEST") -> Universe:
    """A universe of `count` random shares, S0, S1, …"""
    shares = [create_instrument(f"S{number}", bars=random_bars(bars, seed=number)) for number in range(count)]
    return create_universe(name, members=shares)
