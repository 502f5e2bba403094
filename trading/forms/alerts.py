"""The form of an alert: built from what its kind asks for."""

from typing import TYPE_CHECKING, Any

from django import forms

from legend.lib.errors import LegendError
from legend.lib.registries import couriers
from patterns.engine import registry
from patterns.models import Interval
from patterns.moments import INTERVALS
from patterns.queries.market import market_status
from patterns.services.saved_rules import saved_rules
from patterns.services.universes import list_universes, shown_name
from trading.conditions.base import SYMBOL, UNIVERSE, WATCHLIST, Condition, Param
from trading.models import Alert

if TYPE_CHECKING:
    from accounts.models import User

PAUSES = ((0, "no pause"), (60, "an hour"), (240, "4 hours"), (1440, "a day"), (10080, "a week"))


class AlertForm(forms.Form):
    """What it looks at, what has to happen there, and how it is said. The service judges; its faults come back to their fields."""

    scope = forms.ChoiceField(required=False, label="On")
    symbol = forms.CharField(max_length=20, required=False)
    interval = forms.ChoiceField(required=False, label="Bars")
    repeating = forms.BooleanField(required=False, label="Repeat")
    pause_minutes = forms.TypedChoiceField(choices=PAUSES, coerce=int, required=False, empty_value="0", label="then silent for")
    channels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, condition: Condition, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.condition = condition
        scopes = [(SYMBOL, "one symbol"), (WATCHLIST, "my watchlist")]
        if UNIVERSE in condition.scopes:
            scopes += [(f"universe:{shown_name(one)}", one.title) for one in list_universes(user=user)]
        self.fields["scope"].choices = [one for one in scopes if one[0].split(":")[0] in condition.scopes]  # type: ignore[attr-defined]
        offered = [one for one in market_status().intervals if condition.kind != "pattern" or one in (Interval.DAY_1, Interval.WEEK_1)]
        self.fields["interval"].choices = [(one, INTERVALS[Interval(one)]) for one in offered] or [("1day", "Daily")]  # type: ignore[attr-defined]
        self.fields["channels"].choices = [(one.name, one.title) for one in couriers]  # type: ignore[attr-defined]
        for param in condition.params:
            self.fields[f"params.{param.name}"] = _field(param, user)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                field.widget.attrs["class"] = kind
        self.fields["symbol"].widget.attrs |= {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}

    @property
    def params(self) -> list[forms.BoundField]:
        return [self[f"params.{param.name}"] for param in self.condition.params]

    @property
    def wish(self) -> dict[str, Any]:
        """As the service takes it."""
        given = self.cleaned_data
        scope, _, universe = (given["scope"] or SYMBOL).partition(":")
        return {
            "kind": self.condition.kind,
            "symbol": given["symbol"] if scope == SYMBOL else None,
            "universe": universe or None,
            "watchlist": scope == WATCHLIST,
            "interval": given["interval"],
            "params": {param.name: given[f"params.{param.name}"] for param in self.condition.params},
            "note": given["note"],
            "repeating": given["repeating"],
            "pause_minutes": int(given["pause_minutes"]),
            "channels": given["channels"],
        }

    def tell(self, refusal: LegendError) -> None:
        """Put what the service refused beside its fields."""
        for fault in refusal.errors or ():
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)
        if not refusal.errors:
            self.add_error("symbol" if "symbol" in refusal.code else None, refusal.detail)


def initial_of(alert: Alert) -> dict[str, Any]:
    """An alert as the form shows it."""
    scope = WATCHLIST if alert.on_watchlist else f"universe:{shown_name(alert.universe)}" if alert.universe else SYMBOL
    return {
        "scope": scope,
        "symbol": alert.instrument.symbol if alert.instrument else "",
        "interval": alert.interval,
        "repeating": alert.is_repeating,
        "pause_minutes": alert.pause_minutes,
        "channels": alert.channels,
        "note": alert.note,
        **{f"params.{name}": value for name, value in alert.params.items()},
    }


def _field(param: Param, user: "User") -> forms.Field:
    common: dict[str, Any] = {"required": False, "label": param.title, "initial": param.default, "help_text": param.help}
    if param.kind == "choice":
        return forms.ChoiceField(choices=param.choices, **common)
    if param.kind == "names":
        return forms.MultipleChoiceField(choices=_names(param, user), widget=forms.CheckboxSelectMultiple, **common)
    # bounds are judged by the kind itself, in the same words for every door
    field = forms.FloatField(**common)
    field.widget.attrs |= {"step": "1" if param.kind == "whole" else "any", "inputmode": "decimal", "data-unit": param.unit}
    return field


def _names(param: Param, user: "User") -> list[tuple[str, str]]:
    if param.name == "saved":
        return [(str(one.code), one.name) for one in saved_rules(owner=user)]
    return [(name, pattern.title) for name, (detector, pattern) in registry.patterns().items() if not detector.research]
