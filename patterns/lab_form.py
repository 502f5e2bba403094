"""The lab's setting, read from an address: a detector with sliders, where it is looked at, and how its trades are counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms

from patterns.engine import registry
from patterns.forms import SIDES
from patterns.models import Evidence, Interval
from patterns.moments import INTERVALS
from patterns.queries.market import market_status
from patterns.services.evidence import COSTS, HORIZONS
from patterns.services.universes import list_universes

if TYPE_CHECKING:
    from accounts.models import User

KINDS = {"reversal": "Reversal", "continuation": "Continuation", "neutral": "Neutral"}
FIRST = "double-bottom"
POINT = 10_000  # basis points
ENOUGH = 20  # members
UNITS = {"fraction": "%", "bars": "bars", "atr": "ATR"}


@dataclass(frozen=True)
class Slider:
    """A parameter in the unit people read, with the field that holds it."""

    field: forms.BoundField
    help: str
    low: float
    high: float
    default: float
    step: float
    unit: str

    @property
    def value(self) -> str:
        return str(self.field.value())

    @property
    def is_changed(self) -> bool:
        try:
            return float(self.value) != self.default
        except ValueError:
            return True

    @property
    def title(self) -> str:
        return self.field.name.removeprefix("p-").replace("_", " ")


class LabForm(forms.Form):
    """What is not in the address is as everywhere: the default of the detector, all bars, the standard horizon and costs."""

    universe = forms.ChoiceField()
    detector = forms.ChoiceField()
    interval = forms.ChoiceField()
    since = forms.DateField(required=False, label="From")
    until = forms.DateField(required=False, label="To")
    side = forms.ChoiceField(required=False, choices=SIDES)
    horizon = forms.IntegerField(min_value=HORIZONS[0], max_value=HORIZONS[1])
    costs = forms.FloatField(min_value=POINT * COSTS[0], max_value=POINT * COSTS[1])
    confirm = forms.ChoiceField(choices=Evidence.Confirm.choices)
    show = forms.CharField(required=False, max_length=60)

    def __init__(self, asked: Mapping[str, Any], *, user: "User") -> None:
        self.source = registry.detectors().get(asked.get("detector", FIRST)) or registry.detector(FIRST)
        universes = list(list_universes(user=user))
        self.standard: dict[str, Any] = {
            "detector": FIRST,
            "interval": Interval.DAY_1.value,
            "horizon": Evidence.HORIZON,
            "costs": _tidy(POINT * Evidence.COSTS),
            "confirm": Evidence.Confirm.TOUCH.value,
            **{f"p-{param.name}": _tidy(_factor(param) * param.default) for param in self.source.parameters},
        }
        # the largest first; real shares before invented ones, where they are enough to tell something of a rule
        universes.sort(key=lambda one: (one.size < ENOUGH, one.name == "DEMO", -one.size))  # type: ignore[attr-defined]  # annotated
        named = [(one.title if one.owner_id else one.name, one) for one in universes]
        super().__init__({"universe": named[0][0] if named else "", **self.standard, **{k: v for k, v in asked.items() if v != ""}})
        self.fields["universe"].choices = [(name, f"{name} \N{MIDDLE DOT} {one.size}") for name, one in named]  # type: ignore[attr-defined]
        self.fields["interval"].choices = [(one, INTERVALS[Interval(one)]) for one in market_status().intervals or ["1day"]]  # type: ignore[attr-defined]
        self.fields["detector"].choices = [(name, one.title) for name, one in registry.detectors().items()]  # type: ignore[attr-defined]
        for param in self.source.parameters:
            kind: type[Any] = forms.IntegerField if param.is_whole else forms.FloatField
            low, high = (_tidy(_factor(param) * bound) for bound in (param.bounds.low, param.bounds.high))
            self.fields[f"p-{param.name}"] = kind(min_value=low, max_value=high)

    @property
    def detectors(self) -> list[tuple[str, list[registry.Detector]]]:
        """In groups; those for research only while one of them is chosen."""
        all_of_them = registry.detectors().values()
        groups = [(title, [one for one in all_of_them if one.kind == kind and not one.research]) for kind, title in KINDS.items()]
        return [*groups, *([("Research", [one for one in all_of_them if one.research])] if self.source.research else [])]

    @property
    def sliders(self) -> list[Slider]:
        return [
            Slider(
                field=self[f"p-{param.name}"],
                help=param.bounds.help,
                low=_tidy(_factor(param) * param.bounds.low),
                high=_tidy(_factor(param) * param.bounds.high),
                default=_tidy(_factor(param) * param.default),
                step=_step(param),
                unit=UNITS.get(param.bounds.unit, ""),
            )
            for param in self.source.parameters
        ]

    @property
    def is_confirmed_by_close(self) -> bool:
        return self["confirm"].value() == Evidence.Confirm.CLOSE

    @cached_property
    def params(self) -> dict[str, float]:
        """Those that differ from the default, as the engine reads them; asked of a form that is valid."""
        read = {param: self.cleaned_data[f"p-{param.name}"] for param in self.source.parameters}
        values = {param: value if param.is_whole else round(value / _factor(param), 10) for param, value in read.items()}
        return {param.name: value for param, value in values.items() if value != param.default}

    @property
    def address(self) -> str:
        """The question of the setting's own address: only what is not as everywhere."""
        names = [name for name in self.fields if name in ("universe", "detector") or self._differs(name)]
        return urlencode({name: self[name].value() for name in names})

    @property
    def bare_address(self) -> str:
        """The same with every parameter at its default."""
        names = [name for name in self.fields if not name.startswith("p-") and (name in ("universe", "detector") or self._differs(name))]
        return urlencode({name: self[name].value() for name in names})

    def _differs(self, name: str) -> bool:
        value = self[name].value()
        if value in (None, ""):
            return False
        try:
            return float(value) != float(self.standard[name])
        except (KeyError, ValueError):
            return str(value) != str(self.standard.get(name, ""))


def setting_of(detector: str, params: Mapping[str, float]) -> str:
    """The question of the lab's address for a stored rule."""
    known = {param.name: param for param in registry.detector(detector).parameters}
    changed = {name: value for name, value in params.items() if name in known and value != known[name].default}
    return urlencode({"detector": detector, **{f"p-{name}": _tidy(_factor(known[name]) * value) for name, value in changed.items()}})


def _factor(param: registry.Param) -> int:
    return 100 if param.bounds.unit == "fraction" else 1


def _tidy(value: float) -> float:
    """Without the last digits that arithmetic leaves, whole where it is."""
    rounded = round(value, 8)
    return int(rounded) if rounded == int(rounded) else rounded


def _step(param: registry.Param) -> float:
    """A round step of about a hundredth of the way on which bounds and default lie."""
    if param.is_whole:
        return 1
    low, high, default = (_factor(param) * figure for figure in (param.bounds.low, param.bounds.high, param.default))
    step = 10.0 ** floor(log10((high - low) / 40))
    while any(abs(round((figure - low) / step) * step - (figure - low)) > 1e-9 for figure in (default, high)):
        step /= 10 if round(step * 2, 12) % 1 else 2
        if step < 1e-6:
            break
    return _tidy(step)
