"""Questions of the risk calculators. Nothing is required: what is missing keeps a figure waiting."""

from decimal import Decimal
from typing import Any

from django import forms

from legend.lib.errors import LegendError
from trading.risk import LARGEST
from trading.services.amounts import check_amount

from .base import Refusing, amount
from .trades import SIDES


class RiskForm(Refusing):
    """`needed` have to be there before anything can be calculated."""

    needed: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for name, value in list(told.items()):
            if isinstance(value, Decimal):
                try:
                    check_amount(value, name, zero=True, negative=True, largest=LARGEST)
                except LegendError as refusal:
                    self.refuse(refusal)
        return told

    @property
    def waits_for(self) -> list[str]:
        """Labels of what is still to be typed."""
        return [str(self.fields[name].label) for name in self.needed if self.cleaned_data.get(name) is None and name not in self.errors]


class SizeForm(RiskForm):
    needed = ("entry_price", "stop_loss")
    side = forms.ChoiceField(choices=SIDES, required=False)
    entry_price = amount("Entry", required=False)
    stop_loss = amount("Stop", required=False)
    equity = amount("Equity", required=False)
    risk_percent = amount("Risk, % of equity", required=False)
    risk_amount = amount("or a fixed amount", required=False)
    commission = amount("Commission a share", required=False, help_text="Each way.")
    fractions = forms.BooleanField(required=False, label="Parts of a share")


class RewardForm(RiskForm):
    needed = ("entry_price", "stop_loss", "target_price")
    side = forms.ChoiceField(choices=SIDES, required=False)
    entry_price = amount("Entry", required=False)
    stop_loss = amount("Stop", required=False)
    target_price = amount("Target", required=False)


class KellyForm(RiskForm):
    needed = ("win_rate", "payoff_ratio")
    win_rate = amount("Win rate, %", required=False, help_text="Of the decided trades.")
    payoff_ratio = amount("Payoff", required=False, help_text="Average win over average loss.")
    decided_trades = forms.IntegerField(
        required=False,
        min_value=0,
        label="Decided trades",
        help_text="Wins and losses behind these figures.",
        widget=forms.TextInput(attrs={"class": "form-control num", "inputmode": "numeric", "autocomplete": "off"}),
    )


class EvenForm(RiskForm):
    payoff_ratio = amount("Payoff", required=False, help_text="Gives the win rate that is needed.")
    side = forms.ChoiceField(choices=SIDES, required=False)
    entry_price = amount("Entry", required=False, help_text="Gives the price that pays the commissions.")
    commission = amount("Commission a share", required=False, help_text="Each way.")


class RecoveryForm(RiskForm):
    needed = ("loss_percent",)
    loss_percent = amount("Loss, %", required=False)
