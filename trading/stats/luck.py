"""Confidence and luck: intervals, shrinkage, and how sure a track record makes one (section 7), and the scores of boards (section 9)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist

from .decimals import HUNDRED, ONE, ZERO, exact, from_float, total
from .multiples import Moments, from_units

Z95 = 1.959963984540054
Z95_ONE_SIDED = Decimal("1.6448536")
EULER_GAMMA = 0.5772156649
SCORE_PLACES = 6
SHRINK_TRADES = 20
SHRINK_RATE_TRADES = 10
SD_FLOOR = Decimal("0.10")
SCORE_CLAMP = Decimal(10)
ROOT_CAP = 100
PSR_LEAST = 10
DSR_LEAST = 10


@exact
def standard_deviation(values: Sequence[Decimal]) -> Decimal | None:
    """Of a sample; None for fewer than two values."""
    m = len(values)
    if m < 2:
        return None
    spread = m * total(value * value for value in values) - total(values) ** 2
    return (max(ZERO, spread) / (m * (m - 1))).sqrt()


def wilson(wins: int, n: int) -> tuple[Decimal, Decimal] | None:
    """95 % interval of a rate as fractions, 6 places; None for n = 0. Wilson (1927)."""
    if not n:
        return None
    p, z2 = wins / n, Z95 * Z95
    centre, reach = p + z2 / (2 * n), Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = ((centre + way * reach) / (1 + z2 / n) for way in (-1, 1))
    # at both ends the formula gives exactly 0 and 1, floats only nearly
    low, high = (0.0 if wins == 0 else low), (1.0 if wins == n else high)
    return from_float(max(0.0, low), SCORE_PLACES), from_float(min(1.0, high), SCORE_PLACES)


@exact
def shrunk_expectancy(rs: Moments, weight: int = SHRINK_TRADES) -> Decimal | None:
    """Mean R, single results capped at +10R, pulled towards 0 as if `weight` break-even trades came first; None without R."""
    return from_units(rs.capped1) / (rs.m + weight) if rs.m else None


@exact
def shrunk_rate(wins: int, n: int, overall: Decimal, weight: Decimal = Decimal(SHRINK_RATE_TRADES)) -> Decimal:
    """A win rate (fraction) pulled towards `overall`."""
    return (wins + weight * overall) / (n + weight)


@exact
def consistency(rs: Moments) -> Decimal | None:
    """Mean over deviation (at least 0.10R), times the root of the number of trades up to 100, clamped to -10 … 10; results beyond
    +10R count as +10R."""
    average, deviation = rs.capped_mean, rs.capped_deviation
    if average is None or deviation is None:
        return None
    score = average / max(deviation, SD_FLOOR) * Decimal(min(rs.m, ROOT_CAP)).sqrt()
    return max(-SCORE_CLAMP, min(SCORE_CLAMP, score))


@dataclass(frozen=True)
class SharpeOfR:
    """Sharpe ratio of the R-multiples, not annualised, with what its uncertainty hangs on."""

    trades: int
    ratio: Decimal
    skewness: Decimal
    kurtosis: Decimal
    argument: Decimal


@exact
def sharpe_of_r(rs: Moments) -> SharpeOfR | None:
    """None for fewer than 10 trades, without any spread, or where the root has no real value."""
    average, deviation = rs.mean, rs.deviation
    if rs.m < PSR_LEAST or average is None or not deviation:
        return None
    m2, m3, m4 = rs.central()
    ratio, skewness, kurtosis = average / deviation, m3 / (m2 * m2.sqrt()), m4 / m2**2
    argument = ONE - skewness * ratio + (kurtosis - 1) / 4 * ratio**2
    return SharpeOfR(rs.m, ratio, skewness, kurtosis, argument) if argument > 0 else None


def probabilistic_sharpe(record: SharpeOfR | None, above: float = 0.0) -> Decimal | None:
    """Probability that the true ratio is above `above`, 4 places. Bailey, López de Prado (2012)."""
    if record is None:
        return None
    distance = (float(record.ratio) - above) * math.sqrt(record.trades - 1) / math.sqrt(float(record.argument))
    return from_float(NormalDist().cdf(distance), 4)


@exact
def trades_needed(record: SharpeOfR | None) -> Decimal | None:
    """Trades until 95 % sure that the edge is above zero, unrounded; None if the ratio is not above 0."""
    if record is None or record.ratio <= 0:
        return None
    return ONE + record.argument * (Z95_ONE_SIDED / record.ratio) ** 2


def luck_of_the_best(traders: int, variance: float) -> float | None:
    """The ratio that the best of so many reaches by luck alone; None for fewer than 10 or without variance."""
    if traders < DSR_LEAST or variance <= 0:
        return None
    best = NormalDist().inv_cdf
    return math.sqrt(variance) * ((1 - EULER_GAMMA) * best(1 - 1 / traders) + EULER_GAMMA * best(1 - 1 / (traders * math.e)))


def deflated_sharpe(record: SharpeOfR | None, *, traders: int, variance: float) -> Decimal | None:
    """Probability that the record is better than the luck of the best of `traders`, 4 places."""
    luck = luck_of_the_best(traders, variance)
    return None if luck is None else probabilistic_sharpe(record, luck)


@dataclass(frozen=True)
class RatePrior:
    """Beta prior of win rates by the method of moments; `weight` None is infinite: everybody gets the mean."""

    mean: Decimal
    variance: Decimal
    harmonic_n: Decimal
    between: Decimal
    weight: Decimal | None

    def shrink(self, wins: int, n: int) -> Decimal:
        return self.mean if self.weight is None else shrunk_rate(wins, n, self.mean, self.weight)


@exact
def rate_prior(records: Sequence[tuple[int, int]]) -> RatePrior | None:
    """From (wins, trades) of several traders; None for fewer than two with trades."""
    known = [(Decimal(wins), Decimal(n)) for wins, n in records if n > 0]
    if len(known) < 2:
        return None
    rates = [wins / n for wins, n in known]
    mean = total(rates) / len(rates)
    variance = total((rate - mean) ** 2 for rate in rates) / (len(rates) - 1)
    harmonic = len(known) / total(ONE / n for _, n in known)
    between = variance - mean * (1 - mean) / harmonic
    return RatePrior(mean, variance, harmonic, between, mean * (1 - mean) / between - 1 if between > 0 else None)


@exact
def expectancy_weight(records: Sequence[Sequence[Decimal]]) -> Decimal | None:
    """Within-trader variance of R over between-trader variance of mean R: what the constant 20 estimates; None where undefined."""
    many = [rs for rs in records if len(rs) > 1]
    if len(many) < 2:
        return None
    degrees = sum(len(rs) - 1 for rs in many)
    within = total((standard_deviation(rs) or ZERO) ** 2 * (len(rs) - 1) for rs in many) / degrees
    means = [total(rs) / len(rs) for rs in many]
    between = (standard_deviation(means) or ZERO) ** 2
    return within / between if between else None


@exact
def in_percent(fraction: Decimal | None) -> Decimal | None:
    return None if fraction is None else HUNDRED * fraction
