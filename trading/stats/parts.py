"""A stretch of a journal, closed: all that its figures need, in pieces that can be put one after the other and kept."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Context, Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from .decimals import ZERO, exact, total
from .distribution import EDGES, bin_of
from .multiples import Moments, Ranks, from_units, units
from .results import Outcome, Result, outcomes_of
from .walks import Growth, Runs, Walk

KEPT_DIGITS = Context(prec=40)


class Mark(NamedTuple):
    """Where a stretch stood at the end of a day: cumulative R, how far below its peak (whole numbers of 10^-30), and growth at 1 % risk."""

    day: int  # proleptic ordinal
    level: int
    fall: int
    grown: Decimal


@dataclass(slots=True)
class Part:
    """Counts, money and R of results in close order. `held` are seconds."""

    n: int = 0
    wins: int = 0
    losses: int = 0
    won: Decimal = ZERO
    lost: Decimal = ZERO
    net: Decimal = ZERO
    gross: Decimal = ZERO
    fees: Decimal = ZERO
    held: int = 0
    held_won: int = 0
    held_lost: int = 0
    bins: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))
    moments: Moments = field(default_factory=Moments)
    walk: Walk = field(default_factory=Walk)
    growth: Growth = field(default_factory=Growth)
    runs: Runs = field(default_factory=Runs)
    marks: list[Mark] = field(default_factory=list)

    @exact
    def add(self, later: "Part") -> None:
        """Put another stretch behind this one."""
        before = (self.walk.total, self.walk.below, self.growth.level)
        for mark in later.marks:
            moved = Mark(mark.day, mark.level + before[0], max(mark.fall, before[1] - mark.level), mark.grown * before[2])
            if self.marks and self.marks[-1].day == mark.day:
                self.marks[-1] = moved
            else:
                self.marks.append(moved)
        for name in ("n", "wins", "losses", "won", "lost", "net", "gross", "fees", "held", "held_won", "held_lost"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.bins = [one + other for one, other in zip(self.bins, later.bins, strict=True)]
        self.moments.add(later.moments)
        self.walk.add(later.walk)
        self.growth.add(later.growth)
        self.runs.add(later.runs)


@exact
def part_of(results: Sequence[Result], *, places: Sequence[int], band: Decimal, zone: ZoneInfo) -> tuple[Part, Ranks]:
    """`results` in close order; `places` of each one's minor unit, `band` in R, days by the clock of `zone`."""
    multiples = units(results)
    outcomes = outcomes_of(results, multiples, places=places, band=band)
    of = {kind: [one for one, outcome in zip(results, outcomes, strict=True) if outcome == kind] for kind in (Outcome.WIN, Outcome.LOSS)}
    known = [r for r in multiples if r is not None]
    made = Part(
        n=len(results),
        wins=len(of[Outcome.WIN]),
        losses=len(of[Outcome.LOSS]),
        won=total(one.net for one in of[Outcome.WIN]),
        lost=total(one.net for one in of[Outcome.LOSS]),
        net=total(one.net for one in results),
        gross=total(one.gross for one in results),
        fees=total(one.fees for one in results),
        held=sum(one.hold_seconds for one in results),
        held_won=sum(one.hold_seconds for one in of[Outcome.WIN]),
        held_lost=sum(one.hold_seconds for one in of[Outcome.LOSS]),
        moments=Moments.of(known),
        runs=Runs.of(outcome.value for outcome in outcomes),
    )
    _go(made, [(one.closed_at.astimezone(zone).toordinal(), r) for one, r in zip(results, multiples, strict=True) if r is not None])
    return made, Ranks.of(known)


def _go(made: Part, days: Iterable[tuple[int, int]]) -> None:
    """Walk and growth, a mark for each day, and how the results are spread."""
    marks: dict[int, Mark] = {}
    for day, r in days:
        made.bins[bin_of(r)] += 1
        made.walk.step(r)
        made.growth.step(from_units(r))
        marks[day] = Mark(day, made.walk.total, made.walk.below, made.growth.level)
    made.marks = list(marks.values())


def together(parts: Iterable[Part]) -> Part:
    """All of them, one after the other."""
    whole = Part()
    for part in parts:
        whole.add(part)
    return whole


def to_json(part: Part) -> list[Any]:
    """For a row: numbers and texts. Levels of growth keep 40 digits."""
    plain = [_plain(getattr(part, one.name)) for one in fields(part)[:12]]
    parts = [[_plain(getattr(piece, one.name)) for one in fields(piece)] for piece in (part.moments, part.walk, part.growth, part.runs)]
    return [*plain, *parts, [[mark.day, mark.level, mark.fall, _plain(mark.grown)] for mark in part.marks]]


def _plain(value: Any) -> Any:
    return str(KEPT_DIGITS.plus(value)) if isinstance(value, Decimal) else value


def from_json(told: Sequence[Any]) -> Part:
    n, wins, losses, won, lost, net, gross, fees, held, held_won, held_lost, bins, moments, walk, growth, runs, marks = told
    longest, first, last, single = runs
    return Part(
        n, wins, losses, Decimal(won), Decimal(lost), Decimal(net), Decimal(gross), Decimal(fees), held, held_won, held_lost, bins,
        Moments(*moments), Walk(*walk), Growth(*map(Decimal, growth)),
        Runs(longest, first and (first[0], first[1]), last and (last[0], last[1]), single),
        [Mark(day, level, fall, Decimal(grown)) for day, level, fall, grown in marks],
    )  # fmt: skip


def day_of(mark: Mark) -> dt.date:
    return dt.date.fromordinal(mark.day)
