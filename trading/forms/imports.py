"""A file of executions, and how to read it."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.models.preferences import time_zones
from trading.importing.amounts import Mark
from trading.importing.brokers import AUTO, BROKERS, FIELDS
from trading.importing.executions import Reading
from trading.importing.moments import Order
from trading.models import TradingAccount
from trading.preferences import preferences_of

from .base import Refusing

if TYPE_CHECKING:
    from accounts.models import User

COLUMN = "column_"
SELECT = {"class": "form-select"}


ORDERS = (
    (Order.AUTO.value, "As the file tells"),
    (Order.YEAR.value, "Year first: 2026-01-31"),
    (Order.MONTH.value, "Month first: 1/31/2026"),
    (Order.DAY.value, "Day first: 31/1/2026"),
)
MARKS = ((Mark.AUTO.value, "As the file tells"), (Mark.POINT.value, "Point: 1,234.50"), (Mark.COMMA.value, "Comma: 1.234,50"))


class ImportForm(Refusing):
    """A file and how to read it; `columns` of a file that was looked at can be chosen for fields."""

    OTHER_NAMES = {"csv": "file"}
    file = forms.FileField(
        required=False, widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,.txt,.tsv,text/csv,text/plain"})
    )
    broker = forms.ChoiceField(
        choices=[(AUTO, "As its columns tell"), *((one.name, one.title) for one in BROKERS)],
        label="From",
        widget=forms.Select(attrs=SELECT),
    )
    account = forms.ChoiceField(required=False, label="Into", widget=forms.Select(attrs=SELECT))
    time_zone = forms.ChoiceField(label="Times are in", widget=forms.Select(attrs=SELECT))
    date_order = forms.ChoiceField(
        choices=ORDERS, initial=Order.AUTO.value, required=False, label="Days", widget=forms.Select(attrs=SELECT)
    )
    decimal = forms.ChoiceField(
        choices=MARKS, initial=Mark.AUTO.value, required=False, label="Fractions", widget=forms.Select(attrs=SELECT)
    )

    def __init__(
        self, *args: Any, owner: "User", columns: list[str] | None = None, mapping: dict[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        books = [(str(one.code), f"{one.name} · {one.currency}") for one in TradingAccount.objects.owned_by(owner).real().in_use()]
        self.fields["account"].choices = books or [("", "Main")]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(name, name) for name in time_zones()]  # type: ignore[attr-defined]
        self.fields["time_zone"].initial = preferences_of(owner).zone.key
        for name, title in FIELDS.items() if columns is not None else ():
            known = (mapping or {}).get(name)
            offered = [("", f"{known} · recognised" if known else "no column"), *((column, column) for column in columns or [])]
            self.fields[f"column_{name}"] = forms.ChoiceField(
                choices=offered, required=False, label=title, widget=forms.Select(attrs=SELECT)
            )

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(COLUMN)]

    @property
    def reading(self) -> Reading:
        told = self.cleaned_data
        mapping = {name.removeprefix(COLUMN): str(value) for name, value in self.data.items() if name.startswith(COLUMN) and value}
        return Reading(
            ZoneInfo(told["time_zone"]), told["broker"], Order(told["date_order"] or "auto"), Mark(told["decimal"] or "auto"), mapping
        )
