"""The journal in groups: by setup, symbol, side, weekday, tag, source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .decimals import ZERO, exact
from .journal import Result, Summary, summarise
from .luck import shrunk_rate, wilson

FEW = 5


@dataclass(frozen=True)
class Group:
    """One row. `order` is the win rate shrunk towards the trader's own overall rate: it only orders; the raw rate is shown."""

    label: str
    summary: Summary
    interval: tuple[Decimal, Decimal] | None  # of the win rate, fractions
    order: Decimal

    @property
    def is_small(self) -> bool:
        return self.summary.total_trades < FEW


@exact
def breakdown(labelled: Iterable[tuple[str, Result]], *, places: int = 2, band: Decimal = ZERO, overall: Sequence[Result]) -> list[Group]:
    """Groups by shrunk win rate, those with fewer than 5 trades last. `labelled` in close order; a trade may come under several labels."""
    groups: dict[str, list[Result]] = {}
    for label, result in labelled:
        groups.setdefault(label, []).append(result)
    whole = summarise(overall, places=places, band=band)
    p_all = Decimal(whole.winning_trades) / whole.total_trades if whole.total_trades else ZERO
    rows = []
    for label, results in groups.items():
        summary = summarise(results, places=places, band=band)
        wins, n = summary.winning_trades, summary.total_trades
        rows.append(Group(label, summary, wilson(wins, n), shrunk_rate(wins, n, p_all)))
    return sorted(rows, key=lambda row: (row.is_small, -row.order, -row.summary.total_trades, row.label))
