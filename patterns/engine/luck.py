"""How much of a figure chance can explain (statistics.md 7)."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from patterns.engine.bars import Floats

Z95 = 1.959963984540054
EULER = 0.5772156649
NORMAL = NormalDist()


def wilson(wins: int, n: int, z: float = Z95) -> tuple[float, float] | None:
    """Lower and upper 95 % bound of a rate, fractions of 1; None for n = 0. Source: Wilson (1927)."""
    if n == 0:
        return None
    p = wins / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    below = 1 + z * z / n
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)


def sharpe(values: Floats) -> float | None:
    """Mean over sample standard deviation; None below two values or without spread."""
    if len(values) < 2:
        return None
    spread = float(np.std(values, ddof=1))
    return float(np.mean(values)) / spread if spread > 0 else None


class Moments(NamedTuple):
    """What luck asks of n results: their ratio of mean to deviation, skewness and kurtosis (central moments divided by n)."""

    n: int
    ratio: float
    skew: float
    kurtosis: float


def moments(values: Floats) -> Moments | None:
    """None below two values or without spread."""
    ratio = sharpe(values)
    if ratio is None:
        return None
    centred = values - np.mean(values)
    m2 = float(np.mean(centred**2))
    return Moments(len(values), ratio, float(np.mean(centred**3)) / m2**1.5, float(np.mean(centred**4)) / m2**2)


def confidence(of: Moments | None, against: float = 0.0) -> float | None:
    """Probability that the true ratio of mean to deviation exceeds `against`; None below ten values, without spread, or where the
    estimate's variance is not positive. Source: Bailey and López de Prado (2012)."""
    if of is None or of.n < 10:
        return None
    variance = 1 - of.skew * of.ratio + (of.kurtosis - 1) / 4 * of.ratio * of.ratio
    if variance <= 0:
        return None
    return NORMAL.cdf((of.ratio - against) * math.sqrt(of.n - 1) / math.sqrt(variance))


def probabilistic_sharpe(values: Floats, against: float = 0.0) -> float | None:
    """`confidence` of raw results."""
    return confidence(moments(values), against)


def best_by_luck(tries: int, spread: float) -> float | None:
    """The ratio that the best of so many tries reaches by luck alone; None below ten tries or without spread.

    spread : sample deviation of the ratios tried. Source: Bailey and López de Prado, Journal of Portfolio Management 40 (2014).
    """
    if tries < 10 or not spread > 0:
        return None
    return spread * ((1 - EULER) * NORMAL.inv_cdf(1 - 1 / tries) + EULER * NORMAL.inv_cdf(1 - 1 / (tries * math.e)))


def luckiest(ratios: Sequence[float]) -> float | None:
    """The same of the ratios themselves."""
    return best_by_luck(len(ratios), float(np.std(ratios, ddof=1)) if len(ratios) > 1 else 0.0)


def deflated_sharpe(values: Floats, ratios: Sequence[float]) -> float | None:
    """Probability that the ratio is above what luck gives the best of all `ratios` tried; None where that is undefined."""
    bar = luckiest(ratios)
    return None if bar is None else probabilistic_sharpe(values, bar)
