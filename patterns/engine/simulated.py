"""A simulated market: invented shares whose bars look and behave like those of a real exchange.

A session's return is the sum of a market factor with regimes (bull, calm, correction, bear, rebound), a sector factor, and a part
of the share's own with states (base, up, down). All have clustered volatility and fat tails; quarterly reports make gaps; volume
answers to the size of the move, dries up while a base ages and surges when it is left. No pattern is drawn: what a detector finds
arose from these dynamics.

The market starts on a fixed day and walks forward, so that a day's bars are the same however far the walk goes on. Only integers,
additions, multiplications, divisions and square roots are used, which every machine rounds alike, and the raw bits of PCG64, which
numpy promises not to change: the bars are the same everywhere, bit for bit.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Bars, Floats
from patterns.engine.simulated_companies import COMPANIES, INDEX, Company
from patterns.engine.simulated_forces import SHARES, Dice, MarketForce, Move, SectorForce, ShareForces, Traits, draw_traits

Days = NDArray[np.datetime64]

FIRST_DAY = np.datetime64("2021-01-04", "D")
SEED = 89

# sessions after the first at which a share is listed, taken over at a premium, or given up
LISTED = {"STQC": 240, "ONXL": 520, "BTRC": 700, "SCLB": 880, "DTCV": 1010, "GNVQ": 1150, "PYLX": 1290, "NDBR": 1400}
TAKEN_OVER = {"MTLD": 905}
GIVEN_UP = {"HMGD": 1180}
OFFERED = 46  # sessions between the offer and the end
SINKING = 260
NEVER = 1_000_000


class Listed(NamedTuple):
    """A company and its bars; it is listed from `joined` to the day before `left`, always where there is no date."""

    company: Company
    bars: Bars
    joined: np.datetime64 | None
    left: np.datetime64 | None


class Market(NamedTuple):
    benchmark: Listed
    shares: list[Listed]


def simulate(days: Days, seed: int = SEED) -> Market:
    """The market on these sessions.

    days : (n,) datetime64[D], all sessions from FIRST_DAY on, oldest first. More days at the end leave the bars before them as
    they are. ValueError if there are none or the first is another.
    """
    if not len(days) or days[0] != FIRST_DAY:
        raise ValueError(f"The simulated market starts on {FIRST_DAY}.")
    walk = _Walk(seed, len(days))
    for session in range(len(days)):
        walk.step(session, float(_busyness(days[session])))
    at = days.astype("datetime64[s]").astype(np.float64)
    shares = [_listed(place, days, Bars(at, *walk.columns[:, :, place].copy())) for place in range(SHARES)]
    return Market(Listed(INDEX, Bars(at, *walk.index.T.copy()), None, None), shares)


class _Walk:
    """The state of everything, and the bars so far: columns (5, n, shares) and index (n, 5) of open, high, low, close, volume."""

    def __init__(self, seed: int, sessions: int) -> None:
        self.dice = Dice(seed)
        self.traits: Traits = draw_traits(self.dice)
        self.market, self.sectors, self.own = MarketForce(), SectorForce(), ShareForces(self.traits)
        self.starts = _sessions_of(LISTED, 0)
        self.ends = _sessions_of(TAKEN_OVER | GIVEN_UP, NEVER)
        self.offers = _sessions_of(TAKEN_OVER, NEVER) - OFFERED
        self.sinks = _sessions_of(GIVEN_UP, NEVER) - SINKING
        self.price = self.traits.price
        self.level = 1000.0  # of the index
        self.bustle = np.zeros(SHARES)
        self.common_bustle = 0.0
        self.columns = np.empty((5, sessions, SHARES))
        self.index = np.empty((sessions, 5))

    def step(self, session: int, busyness: float) -> None:
        night, day, spread = self.market.step(self.dice)
        unrest = spread / (MarketForce.USUAL * 0.8)
        sectors = self.sectors.step(self.dice, 0.7 + 0.3 * min(unrest, 3.0))
        own = self._corporate_events(self.own.step(self.dice, session), session)
        share, place = self.traits.beta, self.traits.sector
        free = np.where(session > self.offers, 0.04, 1.0)  # an offer ties the price
        returns = Move(
            free * (share * night + sectors.night[place]) + own.night,
            free * (share * day + sectors.day[place]) + own.day,
            np.sqrt(_square(free * share * spread) + _square(free * sectors.spread[place]) + _square(own.spread)),
        )
        opens = self.price * (1 + returns.night)
        high, low = _extremes(returns, self.dice.normals(4, SHARES), 1.25)
        volume = self._volume(returns, session, busyness, (night + day) / MarketForce.USUAL)
        closes = opens * (1 + returns.day)
        self.columns[:4, session] = np.rint(np.stack([opens, opens * (1 + high), opens * (1 + low), closes]) * 100) / 100
        self.columns[4, session] = volume
        self.price = closes
        self._step_index(session, returns, spread)

    def _corporate_events(self, own: Move, session: int) -> Move:
        """An offer lifts a share at once and ties it from then on; a share that is given up sinks wildly."""
        offered, tied, sinking = session == self.offers, session > self.offers, session > self.sinks
        scale = np.where(tied, 0.06, np.where(sinking, 2.6, 1.0))
        return Move(scale * own.night + np.where(offered, 0.27, 0.0), scale * own.day - np.where(sinking, 0.0036, 0.0), scale * own.spread)

    def _volume(self, returns: Move, session: int, busyness: float, market_move: float) -> Floats:
        """Whole shares: turnover times what the day brings."""
        shocks = self.dice.normals(2, SHARES)
        size = np.minimum(np.abs(returns.night + returns.day) / (1.6 * self.traits.usual + 0.004), 6.0)
        self.bustle = 0.62 * self.bustle + 0.14 * shocks[0] + 0.10 * (size - 0.75) + 0.25 * self.own.news
        self.common_bustle = 0.8 * self.common_bustle + 0.06 * float(shocks[1, 0]) + 0.07 * (min(abs(market_move), 5.0) - 0.7)
        answer = (
            1 + 0.22 * np.maximum(size - 0.6, -0.5) + 0.035 * _square(size) + self.own.news + np.where(session == self.offers, 6.0, 0.0)
        )
        fresh = 1 + np.where(session >= self.starts, np.where(self.starts > 0, 5.0 / (1 + np.abs(session - self.starts)), 0.0), 0.0)
        mood = _exp(self.bustle + self.common_bustle + 0.12 * shocks[1])
        volume: Floats = np.rint(self.traits.turnover * busyness * self.own.dryness() * answer * fresh * mood / 100) * 100
        return volume

    def _step_index(self, session: int, returns: Move, spread: float) -> None:
        listed = (session >= self.starts) & (session < self.ends)
        weight = self.traits.weight * listed
        total = math.fsum(weight)  # sums to the last digit in any order
        night, day = math.fsum(weight * returns.night) / total, math.fsum(weight * returns.day) / total
        move = Move(np.array([night]), np.array([day]), np.array([spread]))
        high, low = _extremes(move, self.dice.normals(4, 1), 1.05)
        opens = self.level * (1 + night)
        closes = opens * (1 + day)
        prices = np.array([opens, opens * (1 + high[0]), opens * (1 + low[0]), closes])
        self.index[session, :4] = np.rint(prices * 100) / 100
        self.index[session, 4] = math.fsum(self.columns[4, session] * listed)
        self.level = closes


def _extremes(move: Move, shocks: Floats, roughness: float) -> tuple[Floats, Floats]:
    """How far a Brownian path from 0 to the day's return goes up and down on its way; shocks (4, k)."""
    variance = _square(roughness * move.spread)
    high = (move.day + np.sqrt(_square(move.day) + variance * (_square(shocks[0]) + _square(shocks[1])))) / 2
    low = (move.day - np.sqrt(_square(move.day) + variance * (_square(shocks[2]) + _square(shocks[3])))) / 2
    return np.maximum(high, np.maximum(move.day, 0.0)), np.minimum(low, np.minimum(move.day, 0.0))


def _listed(place: int, days: Days, bars: Bars) -> Listed:
    company = COMPANIES[place]
    start, end = LISTED.get(company.symbol, 0), (TAKEN_OVER | GIVEN_UP).get(company.symbol, len(days))
    joined = days[start] if 0 < start < len(days) else None
    left = days[end] if end < len(days) else None
    return Listed(company, Bars(*(column[start:end] for column in bars)), joined, left)


def _sessions_of(events: dict[str, int], otherwise: int) -> NDArray[np.int64]:
    return np.array([events.get(company.symbol, otherwise) for company in COMPANIES])


def _busyness(day: np.datetime64) -> float:
    """Of the calendar: quiet days around Thanksgiving and Christmas, busy ones when options expire."""
    date = day.astype("datetime64[D]").item()
    if (date.month == 12 and date.day >= 24) or (date.month == 11 and date.weekday() == 4 and 23 <= date.day <= 29):
        return 0.55
    if date.month in (7, 8):
        return 0.92
    return 1.5 if date.month % 3 == 0 and date.weekday() == 4 and 15 <= date.day <= 21 else 1.0


def _square(values: Floats) -> Floats:
    return values * values


def _exp(values: Floats) -> Floats:
    """About e^x for |x| < 3, by multiplications only."""
    power = 1 + values / 1024
    for _ in range(10):
        power = power * power
    return power
