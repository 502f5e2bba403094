"""What forms of a journal have in common. The services judge; a form only reads, and shows what they refused beside its field."""

from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict

from legend.lib.errors import LegendError
from legend.lib.forms import Dressed
from legend.lib.models import Once

MOMENT = "%Y-%m-%dT%H:%M"
NOT_TOLD = ("csrfmiddlewaretoken", "once")


def amount(label: str, *, required: bool = True, help_text: str = "", **attrs: Any) -> forms.DecimalField:
    given = {"class": "form-control num", "inputmode": "decimal", "autocomplete": "off", **attrs}
    return forms.DecimalField(
        max_digits=40,
        decimal_places=20,
        required=required,
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs=given),
        error_messages=dict.fromkeys(("invalid", "required"), "Write a number, such as 48.50.")
        | dict.fromkeys(("max_digits", "max_decimal_places", "max_whole_digits"), "This has more digits than an amount can have."),
    )


def moment(label: str, help_text: str = "Empty: now.") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"class": "form-control", "type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(
        required=False,
        label=label,
        input_formats=[MOMENT, f"{MOMENT}:%S"],
        widget=widget,
        help_text=help_text,
        error_messages={"invalid": "Write day and time, such as 2026-06-30 15:45."},
    )


def day(label: str, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        required=required, label=label, widget=widget, error_messages={"invalid": "Write the day as 2026-06-30.", "required": "Which day?"}
    )


class Refusing(Dressed):
    """A form that can show a refusal of a service."""

    OTHER_NAMES: dict[str, str] = {}

    def refuse(self, refusal: LegendError) -> None:
        for fault in refusal.errors or ():
            name = self.OTHER_NAMES.get(fault.field, fault.field)
            self.add_error(name if name in self.fields else None, fault.message)
        if not refusal.errors:
            self.add_error(None, refusal.detail)


def _new_key() -> str:
    return uuid4().hex


class SentOnce(Refusing):
    """A form that makes something: sent twice, it makes one thing."""

    once = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput, initial=_new_key)

    def wish(self) -> Once | None:
        """Raises Invalid for a key that nobody was given."""
        told = {name: self.data.get(name) for name in self.data if name not in NOT_TOLD}
        return Once.read(self.data.get("once") or None, told)

    def renew(self) -> None:
        """What is sent from the page now is another wish."""
        told: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        told["once"] = _new_key()
        self.data = told
