"""What every kind of alert says about itself: its parameters for form and API, its words, its test."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from legend.lib.errors import FieldError, Invalid
from patterns.engine.bars import Bars
from patterns.engine.figures import price_text

Params = Mapping[str, Any]
Fired = NDArray[np.bool_]  # (alerts, new bars)
SYMBOL, WATCHLIST, UNIVERSE = "symbol", "watchlist", "universe"


@dataclass(frozen=True)
class Param:
    """One thing to fill in. A number or whole number within its bounds, a choice, or a list of names."""

    name: str
    title: str
    kind: str = "number"  # number, whole, choice, names
    default: Any = None
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    help: str = ""

    def read(self, value: Any) -> Any:
        """The value as it is kept; ValueError says what is wrong with it."""
        if value is None or value == "":
            return self.default
        if self.kind == "choice":
            if value not in dict(self.choices):
                raise ValueError(f"choose one of {', '.join(name for name, _ in self.choices if name)}")
            return value
        if self.kind == "names":
            return self._names(value)
        return self._number(value)

    def _names(self, value: Any) -> list[str]:
        if not isinstance(value, list | tuple) or len(value) > 100 or not all(isinstance(one, str) and len(one) <= 60 for one in value):
            raise ValueError("a list of names is needed")
        return list(dict.fromkeys(value))

    def _number(self, value: Any) -> float | int:
        try:
            number = float(value) if not isinstance(value, bool) else math.nan
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number) or (self.kind == "whole" and number != int(number)):
            raise ValueError("a whole number is needed" if self.kind == "whole" else "a number is needed")
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise ValueError(f"it has to be {self.bounds}")
        return int(number) if self.kind == "whole" else number

    @property
    def bounds(self) -> str:
        if self.high is None:
            return f"at least {self.low:g}"
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Tape:
    """One instrument's bars; those from index `first` on are new and looked at for the first time."""

    bars: Bars
    first: int

    @property
    def size(self) -> int:
        """How many are new."""
        return self.bars.size - self.first

    def new(self, column: NDArray[np.float64]) -> NDArray[np.float64]:
        return column[self.first :]

    @property
    def closes_before(self) -> NDArray[np.float64]:
        """(new bars,) the close before each; the bar's own open where there is none."""
        before = np.concatenate([self.bars.open[:1], self.bars.close[:-1]])
        return before[self.first :]


class Condition(Protocol):
    """A kind of alert. `params` are what form and API ask for; `scopes` what it may look at."""

    kind: str
    title: str
    help: str
    scopes: tuple[str, ...]
    params: tuple[Param, ...]

    def check(self, params: dict[str, Any]) -> None:
        """Raise Invalid for values that are right one by one and wrong together."""

    def wish(self, params: Params) -> str:
        """What has to happen, after the name of what it happens to: `crosses above 101.50`."""


class BarCondition(Condition, Protocol):
    """A kind that is judged on bars."""

    def lookback(self, params: Params) -> int:
        """Bars it needs before a new one."""

    def test(self, tape: Tape, params: Sequence[Params]) -> Fired:
        """(alerts, new bars): on which new bars each of these alerts comes true. All at once, in arrays."""

    def measured(self, tape: Tape, params: Params, bar: int) -> tuple[str, dict[str, float]]:
        """What happened on `bar` in words (`crossed above 101.50: high 102.10`), and the figures."""


def read_params(condition: Condition, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of the kind, read and judged. Invalid names the fields that are wrong, and those there are not."""
    known = {param.name: param for param in condition.params}
    faults = [
        FieldError(
            f"params.{name}"[:80], "unknown_param", f"An alert of kind {condition.kind} has no {name[:40]!r}; it has {', '.join(known)}."
        )
        for name in given
        if name not in known
    ]
    read: dict[str, Any] = {}
    for name, param in known.items():
        try:
            read[name] = param.read(given.get(name))
        except ValueError as fault:
            faults.append(FieldError(f"params.{name}", "invalid", f"{param.title}: {fault}."))
    if faults:
        raise Invalid(faults[0].message, errors=tuple(faults))
    condition.check(read)
    return read


def column(params: Sequence[Params], name: str, missing: float = np.nan) -> NDArray[np.float64]:
    """(alerts, 1): one parameter of all alerts, `missing` where it is not set."""
    return np.array([missing if (value := one.get(name)) is None else value for one in params], dtype=np.float64)[:, None]


def chosen(params: Sequence[Params], name: str, value: str) -> NDArray[np.bool_]:
    """(alerts, 1): which alerts chose that value."""
    return np.array([one.get(name) == value for one in params], dtype=np.bool_)[:, None]


def price(value: float) -> str:
    """As the pages write prices."""
    return price_text(value)
