"""The journal in groups: by setup, symbol, side, weekday, tag, source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .decimals import HUNDRED, ZERO, exact
from .luck import shrunk_rate, wilson
from .multiples import from_units
from .results import Outcome, Result

FEW = 5


@dataclass(slots=True)
class Tally:
    """What a row is made of, in pieces that can be added. `r` in whole numbers of 10^-30, of `m` trades."""

    n: int = 0
    wins: int = 0
    m: int = 0
    r: int = 0
    won: Decimal = ZERO
    lost: Decimal = ZERO
    net: Decimal = ZERO

    def count(self, result: Result, outcome: Outcome, r: int | None) -> None:
        self.n, self.net = self.n + 1, self.net + result.net
        if r is not None:
            self.m, self.r = self.m + 1, self.r + r
        if outcome == Outcome.WIN:
            self.wins, self.won = self.wins + 1, self.won + result.net
        elif outcome == Outcome.LOSS:
            self.lost += result.net

    def add(self, other: "Tally") -> None:
        self.n, self.wins, self.m, self.r = self.n + other.n, self.wins + other.wins, self.m + other.m, self.r + other.r
        self.won, self.lost, self.net = self.won + other.won, self.lost + other.lost, self.net + other.net

    def to_json(self) -> list[Any]:
        return [self.n, self.wins, self.m, self.r, str(self.won), str(self.lost), str(self.net)]

    @classmethod
    def from_json(cls, told: list[Any]) -> "Tally":
        return cls(*told[:4], *map(Decimal, told[4:]))


@dataclass(frozen=True)
class Group:
    """One row; None where undefined. `interval` of the win rate as fractions. `order` is the win rate shrunk towards the trader's own
    overall rate: it only orders; the raw rate is shown."""

    label: str
    total_trades: int
    winning_trades: int
    win_rate: Decimal | None
    interval: tuple[Decimal, Decimal] | None
    trades_with_r: int
    average_r_multiple: Decimal | None
    total_r: Decimal | None
    profit_factor: Decimal | None
    total_profit_loss: Decimal
    won: Decimal
    lost: Decimal  # not above 0
    order: Decimal

    @property
    def expectancy(self) -> Decimal | None:
        """In money."""
        return self.total_profit_loss / self.total_trades if self.total_trades else None

    @property
    def is_small(self) -> bool:
        return self.total_trades < FEW


@exact
def tally(labelled: Iterable[tuple[Iterable[str], Result, Outcome, int | None]]) -> dict[str, Tally]:
    """From (labels, result, outcome, R); a trade may come under several labels."""
    rows: dict[str, Tally] = {}
    for labels, result, outcome, r in labelled:
        for label in labels:
            rows.setdefault(label, Tally()).count(result, outcome, r)
    return rows


@exact
def breakdown(rows: Mapping[str, Tally], *, wins: int, n: int) -> list[Group]:
    """Groups by shrunk win rate, those with fewer than 5 trades last. `wins` of `n` trades in all."""
    p_all = Decimal(wins) / n if n else ZERO
    groups = [_group(label, row, p_all) for label, row in rows.items()]
    return sorted(groups, key=lambda one: (one.is_small, -one.order, -one.total_trades, one.label))


def _group(label: str, row: Tally, p_all: Decimal) -> Group:
    return Group(
        label=label,
        total_trades=row.n,
        winning_trades=row.wins,
        win_rate=HUNDRED * row.wins / row.n if row.n else None,
        interval=wilson(row.wins, row.n),
        trades_with_r=row.m,
        average_r_multiple=from_units(row.r) / row.m if row.m else None,
        total_r=from_units(row.r) if row.m else None,
        profit_factor=row.won / abs(row.lost) if row.lost else None,
        total_profit_loss=row.net,
        won=row.won,
        lost=row.lost,
        order=shrunk_rate(row.wins, row.n, p_all),
    )
