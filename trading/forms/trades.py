"""Forms of trades. The services judge; a form only reads, and shows what they refused beside its field."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms

from legend.lib.errors import LegendError
from trading.models import TradingAccount

if TYPE_CHECKING:
    from accounts.models import User

SIDES = (("long", "Long"), ("short", "Short"))
STATES = (("open", "Bought or sold already"), ("planned", "A plan"))
MOMENT = "%Y-%m-%dT%H:%M"


def amount(label: str, *, required: bool = True, help_text: str = "", **attrs: Any) -> forms.DecimalField:
    given = {"class": "form-control num", "inputmode": "decimal", "autocomplete": "off", **attrs}
    return forms.DecimalField(
        max_digits=40, decimal_places=20, required=required, label=label, help_text=help_text, widget=forms.TextInput(attrs=given)
    )


def moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"class": "form-control", "type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(required=False, label=label, input_formats=[MOMENT, f"{MOMENT}:%S"], widget=widget, help_text="Empty: now.")


class Refusing(forms.Form):
    """A form that can show a refusal of a service."""

    OTHER_NAMES: dict[str, str] = {}

    def refuse(self, refusal: LegendError) -> None:
        for fault in refusal.errors or ():
            name = self.OTHER_NAMES.get(fault.field, fault.field)
            self.add_error(name if name in self.fields else None, fault.message)
        if not refusal.errors:
            self.add_error(None, refusal.detail)


class TradeForm(Refusing):
    """A plan, or a trade with its first entry."""

    ticker = forms.CharField(
        max_length=20,
        label="Symbol",
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    side = forms.ChoiceField(choices=SIDES, widget=forms.Select(attrs={"class": "form-select"}))
    state = forms.ChoiceField(choices=STATES, label="It is", widget=forms.Select(attrs={"class": "form-select"}))
    entry_price = amount("Entry")
    stop_loss = amount("Stop", required=False)
    target_price = amount("Target", required=False)
    risk_percent = amount("Risk, % of equity", required=False)
    equity = amount("Equity", required=False, help_text="From the account's ledger, or typed.")
    position_size = amount("Shares", required=False, help_text="Empty: as calculated.")
    fee = amount("Fee", required=False)
    entry_date = moment("When")
    account = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "form-select"}))
    pattern = forms.CharField(max_length=40, required=False, label="Setup", widget=forms.TextInput(attrs={"class": "form-control"}))
    tags = forms.CharField(
        max_length=400, required=False, help_text="Separated by commas.", widget=forms.TextInput(attrs={"class": "form-control"})
    )
    notes = forms.CharField(max_length=20_000, required=False, widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}))
    match = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, owner: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books = [(str(one.code), f"{one.name} · {one.currency}") for one in TradingAccount.objects.owned_by(owner).real().in_use()]
        self.fields["account"].choices = books or [("", "Main")]  # type: ignore[attr-defined]

    @property
    def account_code(self) -> UUID | None:
        chosen = self.cleaned_data.get("account")
        return UUID(chosen) if chosen else None


class ExitForm(Refusing):
    """Out of a trade, in part or whole."""

    exit_price = amount("Price")
    quantity = amount("Shares", required=False, help_text="Empty: all that is left.")
    fee = amount("Fee", required=False)
    exit_date = moment("When")


class EntryForm(Refusing):
    """Into a plan, or more of a trade."""

    OTHER_NAMES = {"entry_price": "price", "entry_date": "at", "position_size": "quantity", "stop_loss": "stop"}
    price = amount("Price")
    quantity = amount("Shares")
    stop = amount("Stop", required=False, help_text="Empty: the one in force.")
    fee = amount("Fee", required=False)
    at = moment("When")


class PlanForm(Refusing):
    """What may change of a trade at any time."""

    current_stop = amount("Stop now", required=False)
    target_price = amount("Target", required=False)
    pattern = forms.CharField(max_length=40, required=False, label="Setup", widget=forms.TextInput(attrs={"class": "form-control"}))
    tags = forms.CharField(max_length=400, required=False, widget=forms.TextInput(attrs={"class": "form-control"}))
    notes = forms.CharField(max_length=20_000, required=False, widget=forms.Textarea(attrs={"class": "form-control", "rows": 5}))


class AccountForm(Refusing):
    name = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"class": "form-control"}))
    currency = forms.CharField(max_length=3, widget=forms.TextInput(attrs={"class": "form-control", "autocapitalize": "characters"}))
    opening_balance = amount("Opening balance", required=False, help_text="Begins the ledger; returns in percent need one.")
    opened_on = forms.DateField(
        required=False, label="On", widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    )


class FlowForm(Refusing):
    kind = forms.ChoiceField(
        choices=[("deposit", "Deposit"), ("withdrawal", "Withdrawal")], widget=forms.Select(attrs={"class": "form-select"})
    )
    amount = amount("Amount")
    on = forms.DateField(label="On", widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(max_length=200, required=False, widget=forms.TextInput(attrs={"class": "form-control"}))


def words(text: str) -> list[str]:
    return [part for part in text.split(",") if part.strip()]


def or_zero(value: Decimal | None) -> Decimal:
    return value if value is not None else Decimal(0)
