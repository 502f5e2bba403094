"""A file of executions, and how to read it."""

from typing import TYPE_CHECKING, Any

from django import forms

from accounts.models.preferences import time_zones
from trading.importing.brokers import BROKERS, FIELDS
from trading.models import TradingAccount
from trading.preferences import preferences_of

from .base import Refusing

if TYPE_CHECKING:
    from accounts.models import User

SELECT = {"class": "form-select"}


class ImportForm(Refusing):
    """`text` carries the file from the preview to the import."""

    OTHER_NAMES = {"csv": "file"}
    file = forms.FileField(
        required=False, widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,text/csv,text/plain"})
    )
    broker = forms.ChoiceField(choices=[(one.name, one.title) for one in BROKERS], label="From", widget=forms.Select(attrs=SELECT))
    account = forms.ChoiceField(required=False, label="Into", widget=forms.Select(attrs=SELECT))
    time_zone = forms.ChoiceField(label="Times are in", widget=forms.Select(attrs=SELECT))

    def __init__(self, *args: Any, owner: "User", columns: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books = [(str(one.code), f"{one.name} · {one.currency}") for one in TradingAccount.objects.owned_by(owner).real().in_use()]
        self.fields["account"].choices = books or [("", "Main")]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(name, name) for name in time_zones()]  # type: ignore[attr-defined]
        self.fields["time_zone"].initial = preferences_of(owner).zone.key
        for name in FIELDS if columns is not None else ():
            offered = [("", "as recognised"), *((column, column) for column in columns or [])]
            self.fields[f"column_{name}"] = forms.ChoiceField(
                choices=offered, required=False, label=name.title(), widget=forms.Select(attrs=SELECT)
            )

    @property
    def mapping(self) -> dict[str, str]:
        prefix = "column_"
        return {name.removeprefix(prefix): value for name, value in self.data.items() if name.startswith(prefix) and value}
