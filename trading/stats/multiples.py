"""R as whole numbers of 10^-30, so that sums and sums of powers are exact: neither order nor pieces matter."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .decimals import EXACT, exact
from .fills import R_PLACES

if TYPE_CHECKING:
    from .journal import Result

UNIT = 10**R_PLACES
CENTS = 10**8  # of stored money
R_CAP = 10 * UNIT  # single results beyond count as this in scores
WIDTH = 24  # bytes of a packed number


@exact
def units(results: "Iterable[Result]") -> list[int | None]:
    """The R of each, as `Result.r` gives it: half up, away from zero at a tie; None without a risk."""
    found: list[int | None] = []
    for one in results:
        if one.risk is None or one.risk <= 0:
            found.append(None)
            continue
        net, risk = int(one.net * CENTS), int(one.risk * CENTS)
        size = (2 * abs(net) * UNIT + risk) // (2 * risk)
        found.append(size if net >= 0 else -size)
    return found


def to_units(r: Decimal) -> int:
    return int(r.scaleb(R_PLACES, EXACT))


@exact
def from_units(value: int) -> Decimal:
    return Decimal(value).scaleb(-R_PLACES)


@dataclass(slots=True)
class Moments:
    """Sums of the first four powers of R, of R and its square capped at +10R, and both ends."""

    m: int = 0
    s1: int = 0
    s2: int = 0
    s3: int = 0
    s4: int = 0
    capped1: int = 0
    capped2: int = 0
    best: int | None = None
    worst: int | None = None

    @classmethod
    def of(cls, rs: Sequence[int]) -> "Moments":
        squares = [r * r for r in rs]
        capped = [min(r, R_CAP) for r in rs]
        return cls(
            len(rs),
            sum(rs),
            sum(squares),
            sum(square * r for square, r in zip(squares, rs, strict=True)),
            sum(square * square for square in squares),
            sum(capped),
            sum(r * r for r in capped),
            max(rs, default=None),
            min(rs, default=None),
        )

    def add(self, other: "Moments") -> None:
        for name in ("m", "s1", "s2", "s3", "s4", "capped1", "capped2"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        ends = [one for one in (self.best, other.best, self.worst, other.worst) if one is not None]
        self.best, self.worst = max(ends, default=None), min(ends, default=None)

    @property
    def mean(self) -> Decimal | None:
        return _mean(self.s1, self.m)

    @property
    def capped_mean(self) -> Decimal | None:
        return _mean(self.capped1, self.m)

    @property
    def deviation(self) -> Decimal | None:
        """Of a sample; None for fewer than two."""
        return _deviation(self.s1, self.s2, self.m)

    @property
    def capped_deviation(self) -> Decimal | None:
        return _deviation(self.capped1, self.capped2, self.m)

    @exact
    def central(self) -> tuple[Decimal, Decimal, Decimal]:
        """Second to fourth central moment, divided by m; of at least one result."""
        m, s1, s2, s3, s4 = self.m, self.s1, self.s2, self.s3, self.s4
        second = m * s2 - s1**2
        third = m**2 * s3 - 3 * m * s1 * s2 + 2 * s1**3
        fourth = m**3 * s4 - 4 * m**2 * s1 * s3 + 6 * m * s1**2 * s2 - 3 * s1**4
        scaled = ((second, 2), (third, 3), (fourth, 4))
        made = [Decimal(value) / Decimal(m * UNIT) ** power for value, power in scaled]
        return made[0], made[1], made[2]


@exact
def _mean(total: int, m: int) -> Decimal | None:
    return from_units(total) / m if m else None


@exact
def _deviation(total: int, squares: int, m: int) -> Decimal | None:
    return (Decimal(m * squares - total * total) / (m * (m - 1))).sqrt() / UNIT if m > 1 else None


@dataclass(slots=True)
class Ranks:
    """Results in order of size: as floats, of which the middle is found at once, and exactly. Floats never turn the order round."""

    floats: NDArray[np.float64]
    packed: bytes

    @classmethod
    def of(cls, rs: Iterable[int]) -> "Ranks":
        ordered = sorted(rs)
        return cls(
            np.array([r / UNIT for r in ordered], dtype=np.float64), b"".join(r.to_bytes(WIDTH, "big", signed=True) for r in ordered)
        )

    @classmethod
    def from_bytes(cls, kept: bytes, count: int) -> "Ranks":
        """Those that `kept` begins with."""
        end = 8 * count
        return cls(np.frombuffer(kept[:end], dtype=np.float64), kept[end : end + WIDTH * count])

    def to_bytes(self) -> bytes:
        return self.floats.tobytes() + self.packed

    def like(self, value: float) -> list[int]:
        """Those that are this float."""
        span = range(bisect_left(self.floats, value), bisect_right(self.floats, value))
        return [int.from_bytes(self.packed[k * WIDTH : (k + 1) * WIDTH], "big", signed=True) for k in span]

    def below(self, value: int) -> int:
        """How many are less."""
        near = value / UNIT
        return bisect_left(self.floats, near) + sum(one < value for one in self.like(near))


@exact
def median(ranks: Sequence[Ranks]) -> Decimal | None:
    """The middle of all together; the mean of the two middle ones if their number is even."""
    together = np.concatenate([one.floats for one in ranks]) if ranks else np.empty(0)
    n = len(together)
    if not n:
        return None
    middle = {n // 2, (n - 1) // 2}
    sorted_there = np.partition(together, sorted(middle))
    found = {k: _exactly(ranks, together, float(sorted_there[k]), k) for k in middle}
    return from_units(found[n // 2] + found[(n - 1) // 2]) / 2


def _exactly(ranks: Sequence[Ranks], together: NDArray[np.float64], value: float, place: int) -> int:
    alike = sorted(r for one in ranks for r in one.like(value))
    return alike[place - int((together < value).sum())]
