"""Forms of trades and accounts."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms

from trading.models import Trade, TradingAccount

from .base import Refusing, SentOnce, amount, day, moment

if TYPE_CHECKING:
    from accounts.models import User

SIDES = (("long", "Long"), ("short", "Short"))
STATES = (("open", "Traded already"), ("planned", "A plan"))


class TradeForm(SentOnce):
    """A plan, or a trade with its first entry."""

    ticker = forms.CharField(
        max_length=20,
        label="Symbol",
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    side = forms.ChoiceField(choices=SIDES)
    state = forms.ChoiceField(choices=STATES, label="It is")
    entry_price = amount("Entry")
    stop_loss = amount("Stop", required=False)
    target_price = amount("Target", required=False)
    risk_percent = amount("Risk, % of equity", required=False)
    equity = amount("Equity", required=False, help_text="From the account's ledger, or typed.")
    position_size = amount("Shares", required=False, help_text="Empty: as calculated.")
    fee = amount("Fee", required=False)
    entry_date = moment("When")
    account = forms.ChoiceField(required=False)
    pattern = forms.CharField(max_length=40, required=False, label="Setup")
    tags = forms.CharField(max_length=400, required=False, help_text="Separated by commas.")
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


class ExitForm(SentOnce):
    """Out of a trade, in part or whole."""

    exit_price = amount("Price")
    quantity = amount("Shares", required=False, help_text="Empty: all that is left.")
    fee = amount("Fee", required=False)
    exit_date = moment("When")


class EntryForm(SentOnce):
    """Into a plan, or more of a trade."""

    OTHER_NAMES = {"entry_price": "price", "entry_date": "at", "position_size": "quantity", "stop_loss": "stop"}
    price = amount("Price")
    quantity = amount("Shares", required=False)
    stop = amount("Stop", required=False, help_text="Empty: the one in force.")
    fee = amount("Fee", required=False)
    at = moment("When")


class FillForm(Refusing):
    """What was told wrong about a fill."""

    OTHER_NAMES = {"entry_price": "price", "exit_price": "price", "stop_loss": "price", "target_price": "price"}
    price = amount("Price", required=False)
    quantity = amount("Shares", required=False)
    fee = amount("Fee", required=False)
    at = moment("When", "Empty: as it is.")


class FactsForm(Refusing):
    """What was told wrong about the trade itself."""

    OTHER_NAMES = {"ticker": "symbol"}
    symbol = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}))
    side = forms.ChoiceField(choices=SIDES)
    stop_loss = amount("Initial stop", required=False)
    risk_amount = amount("1R in money", required=False, help_text="Empty: from the stop.")
    account = forms.ChoiceField()

    def __init__(self, *args: Any, trade: Trade, hidden: bool, **kwargs: Any) -> None:
        """`hidden` leaves money out: in discreet mode it is neither shown nor changed."""
        super().__init__(*args, **kwargs)
        books = TradingAccount.objects.filter(owner=trade.owner_id, is_example=trade.account.is_example)
        known = [one for one in books if one.archived_at is None or one.pk == trade.account_id]
        self.fields["account"].choices = [(str(one.code), f"{one.name} · {one.currency}") for one in known]  # type: ignore[attr-defined]
        if hidden:
            del self.fields["risk_amount"]


class LineForm(SentOnce):
    """A dividend or a cost of holding."""

    kind = forms.ChoiceField(choices=[("dividend", "Dividend"), ("borrow_cost", "Borrow cost")])
    amount = amount("Amount", help_text="A dividend that a short pays is negative.")
    on = day("On")
    note = forms.CharField(max_length=200, required=False)


class SplitForm(Refusing):
    new = forms.IntegerField(
        label="New shares", min_value=1, widget=forms.NumberInput(attrs={"class": "form-control num", "inputmode": "numeric"})
    )
    old = forms.IntegerField(
        label="for old ones", min_value=1, initial=1, widget=forms.NumberInput(attrs={"class": "form-control num", "inputmode": "numeric"})
    )
    at = moment("From")


class PlanForm(Refusing):
    """What may change of a trade at any time."""

    current_stop = amount("Stop now", required=False)
    target_price = amount("Target", required=False)
    pattern = forms.CharField(max_length=40, required=False, label="Setup")
    tags = forms.CharField(max_length=400, required=False)
    notes = forms.CharField(max_length=20_000, required=False, widget=forms.Textarea(attrs={"class": "form-control", "rows": 5}))


class AccountForm(SentOnce):
    name = forms.CharField(max_length=60)
    currency = forms.CharField(max_length=3, widget=forms.TextInput(attrs={"class": "form-control", "autocapitalize": "characters"}))
    opening_balance = amount("Opening balance", required=False, help_text="Begins the ledger; returns in percent need one.")
    opened_on = day("On", required=False)


class FlowForm(SentOnce):
    kind = forms.ChoiceField(choices=[("deposit", "Deposit"), ("withdrawal", "Withdrawal")])
    amount = amount("Amount")
    on = day("On")
    note = forms.CharField(max_length=200, required=False)


def words(text: str) -> list[str]:
    return [part for part in text.split(",") if part.strip()]


def or_zero(value: Decimal | None) -> Decimal:
    return value if value is not None else Decimal(0)
