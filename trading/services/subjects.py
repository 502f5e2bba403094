"""What a wish is about: one symbol, a universe, or whatever somebody watches."""

import datetime as dt
from typing import TYPE_CHECKING

from legend.lib.errors import invalid
from patterns.models import BarBlock, Instrument, Universe
from patterns.series import series_span
from patterns.services.universes import find_instruments, find_universe

if TYPE_CHECKING:
    from accounts.models import User


def find_subject(*, owner: "User", symbol: str | None, universe: str | None, watchlist: bool) -> tuple[Instrument | None, Universe | None]:
    """The one thing that is named; both are None for the watchlist. Invalid, UnknownSymbols, UnknownUniverse."""
    if sum([bool(symbol), bool(universe), watchlist]) != 1:
        raise invalid("symbol", "Name one symbol, or a universe, or the watchlist.", "one_of_three")
    if symbol:
        return find_instruments(symbols=[symbol])[0], None
    return None, find_universe(name=universe, user=owner) if universe else None


def last_bar_at(*, interval: str, instrument: Instrument | None = None) -> dt.datetime | None:
    """The time of the last bar there is, stored or one it would be built from; of all instruments when none is named. One query."""
    blocks = BarBlock.objects.all() if instrument is None else BarBlock.objects.filter(instrument=instrument)
    return series_span(blocks, interval)[1]
