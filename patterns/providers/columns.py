"""Which column of a table of bars is what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from legend.lib.errors import Invalid

NAMES = {
    "symbol": ("symbol", "ticker", "name", "sym"),
    "date": ("date", "day", "datetime", "date_time", "timestamp", "time"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "last", "c"),
    "volume": ("volume", "vol", "v"),
    "split": ("split_coefficient", "split_factor", "split_ratio", "stock_splits", "splits", "split"),
}
MOMENTS = ("datetime", "date_time", "timestamp", "date", "time")  # of intraday bars, before the plain date
NEEDED = ("date", "open", "high", "low", "close")
NUMBERS = ("open", "high", "low", "close", "volume", "split")


class UnreadableFile(Invalid):
    """The file as a whole is not what it should be; the detail says how, in one sentence."""

    code = "unreadable_file"


@dataclass(frozen=True)
class Columns:
    """The place of each role, and what is left over. `clock` is a time of day in a column of its own."""

    place: dict[str, int]
    clock: int | None
    ignored: list[str]


def find_columns(file: str, found: Sequence[str], *, intraday: bool) -> Columns:
    """Read the roles off the column names, by any of their usual names and without regard to case.

    Adjusted prices ("adj close") are nobody's role: bars keep their dividends. UnreadableFile says what was found and what is missing.
    """
    plain = [_plain(name) for name in found]
    place: dict[str, int] = {}
    for role, names in NAMES.items():
        wanted = MOMENTS if role == "date" and intraday else names
        if name := next((name for name in wanted if name in plain), None):
            if plain.count(name) > 1:
                raise UnreadableFile(f"{file} has more than one column called {name}; found: {shown(found)}.")
            place[role] = plain.index(name)
    if missing := [role for role in NEEDED if role not in place]:
        raise UnreadableFile(
            f"{file} has no column for {_listed(missing)}; found: {shown(found)}. Needed are date, open, high, low and close, "
            "and symbol if the file holds more than one; volume and split_coefficient are read if they are there."
        )
    clock = plain.index("time") if intraday and "time" in plain and plain[place["date"]] == "date" else None
    used = {*place.values(), clock}
    return Columns(place, clock, [name for number, name in enumerate(found) if number not in used])


def shown(found: Sequence[str]) -> str:
    """The names of columns for a message, however many and long they are."""
    names = [repr(name if len(name) <= 24 else name[:23] + "…")[1:-1] for name in found[:12]]
    more = f" and {len(found) - 12} more" if len(found) > 12 else ""
    return ", ".join(names) + more if any(names) else "nothing"


def _plain(name: str) -> str:
    """`1. open`, `<OPEN>` and ` Open ` are all open."""
    return re.sub(r"[^a-z]+", "_", name.lower()).strip("_")


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
