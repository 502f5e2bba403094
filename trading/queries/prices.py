"""What the market says about symbols of a journal."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from patterns.bars import last_bars
from patterns.models import Instrument, Interval
from trading.stats.decimals import STORED_PLACES, as_price, rounded


@dataclass(frozen=True)
class Close:
    """A last daily close and its bar's time in UTC seconds."""

    price: Decimal
    at: float


def last_closes(symbols: Collection[str]) -> dict[str, Decimal]:
    """The last daily close of each symbol; those without bars are absent. Three queries."""
    return {symbol: close.price for symbol, close in closes(symbols).items()}


def closes(symbols: Collection[str]) -> dict[str, Close]:
    """The same with its time."""
    wanted = set(symbols)
    if not wanted:
        return {}
    names = dict(Instrument.objects.filter(symbol__in=wanted).values_list("pk", "symbol"))
    panel = last_bars(list(names), Interval.DAY_1)
    return {names[pk]: Close(exactly(float(bars.close[-1])), float(bars.at[-1])) for pk, bars in panel.items() if bars.size}


def exactly(price: float) -> Decimal:
    """A bar's price as it is written, without the tail of its binary form."""
    return Decimal(f"{price:.10g}")


def as_level(price: float) -> str:
    """A level as somebody would type it: two decimals, of cheap ones (below 10) as many as five digits take."""
    value = exactly(price)
    places = 2 if abs(value) >= 10 else min(STORED_PLACES, max(2, 4 - value.adjusted()))
    return as_price(rounded(value, places)) or ""
