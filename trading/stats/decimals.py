"""How figures are computed, rounded, stored and written."""

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
STORED_PLACES = 8
STORED_DIGITS = 15  # what the embedded database keeps
RATIO_PLACES = 4
# wide enough that sums of R (30 places) and of their squares are exact, so that neither order nor pieces matter
EXACT = Context(prec=110, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])


def exact(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Computes with the digits of EXACT, whatever the thread is set to."""

    @wraps(function)
    def compute(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return compute


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up, away from zero at a tie; never a negative zero."""
    cut = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    return cut if cut else abs(cut)


def stored(value: Decimal) -> Decimal:
    """What a row keeps of a computed amount: 8 places, then 15 significant digits; both databases give it back unchanged."""
    cut = rounded(value, STORED_PLACES)
    spare = cut.adjusted() + 1 + STORED_PLACES - STORED_DIGITS
    return rounded(cut, STORED_PLACES - spare).quantize(Decimal(1).scaleb(-STORED_PLACES), context=EXACT) if spare > 0 else cut


def is_storable(value: Decimal) -> bool:
    """True if a row keeps this input as it is: at most 8 places and 15 significant digits."""
    return value.is_finite() and value == stored(value)


def from_float(value: float, places: int) -> Decimal:
    """A result of the normal distribution or of Wilson's formula, at its stored places. ValueError if it is not finite."""
    made = Decimal(repr(value))
    if not made.is_finite():
        raise ValueError(f"{value} is no figure.")
    return rounded(made, places)


def total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def _written(value: Decimal, least: int) -> str:
    """Without the zeros at its end beyond `least` places."""
    whole, _, fraction = f"{rounded(value, STORED_PLACES):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    return f"{whole}.{fraction}" if fraction else whole


def as_price(value: Decimal | None) -> str | None:
    """`55.00`, `0.12345`."""
    return None if value is None else _written(value, 2)


def as_quantity(value: Decimal | None) -> str | None:
    """`100`, `0.25`."""
    return None if value is None else _written(value, 0)


def as_money(value: Decimal | None, places: int = 2) -> str | None:
    """`498.00`, in the currency's minor unit."""
    return None if value is None else f"{rounded(value, places):f}"


def as_ratio(value: Decimal | None, places: int = RATIO_PLACES) -> str | None:
    """R, percent, ratio or probability: `2.4900`."""
    return None if value is None else f"{rounded(value, places):f}"
