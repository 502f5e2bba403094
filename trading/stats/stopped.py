"""Where a trade that is held open counts as stopped out: by daily bars, at its stop (section 10)."""

from collections.abc import Iterable
from decimal import Decimal

from .fills import sign


def stopped_at(*, side: str, bars: Iterable[tuple[Decimal, Decimal, Decimal, Decimal]]) -> Decimal | None:
    """The price of the first bar that reached its stop: the stop, or the open of a bar that opened beyond it; None if none did.

    `bars` are (stop in force, open, high, low) of the days after the entry.
    """
    s = sign(side)
    for stop, opened, high, low in bars:
        if s * (opened - stop) <= 0:
            return opened
        if s * ((low if s > 0 else high) - stop) <= 0:
            return stop
    return None
