"""What a row of results did on its way, in pieces that can be put one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from .decimals import ONE, ZERO

RISKED = Decimal("0.01")


@dataclass(slots=True)
class Walk:
    """Cumulative R: where it stands, its highest and lowest (0, where it begins, included), and the deepest fall from a peak."""

    total: int = 0
    top: int = 0
    bottom: int = 0
    fall: int = 0

    @classmethod
    def of(cls, rs: Iterable[int]) -> "Walk":
        walk = cls()
        for r in rs:
            walk.step(r)
        return walk

    def step(self, r: int) -> None:
        self.total += r
        self.top, self.bottom = max(self.top, self.total), min(self.bottom, self.total)
        self.fall = max(self.fall, self.top - self.total)

    @property
    def below(self) -> int:
        """How far it stands below its peak."""
        return self.top - self.total

    def add(self, later: "Walk") -> None:
        self.fall = max(self.fall, later.fall, self.top - self.total - later.bottom)
        self.top, self.bottom = max(self.top, self.total + later.top), min(self.bottom, self.total + later.bottom)
        self.total += later.total


@dataclass(slots=True)
class Growth:
    """1.0 grown by trades that risk 1 % of equity each: level, extremes (the beginning included), deepest fall as a part of its peak."""

    level: Decimal = ONE
    top: Decimal = ONE
    bottom: Decimal = ONE
    fall: Decimal = ZERO

    def step(self, r: Decimal) -> None:
        """0 from the trade on that loses all."""
        self.level *= max(ZERO, ONE + RISKED * r)
        self.top, self.bottom = max(self.top, self.level), min(self.bottom, self.level)
        self.fall = max(self.fall, (self.top - self.level) / self.top)

    def add(self, later: "Growth") -> None:
        self.fall = max(self.fall, later.fall, (self.top - self.level * later.bottom) / self.top)
        self.top, self.bottom = max(self.top, self.level * later.top), min(self.bottom, self.level * later.bottom)
        self.level *= later.level


@dataclass(slots=True)
class Runs:
    """Runs of wins and losses; a break-even ends no run and counts in none. `first` and `last` are (length, "win" or "loss")."""

    longest: dict[str, int] = field(default_factory=lambda: {"win": 0, "loss": 0})
    first: tuple[int, str] | None = None
    last: tuple[int, str] | None = None
    single: bool = True  # first and last are one

    @classmethod
    def of(cls, outcomes: Iterable[str]) -> "Runs":
        made = cls()
        for outcome in outcomes:
            if outcome in made.longest:
                made.add(cls({"win": 0, "loss": 0, outcome: 1}, (1, outcome), (1, outcome)))
        return made

    def add(self, later: "Runs") -> None:
        if later.first is None or later.last is None:
            return
        if self.first is None or self.last is None:
            self.longest, self.first, self.last, self.single = dict(later.longest), later.first, later.last, later.single
            return
        joins = self.last[1] == later.first[1]
        joined = (self.last[0] + later.first[0], later.first[1])
        for kind in self.longest:
            self.longest[kind] = max(self.longest[kind], later.longest[kind])
        if joins:
            self.longest[joined[1]] = max(self.longest[joined[1]], joined[0])
        self.first = joined if joins and self.single else self.first
        self.last = joined if joins and later.single else later.last
        self.single = joins and self.single and later.single
