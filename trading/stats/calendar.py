"""What exits realised by day, week, month and year, in the zone in which somebody reads their journal."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from .decimals import ZERO


@dataclass
class Cell:
    """Net of the exits of a span of days; a day without exits has no cell."""

    net: Decimal = ZERO
    exits: int = 0


@dataclass
class Calendar:
    """Cells by their first day. Weeks begin on Monday."""

    days: dict[dt.date, Cell] = field(default_factory=dict)
    weeks: dict[dt.date, Cell] = field(default_factory=dict)
    months: dict[dt.date, Cell] = field(default_factory=dict)
    years: dict[dt.date, Cell] = field(default_factory=dict)
    total: Cell = field(default_factory=Cell)


def days_of(exits: Iterable[tuple[dt.datetime, Decimal]], zone: ZoneInfo) -> dict[dt.date, Cell]:
    """Days with exits, from (instant, net) of exit fills."""
    days: dict[dt.date, Cell] = {}
    for at, net in exits:
        cell = days.setdefault(at.astimezone(zone).date(), Cell())
        cell.net, cell.exits = cell.net + net, cell.exits + 1
    return days


def calendar_of(days: Mapping[dt.date, Cell]) -> Calendar:
    made = Calendar(days=dict(sorted(days.items())))
    for day, cell in made.days.items():
        spans = (
            (made.weeks, day - dt.timedelta(days=day.weekday())),
            (made.months, day.replace(day=1)),
            (made.years, dt.date(day.year, 1, 1)),
        )
        for wider in (*(cells.setdefault(first, Cell()) for cells, first in spans), made.total):
            wider.net, wider.exits = wider.net + cell.net, wider.exits + cell.exits
    return made
