"""What a detector says of itself, and the list of all of them (the folder `detectors` is walked)."""

import hashlib
import importlib
import json
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_type_hints

from .pace import DAILY, Pace, in_atrs

if TYPE_CHECKING:
    from .bars import Bars
    from .finds import Book
    from .study import Study

Unit = Literal["bars", "fraction", "atr", "count", "weight"]
Limit = str | float | tuple[str | float, str | float] | None


class BadRule(ValueError):
    """Unknown detector, unknown parameter, or a value outside its bounds; `field` names which."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Bounds:
    """Limits of a parameter, and what it means. Bars are daily; `unit` says how other intervals read it.

    least, most : bars on a coarser interval are no fewer and no more than these. atrs : the parameter in ATR that takes the place of this
    fraction of price on intraday bars.
    """

    low: float
    high: float
    unit: Unit
    help: str
    least: int = 1
    most: int | None = None
    atrs: str = ""


def Bars_(low: int, high: int, help: str, *, least: int = 1, most: int | None = None) -> Bounds:  # noqa: N802 - reads as a kind in an annotation
    return Bounds(low, high, "bars", help, least, most)


def Fraction(low: float, high: float, help: str, *, atrs: str = "") -> Bounds:  # noqa: N802
    return Bounds(low, high, "fraction", help, atrs=atrs)


def Atrs(low: float, high: float, help: str) -> Bounds:  # noqa: N802
    return Bounds(low, high, "atr", help)


def Count(low: int, high: int, help: str) -> Bounds:  # noqa: N802
    return Bounds(low, high, "count", help)


@dataclass(frozen=True)
class Param:
    name: str
    default: float | int
    bounds: Bounds

    @property
    def is_whole(self) -> bool:
        return isinstance(self.default, int)

    def at(self, value: float | int, pace: Pace) -> float | int:
        """The value on bars of that pace; a fraction of price that gives way to a limit in ATR becomes 0."""
        if self.bounds.unit == "bars" and self.is_whole and pace != DAILY:
            bars = pace.bars(int(value), self.bounds.least)
            return bars if pace.days == 1 or self.bounds.most is None else min(bars, self.bounds.most)
        return 0.0 if self.bounds.atrs and pace.in_atrs else value


@dataclass(frozen=True)
class Pattern:
    """A published name under which a detector's finds appear, with own evidence."""

    name: str
    title: str
    side: Literal["long", "short", "both"]


@dataclass(frozen=True)
class Role:
    """What a point of a match is, and on which price it lies."""

    name: str
    label: str
    on: Literal["high", "low", "close"]


@dataclass(frozen=True)
class Clause:
    """One rule as measured: `op` compares the value with `limit` (a number, a parameter's name, a range of these), None when it
    only informs."""

    text: str
    unit: Literal["%", "x", "bars", "n", "ATR", ""]
    op: Literal["<=", ">=", "in", None] = None
    limit: Limit = None
    soft: bool = False
    by_pattern: tuple[tuple[str, Literal["<=", ">=", "in"], Limit], ...] = ()  # another comparison for patterns of these names
    cut: str | tuple[str, str] = ""  # the parameters (of a range: lower and upper) beyond which a shape is dropped; "": the limit itself

    def of(self, pattern: str) -> "Clause":
        """As it stands for a pattern of that name."""
        for name, op, limit in self.by_pattern:
            if name == pattern:
                return replace(self, op=op, limit=limit, by_pattern=())
        return self


class Cut(NamedTuple):
    """A parameter beyond whose value a shape is dropped, and the clause that measures it."""

    clause: int
    param: str
    op: Literal["<=", ">="]


@dataclass(frozen=True)
class Forming:
    """A shape may be told before it is known: its last swing may be developing, and where `param` is named, the bars since its last anchor
    need not be so many but only `least`."""

    param: str = ""
    least: int = 0


@dataclass(frozen=True)
class Drawn:
    """A drawn shape for tests and the catalogue: vertices (bars since the last, price), volume factors per segment."""

    vertices: tuple[tuple[int, float], ...]
    volumes: tuple[float, ...] = ()
    breaks: int | None = None  # the bar whose close breaks the level
    pattern: str = ""  # the name under which it should be found; empty: the detector's first
    note: str = ""

    def bars(self) -> "Bars":
        from .drawn import drawn

        return drawn(self.vertices, self.volumes)


@dataclass(frozen=True, eq=False)
class Detector:
    """Everything a door needs to know of a detector; `find` does the work (see `detectors/double_bottom.py` for the shape)."""

    name: str
    title: str
    side: Literal["long", "short", "both"]
    kind: Literal["continuation", "reversal", "neutral"]
    summary: str
    rules: tuple[str, ...]
    source: str
    min_bars: int
    params: type[Any]  # a NamedTuple whose annotations carry Bounds
    roles: tuple[Role, ...]
    clauses: tuple[Clause, ...]
    marks: tuple[tuple[str, float], ...]  # name and weight, weights add up to 1
    find: Callable[["Study", Any, "Book"], None]
    patterns: tuple[Pattern, ...] = ()
    variants: tuple[str, ...] = ("",)
    examples: tuple[Drawn, ...] = ()
    counter: tuple[Drawn, ...] = ()
    horizon: str = "weeks to months"
    research: bool = False  # for comparison only: runs when asked for by name
    forming: Forming | None = None  # None: it is known as soon as it can be told
    ordered: tuple[tuple[str, ...], ...] = ()  # parameters none of which may be larger than the next

    def __post_init__(self) -> None:
        if not self.patterns:
            object.__setattr__(self, "patterns", (Pattern(self.name, self.title, self.side),))
        if not math.isclose(sum(weight for _, weight in self.marks), 1.0):
            raise ValueError(f"{self.name}: weights of the marks must add up to 1")

    @property
    def parameters(self) -> tuple[Param, ...]:
        hints = get_type_hints(self.params, include_extras=True)
        defaults = self.params._field_defaults
        return tuple(Param(name, defaults[name], hints[name].__metadata__[0]) for name in self.params._fields)

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The limits that a near miss may miss: of clauses that drop a shape by one parameter.

        Not counts, where a step is another shape, nor bars that a forming shape still waits for.
        """
        units = {param.name: param.bounds.unit for param in self.parameters}
        found = []
        for number, clause in enumerate(self.clauses):
            if isinstance(clause.cut, tuple):
                found += [Cut(number, clause.cut[0], ">="), Cut(number, clause.cut[1], "<=")]
            elif clause.op == "in" and isinstance(clause.limit, tuple) and not clause.soft:
                low, high = clause.limit
                found += [Cut(number, low, ">=")] if isinstance(low, str) and low in units else []
                found += [Cut(number, high, "<=")] if isinstance(high, str) and high in units else []
            elif clause.op in ("<=", ">=") and (clause.cut or (clause.limit in units and not clause.soft)) and not clause.by_pattern:
                found.append(Cut(number, clause.cut or str(clause.limit), clause.op))
        waits = self.forming.param if self.forming else ""
        return tuple(cut for cut in found if units[cut.param] != "count" and cut.param != waits)

    def rule(self, **changes: float) -> "Rule":
        """This detector with some parameters changed. BadRule names what is wrong and the bounds."""
        known = {param.name: param for param in self.parameters}
        values: dict[str, float | int] = {}
        for name, value in changes.items():
            param = known.get(name)
            if param is None:
                raise BadRule(f"{self.name} has no parameter {name!r}; it has {', '.join(known)}.", f"params.{name}")
            values[name] = _checked(self.name, param, value)
        whole = {name: values.get(name, param.default) for name, param in known.items()}
        self._check_order(whole)
        return Rule(self.name, tuple(whole.items()))

    def _check_order(self, values: Mapping[str, float | int]) -> None:
        for names in self.ordered:
            for low, high in pairwise(names):
                if values[low] > values[high]:
                    # what was left at its default is not what somebody got wrong
                    asked = high if values[low] == next(one.default for one in self.parameters if one.name == low) else low
                    raise BadRule(
                        f"{self.name}: {low} is {values[low]:g} and {high} is {values[high]:g}; {low} must not be larger than {high}.",
                        f"params.{asked}",
                    )


def _checked(detector: str, param: Param, value: object) -> float | int:
    bounds = param.bounds
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadRule(f"{detector}: {param.name} must be a number, not {value!r}.", f"params.{param.name}")
    if not bounds.low <= value <= bounds.high:
        raise BadRule(f"{detector}: {param.name} is {value:g}, allowed is {bounds.low:g} to {bounds.high:g}.", f"params.{param.name}")
    if param.is_whole and value != int(value):
        raise BadRule(f"{detector}: {param.name} must be a whole number, not {value:g}.", f"params.{param.name}")
    return int(value) if param.is_whole else float(value)


@dataclass(frozen=True)
class Rule:
    """A detector with all its parameters: what is replayed, stored and shown."""

    detector: str
    params: tuple[tuple[str, float | int], ...] = field(default=())

    @property
    def values(self) -> dict[str, float | int]:
        return dict(self.params)

    def at(self, pace: Pace) -> dict[str, float | int]:
        """The parameters as bars of that pace read them: lengths in their bars, and on intraday ones limits in ATR instead of percent."""
        values, found = self.values, {}
        parameters = detector(self.detector).parameters
        for param in parameters:
            found[param.name] = param.at(values[param.name], pace)
        for param in parameters:
            if pace.in_atrs and param.bounds.atrs:
                found[param.bounds.atrs] = max(found[param.bounds.atrs], in_atrs(values[param.name]))
        return found

    def limits(self, pace: Pace) -> dict[str, float | int]:
        """The same without those that gave way to a limit in ATR."""
        gone = {param.name for param in detector(self.detector).parameters if param.bounds.atrs and pace.in_atrs}
        return {name: value for name, value in self.at(pace).items() if name not in gone}

    def arguments(self, pace: Pace = DAILY) -> Any:
        """As the detector's kernels take them."""
        if pace not in self._arguments:
            self._arguments[pace] = detector(self.detector).params(**self.at(pace))
        return self._arguments[pace]

    @cached_property
    def _arguments(self) -> dict[Pace, Any]:
        return {}

    @property
    def hash(self) -> str:
        """Sixteen hex digits, the same for the same parameters on every machine."""
        return hashlib.sha256(json.dumps(self.values, sort_keys=True).encode()).hexdigest()[:16]


@cache
def detectors() -> Mapping[str, Detector]:
    """All detectors by name, in the order of their names."""
    from . import detectors as folder

    found = {}
    for info in pkgutil.iter_modules(folder.__path__):
        if not info.name.startswith("_"):
            for detector in importlib.import_module(f"{folder.__name__}.{info.name}").DETECTORS:
                found[detector.name] = detector
    return dict(sorted(found.items()))


@cache
def patterns() -> Mapping[str, tuple[Detector, Pattern]]:
    """All published pattern names, each with the detector that finds it."""
    return {pattern.name: (detector, pattern) for detector in detectors().values() for pattern in detector.patterns}


def detector(name: str) -> Detector:
    """BadRule when there is none of that name, listing those there are."""
    try:
        return detectors()[name]
    except KeyError:
        raise BadRule(f"There is no detector {name!r}; there are {', '.join(detectors())}.", "patterns") from None


@cache
def default_rules() -> tuple[Rule, ...]:
    """Every detector with its default parameters, but not those that are for research."""
    return tuple(detector.rule() for detector in detectors().values() if not detector.research)
