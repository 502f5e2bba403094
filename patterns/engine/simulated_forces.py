"""What moves the simulated market: chance, the market and its regimes, sectors, and the shares' own states.

Everything is computed with operations that every machine rounds alike (see `simulated`). Returns are fractions per session.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.engine.simulated_companies import COMPANIES, SECTORS

SHARES = len(COMPANIES)
NIGHT, DAY = 0.34, 0.66  # parts of a session's variance that fall before and after the open

BASE, UP, DOWN = 0, 1, 2  # states of a share
REPORT_EVERY = 63  # sessions between two quarterly reports


class Dice:
    """Chance from the raw bits of PCG64."""

    def __init__(self, seed: int) -> None:
        self.bits = np.random.PCG64(seed)

    def uniforms(self, *shape: int) -> Floats:
        """In [0, 1)."""
        raw = self.bits.random_raw(int(np.prod(shape)))
        values: Floats = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return values.reshape(shape)

    def normals(self, *shape: int) -> Floats:
        """Standard normal, each as the sum of twelve 16-bit uniforms."""
        raw = self.bits.random_raw(3 * int(np.prod(shape))).astype("<u8").view("<u2").reshape(-1, 12)
        values: Floats = (raw.sum(axis=1, dtype=np.int64) - 12 * 32767.5) / 65536
        return values.reshape(shape)


class Move(NamedTuple):
    """Returns before and after the open, and the deviation that the latter was drawn with; (k,) each."""

    night: Floats
    day: Floats
    spread: Floats


class MarketForce:
    """One factor for all: regimes with their own drift and unrest, GARCH in which falls weigh more."""

    DRIFT = np.array([0.0010, 0.0003, -0.0045, -0.0018, 0.0034])  # bull, calm, correction, bear, rebound
    UNREST = np.array([0.75, 0.90, 1.65, 1.45, 1.25])
    # chance to go on to each regime, per session
    NEXT = np.array(
        [
            [0.9820, 0.0110, 0.0070, 0.0000, 0.0000],
            [0.0200, 0.9700, 0.0100, 0.0000, 0.0000],
            [0.0000, 0.0150, 0.9300, 0.0100, 0.0450],
            [0.0000, 0.0060, 0.0000, 0.9790, 0.0150],
            [0.0350, 0.0120, 0.0050, 0.0000, 0.9480],
        ]
    )
    USUAL = 0.0088  # deviation of a session in ordinary times

    def __init__(self) -> None:
        self.regime = 1
        self.variance = self.USUAL * self.USUAL

    def step(self, dice: Dice) -> tuple[float, float, float]:
        """Night, day, and the day's deviation."""
        chances = dice.uniforms(2)
        self.regime = int(np.searchsorted(np.cumsum(self.NEXT[self.regime]), chances[0], side="right"))
        shocks = dice.normals(2)
        deviation = np.sqrt(self.variance) * self.UNREST[self.regime] * (2.2 if chances[1] < 0.02 else 1.4 if chances[1] < 0.12 else 0.88)
        drift = self.DRIFT[self.regime]
        night = 0.4 * drift + deviation * np.sqrt(NIGHT) * shocks[0]
        day = 0.6 * drift + deviation * np.sqrt(DAY) * shocks[1]
        surprise = (night + day - drift) / self.UNREST[self.regime]
        usual = self.USUAL * self.USUAL
        weight = 0.05 + (0.09 if surprise < 0 else 0.0)
        self.variance = min(0.035 * usual + weight * surprise * surprise + 0.87 * self.variance, 9 * usual)
        return float(night), float(day), float(deviation * np.sqrt(DAY))


class SectorForce:
    """One factor per sector, slowly in and out of favour."""

    WEIGHT = {"Energy": 2.0, "Utilities": 1.0, "Information Technology": 0.9, "Materials": 1.2, "Real Estate": 1.0, "Consumer Staples": 0.8}
    USUAL = 0.0048

    def __init__(self) -> None:
        self.weight = np.array([self.WEIGHT.get(sector, 0.9) for sector in SECTORS])
        self.favour = np.zeros(len(SECTORS))

    def step(self, dice: Dice, unrest: float) -> Move:
        shocks = dice.normals(3, len(SECTORS))
        self.favour = 0.985 * self.favour + 0.00007 * self.weight * shocks[0]
        deviation = self.USUAL * self.weight * unrest
        night, day = deviation * np.sqrt(NIGHT) * shocks[1], deviation * np.sqrt(DAY) * shocks[2]
        return Move(night + 0.4 * self.favour, day + 0.6 * self.favour, deviation * np.sqrt(DAY))


class Traits(NamedTuple):
    """What a share is like, for good; (shares,) each."""

    sector: NDArray[np.int64]
    beta: Floats
    usual: Floats  # deviation of its own part per session
    report: NDArray[np.int64]  # place of its reports in the quarter
    shock: Floats  # deviation of what a report does
    price: Floats  # at the start
    turnover: Floats  # shares a session in ordinary times
    weight: Floats  # in the index


def draw_traits(dice: Dice) -> Traits:
    calm = {"Utilities": 0.55, "Consumer Staples": 0.6, "Real Estate": 0.8, "Health Care": 0.95, "Communication Services": 0.95}
    lively = {"Information Technology": 1.2, "Consumer Discretionary": 1.1, "Energy": 1.1, "Materials": 1.05}
    mood = np.array([(calm | lively).get(company.sector, 1.0) for company in COMPANIES])
    biotech = np.array([1.6 if company.industry in ("Biotechnology", "Semiconductors", "Software") else 1.0 for company in COMPANIES])
    chance = dice.uniforms(8, SHARES)
    price = 12 + 50 * chance[0] + 90 * chance[1] * chance[1] * chance[1]
    size = 0.15 + 8 * chance[2] * chance[2] * chance[2]
    return Traits(
        sector=np.array([SECTORS.index(company.sector) for company in COMPANIES]),
        beta=mood * (0.75 + 0.5 * chance[3]),
        usual=0.0098 * np.sqrt(mood * biotech) * (0.7 + 0.75 * chance[4]),
        report=(chance[5] * REPORT_EVERY).astype(np.int64),
        shock=0.030 * np.sqrt(mood * biotech) * (0.6 + 0.8 * chance[6]),
        price=price,
        turnover=2.0e6 * size * (0.5 + chance[7]) * (60 / price) + 1.5e5,
        weight=size,
    )


class ShareForces:
    """The part of each share that is its own."""

    LEAVE = np.array([1 / 42, 1 / 48, 1 / 30])  # chance per session to leave base, up, down
    AT_LEAST = np.array([15, 12, 8])  # sessions
    UNREST = np.array([1.0, 0.95, 1.25])

    def __init__(self, traits: Traits) -> None:
        self.traits = traits
        self.state = np.full(SHARES, BASE)
        self.age = np.zeros(SHARES, dtype=np.int64)
        self.drift = np.zeros(SHARES)
        self.level = np.zeros(SHARES)  # sum of own returns: how far the share has come from its worth
        self.anchor = np.zeros(SHARES)  # the level around which a base moves
        self.variance = traits.usual * traits.usual
        self.echo = np.zeros(SHARES)  # drift after a report
        self.news = np.zeros(SHARES)  # how much there is to talk about today, for the volume

    def step(self, dice: Dice, session: int) -> Move:
        chance, shocks = dice.uniforms(4, SHARES), dice.normals(4, SHARES)
        deviation = np.sqrt(self.variance) * self._unrest()
        kick = self._change_state(chance) * deviation
        deviation = deviation * np.where(chance[3] < 0.02, 2.4, np.where(chance[3] < 0.12, 1.5, 0.87))
        reports = (session + self.traits.report) % REPORT_EVERY == 0
        surprise = np.where(reports, self.traits.shock * shocks[2] * (1 + 0.7 * np.abs(shocks[3])), 0.0)
        self.echo = 0.94 * self.echo + 0.02 * surprise
        pull = (
            np.where(self.state == BASE, -0.035 * (self.level - self.anchor), 0.0)
            - (0.0006 + 0.0010 * self.level * self.level) * self.level
        )
        drift = self.drift + pull + self.echo
        spread = deviation * np.sqrt(DAY) * np.where(reports, 1.5, 1.0)
        own_night = deviation * np.sqrt(NIGHT) * shocks[0]
        own_day = spread * shocks[1]
        night = own_night + 0.4 * drift + 0.3 * kick + 0.85 * surprise
        day = own_day + 0.6 * drift + 0.7 * kick + 0.15 * surprise
        self.level = self.level + night + day
        self.news = np.where(reports, 1.1, 0.0) + np.where(kick != 0, 0.7, 0.0) + np.where(chance[3] > 0.996, 1.6, 0.0)
        self._update_variance(own_night + own_day + 0.25 * surprise)
        self.age = self.age + 1
        return Move(night, day, spread)

    def dryness(self) -> Floats:
        """How far a base has dried up trading, 1 at its beginning; downtrends trade more."""
        dry = np.maximum(0.58, 1.0 - 0.009 * self.age)
        return np.where(self.state == BASE, dry, np.where(self.state == DOWN, 1.12, 1.0))

    def _unrest(self) -> Floats:
        tightening = np.maximum(0.55, 1.05 - 0.011 * self.age)
        unrest: Floats = np.where(self.state == BASE, tightening, self.UNREST[self.state])
        return unrest

    def _change_state(self, chance: Floats) -> Floats:
        """Let some shares go on to another state; returns the push with which a base is left, in deviations."""
        leaves = (self.age >= self.AT_LEAST[self.state]) & (chance[0] < self.LEAVE[self.state])
        upward = chance[1] < np.array([0.58, 0.0, 0.30])[self.state]
        to_base = (self.state != BASE) & (chance[1] >= 0.30)
        following = np.where(to_base, BASE, np.where(upward, UP, DOWN))
        push = np.where(upward, 1.0, -1.0) * (0.8 + 1.8 * chance[2])
        push = np.where(leaves & (self.state == BASE), push, 0.0)
        strength = chance[2] * chance[2]
        pace = self.traits.usual * (0.07 + 0.14 * strength)
        drift = np.where(following == UP, pace, np.where(following == DOWN, -1.35 * pace, 0.0))
        self.state = np.where(leaves, following, self.state)
        self.drift = np.where(leaves, drift, self.drift)
        self.anchor = np.where(leaves, self.level, self.anchor)
        self.age = np.where(leaves, 0, self.age)
        return push

    def _update_variance(self, surprise: Floats) -> None:
        usual = self.traits.usual * self.traits.usual
        self.variance = np.minimum(0.04 * usual + 0.07 * surprise * surprise + 0.89 * self.variance, 9 * usual)
